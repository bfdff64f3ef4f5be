"""Copying an entry to another file system, with all that belongs to it.

Everything is reached through the descriptor of its directory, and no link is followed.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dotstream.fs.system import copy_attributes, on_disk

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["copy_entry", "part_of", "remove_entry"]

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_BLOCK = 1 << 20


def copy_entry(fd: int, name: str, to_fd: int, new: str) -> None:
    """Copy a file, link or directory to where nothing is, and have it on the disk.

    Raises:
        OSError: the system refused; what was copied so far was removed.
    """
    try:
        _copy(fd, name, to_fd, new)
    except OSError:
        remove_entry(to_fd, new)
        raise


def _copy(fd: int, name: str, to_fd: int, new: str) -> None:
    status = os.stat(name, dir_fd=fd, follow_symlinks=False)
    if stat.S_ISLNK(status.st_mode):
        os.symlink(os.readlink(name, dir_fd=fd), new, dir_fd=to_fd)
        _own_link(status, to_fd, new)
    elif stat.S_ISDIR(status.st_mode):
        os.mkdir(new, 0o700, dir_fd=to_fd)
        with _opened(name, _DIRECTORY, fd) as old, _opened(new, _DIRECTORY, to_fd) as made:
            for inner in os.listdir(old):
                _copy(old, inner, made, inner)
            _finish(old, made)
    elif stat.S_ISREG(status.st_mode):
        with _opened(name, _READ, fd) as old, _opened(new, _WRITE, to_fd) as made:
            while block := os.read(old, _BLOCK):
                view = memoryview(block)
                while view:
                    view = view[os.write(made, view) :]
            _finish(old, made)
    else:
        raise OSError(f"{name} is neither file, link nor directory")


def _finish(fd: int, made: int) -> None:
    """Give a copy what belongs to the original beside its content, and have it on the disk."""
    status = os.fstat(fd)
    here = os.fstat(made)
    if (status.st_uid, status.st_gid) != (here.st_uid, here.st_gid):
        try:
            os.chown(made, status.st_uid, status.st_gid)
        except PermissionError:
            pass  # only root may; the content and the mode are what matters
    copy_attributes(fd, made)
    os.chmod(made, stat.S_IMODE(status.st_mode))
    os.utime(made, ns=(status.st_atime_ns, status.st_mtime_ns))
    on_disk(made)


def _own_link(status: os.stat_result, to_fd: int, new: str) -> None:
    here = os.stat(new, dir_fd=to_fd, follow_symlinks=False)
    if (status.st_uid, status.st_gid) != (here.st_uid, here.st_gid):
        try:
            os.chown(new, status.st_uid, status.st_gid, dir_fd=to_fd, follow_symlinks=False)
        except PermissionError:
            pass
    times = (status.st_atime_ns, status.st_mtime_ns)
    os.utime(new, ns=times, dir_fd=to_fd, follow_symlinks=False)


def remove_entry(fd: int, name: str) -> None:
    """Remove an entry and all that is in it, if it is there."""
    import shutil

    try:
        status = os.stat(name, dir_fd=fd, follow_symlinks=False)
    except FileNotFoundError:
        return
    if stat.S_ISDIR(status.st_mode):
        shutil.rmtree(name, dir_fd=fd)
    else:
        os.unlink(name, dir_fd=fd)


def part_of(fd: int, name: str, other_fd: int, other: str) -> bool:
    """Whether everything in one entry is in the other, with the same content and mode."""
    first = os.stat(name, dir_fd=fd, follow_symlinks=False)
    second = os.stat(other, dir_fd=other_fd, follow_symlinks=False)
    if stat.S_IFMT(first.st_mode) != stat.S_IFMT(second.st_mode):
        return False
    if stat.S_ISLNK(first.st_mode):  # its mode means nothing, and the umask may be in it
        return os.readlink(name, dir_fd=fd) == os.readlink(other, dir_fd=other_fd)
    if first.st_mode != second.st_mode:
        return False
    if stat.S_ISDIR(first.st_mode):
        with _opened(name, _DIRECTORY, fd) as one, _opened(other, _DIRECTORY, other_fd) as two:
            names = os.listdir(one)
            return set(names) <= set(os.listdir(two)) and all(
                part_of(one, inner, two, inner) for inner in names
            )
    if not stat.S_ISREG(first.st_mode):
        return True
    if first.st_size != second.st_size:
        return False
    with _opened(name, _READ, fd) as one, _opened(other, _READ, other_fd) as two:
        return _same_bytes(one, two)


def _same_bytes(one: int, two: int) -> bool:
    with open(one, "rb", closefd=False) as first, open(two, "rb", closefd=False) as second:
        while block := first.read(_BLOCK):
            if block != second.read(_BLOCK):
                return False
        return not second.read(1)


@contextmanager
def _opened(name: str, flags: int, fd: int) -> Iterator[int]:
    opened = os.open(name, flags, 0o600, dir_fd=fd)
    try:
        yield opened
    finally:
        os.close(opened)
