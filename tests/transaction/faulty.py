"""The seam to the file system with faults in it: real changes, until one is refused."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dotstream.fs.change import Changes

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Faulty", "Watched"]


class Watched(Changes):
    """Calls ``before(number, call, name)`` before every change."""

    def __init__(self, before: Callable[[int, str, str], None]) -> None:
        super().__init__()
        self.link = self._link
        self._before = before
        self._number = 0

    def _step(self, call: str, name: str) -> None:
        self._number += 1
        self._before(self._number, call, name)

    def _link(self, text: str | bytes, name: str | bytes, *, dir_fd: int) -> None:
        self._step("symlink", os.fsdecode(name))
        os.symlink(text, name, dir_fd=dir_fd)

    def mkdir(self, fd: int, name: str, mode: int = 0o777) -> None:
        self._step("mkdir", name)
        super().mkdir(fd, name, mode)

    def chmod(self, fd: int, name: str, mode: int) -> None:
        self._step("chmod", name)
        super().chmod(fd, name, mode)

    def rmdir(self, fd: int, name: str) -> None:
        self._step("rmdir", name)
        super().rmdir(fd, name)

    def unlink(self, fd: int, name: str) -> None:
        self._step("unlink", name)
        super().unlink(fd, name)

    def copy(self, fd: int, name: str, to_fd: int, new: str) -> None:
        self._step("copy", name)
        super().copy(fd, name, to_fd, new)

    def discard(self, fd: int, name: str) -> None:
        self._step("discard", name)
        super().discard(fd, name)

    def sync(self, fd: int) -> None:
        self._step("sync", "")
        super().sync(fd)

    def rename(self, fd: int, old: str, to_fd: int, new: str) -> None:
        self._step("rename", old)
        super().rename(fd, old, to_fd, new)

    def exchange(self, fd: int, one: str, other: str) -> None:
        self._step("exchange", other)
        super().exchange(fd, one, other)


class Faulty(Watched):
    """Refuses the ``at``-th change with ``number``.

    Attributes:
        fired: whether it came to that.
        call: which change it was.
    """

    def __init__(self, at: int, number: int) -> None:
        self.fired, self.call = False, ""

        def refuse(count: int, call: str, name: str) -> None:
            if count == at:
                self.fired, self.call = True, call
                raise OSError(number, f"{os.strerror(number)} ({call})", name)

        super().__init__(refuse)
