"""A volume that finds names as most Macs do: whatever their case and their form of Unicode.

It keeps each name as it was given.  ``folding.py BACKING MOUNTPOINT`` serves it, from FUSE's
library, until it is unmounted; what takes long or much there is no matter.
"""

from __future__ import annotations

import errno
import os
import sys
import unicodedata
from importlib import import_module
from typing import Any

mfusepy: Any = import_module("mfusepy")  # untyped, and not everywhere

_NO_REPLACE, _EXCHANGE = 1, 2


def _key(name: str) -> str:
    return unicodedata.normalize("NFD", name).casefold()


class _Folding(mfusepy.Operations):  # type: ignore[misc]
    use_ns = True

    def __init__(self, backing: str) -> None:
        self._backing = backing

    def _real(self, path: str) -> str:
        here = self._backing
        for part in filter(None, path.split("/")):
            names = os.listdir(here) if os.path.isdir(here) else []
            here += "/" + next((name for name in names if _key(name) == _key(part)), part)
        return here

    def getattr(self, path: str, _fh: int | None = None) -> dict[str, int]:
        status = os.lstat(self._real(path))
        names = ("st_gid", "st_ino", "st_mode", "st_nlink", "st_size", "st_uid")
        times = {name: getattr(status, f"{name}_ns") for name in ("st_atime", "st_mtime")}
        return {name: getattr(status, name) for name in names} | times

    def readdir(self, path: str, _fh: int) -> list[tuple[str, None, int]]:
        return [(name, None, 0) for name in (".", "..", *os.listdir(self._real(path)))]

    def readlink(self, path: str) -> str:
        return os.readlink(self._real(path))

    def mkdir(self, path: str, mode: int) -> None:
        os.mkdir(self._real(path), mode)

    def rmdir(self, path: str) -> None:
        os.rmdir(self._real(path))

    def unlink(self, path: str) -> None:
        os.unlink(self._real(path))

    def symlink(self, target: str, source: str) -> None:
        os.symlink(source, self._real(target))

    def link(self, target: str, source: str) -> None:
        os.link(self._real(source), self._real(target), follow_symlinks=False)

    def rename(self, old: str, new: str, flags: int = 0) -> None:
        source, target = self._real(old), self._real(new)
        if source == target:
            target = os.path.join(os.path.dirname(target), os.path.basename(new))
        elif flags & _NO_REPLACE and os.path.lexists(target):
            raise mfusepy.FuseOSError(errno.EEXIST)
        elif flags & _EXCHANGE:
            os.rename(target, f"{target}.exchanged")
            os.rename(source, target)
            target, source = source, f"{target}.exchanged"
        os.rename(source, target)

    def chmod(self, path: str, mode: int) -> None:
        os.chmod(self._real(path), mode)

    def utimens(self, path: str, times: tuple[int, int]) -> None:
        os.utime(self._real(path), ns=times, follow_symlinks=False)

    def open(self, path: str, flags: int) -> int:
        return os.open(self._real(path), flags)

    def create(self, path: str, mode: int, _fi: Any = None) -> int:
        return os.open(self._real(path), os.O_RDWR | os.O_CREAT, mode)

    def read(self, _path: str, size: int, offset: int, fh: int) -> bytes:
        return os.pread(fh, size, offset)

    def write(self, _path: str, data: bytes, offset: int, fh: int) -> int:
        return os.pwrite(fh, data, offset)

    def truncate(self, path: str, length: int, _fh: int | None = None) -> None:
        os.truncate(self._real(path), length)

    def release(self, _path: str, fh: int) -> None:
        os.close(fh)

    def fsync(self, _path: str, _data: int, fh: int) -> None:
        os.fsync(fh)


class _Served(mfusepy.FUSE):  # type: ignore[misc]
    def rename_fuse_3(self, old: bytes, new: bytes, flags: int) -> None:
        """Heed the flags, which the library's own drops."""
        self.operations.rename(os.fsdecode(old), os.fsdecode(new), flags)


if __name__ == "__main__":
    at_once = dict.fromkeys(("attr_timeout", "entry_timeout", "negative_timeout"), 0)
    _Served(
        _Folding(sys.argv[1]),
        sys.argv[2],
        foreground=True,
        nothreads=True,
        use_ino=True,
        **at_once,
    )
