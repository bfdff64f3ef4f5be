"""Judging one link of ours that is there: does it lead anywhere, and where should it lead now?"""

from __future__ import annotations

import errno
import posixpath

from dotstream.doctor import shell_commands
from dotstream.fs.access import followed
from dotstream.fs.files import is_directory, is_link, present
from dotstream.fs.listing import DIR, SPECIAL
from dotstream.fs.oserror import GONE, reason
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.directory import Directory
from dotstream.model.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from dotstream.model.options import Package
    from dotstream.planner.cursor import Cursor
    from dotstream.planner.farm import Farm
    from dotstream.planner.ownership import Owner


def destination(place: Directory, text: str) -> str:
    """Return the absolute path that a link's text names, read without the disk."""
    full = posixpath.normpath(posixpath.join(place.absolute, text))
    return full[1:] if full.startswith("//") else full


def leads_to_file(farm: Farm, place: Directory, text: str) -> bool:
    """Whether a link leads to something that is no directory; then nothing is wrong with it."""
    return _followed(farm, place, text) is None


def _followed(farm: Farm, place: Directory, text: str) -> int | tuple[int, int] | None:
    return followed(farm.target.fd, text if text.startswith("/") else place.join(text))


def judge(
    farm: Farm,
    place: Directory,
    name: str,
    text: str,
    owner: Owner,
    heirs: Heirs,
    *,
    wanted: str | None = None,
) -> Finding | None:
    """Return what is wrong with a link of ours, or ``None`` if it leads somewhere.

    Args:
        text: the link's text.
        owner: whose it is.
        heirs: finds what it should lead to, if its package was renamed or its member moved.
        wanted: what it should say instead, where that is known.
    """
    package, stow_dir = owner.package, owner.stow_dir
    number = _followed(farm, place, text)
    if number is None:
        return None
    if number == errno.ELOOP or (not isinstance(number, int) and _above(farm, place, number)):
        return Finding("link_loop", place, name, package, text)
    if not isinstance(number, int):
        return None
    full = destination(place, text)
    if number not in GONE:
        why = f"what this link of package {package} leads to cannot be looked at: "
        return Finding(
            "no_permission", place, name, package, text, detail=why + reason(OSError(number, ""))
        )
    top = f"{stow_dir.rstrip('/')}/{package}"
    if present(full) or (is_link(top) and not is_directory(top)):
        leads = full if present(full) else top
        return Finding("broken_member", place, name, package, text, detail=leads)
    if owner.moved and present(owner.full):
        absolute = text.startswith("/")
        wanted = owner.full if absolute else posixpath.relpath(owner.full, place.absolute)
    if not is_directory(stow_dir):
        return Finding("lost_directory", Directory(stow_dir), "", package, text)
    package_there = present(top)
    heir = None if wanted else heirs.find(place, name, managed=package_there)
    return Finding(
        "broken_link" if package_there else "orphaned_link",
        place,
        name,
        package,
        text,
        heir[1] if heir else wanted,
        command=shell_commands.FIX,
        heir=heir[0] if heir else None,
    )


def _above(farm: Farm, place: Directory, identity: tuple[int, int]) -> bool:
    """Whether a directory is ``place`` itself or one that it is in."""
    here: Directory | None = place
    while here is not None:
        if farm.target.identity(here.path or ".") == identity:
            return True
        here = here.parent
    return False


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
