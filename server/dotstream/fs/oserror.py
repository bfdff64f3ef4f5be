"""Errors of the system, judged and put into words."""

from __future__ import annotations

import errno
import os

__all__ = ["is_permission", "reason"]


def is_permission(error: OSError) -> bool:
    """Whether the operating system refused for lack of rights."""
    return error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)


def reason(error: OSError) -> str:
    """Return the operating system's reason in words."""
    return os.strerror(error.errno) if error.errno else str(error)
