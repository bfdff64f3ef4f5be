"""The directories that were changed, as far as it takes to have that on the disk.

An fsync of a directory waits for that alone.  syncfs(2) takes less for many, but waits for
what every other program has written as well.  So a few directories are remembered each, and
of many only their file systems; and of those that something was moved between: no order of
single flushes would do for a file that went from one to the other, and another that came in
its place.
"""

from __future__ import annotations

import os

from dotstream.fs import system
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

FEW = 32
"""So many directories are put on the disk each for itself."""


class Touched:
    """Descriptors of the directories that were changed, or one on each of their file systems.

    Attributes:
        elsewhere: whether a process before this one changed others too, which nobody knows.
        lasting: whether the directory that was added last may be changed until ``flush``,
            also once others are added: all of its file system is flushed then.
        rounds: how often everything was forgotten.
    """

    __slots__ = ("_few", "_whole", "elsewhere", "lasting", "rounds")

    def __init__(self) -> None:
        self.elsewhere: bool = False
        self.lasting: bool = False
        self.rounds: int = 0
        self._few: dict[tuple[int, int], int] = {}
        self._whole: dict[int, int] = {}

    def add(self, fd: int) -> None:
        """Remember a directory; it may be changed until another one is added.

        In this order they get onto the disk, so one that is made here after its parent.

        Raises:
            OSError: one of those before did not get onto the disk.
        """
        status = os.fstat(fd)
        device, number = status.st_dev, status.st_ino
        self.lasting = device in self._whole
        if self.lasting:
            return
        if (device, number) not in self._few:
            self._few[device, number] = os.dup(fd)
            if len(self._few) > FEW:
                self._gather()

    def add_all(self, fd: int) -> None:
        """Remember all of a directory's file system, where it can be flushed as a whole."""
        device = os.fstat(fd).st_dev
        if device in self._whole:
            return
        if not system.flushes(fd):
            self.add(fd)
            return
        self._whole[device] = os.dup(fd)
        for key in [key for key in self._few if key[0] == device]:
            os.close(self._few.pop(key))

    def _gather(self) -> None:
        """Make room."""
        for key, fd in list(self._few.items()):
            if key in self._few:
                self.add_all(fd)
        if len(self._few) > FEW:
            oldest = self._few.pop(next(iter(self._few)))
            try:
                system.on_disk(oldest)
            finally:
                os.close(oldest)

    @property
    def few(self) -> Iterable[int]:
        """The directories that are remembered each for itself."""
        return self._few.values()

    @property
    def whole(self) -> Iterable[int]:
        """A directory on each file system that many were changed on."""
        return self._whole.values()

    def close(self) -> None:
        """Forget everything."""
        self.elsewhere = self.lasting = False
        self.rounds += 1
        while self._few:
            os.close(self._few.popitem()[1])
        while self._whole:
            os.close(self._whole.popitem()[1])
