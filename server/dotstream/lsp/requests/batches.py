"""The rows of one stream, in batches, no more of them than the client has asked for.

A batch is sent when it is full (by count or by bytes) or at the next tick, and only while
fewer than ``window`` batches are unacknowledged.  When they are not, ``add`` blocks:
the plan behind it is simply not computed any further.
"""

from __future__ import annotations

from collections import deque
from itertools import accumulate, takewhile
from math import inf
from threading import Condition, Lock
from typing import TYPE_CHECKING, Any

from dotstream.errors import Cancelled
from dotstream.lsp.messages import dumps, message
from dotstream.model.run import Run

if TYPE_CHECKING:
    from typing import Literal

    from dotstream.lsp.messages import JSON
    from dotstream.lsp.requests.rows import Streamed
    from dotstream.lsp.transport.outbox import Outbox
    from dotstream.model.cancel import CancellationToken

    Reason = Literal["complete", "cancelled", "failed"]

MAX_BATCH = 1024
"""Rows in a batch: each costs a wake-up of the client, and an acknowledgement."""

MAX_WINDOW = 64
"""Batches in flight; a client that asks for more gets this many."""

UNASKED = 2048
"""Rows sent to a client that names no window, and so will not ack; the rest is counted."""

AGE = 0.015
"""Seconds between two ticks: nothing waits longer, though its batch is not full."""

_MAX_BYTES = 256 * 1024

_PROBLEMS = ("conflict", "error")
"""Words of rows that somebody has to decide about."""


class Batches:
    """Sends the rows of one stream as ``$/progress``.

    Args:
        token: the client's ``partialResultToken``; ``None`` sends nothing, only counts.
        window: batches that may be unacknowledged; ``None`` for a client that does not ack.
        most: rows that the client has a use for; the rest is counted, but for problems.
        rows: makes rows of items.

    Attributes:
        counts: items so far, by their word.
        omitted: items that were counted but not sent.
    """

    def __init__(
        self,
        token: str | int | None,
        window: int | None,
        *,
        most: int | None,
        rows: Streamed[Any],
        outbox: Outbox,
        cancel: CancellationToken,
    ) -> None:
        self._token = token
        self._window = window
        self._rows = rows
        self._outbox = outbox
        self._cancel = cancel
        bound = inf if most is None else most
        self._left = 0 if token is None else min(UNASKED, bound) if window is None else bound
        self._acks = token is not None and window is not None
        self._uncounted = False  # something was counted that no batch has told of
        self._waiting: list[str] = []
        self._words: deque[tuple[str, int]] = deque()  # of the rows that wait
        self._sent = 0
        self._acked = 0
        self._lock = Lock()
        self._changed = Condition(self._lock)
        self.counts: dict[str, int] = {}
        self.omitted: int = 0

    def add(self, item: object) -> None:
        """Take one item, or a run of them; blocks while the client has no room for it.

        Raises:
            Cancelled: the stream was cancelled meanwhile.
        """
        word, size = self._rows.word(item), item.size if isinstance(item, Run) else 1
        due = self._acks and word in _PROBLEMS
        sent = size if due or self._left >= size else int(self._left)
        if sent < size:
            with self._lock:
                self._count(word, size - sent)
                self.omitted += size - sent
                self._uncounted = self._acks
            if not sent:
                return
        self._left = max(0, self._left - sent)
        rows = self._rows.rows(item)
        with self._lock:
            self._waiting += rows if sent == size else rows[:sent]
            self._words.append((word, sent))
        if len(self._waiting) >= MAX_BATCH or not self._sent:
            self._flush(MAX_BATCH - 1 if self._sent else 0)

    def tick(self) -> None:
        """Send what is waiting, if it may be sent; never blocks."""
        with self._lock:
            if (self._waiting or self._uncounted) and self._may_send():
                self._send()

    def acknowledge(self, seq: int) -> bool:
        """Note that the client is done with all batches up to ``seq``; false if it cannot be."""
        with self._changed:
            if not 0 < seq <= self._sent:
                return False
            self._acked = max(self._acked, seq)
            self._changed.notify_all()
        return True

    def wake(self) -> None:
        """Let a blocked ``add`` look at its cancellation token."""
        with self._changed:
            self._changed.notify_all()

    def drain(self) -> None:
        """Send what is left; blocks while the client has no room for it.

        Raises:
            Cancelled: the stream was cancelled meanwhile.
        """
        self._flush(0)

    def finish(self, reason: Reason) -> None:
        """Send what is left, unless cancelled, and then the last value on the token."""
        try:
            if reason != "cancelled":
                self.drain()
        except Cancelled:
            pass  # the rows are given up; the outcome stands
        with self._lock:
            self.omitted += len(self._waiting)
            self._take(len(self._waiting))
        if self._token is not None:
            self._put(
                {"kind": "done", "reason": reason, "seq": self._sent, "counts": self.counts}
            )

    def _flush(self, most: int) -> None:
        """Wait for credit and for room, and send, until no more rows wait than so many.

        A tick may be quicker; what it sent is not waited for.
        """
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: (
                        len(self._waiting) <= most or self._has_credit() or self._cancel.cancelled
                    )
                )
                if len(self._waiting) <= most:
                    return
                if self._cancel.cancelled:
                    raise Cancelled
                if self._may_send():
                    self._send()
                    continue
            self._outbox.wait_for_room(lambda: self._cancel.cancelled)

    def _has_credit(self) -> bool:
        return self._window is None or self._sent - self._acked < self._window

    def _may_send(self) -> bool:
        return self._has_credit() and self._outbox.has_room()

    def _send(self) -> None:
        """Send one batch; the lock is held, so batches leave in order."""
        count = min(len(self._waiting), MAX_BATCH)
        rows = ",".join(self._waiting[:count])
        if len(rows) > _MAX_BYTES:
            ends = accumulate(len(row) + 1 for row in self._waiting)
            count = 1 + sum(1 for _ in takewhile(lambda end: end < _MAX_BYTES, ends))
            rows = ",".join(self._waiting[:count])
        self._take(count)
        self._sent += 1
        self._uncounted = False
        # By hand, because the rows are JSON already.
        self._outbox.write(
            (
                '{"jsonrpc":"2.0","method":"$/progress","params":{"token":'
                f"{dumps(self._token)}"
                f',"value":{{"kind":"{self._rows.kind}","seq":{self._sent},"items":['
                f"{rows}"
                f'],"counts":{dumps(self.counts)}}}}}}}'
            ).encode("ascii")
        )

    def _take(self, count: int) -> None:
        """Remove so many rows from those that wait, and count them; the lock is held."""
        del self._waiting[:count]
        while count:
            word, size = self._words.popleft()
            if size > count:
                self._words.appendleft((word, size - count))
                size = count
            self._count(word, size)
            count -= size

    def _count(self, word: str, size: int) -> None:
        self.counts[word] = self.counts.get(word, 0) + size

    def _put(self, value: dict[str, JSON]) -> None:
        self._outbox.write(
            message(method="$/progress", params={"token": self._token, "value": value})
        )
