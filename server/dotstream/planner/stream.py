"""A streaming plan: the walk with running counts, a digest and cancellation."""

from __future__ import annotations

import time

from dotstream.errors import Cancelled, UsageError
from dotstream.light_typing import TYPE_CHECKING, Self
from dotstream.model.items import Conflict, Item, Notice, Operation
from dotstream.model.names import blake2b, encoded
from dotstream.model.nesting import OPENERS, Nesting
from dotstream.model.plan import Origin, Plan, Summary
from dotstream.model.run import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from dotstream.model.cancel import CancellationToken
    from dotstream.model.directory import Directory
    from dotstream.model.items import ScanError
    from dotstream.model.plan import Metadata
    from dotstream.planner.split import Split, Stream

_HASHED = 256  # pieces hashed at a time
_LONG = 1024  # bytes that are not kept waiting for others
_LINKS = {"create_link": "create_links", "remove_link": "remove_links"}


class Digest:
    """A running hash over operations: BLAKE2b-128 of their fields, in order.

    Links in a row that are made, or removed, in one directory are hashed as their names,
    after what they have in common, whether they come as a run or one by one.
    """

    __slots__ = ("_hash", "_parts", "_row")

    def __init__(self) -> None:
        self._hash = blake2b(digest_size=16)
        self._parts: list[bytes] = []
        self._row: tuple[str, str, Directory] | None = None

    def add(self, operation: Operation | Run) -> None:
        """Add one operation, or a run of them."""
        kind, directory = operation.kind, operation.directory
        if isinstance(operation, Run):
            self._add_links(kind, operation.stem, directory, operation.joined)
            return
        name, text, before = operation.name, operation.text or "", operation.before or ""
        link, other = (text, before) if kind == "create_link" else (before, text)
        if kind in _LINKS and not other and link.endswith(name):
            self._add_links(kind, link.removesuffix(name), directory, encoded(name))
            return
        self._row = None
        self._parts.append(
            encoded(f"\x00{directory.absolute}\x00{kind}\x00{name}\x00{text}\x00{before}")
        )
        if len(self._parts) > _HASHED:
            self._flush()

    def _add_links(self, kind: str, stem: str, directory: Directory, names: bytes) -> None:
        row = (kind, stem, directory)
        if row != self._row:
            self._row = row
            self._parts.append(encoded(f"\0{directory.absolute}\0{_LINKS[kind]}\0{stem}"))
        self._parts.append(names)
        if len(self._parts) > _HASHED or len(names) > _LONG:
            self._flush()

    def _flush(self) -> None:
        # Names cannot hold NUL, nor be empty, so joining with it is unambiguous.
        self._hash.update(b"\0".join((*self._parts, b"")))
        self._parts.clear()

    def hexdigest(self) -> str:
        """Return the digest of everything added so far."""
        self._flush()
        return self._hash.hexdigest()


