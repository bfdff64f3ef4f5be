"""Folding: when one link may stand for a whole directory of a package.

GNU Stow manual, "Tree folding".  ``safe`` folds only where the link shows exactly what a
link per file would show.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING

from dotstream.fs.listing import DIR, SPECIAL, Files
from dotstream.planner.names import DOT_PREFIX
from dotstream.planner.witnesses import Witnesses

if TYPE_CHECKING:
    from dotstream.model.directory import Directory
    from dotstream.model.hidden import Hidden
    from dotstream.planner.cursor import Cursor
    from dotstream.planner.farm import Farm
    from dotstream.planner.trees import Test, Tests

__all__ = ["Folding", "stays_open"]


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
        self._occupied: defaultdict[str, Witnesses] = defaultdict(Witnesses)

    def may_fold(self, cursor: Cursor, place: Directory) -> bool:
        """Whether one link may stand for the package directory at ``cursor``.

        Args:
            cursor: on the directory in question.
            place: the target directory that the link would replace.
        """
        package = cursor.package
        if package.folding == "never":
            return False
        if package.folding == "always" and not package.never_fold:
            return True
        return not stays_open(cursor, place.path) and self._same_inside(cursor, place)

    def _same_inside(self, cursor: Cursor, place: Directory) -> bool:
        """Whether nothing below would be hidden or renamed, or must stay a directory."""
        always = cursor.package.folding == "always"
        shown = partial(self._farm.naming.in_target, cursor.package)

        def tests(here: Cursor, there: Directory, hidden: Hidden | None) -> Test:
            def differs(raw: str, kind: int) -> bool:
                return (kind == DIR and stays_open(here, there.join(shown(raw)))) or (
                    not always
                    and (
                        kind == SPECIAL
                        or (raw.startswith(DOT_PREFIX) and shown(raw) != raw)
                        or (hidden is not None and hidden(raw))
                    )
                )

            return differs

        return not self._any_below(self._differing, cursor, place, tests)

    def occupied(self, cursor: Cursor, place: Directory) -> bool:
        """Whether a package directory, to be visited if so, holds anything to be linked."""
        try:
            listing = self._farm.packages.glance(cursor, place)
        except OSError:
            return True  # opening it reports why it cannot be read
        if listing and (isinstance(listing, Files) or any(entry[1] != DIR for entry in listing)):
            return True

        def tests(_here: Cursor, _there: Directory, hidden: Hidden | None) -> Test:
            return lambda raw, kind: kind != DIR and not (hidden and hidden(raw))

        return self._any_below(self._occupied, cursor, place, tests)

    def _any_below(
        self,
        witnesses: defaultdict[str, Witnesses],
        cursor: Cursor,
        place: Directory,
        tests: Tests,
    ) -> bool:
        known = witnesses[cursor.package.path]
        if known.known(cursor.path):
            return True
        found = self._farm.packages.find_below(cursor, place, tests)
        if found is not None:
            known.note(cursor.path, found.path)
        return found is not None
