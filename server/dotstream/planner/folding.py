"""Folding: when one link may stand for a whole directory of a package.

GNU Stow manual, "Tree folding".  ``safe`` folds only where the link shows exactly what a
link per file would show.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from functools import partial

from dotstream.fs.listing import DIR, SPECIAL, Names
from dotstream.light_typing import TYPE_CHECKING
from dotstream.planner.clones import is_clone
from dotstream.planner.decision import UNFOLDED
from dotstream.planner.naming import DOT_PREFIX
from dotstream.planner.visits import Witnesses

if TYPE_CHECKING:
    from dotstream.model.directory import Directory
    from dotstream.model.rule import Hidden
    from dotstream.planner.cursor import Cursor
    from dotstream.planner.farm import Farm
    from dotstream.planner.trees import Met, Test


def stays_open(cursor: Cursor, path: str) -> bool:
    """Whether ``never-fold`` names the target path itself."""
    if not cursor.package.never_fold:
        return False
    from dotstream.planner.bounded import never_folded  # compiles patterns, which few have

    return any(never_folded(pattern)(path) for pattern in cursor.package.never_fold)


class Folding:
    """Looks ahead into packages, as a walk comes by their directories."""

    def __init__(self, farm: Farm) -> None:
        self._farm = farm
        self._differing: defaultdict[str, Witnesses] = defaultdict(Witnesses)  # by package
        self._standing: defaultdict[str, Witnesses] = defaultdict(Witnesses)
        self._occupied: defaultdict[str, Witnesses] = defaultdict(Witnesses)

    def why_open(self, cursor: Cursor, place: Directory, *, standing: bool = False) -> str | None:
        """Return why no link may stand for the package directory at ``cursor``, or ``None``.

        Args:
            cursor: on the directory in question.
            place: the target directory that the link would replace.
            standing: whether that link is there: then it is not opened for what nobody asked
                to have left out.
        """
        package = cursor.package
        if package.folding == "never":
            return UNFOLDED
        if (why := self.target_in(place)) is not None:
            return why
        limited = cursor.chosen is not None or package.where is not None
        if package.folding == "always" and not package.never_fold and not limited:
            return None
        if stays_open(cursor, place.path):
            return f"never-fold names {place.path}"
        known = (self._standing if standing else self._differing)[package.path]
        why = known.why(cursor.path)
        if why is None and (met := self._differing_below(cursor, place, standing=standing)):
            if standing and not met.raw:
                return None  # nobody knows what opening it would leave out
            why = self._in_words(met)
            known.note(cursor.path, met.cursor.path, why)
        return why

    def target_in(self, place: Directory) -> str | None:
        """Say whose directory is in one, a target or dotstream's own; ``None`` if none is."""
        options, inside = self._farm.options, f"{place.absolute}/"
        for each in options.targets:
            if f"{each}/".startswith(inside):
                return f"a package has its target in it, {each}"
        for each in options.private:
            if each.startswith(inside):
                return f"dotstream keeps what is its own in it, {each}"
        return None

    def _differing_below(self, cursor: Cursor, place: Directory, *, standing: bool) -> Met | None:
        """Return what below would be hidden or renamed, or must stay a directory."""
        always = cursor.package.folding == "always"
        shown = partial(self._farm.naming.in_target, cursor.package)

        def tests(here: Cursor, there: Directory, hidden: Hidden | None) -> Test:
            def test(raw: str, kind: int) -> bool:
                if kind == DIR and stays_open(here, there.join(shown(raw))):
                    return True
                if always:
                    return self._farm.packages.is_unwanted(here, there, raw)
                differs = (
                    kind == SPECIAL
                    or (raw.startswith(DOT_PREFIX) and shown(raw) != raw)
                    or (
                        hidden is not None
                        and hidden(raw)
                        and not (standing and self._is_built_in(here, there, raw))
                    )
                )
                return differs and not self._in_clone(here, cursor)

            return test

        return self._farm.packages.find_below(cursor, place, tests)

    def _is_built_in(self, here: Cursor, there: Directory, raw: str) -> bool:
        rule = self._farm.packages.rule(here, there, raw)
        return rule is not None and rule.built_in

    def _in_words(self, met: Met) -> str:
        """Say what it is that one link would not show as it should be shown."""
        here, there, raw, kind = met
        path = f"{here.package.name}/{here.inside(raw)}"
        if not raw:
            return f"{here.path} cannot be read"
        shown = self._farm.naming.in_target(here.package, raw)
        if kind == DIR and stays_open(here, there.join(shown)):
            return f"never-fold names {there.join(shown)}"
        if kind == SPECIAL:
            return f"{path} is not a file, directory or link"
        if shown != raw:
            return f"{path} is shown as {shown}"
        # To find the rule takes long, where thousands of directories are opened.
        asked = self._farm.options.explain
        rule = self._farm.packages.rule(here, there, raw) if asked else None
        return f"{path} is left out" + (f" by {rule}" if rule else "")

    def _in_clone(self, here: Cursor, top: Cursor) -> bool:
        """Whether a directory is in a git repository at ``top`` or below, which is one thing."""
        if here.chosen is not None or here.package.where is not None:
            return False  # the run wants some paths in it only
        tree, path = self._farm.packages.tree(here.package), here.sub or ""
        while not is_clone(tree, path):
            if path == (top.sub or ""):
                return False
            path = posixpath.dirname(path)
        return True

    def occupied(self, cursor: Cursor, place: Directory) -> bool:
        """Whether a package directory, to be visited if so, holds anything to be linked."""
        try:
            listing = self._farm.packages.glance(cursor, place)
        except OSError:
            return True  # opening it reports why it cannot be read
        if listing and (isinstance(listing, Names) or any(entry[1] != DIR for entry in listing)):
            return True

        def tests(_here: Cursor, _there: Directory, hidden: Hidden | None) -> Test:
            return lambda raw, kind: kind != DIR and not (hidden and hidden(raw))

        known = self._occupied[cursor.package.path]
        if known.known(cursor.path):
            return True
        met = self._farm.packages.find_below(cursor, place, tests)
        if met is not None:
            known.note(cursor.path, met.cursor.path)
        return met is not None
