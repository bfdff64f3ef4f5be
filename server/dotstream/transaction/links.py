"""The links of a run, made one after another; and how long the system takes about one."""

from __future__ import annotations

from time import thread_time

from dotstream.errors import Cancelled, OperationFailed, PreconditionFailed
from dotstream.fs.oserror import is_permission, reason
from dotstream.fs.process import processors
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.names import encoded

if TYPE_CHECKING:
    from dotstream.fs.change import Changes
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.run import Run

LONG = 8e-6 if processors() > 1 else float("inf")
"""Seconds of processor time: from there on it is worth it to have two threads make links."""

_SAMPLE = 64  # links of a batch that are timed
AGREED = 3  # batches in a row that have to be slow: one may be by chance
_AGAIN = 16  # so many are made by two threads before one is timed again


class Portion:
    """A run of new links, and how far it has come.

    Attributes:
        sequence: the number of its first step.
        fd: its directory, open.
        made: how many of its links are made.
        halfway: whether the next may be, too: making it failed, or was interrupted.
    """

    __slots__ = ("fd", "halfway", "made", "run", "sequence")

    def __init__(self, sequence: int, run: Run, fd: int) -> None:
        self.sequence: int = sequence
        self.run: Run = run
        self.fd: int = fd
        self.made: int = 0
        self.halfway: bool = False

    @property
    def done(self) -> int:
        """The number after its last step that was carried out."""
        return self.sequence + self.made

    @property
    def end(self) -> int:
        """The number after its last step."""
        return self.sequence + self.run.size

    @property
    def undone(self) -> range:
        """The numbers of its steps that were surely not carried out."""
        return range(self.done + self.halfway, self.end)

    def make(self, changes: Changes, cancel: CancellationToken) -> None:
        """Make its links, looking at the token before each.

        Raises: as ``Executor.batch``.
        """
        link, fd, made = changes.link, self.fd, 0
        stem = encoded(self.run.stem)  # the system gets bytes, and so does the journal have them
        try:
            for name in self.run.joined.split(b"\0"):
                if cancel.cancelled:
                    raise Cancelled
                try:
                    link(stem + name, name, dir_fd=fd)
                except InterruptedError:
                    changes.symlink(stem + name, fd, name)
                made += 1
        except Cancelled:
            raise
        except FileExistsError:
            raise PreconditionFailed(self.run.operation(made), "something is there now") from None
        except OSError as error:
            self.halfway = True
            raise OperationFailed(
                self.run.operation(made), reason(error), permission=is_permission(error)
            ) from error
        except BaseException:
            self.halfway = True
            raise
        finally:
            self.made = made


class Pace:
    """How long the system takes about a link: the first of each batch are timed."""

    __slots__ = ("_left", "_link", "_slow", "_time", "_together")

    def __init__(self) -> None:
        self._left = self._slow = self._together = 0
        self._time = self._link = 0.0

    def begin(self) -> float:
        """Begin a batch; return how long a link takes, if two threads are faster, or 0."""
        if self._slow >= AGREED and self._together < _AGAIN:
            self._together += 1
            return self._link
        self._left, self._time, self._together = _SAMPLE, 0.0, 0
        return 0.0

    def make(self, portion: Portion, changes: Changes, cancel: CancellationToken) -> None:
        """Have a portion make its links; raises as that does."""
        if self._left <= 0:
            portion.make(changes, cancel)
            return
        start = thread_time()
        portion.make(changes, cancel)
        self._time += thread_time() - start
        self._left -= portion.run.size
        if self._left <= 0:
            self._link = self._time / (_SAMPLE - self._left)
            self._slow = self._slow + 1 if self._link > LONG else 0
