"""What a copy on another file system does not have of the original."""

from __future__ import annotations

import os
import stat

from dotstream.fs.system import attributes_lost


def crosses(path: str, there: str) -> bool:
    """Whether ``path`` is on another file system than a directory, or what is above that."""
    while not os.path.lexists(there):
        there = os.path.dirname(there)
    return os.lstat(path).st_dev != os.stat(there).st_dev


def left_behind(path: str, there: str) -> str | None:
    """Return what one entry loses when it is copied to ``there``, in words, or ``None``."""
    while not os.path.lexists(there):
        there = os.path.dirname(there)
    status = os.lstat(path)
    if stat.S_ISREG(status.st_mode) and status.st_nlink > 1:
        more = status.st_nlink - 1
        other = "1 other name" if more == 1 else f"{more} other names"
        return f"it has {other} (hard links), which will be a file of their own from then on"
    lost = attributes_lost(path, there)
    return f"it loses the attributes {', '.join(lost)}" if lost else None
