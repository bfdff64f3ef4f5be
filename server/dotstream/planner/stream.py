"""A streaming plan: the walk with running counts, a digest and cancellation."""

from __future__ import annotations

import time
from hashlib import blake2b
from typing import TYPE_CHECKING, Self

from dotstream.errors import Cancelled
from dotstream.model.items import Conflict, Item, Notice, Operation
from dotstream.model.plan import Plan, Summary
from dotstream.model.run import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from types import TracebackType

    from dotstream.model.cancel import CancellationToken
    from dotstream.model.directory import Directory
    from dotstream.model.plan import Metadata

__all__ = ["Digest", "StreamingPlan", "in_runs"]

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
        """Take one operation, or a run of them, in."""
        kind, directory = operation.kind, operation.directory
        if isinstance(operation, Run):
            self._add_links(kind, operation.stem, directory, operation.joined)
            return
        name, text, before = operation.name, operation.text or "", operation.before or ""
        link, other = (text, before) if kind == "create_link" else (before, text)
        if kind in _LINKS and not other and link.endswith(name):
            self._add_links(kind, link.removesuffix(name), directory, _bytes(name))
            return
        self._row = None
        self._parts.append(
            _bytes(f"\x00{directory.absolute}\x00{kind}\x00{name}\x00{text}\x00{before}")
        )
        if len(self._parts) > _HASHED:
            self._flush()

    def _add_links(self, kind: str, stem: str, directory: Directory, names: bytes) -> None:
        row = (kind, stem, directory)
        if row != self._row:
            self._row = row
            self._parts.append(_bytes(f"\0{directory.absolute}\0{_LINKS[kind]}\0{stem}"))
        self._parts.append(names)
        if len(self._parts) > _HASHED or len(names) > _LONG:
            self._flush()

    def _flush(self) -> None:
        # Names cannot hold NUL, nor be empty, so joining with it is unambiguous.
        self._hash.update(b"\0".join((*self._parts, b"")))
        self._parts.clear()

    def hexdigest(self) -> str:
        """Return the digest of everything taken in so far."""
        self._flush()
        return self._hash.hexdigest()


class StreamingPlan:
    """A plan that is computed as it is iterated, once.

    Nothing is computed until the next item is asked for, and no more than it needs: a
    slow consumer slows the scan.  Leaving the ``with`` block, or ``close``, gives
    everything back.

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
        self.done = False
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
        for item in self._source:
            if token.cancelled:
                self._source.close()
                raise Cancelled
            count = 1
            if isinstance(item, Run):
                kind: str = item.kind
                count = item.size
                take_in(item)
            elif isinstance(item, Operation):
                kind = item.kind
                if kind != "keep_link":
                    take_in(item)
            elif isinstance(item, Conflict):
                kind = "conflict"
            else:
                kind = "notice" if isinstance(item, Notice) else "error"
            counts[kind] = counts.get(kind, 0) + count
            yield item
        if token.cancelled:
            raise Cancelled
        self.done = True
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
        return self._iterator

    def __next__(self) -> Item:
        return next(self._iterator)

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
        """Stop planning and give everything back."""
        self._iterator.close()
        self._runs.close()
        self._source.close()

    def collect(self) -> Plan:
        """Compute the whole plan into memory.

        Raises:
            Cancelled: the token was cancelled.
        """
        with self:
            items = tuple(self)
        return Plan(self.metadata, items, self.summary)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def in_runs(plan: StreamingPlan) -> Iterator[Item | Run]:
    """Iterate over a plan, instead of its own iterator, with links in a row as one run."""
    return plan._runs  # noqa: SLF001 - beside its class, so that it is no part of the API


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
