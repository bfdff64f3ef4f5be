"""Copying an entry to another file system, and what the copy does not have of it.

Everything is reached through the descriptor of its directory, and no link is followed.  Trees
may be of any depth: there is no recursion, and a descriptor for one directory at a time.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager

from dotstream.fs.system import attributes_lost, copy_attributes, on_disk
from dotstream.light_typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

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


class _Way:
    """A directory, and those further down, one at a time: a descriptor, however deep it is."""

    __slots__ = ("_above", "fd")

    def __init__(self, fd: int) -> None:
        self.fd = os.dup(fd)
        self._above: list[tuple[int, int]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.fd)

    def down(self, name: str) -> None:
        """Go into a directory."""
        here = os.fstat(self.fd)
        inner = os.open(name, _DIRECTORY, dir_fd=self.fd)
        os.close(self.fd)
        self.fd = inner
        self._above.append((here.st_dev, here.st_ino))

    def up(self) -> int:
        """Go back, and return the descriptor of where it was, which the caller closes.

        Raises:
            OSError: somebody moved the directory in the meantime.
        """
        above = os.open("..", _DIRECTORY, dir_fd=self.fd)
        status = os.fstat(above)
        if (status.st_dev, status.st_ino) != self._above.pop():
            os.close(above)
            raise OSError("a directory was moved away while it was being read")
        left, self.fd = self.fd, above
        return left


def _copy(fd: int, name: str, to_fd: int, new: str) -> None:
    names = _copied(fd, name, to_fd, new)
    if not names:
        return
    with _Way(fd) as old, _Way(to_fd) as made:
        old.down(name)
        made.down(new)
        waiting = [iter(names)]
        while waiting:
            for inner in waiting[-1]:
                names = _copied(old.fd, inner, made.fd, inner)
                if names:
                    old.down(inner)
                    made.down(inner)
                    waiting.append(iter(names))
                    break
            else:
                waiting.pop()
                with _closing(old.up()) as one, _closing(made.up()) as two:
                    _finish(one, two)


def _copied(fd: int, name: str, to_fd: int, new: str) -> list[str] | None:
    """Copy one entry; of a directory that is not finished yet, return what is in it."""
    status = os.stat(name, dir_fd=fd, follow_symlinks=False)
    if stat.S_ISLNK(status.st_mode):
        os.symlink(os.readlink(name, dir_fd=fd), new, dir_fd=to_fd)
        _own_link(status, to_fd, new)
    elif stat.S_ISDIR(status.st_mode):
        os.mkdir(new, 0o700, dir_fd=to_fd)
        with _opened(name, _DIRECTORY, fd) as old, _opened(new, _DIRECTORY, to_fd) as made:
            names = os.listdir(old)
            if not names:
                _finish(old, made)
            return names
    elif stat.S_ISREG(status.st_mode):
        with _opened(name, _READ, fd) as old, _opened(new, _WRITE, to_fd) as made:
            for start, end in _extents(old):
                _copy_bytes(old, made, start, end)
            os.ftruncate(made, os.fstat(old).st_size)  # what ends in a hole
            _finish(old, made)
    else:
        raise OSError(f"{name} is neither file, link nor directory")
    return None


def _extents(fd: int) -> Iterator[tuple[int, int]]:
    """Stream where a file holds something; what is between takes no room, nor will its copy."""
    size, end = os.fstat(fd).st_size, 0
    while end < size:
        try:
            start = os.lseek(fd, end, os.SEEK_DATA)
            end = os.lseek(fd, start, os.SEEK_HOLE)
        except OSError as error:
            if error.errno == errno.ENXIO:
                return  # the rest is a hole
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):
                raise
            start, end = end, size  # this file system does not tell
        yield start, min(end, size)


def _copy_bytes(fd: int, made: int, start: int, end: int) -> None:
    os.lseek(fd, start, os.SEEK_SET)
    os.lseek(made, start, os.SEEK_SET)
    while start < end and (block := os.read(fd, min(_BLOCK, end - start))):
        start += len(block)
        view = memoryview(block)
        while view:
            view = view[os.write(made, view) :]


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
    if _removed(fd, name):
        return
    with _Way(fd) as way:
        way.down(name)
        waiting = [(name, iter(os.listdir(way.fd)))]
        while waiting:
            here, names = waiting[-1]
            for inner in names:
                if not _removed(way.fd, inner):
                    way.down(inner)
                    waiting.append((inner, iter(os.listdir(way.fd))))
                    break
            else:
                waiting.pop()
                os.close(way.up())
                os.rmdir(here, dir_fd=way.fd)


def _removed(fd: int, name: str) -> bool:
    """Remove an entry that is no directory, or an empty one; tell if nothing is there now."""
    try:
        status = os.stat(name, dir_fd=fd, follow_symlinks=False)
        if not stat.S_ISDIR(status.st_mode):
            os.unlink(name, dir_fd=fd)
            return True
        os.rmdir(name, dir_fd=fd)
    except FileNotFoundError:
        return True
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        return False
    return True


def part_of(fd: int, name: str, other_fd: int, other: str) -> bool:
    """Whether everything in one entry is in the other, with the same content and mode."""
    if not _same(fd, name, other_fd, other):
        return False
    if not _is_directory(fd, name):
        return True
    with _Way(fd) as one, _Way(other_fd) as two:
        one.down(name)
        two.down(other)
        waiting = [iter(os.listdir(one.fd))]
        while waiting:
            for inner in waiting[-1]:
                if not _same(one.fd, inner, two.fd, inner):
                    return False
                if _is_directory(one.fd, inner):
                    one.down(inner)
                    two.down(inner)
                    waiting.append(iter(os.listdir(one.fd)))
                    break
            else:
                waiting.pop()
                os.close(one.up())
                os.close(two.up())
    return True


def _is_directory(fd: int, name: str) -> bool:
    return stat.S_ISDIR(os.stat(name, dir_fd=fd, follow_symlinks=False).st_mode)


def _same(fd: int, name: str, other_fd: int, other: str) -> bool:
    """Whether two entries are the same, but for what is in them if they are directories."""
    first = os.stat(name, dir_fd=fd, follow_symlinks=False)
    try:
        second = os.stat(other, dir_fd=other_fd, follow_symlinks=False)
    except FileNotFoundError:
        return False
    if stat.S_IFMT(first.st_mode) != stat.S_IFMT(second.st_mode):
        return False
    if stat.S_ISLNK(first.st_mode):  # its mode means nothing, and the umask may be in it
        return os.readlink(name, dir_fd=fd) == os.readlink(other, dir_fd=other_fd)
    if first.st_mode != second.st_mode:
        return False
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
    with _closing(os.open(name, flags, 0o600, dir_fd=fd)) as opened:
        yield opened


@contextmanager
def _closing(fd: int) -> Iterator[int]:
    try:
        yield fd
    finally:
        os.close(fd)


def crosses(path: str, there: str) -> bool:
    """Whether ``path`` is on another file system than a directory, or what is above that."""
    while not os.path.lexists(there):
        there = os.path.dirname(there)
    return os.lstat(path).st_dev != os.stat(there).st_dev


def left_behind(path: str, there: str) -> str | None:
    """Return what one entry loses when it is copied to ``there``, in words, or ``None``."""
    while not os.path.lexists(there):
        there = os.path.dirname(there)
    status = os.lstat(path)
    if stat.S_ISREG(status.st_mode) and status.st_nlink > 1:
        more = status.st_nlink - 1
        other = "1 other name" if more == 1 else f"{more} other names"
        return f"it has {other} (hard links), which will be a file of their own from then on"
    lost = attributes_lost(path, there)
    return f"it loses the attributes {', '.join(lost)}" if lost else None
