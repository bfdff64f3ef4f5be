"""Mount points: which paths are, and which were as a run began and only look so later.

An empty directory is what is left where a file system was mounted.  Only where it is written
down that one was does that not look like a directory in which nothing was done.
"""

from __future__ import annotations

import os
import re

from dotstream.fs.files import opened, read_text
from dotstream.fs.system import on_disk
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_TABLE = "/proc/self/mountinfo"
_PATH = 4  # proc(5): the field with the place of a mount
_octal = re.compile(rb"\\([0-7]{3})")


def is_mount_point(path: str, places: Collection[str]) -> bool:
    """Whether something is mounted at the absolute path; a file can be a mount point as well.

    Where there is no table of mounts, what is of the same device as its directory is missed.

    Args:
        places: as ``mount_points`` returns them.
    """
    return path in places or (not places and os.path.ismount(path))


def mounted(targets: Iterable[str]) -> list[str]:
    """Return where something is mounted on targets and below, as far as there is a table."""
    places, found = mount_points(), set[str]()
    for target in targets:
        found |= {each for each in places if each == target or each.startswith(f"{target}/")}
    return sorted(found)


def note(path: str, transaction: int, places: list[str]) -> None:
    """Write down, onto the disk, what is mounted as a transaction begins to change something.

    Raises:
        OSError: it cannot be written.
    """
    fd = opened(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        os.write(fd, os.fsencode("\0".join([str(transaction), *places])))
        on_disk(fd)
    finally:
        os.close(fd)


def away(path: str, transaction: int) -> list[str]:
    """Return directories that were mounted as a transaction began, and only look so now."""
    try:
        number, *places = (read_text(path) or "").split("\0")
    except OSError:
        return []
    if number != str(transaction):
        return []
    there = mount_points()
    if not there:  # no table: then nobody can tell
        return []
    return [place for place in places if place not in there and os.path.isdir(place)]


def mount_points() -> set[str]:
    """Return all mount points; none where there is no table of them."""
    try:
        with open(_TABLE, "rb") as table:
            return {os.fsdecode(_place(line)) for line in table}
    except OSError:
        return set()


def _place(line: bytes) -> bytes:
    return _octal.sub(lambda found: bytes([int(found[1], 8)]), line.split(b" ")[_PATH])
