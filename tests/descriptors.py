"""What this process has open, asked in a way that every system answers."""

from __future__ import annotations

import fcntl
import os
import resource
import sys

__all__ = ["opened", "place"]


def opened() -> list[int]:
    """Return the descriptors that are open, the lowest first."""
    limit = min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 4096)
    return [fd for fd in range(limit) if _is_open(fd)]


def place(fd: int) -> str:
    """Return the path of what is behind a descriptor."""
    if sys.platform == "darwin":
        return os.fsdecode(fcntl.fcntl(fd, fcntl.F_GETPATH, bytes(1024)).rstrip(b"\0"))
    return os.readlink(f"/proc/self/fd/{fd}")


def _is_open(fd: int) -> bool:
    try:
        fcntl.fcntl(fd, fcntl.F_GETFD)
    except OSError:
        return False
    return True
