"""Judging one link of ours that is there: does it lead anywhere?"""

from __future__ import annotations

import errno
import posixpath

from dotstream.doctor import shell_commands
from dotstream.fs.access import followed
from dotstream.fs.files import is_directory, present
from dotstream.fs.oserror import GONE, reason
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.directory import Directory
from dotstream.model.finding import Finding

if TYPE_CHECKING:
    from dotstream.doctor.heirs import Heirs
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
    if present(full):
        return Finding("broken_member", place, name, package, text, detail=full)
    if owner.moved and present(owner.full):
        absolute = text.startswith("/")
        wanted = owner.full if absolute else posixpath.relpath(owner.full, place.absolute)
    if not is_directory(stow_dir):
        return Finding("lost_directory", Directory(stow_dir), "", package, text)
    package_there = present(f"{stow_dir.rstrip('/')}/{package}")
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
