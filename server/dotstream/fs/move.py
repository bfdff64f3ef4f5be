"""Moving a file, link or directory without losing a byte, also across file systems."""

from __future__ import annotations

import errno
import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotstream.fs.change import Changes

__all__ = ["move"]

_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


def move(changes: Changes, fd: int, name: str, path: str, *, back: bool = False) -> None:
    """Move ``name`` in the directory ``fd`` to the absolute ``path``, or back from there.

    Within a file system this is one rename.  Across file systems the copy is complete and
    on disk, with mode, times and extended attributes, before the original goes.

    Raises:
        FileExistsError: the destination is taken; nothing was done.
        OSError: the system refused; the original is where it was.
    """
    parent, base = os.path.split(path)
    there = os.open(parent, _FLAGS)
    try:
        old_fd, old, new_fd, new = (there, base, fd, name) if back else (fd, name, there, base)
        try:
            changes.rename(old_fd, old, new_fd, new)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _copy_then_remove(changes, old_fd, old, new_fd, new)
    finally:
        os.close(there)


def _copy_then_remove(changes: Changes, old_fd: int, old: str, new_fd: int, new: str) -> None:
    source, spare = _path(old_fd, old), f".~{new}"[:255]
    copy = _path(new_fd, spare)
    try:
        if os.path.isdir(source) and not os.path.islink(source):
            shutil.copytree(source, copy, symlinks=True, copy_function=_copy)
        else:
            _copy(source, copy, follow_symlinks=False)
        changes.rename(new_fd, spare, new_fd, new)
    except OSError:
        _remove(copy)
        raise
    os.fsync(new_fd)
    _remove(source)


def _path(fd: int, name: str) -> str:
    """Return a path that reaches ``name`` through the descriptor, whatever is renamed."""
    return f"/proc/self/fd/{fd}/{name}"


def _copy(source: str, copy: str, *, follow_symlinks: bool = False) -> str:
    shutil.copy2(source, copy, follow_symlinks=follow_symlinks)
    if not os.path.islink(copy):
        status = os.stat(source, follow_symlinks=False)
        if os.geteuid() == 0:
            os.chown(copy, status.st_uid, status.st_gid)
            os.chmod(copy, status.st_mode & 0o7777)
        handle = os.open(copy, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    return copy


def _remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)
