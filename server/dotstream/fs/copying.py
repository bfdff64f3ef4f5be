"""Copying an entry to another file system, with all that belongs to it."""

from __future__ import annotations

import os
import stat

__all__ = ["copy_entry", "part_of", "remove_entry"]


def copy_entry(source: str, copy: str) -> None:
    """Copy a file, link or directory to where nothing is, and have it on the disk.

    Raises:
        OSError: the system refused; what was copied so far was removed.
    """
    import shutil

    try:
        if os.path.isdir(source) and not os.path.islink(source):
            shutil.copytree(source, copy, symlinks=True, copy_function=_copy)
            _own(source, copy)
            _sync(copy)
        else:
            _copy(source, copy)
    except (OSError, shutil.Error):
        remove_entry(copy)
        raise


def _copy(source: str, copy: str) -> str:
    """Copy one file or link."""
    import shutil

    status = os.stat(source, follow_symlinks=False)
    if stat.S_ISREG(status.st_mode):
        with open(source, "rb") as old, open(copy, "xb") as new:
            shutil.copyfileobj(old, new, 1 << 20)
        _own(source, copy)
        shutil.copystat(source, copy)
        _sync(copy)
    else:
        shutil.copy2(source, copy, follow_symlinks=False)
        _own(source, copy)
    return copy


def _own(source: str, copy: str) -> None:
    """Give the copy the owner of the original, as far as we may."""
    status = os.stat(source, follow_symlinks=False)
    made = os.stat(copy, follow_symlinks=False)
    if (status.st_uid, status.st_gid) != (made.st_uid, made.st_gid):
        try:
            os.chown(copy, status.st_uid, status.st_gid, follow_symlinks=False)
        except PermissionError:
            return  # only root may; the content and the mode are what matters
    if not stat.S_ISLNK(status.st_mode):
        os.chmod(copy, stat.S_IMODE(status.st_mode))


def _sync(path: str) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def remove_entry(path: str) -> None:
    """Remove an entry and all that is in it, if it is there."""
    import shutil

    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def part_of(one: str, other: str) -> bool:
    """Whether everything in one entry is in the other, with the same content and mode."""
    first, second = os.stat(one, follow_symlinks=False), os.stat(other, follow_symlinks=False)
    if first.st_mode != second.st_mode:
        return False
    if stat.S_ISLNK(first.st_mode):
        return os.readlink(one) == os.readlink(other)
    if stat.S_ISDIR(first.st_mode):
        names = os.listdir(one)
        return set(names) <= set(os.listdir(other)) and all(
            part_of(f"{one}/{name}", f"{other}/{name}") for name in names
        )
    if not stat.S_ISREG(first.st_mode):
        return True
    return first.st_size == second.st_size and _same_bytes(one, other)


def _same_bytes(one: str, other: str) -> bool:
    with open(one, "rb") as first, open(other, "rb") as second:
        while block := first.read(1 << 20):
            if block != second.read(1 << 20):
                return False
        return not second.read(1)
