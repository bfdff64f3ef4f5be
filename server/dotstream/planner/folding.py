"""Folding: when one link may stand for a whole directory of a package.

GNU Stow manual, "Tree folding".  ``safe`` folds only where the link shows exactly what a
link per file would show.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

from dotstream.fs.listing import DIR, SPECIAL
from dotstream.planner.trees import UNREADABLE
from dotstream.planner.witnesses import Witnesses

if TYPE_CHECKING:
    from dotstream.model.directory import Directory
    from dotstream.planner.cursor import Cursor
    from dotstream.planner.farm import Farm

__all__ = ["Folding", "stays_open"]


@lru_cache(maxsize=256)
def _glob(pattern: str) -> re.Pattern[str]:
    """Compile a ``never-fold`` path: ``*`` within a component, ``**`` across them."""
    parts = re.split(r"(\*\*|\*|\?)", pattern.strip("/"))
    meaning = {"**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(meaning.get(part, re.escape(part)) for part in parts))


def stays_open(cursor: Cursor, path: str) -> bool:
    """Whether ``never-fold`` names the target path itself."""
    return any(_glob(pattern).fullmatch(path) for pattern in cursor.package.never_fold)


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
        differing = self._differing[cursor.package.path]
        if differing.known(cursor.path):
            return False
        shown, packages = self._farm.naming.in_target, self._farm.packages
        for here, there, raw, kind in packages.below(cursor, place):
            if (
                kind == UNREADABLE
                or (kind == DIR and stays_open(here, there.join(shown(raw))))
                or (
                    not always
                    and (kind == SPECIAL or shown(raw) != raw or packages.hides(here, there, raw))
                )
            ):
                differing.note(cursor.path, here.path)
                return False
        return True

    def occupied(self, cursor: Cursor, place: Directory) -> bool:
        """Whether a package directory holds anything that would be linked."""
        occupied = self._occupied[cursor.package.path]
        if occupied.known(cursor.path):
            return True
        packages = self._farm.packages
        for here, there, raw, kind in packages.below(cursor, place):
            if kind == UNREADABLE or (kind != DIR and not packages.hides(here, there, raw)):
                occupied.note(cursor.path, here.path)
                return True
        return False
