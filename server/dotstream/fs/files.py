"""Whole files and plain look-ups by absolute path, and facts about this machine."""

from __future__ import annotations

import os
import sys
from itertools import islice

__all__ = [
    "entries",
    "exists",
    "host_name",
    "is_directory",
    "is_file",
    "platform",
    "read_bytes",
    "read_start",
    "subdirectories",
]


def read_bytes(path: str) -> bytes | None:
    """Return the contents of a file, or ``None`` if there is nothing at ``path``.

    Raises:
        OSError: something is there but cannot be read.
    """
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def read_start(path: str, size: int) -> bytes:
    """Return the first ``size`` bytes of a file, or all of them.

    Raises:
        OSError: it cannot be read.
    """
    with open(path, "rb") as file:
        return file.read(size)


def exists(path: str) -> bool:
    """Whether ``path`` leads to anything, following links."""
    return os.path.exists(path)


def is_file(path: str) -> bool:
    """Whether ``path`` leads to a regular file, following links."""
    return os.path.isfile(path)


def is_directory(path: str) -> bool:
    """Whether ``path`` leads to a directory, following links."""
    return os.path.isdir(path)


def subdirectories(path: str) -> list[str]:
    """Return the names of the directories in ``path``, links to directories too, by bytes.

    Hidden ones are left out.

    Raises:
        OSError: the directory cannot be read.
    """
    with os.scandir(path) as scan:
        names = [entry.name for entry in scan if entry.name[0] != "." and entry.is_dir()]
    return sorted(names, key=os.fsencode)


def entries(path: str, most: int) -> list[tuple[str, bool]]:
    """Return the first names in a directory and whether each is a directory, links not followed.

    They are in no order; a directory that cannot be read has none.
    """
    try:
        with os.scandir(path) as scan:
            return [
                (entry.name, entry.is_dir(follow_symlinks=False)) for entry in islice(scan, most)
            ]
    except OSError:
        return []


def host_name() -> str:
    """Return the name of this machine."""
    return os.uname().nodename


def platform() -> str:
    """Return the kind of system in one word, such as ``linux`` or ``darwin``."""
    return sys.platform.rstrip("0123456789")
