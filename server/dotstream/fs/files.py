"""Whole files, and plain look-ups by absolute path."""

from __future__ import annotations

import glob
import os
from itertools import islice

__all__ = [
    "entries",
    "exists",
    "expand_pattern",
    "file_identity",
    "is_directory",
    "is_file",
    "present",
    "read_bytes",
    "read_start",
    "read_text",
    "replace_text",
    "subdirectories",
    "write_new",
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


def file_identity(path: str) -> tuple[int, int] | None:
    """Return (device, inode) of what ``path`` leads to, or ``None`` if it leads nowhere."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


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


def write_new(path: str, text: str) -> None:
    """Create the file at ``path`` with ``text`` in it, as UTF-8.

    Raises:
        FileExistsError: something is there, be it a broken link.
        OSError: it cannot be written.
    """
    with open(path, "x", encoding="utf-8") as file:
        file.write(text)


def replace_text(path: str, text: str) -> None:
    """Write a file whole, so that nobody ever sees half of it; as UTF-8.

    Bytes that are not UTF-8 are surrogates in ``text``, as in file names.

    Directories above it are made.  Links are followed, and permissions stay what they are;
    a new file is its owner's alone.

    Raises:
        OSError: it cannot be written.
    """
    path = os.path.realpath(path)
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    beside = f"{path}.{os.getpid()}.new"
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(fd, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            if os.path.exists(path):
                os.fchmod(fd, os.stat(path).st_mode & 0o7777)
            file.write(text)
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise


def present(path: str) -> bool:
    """Whether anything is at ``path``; a broken link counts."""
    return os.path.lexists(path)


def expand_pattern(path: str) -> list[str]:
    """Return the paths that match, sorted; ``path`` itself if it is there or no pattern.

    As in a shell, ``*`` matches hidden names only where the pattern says the dot.
    """
    if os.path.lexists(path) or not glob.has_magic(path):
        return [path]
    return sorted(glob.glob(path), key=os.fsencode)
