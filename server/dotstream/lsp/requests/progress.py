"""Work-done progress: the editor's own progress display of one request.

A percentage is only ever sent for work whose size is known: the operations of a plan that
is complete.  While planning, and with ``stream``, there is a count and no percentage.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dotstream.lsp.messages import JSON
    from dotstream.lsp.requests.call import Call
    from dotstream.lsp.requests.rows import Streamed
    from dotstream.model.events import Progress

_EVERY = 0.1
"""Seconds between two reports."""


class WorkDoneProgress:
    """The progress of one request, told ten times a second at most.

    Args:
        token: the client's ``workDoneToken``; ``None`` tells nothing.
    """

    def __init__(self, token: str | int | None, call: Call) -> None:
        self._token = token
        self._peer = call.peer
        self._rows = call.method.rows
        self._bounded = call.bounded
        self._percentage = 0
        self._last = ""
        self._next = monotonic() + _EVERY
        begin: dict[str, JSON] = {"kind": "begin", "title": call.title, "cancellable": True}
        # Clients may ignore percentages that come later if there is none at first.
        self._send(begin | {"percentage": 0} if call.bounded else begin)

    def report(self, counts: Mapping[str, int], progress: Progress | None) -> None:
        """Tell how far it is, if it is time and the client reads."""
        now = monotonic()
        if self._token is None or now < self._next or not self._peer.reads:
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
            self._peer.notify("$/progress", {"token": self._token, "value": value})


def _so_far(
    rows: type[Streamed[Any]] | None, counts: Mapping[str, int], progress: Progress | None
) -> str:
    if progress is None or progress.phase == "planning":
        return f"{rows.verb}: {rows.summed(counts)}" if rows else ""
    of = f" of {progress.total:,}" if progress.total is not None else ""
    return f"{progress.phase.replace('_', ' ')}: {progress.done:,}{of}"
