"""Errors of the system, judged and put into words."""

from __future__ import annotations

import errno
import os

from dotstream.errors import DotstreamError
from dotstream.fs.files import UnfitFile

GONE = (errno.ENOENT, errno.ENOTDIR)
"""Numbers of errors that say that nothing is there; any other leaves that open."""


def is_permission(error: OSError) -> bool:
    """Whether the operating system refused for lack of rights."""
    refused = isinstance(error, UnfitFile) and error.refused
    return refused or error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)


def reason(error: OSError) -> str:
    """Return the operating system's reason in words."""
    return os.strerror(error.errno) if error.errno else str(error)


def kind_of(error: BaseException) -> str:
    """Return one stable word for whatever ended a request or a command."""
    if isinstance(error, DotstreamError):
        return error.kind
    if isinstance(error, OSError):
        return "permission" if is_permission(error) else "system"
    return "bug"
