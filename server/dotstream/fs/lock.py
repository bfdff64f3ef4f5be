"""One writer per target: a lock the kernel gives back when its holder dies (flock(2))."""

from __future__ import annotations

import fcntl
import os
import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

__all__ = ["Lock", "LockHeld"]

_INTERVAL = 0.05


class LockHeld(Exception):
    """Somebody else holds the lock; ``holder`` is what they wrote into it."""

    def __init__(self, holder: str) -> None:
        self.holder = holder
        super().__init__(holder)


class Lock:
    """An exclusive lock on a file, held while the ``with`` block runs.

    Args:
        path: the lock file; its directory must exist.
        holder: what to show to whoever finds it locked.
        wait: whether to wait for it instead of raising ``LockHeld``.
        poll: called while waiting; may raise to give up.
    """

    def __init__(
        self,
        path: str,
        holder: str,
        *,
        wait: bool = False,
        poll: Callable[[], None] | None = None,
    ) -> None:
        self._path, self._holder = path, holder
        self._wait, self._poll = wait, poll
        self._fd = -1

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            LockHeld: somebody else has it and we do not wait.
            OSError: the file cannot be opened.
        """
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not self._wait:
                    holder = os.pread(fd, 4096, 0).decode("utf-8", "replace").strip()
                    os.close(fd)
                    raise LockHeld(holder or "another process") from None
                try:
                    if self._poll is not None:
                        self._poll()
                except BaseException:
                    os.close(fd)
                    raise
                time.sleep(_INTERVAL)
            else:
                break
        os.ftruncate(fd, 0)
        os.pwrite(fd, self._holder.encode("utf-8", "replace"), 0)
        self._fd = fd
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        os.ftruncate(self._fd, 0)
        os.close(self._fd)
