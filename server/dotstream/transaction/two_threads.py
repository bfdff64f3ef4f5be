"""Links made by two threads, where the system takes long about each.

To make a link is one system call, during which Python lets another thread run.  Where that
takes longer than to change threads, as on a disk, one more thread makes the links of some
directories meanwhile.  At the end of each batch it is at rest, so that a batch is carried out
as a whole, or it is known what of it is not.
"""

from __future__ import annotations

from queue import Empty, SimpleQueue
from threading import Event, Thread

from dotstream.fs.look import close, duplicate
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.cancel import CancellationToken
from dotstream.model.run import Run
from dotstream.store.steps import End
from dotstream.transaction.links import Portion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dotstream.fs.change import Changes
    from dotstream.store.steps import Numbered

HANDED_OVER = 1e-4
"""Seconds that the links of a directory have to take for it to be worth handing them over."""

WAITING = 32
"""Directories, at most, that are held open for links that wait to be made."""


def suits(steps: Sequence[Numbered], link: float) -> bool:
    """Whether two threads are to carry steps out.

    They have to do nothing but make directories, and links in several of them.

    Args:
        link: how long it takes to make one, in seconds.
    """
    runs, links, first, several = 0, 0, None, False
    for _, step in steps:
        if isinstance(step, Run) and step.kind == "create_link":
            runs, links = runs + 1, links + step.size
            first = first or step.directory
            several = several or step.directory is not first
        elif isinstance(step, (Run, End)) or step.kind != "make_dir":
            return False
    return several and links * link >= runs * HANDED_OVER


class Pair:
    """This thread, and another that makes links beside it from batch to batch.

    Args:
        changes: the seam to the file system, which both threads use.

    Attributes:
        failure: what the first run met that came to no end.
    """

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._queue: SimpleQueue[Portion | Event | None] = SimpleQueue()
        self._cancel = CancellationToken()
        self._portions: list[Portion] = []
        self.failure: BaseException | None = None
        self._stopped = False
        self._thread = Thread(target=self._work, name="dotstream-links", daemon=True)
        self._thread.start()

    def begin(self, cancel: CancellationToken) -> None:
        """Begin a batch."""
        self._cancel = cancel
        self._portions.clear()
        self.failure, self._stopped = None, False

    def make(self, sequence: int, run: Run, fd: int) -> None:
        """Have the links of a run made: now if many wait already, or soon.

        Raises: what either thread met; as ``Portion.make``.
        """
        portion = Portion(sequence, run, fd)
        self._portions.append(portion)
        try:
            portion.fd = duplicate(fd)
        except OSError:  # as many files are open as may be
            self._carry_out(portion)
        else:
            self._queue.put(portion)
        if self._queue.qsize() > WAITING:
            self._make_waiting()
        if self.failure is not None:
            raise self.failure

    def finish(self) -> None:
        """Have all links made that wait, by both threads; raises as ``make``."""
        while self._make_waiting() and self.failure is None:
            pass
        interrupt = self._wait()
        if self.failure is not None:
            raise self.failure
        if interrupt is not None:
            raise interrupt

    def stop(self) -> None:
        """Have the other thread make no more than the run that it is at, and wait for that."""
        self._stopped = True
        self._wait()

    def _wait(self) -> BaseException | None:
        """Wait until the other thread is through with all that was handed over.

        Returns:
            What interrupted this, if something did: it has to wait as well.
        """
        interrupt: BaseException | None = None
        over = Event()
        while not over.is_set():
            try:
                self._queue.put(over)
                over.wait()
            except BaseException as error:  # noqa: BLE001 - raised when both are at rest
                interrupt = error
        return interrupt

    @property
    def portions(self) -> Sequence[Portion]:
        """The runs of this batch that were taken in."""
        return self._portions

    def close(self) -> None:
        """End the other thread."""
        self._stopped = True
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        """What the other thread does."""
        while (item := self._queue.get()) is not None:
            if isinstance(item, Event):
                item.set()
            else:
                self._carry_out(item)
                close(item.fd)

    def _make_waiting(self) -> bool:
        """Make the links of the run that has waited longest; whether there was one."""
        try:
            item = self._queue.get_nowait()
        except Empty:
            return False
        if isinstance(item, Portion):
            self._carry_out(item)
            close(item.fd)
        return True

    def _carry_out(self, portion: Portion) -> None:
        try:
            if not self._stopped and self.failure is None:
                portion.make(self._changes, self._cancel)
        except BaseException as error:  # noqa: BLE001 - raised by the thread that hands over
            self.failure = self.failure or error
