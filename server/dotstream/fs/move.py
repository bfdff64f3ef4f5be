"""Moving a file, link or directory without losing a byte, also across file systems."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotstream.fs.change import Changes

__all__ = ["clear_copy", "move", "move_back", "present"]

_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def move(changes: Changes, fd: int, name: str, path: str) -> None:
    """Move ``name`` in the directory ``fd`` to the absolute ``path``.

    Within a file system this is one rename.  Across file systems the copy is complete and
    on disk, with mode, owner, times and extended attributes, before the original goes.

    Raises:
        FileExistsError: the destination is taken; nothing was done.
        OSError: the system refused; the original is where it was.
    """
    there, base = _parent(path)
    try:
        _move(changes, fd, name, there, base)
    finally:
        os.close(there)


def move_back(changes: Changes, fd: int, name: str, path: str, *, discard: bool = False) -> None:
    """Move the absolute ``path`` back to ``name`` in the directory ``fd``.

    Args:
        discard: the original never left, so what is at ``path`` is only a copy of it.
    """
    there, base = _parent(path)
    try:
        if discard:
            changes.discard(there, base)
        else:
            _move(changes, there, base, fd, name)
    finally:
        os.close(there)


def clear_copy(changes: Changes, path: str) -> None:
    """Remove what an interrupted copy to ``path`` left."""
    try:
        there, base = _parent(path)
    except (FileNotFoundError, NotADirectoryError):
        return
    try:
        spare = _spare(base)
        if os.path.lexists(_through(there, spare)):
            changes.discard(there, spare)
    finally:
        os.close(there)


def present(path: str) -> bool:
    """Whether anything is at the absolute ``path``."""
    return os.path.lexists(path)


def _parent(path: str) -> tuple[int, str]:
    """Open the directory of a canonical path, not following any link on the way."""
    parent, base = os.path.split(path)
    fd = os.open("/", _FLAGS)
    for name in parent.split("/"):
        if name:
            try:
                inner = os.open(name, _FLAGS, dir_fd=fd)
            finally:
                os.close(fd)
            fd = inner
    return fd, base


def _move(changes: Changes, fd: int, name: str, to_fd: int, new: str) -> None:
    try:
        changes.rename(fd, name, to_fd, new)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        spare = _spare(new)
        changes.copy(_through(fd, name), _through(to_fd, spare))
        try:
            changes.rename(to_fd, spare, to_fd, new)
        except OSError:
            changes.discard(to_fd, spare)
            raise
        changes.sync(to_fd)
        changes.discard(fd, name)


def _spare(name: str) -> str:
    """Return the name of an unfinished copy; always ours, and never too long."""
    from hashlib import blake2b

    return f".~dotstream-copy-{blake2b(os.fsencode(name), digest_size=8).hexdigest()}"


def _through(fd: int, name: str) -> str:
    """Return a path that reaches ``name`` through the descriptor, whatever is renamed."""
    return f"/proc/self/fd/{fd}/{name}"