class StreamingPlan:
    """A plan that is computed as it is iterated, once.

    Nothing is computed until the next item is asked for, and no more than it needs: a
    slow consumer slows the scan.  Leaving the ``with`` block, or ``close``, releases
    everything.

    Attributes:
        metadata: what was asked; known at once.
        done: whether the last item was reached.
    """

    def __init__(
        self,
        metadata: Metadata,
        items: Generator[Item | Run],
        cancel: CancellationToken,
        unchanged: Callable[[], int],
    ) -> None:
        self.metadata = metadata
        self.done: bool = False
        self.origin: Origin = Origin(metadata)
        self._split: Split | None = None
        self._whole = False  # whether it is iterated as a whole
        self._source = items
        self._cancel = cancel
        self._unchanged = unchanged
        self._counts: dict[str, int] = {}
        self._digest = Digest()
        self._started = time.perf_counter()
        self._summary: Summary | None = None
        self._runs = self._count()
        self._iterator = self._iterate()

    def _count(self) -> Generator[Item | Run]:
        """Yield what was planned, links in a row as one run; count and hash it."""
        counts, token, take_in = self._counts, self._cancel, self._digest.add
        origin, nesting = self.origin, Nesting()
        here: Directory | None = None
        made: Operation | None = None  # what the next directory is most likely in
        for item in self._source:
            if token.cancelled:
                self._source.close()
                raise Cancelled
            count = 1
            if isinstance(item, (Run, Operation)):
                kind: str = item.kind
                if item.directory is not here:
                    here = item.directory
                    if here.origin is not origin:
                        if (
                            made is None
                            or here.name != made.name
                            or here.parent is not made.directory
                        ):
                            made = nesting.enclosing(here)
                        here.origin, here.opener = origin, made
                if kind != "keep_link":
                    take_in(item)
                if isinstance(item, Run):
                    count = item.size
                elif kind in OPENERS:
                    nesting.open(item)
                    made = item
            elif isinstance(item, Conflict):
                kind = "conflict"
                origin.troubles += 1
            else:
                kind = "notice" if isinstance(item, Notice) else "error"
                origin.troubles += kind == "error"
            counts[kind] = counts.get(kind, 0) + count
            yield item
        if token.cancelled:
            raise Cancelled
        self.done = True
        origin.digest = self._digest.hexdigest()
        self._summary = Summary(
            dict(self._counts),
            self._unchanged(),
            self._digest.hexdigest(),
            time.perf_counter() - self._started,
        )

    def _iterate(self) -> Generator[Item]:
        """Yield every item by itself."""
        counts, token = self._counts, self._cancel
        for item in self._runs:
            if not isinstance(item, Run):
                yield item
                continue
            counts[item.kind] -= item.size  # so far, only what was handed on counts
            for operation in item.operations():
                if token.cancelled:
                    self._runs.close()
                    raise Cancelled
                counts[item.kind] += 1
                yield operation

    def __iter__(self) -> Iterator[Item]:
        """Return the one iterator over the plan's items.

        Raises (while iterating):
            Cancelled: the token was cancelled.
        """
        self._read_whole()
        return self._iterator

    def __next__(self) -> Item:
        self._read_whole()
        return next(self._iterator)

    def _read_whole(self) -> None:
        if self._split is not None:
            raise UsageError("this plan is read as plan.operations and plan.errors already")
        self._whole = True

    # Apart ----------------------------------------------------------------------------

    @property
    def operations(self) -> Stream[Operation]:
        """The operations alone, as a stream; conflicts and errors do not stop it.

        Raises:
            UsageError: some went by before this was asked for.
        """
        return self._apart().operations()

    @property
    def errors(self) -> Stream[Conflict | ScanError]:
        """The conflicts and scan errors alone, as a stream.

        Taken before anything is read, it misses nothing.  Taken later, it has the first
        thousand of what went by; ``summary`` counts them all.
        """
        return self._apart().errors()

    @property
    def notices(self) -> Stream[Notice]:
        """The notices alone, as a stream; as ``errors``."""
        return self._apart().notices()

    def _apart(self) -> Split:
        if self._split is None:
            if self._whole:
                raise UsageError("this plan is iterated as a whole already")
            from dotstream.planner.split import Split

            self._split = Split(self._runs, self._cancel, self.origin)
        return self._split

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until another thread has read the plan to its end, or has closed it.

        Returns:
            Whether the last item was reached.
        """
        return self._apart().wait(timeout) and self.done

    @property
    def summary(self) -> Summary:
        """Counts so far; with the digest once ``done``."""
        if self._summary is not None:
            return self._summary
        elapsed = time.perf_counter() - self._started
        return Summary(dict(self._counts), self._unchanged(), "", elapsed)

    def cancel(self) -> None:
        """Ask the plan to stop; safe from any thread."""
        self._cancel.cancel()

    @property
    def token(self) -> CancellationToken:
        """The token that stops this plan."""
        return self._cancel

    def close(self) -> None:
        """Stop planning and release everything."""
        if self._split is not None:
            self._split.close()
        self._iterator.close()
        self._runs.close()
        self._source.close()

    def collect(self) -> Plan:
        """Compute the whole plan into memory.

        Raises:
            Cancelled: the token was cancelled.
        """
        self._read_whole()
        with self:
            items = tuple(
                item.compact() if isinstance(item, Run) else item for item in self._runs
            )
        return Plan(self.metadata, items, self.summary)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def in_runs(plan: StreamingPlan) -> Iterator[Item | Run]:
    """Iterate over a plan, instead of its own iterator, with links in a row as one run."""
    return plan._runs  # noqa: SLF001 - beside its class, so that it is no part of the API
