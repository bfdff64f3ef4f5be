"""Which paths are mount points."""

from __future__ import annotations

import os
import re

__all__ = ["is_mount_point"]

_TABLE = "/proc/self/mountinfo"
_PATH = 4  # proc(5): the field with the place of a mount
_octal = re.compile(rb"\\([0-7]{3})")


def is_mount_point(path: str) -> bool:
    """Whether something is mounted at the absolute path; a file can be a mount point as well.

    Where there is no table of mounts, what is of the same device as its directory is missed.
    """
    if os.path.ismount(path):
        return True
    wanted = os.fsencode(path)
    try:
        with open(_TABLE, "rb") as table:
            return any(_place(line) == wanted for line in table)
    except OSError:
        return False


def _place(line: bytes) -> bytes:
    return _octal.sub(lambda found: bytes([int(found[1], 8)]), line.split(b" ")[_PATH])
