"""Where the process stands: working directory, homes, small text files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "home_directory",
    "home_of",
    "is_directory",
    "read_text",
    "working_directory",
]


def working_directory() -> str:
    """Return the canonical path of the working directory.

    Raises:
        OSError: it no longer exists, or may not be read.
    """
    return os.getcwd()


def home_directory(environ: Mapping[str, str]) -> str:
    """Return ``$HOME``, or else the home directory that the system has on record."""
    return environ.get("HOME") or _recorded_home(None) or "/"


def home_of(user: str) -> str | None:
    """Return the home directory of ``user``, or ``None`` if there is no such user."""
    return _recorded_home(user)


def _recorded_home(user: str | None) -> str | None:
    import pwd

    try:
        return (pwd.getpwuid(os.getuid()) if user is None else pwd.getpwnam(user)).pw_dir
    except KeyError:
        return None


def is_directory(path: str) -> bool:
    """Whether ``path`` is a directory, following links."""
    return os.path.isdir(path)


def read_text(path: str) -> str | None:
    """Return the contents of a file, or ``None`` if there is none.

    Bytes that are not UTF-8 become lone surrogates, as in file names.

    Raises:
        OSError: it is there but cannot be read.
    """
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
