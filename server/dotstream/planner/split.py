"""One plan or scan, read as several streams: what it has, and what stood in the way.

Whoever asks for the next value drives the plan on.  What passes by on the way waits for
the reader of the other stream: a little of it in memory, the rest in a temporary file, so
that no reader can block another for good, and none can make memory grow.
"""

from __future__ import annotations

import threading

from dotstream.errors import Cancelled, UsageError
from dotstream.fs.spool import Spool
from dotstream.light_typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar, cast
from dotstream.model.items import Conflict, Item, Notice, Operation, ScanError
from dotstream.model.run import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from dotstream.model.cancel import CancellationToken
    from dotstream.model.directory import Directory
    from dotstream.model.member import Member

REMEMBERED = 1000
"""Conflicts and errors that are kept for a reader who comes after the fact."""

PATIENCE = 1.0
"""Seconds to wait for the reader of the operations, before going on without waiting."""

_AHEAD = 16  # pieces (operations or runs) that a reader of another stream goes ahead

_Value = TypeVar("_Value")


class Stream(Generic[_Value]):
    """One of the streams that a plan can be read as, once; its values come as they are planned.

    Attributes:
        omitted: how many values went by before the stream was taken, and are lost.
    """

    def __init__(
        self, source: Generator[_Value], omitted: Callable[[], int], close: Callable[[], None]
    ) -> None:
        self._source = source
        self._omitted = omitted
        self._close = close

    def __iter__(self) -> Iterator[_Value]:
        return self._source

    def __next__(self) -> _Value:
        return next(self._source)

    @property
    def omitted(self) -> int:
        """How many went by unseen, before the stream was taken."""
        return self._omitted()

    def close(self) -> None:
        """Read no further; nothing is kept for this stream any more."""
        self._close()


Piece: TypeAlias = "Item | Run | list[Member]"
"""What is handed on at a time."""


def _directories(item: Piece) -> list[Directory]:
    """Return the directories that an item is in, the root first."""
    here = item.directory if isinstance(item, (Run, Operation, Conflict)) else None
    found: list[Directory] = []
    while here is not None:
        found.append(here)
        here = here.parent
    return found[::-1]


class _Channel:
    """What waits for one reader."""

    __slots__ = ("ahead", "idle", "kept", "lossy", "omitted", "spool", "thread", "wanted")

    def __init__(self, shared: object, *, lossy: bool) -> None:
        self.lossy = lossy
        self.wanted = False
        self.spool: Spool[Piece] = Spool(shared, _directories)
        self.kept = 0
        self.omitted = 0
        self.ahead = 0
        self.thread: int | None = None
        self.idle = False

    def put(self, item: Piece) -> None:
        if not self.wanted and (self.lossy or self.kept >= REMEMBERED):
            self.omitted += item.size if isinstance(item, Run) else 1
            return
        self.kept += not self.wanted
        self.spool.put(item)
        self.ahead += 1


class Split:
    """The streams of one plan, or of a scan.

    Args:
        source: what is planned, links in a row as runs; of a scan, members in lists.
        shared: what all items have in common.
    """

    def __init__(
        self, source: Generator[Piece], cancel: CancellationToken, shared: object
    ) -> None:
        self._source = source
        self._cancel = cancel
        self._changed = threading.Condition()
        self._ended = False
        self._failure: BaseException | None = None
        self._operations = _Channel(shared, lossy=True)
        self._errors = _Channel(shared, lossy=False)
        self._notices = _Channel(shared, lossy=False)

    def operations(self) -> Stream[Operation]:
        """Return the operations.

        Raises:
            UsageError: some have gone by already.
        """
        if self._operations.omitted:
            raise UsageError(
                f"{self._operations.omitted} operations went by while only the errors were "
                "read; take plan.operations before you read either"
            )
        return self._stream(self._operations, self._single())

    def members(self) -> Stream[Member]:
        """Return the members of a scan.

        Raises:
            UsageError: some have gone by already.
        """
        if self._operations.omitted:
            raise UsageError(
                "members went by while only the errors were read; take iter(scan) before"
            )
        return self._stream(self._operations, self._members())

    def errors(self) -> Stream[Conflict | ScanError]:
        """Return the conflicts and scan errors."""
        found = cast("Generator[Conflict | ScanError]", self._pieces(self._errors))
        return self._stream(self._errors, found)

    def notices(self) -> Stream[Notice]:
        """Return the notices."""
        return self._stream(self._notices, cast("Generator[Notice]", self._pieces(self._notices)))

    def close(self) -> None:
        """Stop planning, from any thread, once what is under way is done."""
        with self._changed:
            self._source.close()
            self._ended = True
            for channel in (self._operations, self._errors, self._notices):
                channel.spool.close()
            self._changed.notify_all()

    def wait(self, timeout: float | None) -> bool:
        """Wait for the end, whoever comes to it; false if it did not come in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._ended, timeout)

    def _stream(self, channel: _Channel, source: Generator[_Value]) -> Stream[_Value]:
        channel.wanted = True

        def close() -> None:
            with self._changed:
                channel.wanted, channel.lossy = False, True
                channel.spool.close()
                self._changed.notify_all()

        return Stream(source, lambda: channel.omitted, close)

    def _single(self) -> Generator[Operation]:
        """Yield operations one by one."""
        token = self._cancel
        for piece in self._pieces(self._operations):
            if isinstance(piece, Run):
                for operation in piece.operations():
                    if token.cancelled:
                        self.close()
                        raise Cancelled
                    yield operation
            else:
                yield cast("Operation", piece)

    def _members(self) -> Generator[Member]:
        for piece in self._pieces(self._operations):
            yield from cast("list[Member]", piece)

    def _pieces(self, channel: _Channel) -> Generator[Piece]:
        """Yield what comes to one channel, driving the plan on where nothing waits in it."""
        changed, spool = self._changed, channel.spool
        channel.thread = threading.get_ident()
        while True:
            with changed:
                channel.idle = False
                while not spool:
                    if self._ended or not channel.wanted:
                        if self._failure is not None:
                            raise self._failure
                        return
                    if not self._patient(channel):
                        self._drive()
                piece = spool.get()
                channel.ahead -= 1
                if channel is self._operations:
                    changed.notify_all()
            yield piece

    def _patient(self, channel: _Channel) -> bool:
        """Wait while the operations' reader, on another thread, is behind; the lock is held."""
        other = self._operations
        if (
            channel is other
            or not other.wanted
            or other.idle
            or other.ahead < _AHEAD
            or other.thread in (None, threading.get_ident())
        ):
            return False
        if not self._changed.wait_for(
            lambda: channel.spool or self._ended or not other.wanted or other.ahead < _AHEAD,
            PATIENCE,
        ):
            other.idle = True  # it may have gone for good, or be this very reader's caller
        return True

    def _drive(self) -> None:
        """Have one more item planned; the lock is held."""
        try:
            item = next(self._source)
        except StopIteration:
            self._ended = True
        except BaseException as error:
            self._ended, self._failure = True, error
            self._changed.notify_all()
            raise
        else:
            if isinstance(item, Notice):
                self._notices.put(item)
            elif isinstance(item, (Conflict, ScanError)):
                self._errors.put(item)
                self._changed.notify_all()
            else:
                self._operations.put(item)
        if self._ended:
            self._changed.notify_all()
