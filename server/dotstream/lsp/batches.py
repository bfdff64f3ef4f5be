"""The rows of one stream, in batches, no more of them than the client has asked for.

A batch is sent when it is full (by count or by bytes) or at the next tick, and only while
fewer than ``window`` batches are unacknowledged.  When they are not, ``add`` blocks:
the plan behind it is simply not computed any further.
"""

from __future__ import annotations

from math import inf
from threading import Condition
from typing import TYPE_CHECKING, Any

from dotstream.errors import Cancelled
from dotstream.lsp.rows import dumps

if TYPE_CHECKING:
    from typing import Literal

    from dotstream.lsp.outbox import Outbox
    from dotstream.lsp.rows import Streamed
    from dotstream.model.cancel import CancellationToken

    Reason = Literal["complete", "cancelled", "failed"]

__all__ = ["AGE", "MAX_BATCH", "MAX_WINDOW", "UNASKED", "Batches"]

MAX_BATCH = 256
"""Rows in a batch; larger ones are no faster."""

MAX_WINDOW = 64
"""Batches in flight; a client that asks for more gets this many."""

UNASKED = 2048
"""Rows sent to a client that names no window, and so will not ack; the rest is counted."""

AGE = 0.015
"""Seconds between two ticks: nothing waits longer, though its batch is not full."""

_MAX_BYTES = 64 * 1024


class Batches:
    """Sends the rows of one stream as ``$/progress``.

    Args:
        token: the client's ``partialResultToken``; ``None`` sends nothing, only counts.
        window: batches that may be unacknowledged; ``None`` for a client that does not ack.
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
        rows: Streamed[Any],
        outbox: Outbox,
        cancel: CancellationToken,
    ) -> None:
        self._token = token
        self._window = window
        self._rows = rows
        self._outbox = outbox
        self._cancel = cancel
        self._left = 0 if token is None else UNASKED if window is None else inf
        self._waiting: list[Any] = []
        self._sent = 0
        self._acked = 0
        self._changed = Condition()
        self.counts: dict[str, int] = {}
        self.omitted = 0

    def add(self, item: object) -> None:
        """Take one item; blocks while the client has no room for it.

        Raises:
            Cancelled: the stream was cancelled meanwhile.
        """
        if not self._left:
            with self._changed:
                self._count(item)
            self.omitted += 1
            return
        self._left -= 1
        # Without the lock: appending is atomic, and who sends takes from the front.
        self._waiting.append(item)
        if len(self._waiting) >= MAX_BATCH or not self._sent:
            self._flush()

    def tick(self) -> None:
        """Send what is waiting, if it may be sent; never blocks."""
        with self._changed:
            if self._waiting and self._may_send():
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

    def finish(self, reason: Reason) -> None:
        """Send what is left, unless cancelled, and then the last value on the token."""
        try:
            while self._waiting and reason != "cancelled":
                self._flush()
        except Cancelled:
            pass  # the rows are given up; the outcome stands
        with self._changed:
            for item in self._waiting:
                self._count(item)
            self.omitted += len(self._waiting)
            self._waiting.clear()
        if self._token is not None:
            self._put(
                {"kind": "done", "reason": reason, "seq": self._sent, "counts": self.counts}
            )

    def _flush(self) -> None:
        """Wait for credit and for room, and send; a tick may have been quicker."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._has_credit() or self._cancel.cancelled)
                if self._cancel.cancelled:
                    raise Cancelled
                if not self._waiting:
                    return
                if self._may_send():
                    self._send()
                    return
            self._outbox.wait_for_room(lambda: self._cancel.cancelled)

    def _has_credit(self) -> bool:
        return self._window is None or self._sent - self._acked < self._window

    def _may_send(self) -> bool:
        return self._has_credit() and self._outbox.has_room()

    def _send(self) -> None:
        """Send one batch; the lock is held, so batches leave in order."""
        rows: list[str] = []
        size = 0
        for item in self._waiting[:MAX_BATCH]:
            row = self._rows.row(item)
            self._count(item)
            rows.append(row)
            size += len(row)
            if size >= _MAX_BYTES:
                break
        del self._waiting[: len(rows)]
        self._sent += 1
        # By hand, because the rows are JSON already.
        self._outbox.write(
            (
                '{"jsonrpc":"2.0","method":"$/progress","params":{"token":'
                f"{dumps(self._token)}"
                f',"value":{{"kind":"{self._rows.kind}","seq":{self._sent},"items":['
                f"{','.join(rows)}"
                f'],"counts":{dumps(self.counts)}}}}}}}'
            ).encode("ascii")
        )

    def _count(self, item: object) -> None:
        word = self._rows.word(item)
        self.counts[word] = self.counts.get(word, 0) + 1

    def _put(self, value: dict[str, object]) -> None:
        message = {
            "jsonrpc": "2.0",
            "method": "$/progress",
            "params": {"token": self._token, "value": value},
        }
        self._outbox.write(dumps(message).encode("ascii"))
