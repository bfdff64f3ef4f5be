"""Work-done progress: the editor's own progress display of one request.

A percentage is only ever sent for work whose size is known: the operations of a plan that
is complete.  While planning, and with ``stream``, there is a count and no percentage.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

from dotstream.lsp.requests.rows import dumps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dotstream.lsp.requests.rows import JSON, Streamed
    from dotstream.lsp.transport.outbox import Outbox
    from dotstream.model.events import Progress

__all__ = ["WorkDone", "in_words"]

_EVERY = 0.1
"""Seconds between two reports."""


class WorkDone:
    """The progress of one request, told ten times a second at most.

    Args:
        token: the client's ``workDoneToken``; ``None`` tells nothing.
        rows: what is counted while it goes on; ``None`` if nothing is.
        bounded: whether the size of the work will be known before it ends.
    """

    def __init__(
        self,
        token: str | int | None,
        outbox: Outbox,
        title: str,
        *,
        rows: type[Streamed[Any]] | None,
        bounded: bool,
    ) -> None:
        self._rows = rows
        self._token = token
        self._outbox = outbox
        self._bounded = bounded
        self._percentage = 0
        self._last = ""
        self._next = monotonic() + _EVERY
        begin: dict[str, JSON] = {"kind": "begin", "title": title, "cancellable": True}
        # Clients may ignore percentages that come later if there is none at first.
        self._send(begin | {"percentage": 0} if bounded else begin)

    def report(self, counts: Mapping[str, int], progress: Progress | None) -> None:
        """Tell how far it is, if it is time and the client reads."""
        now = monotonic()
        if self._token is None or now < self._next or not self._outbox.has_room():
            return
        message = _so_far(self._rows, counts, progress)
        if message == self._last:
            return
        self._last, self._next = message, now + _EVERY
        report: dict[str, JSON] = {"kind": "report", "message": message}
        if self._bounded and progress and progress.phase == "applying" and progress.total:
            self._percentage = min(100, progress.done * 100 // progress.total)
            report["percentage"] = self._percentage
        self._send(report)

    def end(self, message: str) -> None:
        """Tell that it is over, and how it ended if there is anything to say."""
        self._send({"kind": "end", "message": message} if message else {"kind": "end"})

    def _send(self, value: dict[str, JSON]) -> None:
        if self._token is not None:
            params = {"token": self._token, "value": value}
            message = {"jsonrpc": "2.0", "method": "$/progress", "params": params}
            self._outbox.write(dumps(message).encode("ascii"))


def _so_far(
    rows: type[Streamed[Any]] | None, counts: Mapping[str, int], progress: Progress | None
) -> str:
    if progress is None or progress.phase == "planning":
        return f"{rows.verb}: {rows.summed(counts)}" if rows else ""
    return in_words(progress)


def in_words(progress: Progress) -> str:
    """Return how far the engine is: ``applying: 512 of 2,000``."""
    of = f" of {progress.total:,}" if progress.total is not None else ""
    return f"{progress.phase.replace('_', ' ')}: {progress.done:,}{of}"
