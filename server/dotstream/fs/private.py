"""Files that others are not meant to see: by what they hold, or by who may read them."""

from __future__ import annotations

import os
import re
import stat

KEY = "a private key"

_KEYS = re.compile(rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY|PuTTY-User-Key-File-|AGE-SECRET-KEY-1")
_HEAD = 512  # bytes; age keeps its key behind two lines of comment
_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC


def privacy(fd: int, path: str, *, follow: bool = False) -> str | None:
    """Return why the file at ``path`` looks private, or ``None`` if it does not.

    Args:
        follow: whether a link stands for what it leads to.

    Raises:
        OSError: it is missing.
    """
    status = os.stat(path, dir_fd=fd, follow_symlinks=follow)
    if not stat.S_ISREG(status.st_mode):
        return None
    if _KEYS.search(_head(fd, path, follow=follow)):
        return KEY
    return None if status.st_mode & 0o077 else "a file that only its owner can read"


def _head(fd: int, path: str, *, follow: bool) -> bytes:
    try:
        file = os.open(path, _READ | (0 if follow else os.O_NOFOLLOW), dir_fd=fd)
    except OSError:
        return b""  # what cannot be read is not told apart by what it holds
    try:
        return os.read(file, _HEAD)
    finally:
        os.close(file)
