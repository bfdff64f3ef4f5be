"""A process that is killed at its n-th effect: a change, a journal write, a step of a copy.

The child is forked, works through the real seam and the real journal, and sends itself
``SIGKILL`` when the countdown ends: nothing is cleaned up, flushed or released by Python.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dotstream.fs.change import Changes
from dotstream.store.journal import Journal
from dotstream.transaction import writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dotstream.model.choice import Choosing
    from dotstream.model.history import TransactionState
    from dotstream.model.plan import Metadata
    from dotstream.store.steps import Step

__all__ = ["CHANGES", "Countdown", "Killing", "WithoutExchange", "die_at"]

CHANGES = (
    "symlink", "mkdir", "chmod", "rmdir", "unlink",
    "copy", "discard", "sync", "sync_upwards", "flush", "rename", "exchange", "settle",
)  # fmt: skip
"""Every method of ``Changes``; a test sees to that."""

_COMPOSED = ("copy", "discard")
"""The methods that are many system calls: each of these is a point of its own."""

_AUDITED = ("os.", "open")


class Countdown:
    """Counts points; kills this process at the ``at``-th, or only counts if that is 0.

    Args:
        sparing: pass no point after an effect: the one before the next leaves the same behind.
    """

    def __init__(self, at: int, *, sparing: bool = False) -> None:
        self.at = at
        self.sparing = sparing
        self.count = 0
        self.inside = False
        if at:
            sys.addaudithook(self._audit)

    def point(self) -> None:
        """Pass one point, or die there."""
        self.count += 1
        if self.count == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def around(self, *, composed: bool = False) -> Iterator[None]:
        """Pass a point before, one after unless sparing, and those within if it is composed."""
        self.point()
        self.inside = composed
        try:
            yield
        finally:
            self.inside = False
        if not self.sparing:
            self.point()

    def _audit(self, event: str, _arguments: tuple[Any, ...]) -> None:
        if self.inside and event.startswith(_AUDITED):
            self.point()


class Killing(Changes):
    """The real changes, with points around and inside them."""

    def __init__(self, countdown: Countdown) -> None:
        super().__init__()
        self.link = self._link
        self._countdown = countdown

    symlink = Changes.symlink  # its point is that of the link

    def _link(self, text: str | bytes, name: str | bytes, *, dir_fd: int) -> None:
        with self._countdown.around():
            os.symlink(text, name, dir_fd=dir_fd)

    def mkdir(self, fd: int, name: str, mode: int = 0o777) -> None:
        with self._countdown.around():
            super().mkdir(fd, name, mode)

    def chmod(self, fd: int, name: str, mode: int) -> None:
        with self._countdown.around():
            super().chmod(fd, name, mode)

    def rmdir(self, fd: int, name: str) -> None:
        with self._countdown.around():
            super().rmdir(fd, name)

    def unlink(self, fd: int, name: str) -> None:
        with self._countdown.around():
            super().unlink(fd, name)

    def copy(self, fd: int, name: str, to_fd: int, new: str) -> None:
        with self._countdown.around(composed=True):
            super().copy(fd, name, to_fd, new)

    def discard(self, fd: int, name: str) -> None:
        with self._countdown.around(composed=True):
            super().discard(fd, name)

    def sync(self, fd: int) -> None:
        with self._countdown.around():
            super().sync(fd)

    def sync_upwards(self, fd: int) -> None:
        with self._countdown.around():
            super().sync_upwards(fd)

    def flush(self) -> None:
        with self._countdown.around():
            super().flush()

    def rename(self, fd: int, old: str, to_fd: int, new: str) -> None:
        with self._countdown.around():
            super().rename(fd, old, to_fd, new)

    def exchange(self, fd: int, one: str, other: str) -> None:
        with self._countdown.around():
            super().exchange(fd, one, other)

    def settle(self, fd: int, one: str, other: str) -> None:
        with self._countdown.around():
            super().settle(fd, one, other)


class WithoutExchange(Killing):
    """The same where the system has no ``renameat2``: a point at each call instead."""

    def _rename_new(self, fd: int, old: str, to_fd: int, new: str) -> int:
        return errno.ENOSYS

    def _exchange(self, fd: int, one: str, other: str) -> int:
        return errno.ENOSYS

    def rename(self, fd: int, old: str, to_fd: int, new: str) -> None:
        with self._countdown.around(composed=True):
            Changes.rename(self, fd, old, to_fd, new)

    def exchange(self, fd: int, one: str, other: str) -> None:
        with self._countdown.around(composed=True):
            Changes.exchange(self, fd, one, other)


def _journal(countdown: Countdown) -> type[Journal]:
    """Return a journal with points around its writes."""

    class Points(Journal):
        def begin(self, metadata: Metadata, started: float) -> int:
            with countdown.around():
                return super().begin(metadata, started)

        def append(self, steps: Sequence[Step], size: int) -> None:
            with countdown.around():
                super().append(steps, size)

        def activate(self, transaction: int, digest: str) -> None:
            with countdown.around():
                super().activate(transaction, digest)

        def advance(self, transaction: int, cursor: int) -> None:
            with countdown.around():
                super().advance(transaction, cursor)

        def cut(self, end: int) -> None:
            with countdown.around():
                super().cut(end)

        def part(self, transaction: int) -> None:
            with countdown.around():
                super().part(transaction)

        def turn(self, transaction: int, state: TransactionState, cursor: int) -> None:
            with countdown.around():
                super().turn(transaction, state, cursor)

        def commit(
            self,
            transaction: int,
            directory: str,
            digest: str,
            counts: Mapping[str, int],
            choosing: Choosing | None = None,
        ) -> None:
            with countdown.around():
                super().commit(transaction, directory, digest, counts, choosing)

        def discard(self, transaction: int) -> None:
            with countdown.around():
                super().discard(transaction)

    return Points


def die_at(
    number: int,
    run: Callable[[Changes], object],
    seam: type[Killing] = Killing,
    *,
    sparing: bool = False,
) -> bool:
    """Run in a forked child that is killed at its ``number``-th point.

    Args:
        seam: where the points are.
        sparing: see ``Countdown``; the last point is at the end then.

    Returns:
        Whether it came to that; false if the run ended before.

    Raises:
        AssertionError: it ended in another way.
    """
    child = os.fork()
    if child == 0:
        code = 3
        try:
            countdown = Countdown(number, sparing=sparing)
            vars(writing)["Journal"] = _journal(countdown)
            run(seam(countdown))
            if sparing:
                countdown.point()
            code = 0
        finally:
            if code:
                sys.excepthook(*sys.exc_info())
                sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.waitstatus_to_exitcode(status) == 0, f"the child failed at point {number}"
    return False
