"""Where a broken link should lead now: its package was renamed, or its member moved."""

from __future__ import annotations

from dotstream.fs.listing import DIR, SPECIAL
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.directory import Directory

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from dotstream.model.options import Package
    from dotstream.planner.cursor import Cursor
    from dotstream.planner.farm import Farm


class Heirs:
    """Finds the one package that has something for a path of the target.

    Args:
        packages: those that are for this target and this machine.
        managed: the names of those that are managed.
    """

    def __init__(self, farm: Farm, packages: Iterable[Package], managed: Container[str]) -> None:
        self._farm, self._managed = farm, managed
        self._tops = list(map(farm.packages.top, packages))
        self._place: Directory | None = None
        self._cursors: list[Cursor] = []

    def find(self, place: Directory, name: str, *, managed: bool) -> tuple[str, str] | None:
        """Return whose link belongs at a path, and its text; ``None`` if that is not clear.

        Args:
            managed: whether only a package that is managed may come there.
        """
        if place is not self._place:
            self._place, self._cursors = place, self._reached(place)
        packages, found = self._farm.packages, []
        for cursor in self._cursors:
            try:
                members = list(packages.members(cursor, place, name))
            except OSError:
                return None
            stem = self._farm.naming.prefix(cursor, place)
            found += [(stem + raw, kind, cursor) for _, kind, raw in members]
        if len(found) != 1:
            return None
        text, kind, cursor = found[0]
        package = cursor.package
        opened = kind == DIR and package.folding == "never"
        if opened or kind == SPECIAL or (managed and package.name not in self._managed):
            return None
        return package.name, text

    def _reached(self, place: Directory) -> list[Cursor]:
        here, cursors = Directory(place.root), self._tops
        for name in place.path.split("/") if place.path else ():
            cursors = self._farm.subdirectories(cursors, here, name)
            here = here.child(name)
        return cursors
