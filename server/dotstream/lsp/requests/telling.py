"""News of a call: for the client that asked, or for the person in front of an editor."""

from __future__ import annotations

from hashlib import blake2b
from time import monotonic
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from dotstream.errors import Cancelled
from dotstream.fs.files import replace_text
from dotstream.fs.process import cache_home, environment
from dotstream.lsp.peer import PATIENCE
from dotstream.lsp.requests.batches import MAX_WINDOW, Batches
from dotstream.lsp.requests.faults import fault_of
from dotstream.lsp.requests.rows import Rows
from dotstream.lsp.uris import path_label, quoted, to_uri
from dotstream.model.run import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dotstream.lsp.messages import JSON
    from dotstream.lsp.requests.call import Call
    from dotstream.lsp.requests.commands import Command
    from dotstream.lsp.requests.rows import Streamed
    from dotstream.lsp.requests.running import Outcome
    from dotstream.lsp.transport.outbox import Outbox
    from dotstream.model.events import Progress


class Answering:
    """Tells the client that sent a request.

    Args:
        answer: sends the answer.

    Attributes:
        batches: the rows of the request.
    """

    def __init__(
        self,
        call: Call,
        outbox: Outbox,
        answer: Callable[[Outcome], None],
    ) -> None:
        asked, rows = call.asked, call.method.rows
        self.progress_token: str | int | None = asked.work_done
        self._rows = rows
        self._call = call
        self._answer = answer
        window = None if asked.window is None else min(asked.window, MAX_WINDOW)
        self.batches: Batches = Batches(
            asked.partial,
            window,
            most=asked.most,
            rows=(rows or Rows)(call.home),
            outbox=outbox,
            cancel=call.cancel_token,
        )
        self.add: Callable[[object], None] = self.batches.add
        self._progress = WorkDoneProgress(asked.work_done, call)

    def begin(self) -> None:
        """Do nothing: the client has begun."""

    def settle(self, result: dict[str, JSON]) -> Outcome:
        """Send the last rows."""
        if self._call.changed is None:  # what was changed stays so, though nobody reads of it
            self.batches.drain()
        self.batches.finish("complete")
        return result if self._rows is None else {"omitted": self.batches.omitted, **result}

    def give_up(self, error: BaseException) -> Outcome:
        """Give up the last rows if it was cancelled; else send them."""
        if isinstance(error, Cancelled):
            self.batches.finish("cancelled")
            return fault_of(error, counts=self.batches.counts)
        self.batches.finish("failed")
        return fault_of(error)

    def tick(self) -> None:
        """Send what has waited long enough."""
        self.batches.tick()
        self._progress.report(dict(self.batches.counts), self._call.progress)

    def wake(self) -> None:
        """Let a stream that has no room look at its cancellation token."""
        self.batches.wake()

    def tell(self, outcome: Outcome) -> None:
        """Answer."""
        if isinstance(outcome, dict):
            self._progress.end(self._rows.summed(self.batches.counts) if self._rows else "")
        else:
            self._progress.end(outcome.message)
        self._answer(outcome)


MOST_LINES = 5_000
"""Lines that are written out; the rest is counted."""


class Showing:
    """Tells a person what became of a command.

    Args:
        token: what progress is told on, if the editor shows any.
    """

    def __init__(self, token: str, command: Command, call: Call) -> None:
        self.progress_token: str | int | None = token
        self._command = command
        self._call = call
        self._rows: Streamed[Any] = (call.method.rows or Rows)(call.home)
        self._counts: dict[str, int] = {}
        self._lines: list[str] = []
        self._severity = types.MessageType.Info
        self._progress = WorkDoneProgress(None, call)

    def begin(self) -> None:
        """Begin progress, unless the editor shows none."""
        token, call = self.progress_token, self._call
        create = types.WINDOW_WORK_DONE_PROGRESS_CREATE
        if call.peer.abilities.has("window.work_done_progress") and call.peer.ask(
            create, {"token": token}, call.cancel_token, PATIENCE
        ):
            self._progress = WorkDoneProgress(token, call)

    def add(self, item: object) -> None:
        """Count an item, and write it down as long as there are not too many."""
        word, size = self._rows.word(item), item.size if isinstance(item, Run) else 1
        self._counts[word] = self._counts.get(word, 0) + size
        line = self._command.line
        if line is not None and len(self._lines) < MOST_LINES:
            items = item.operations() if isinstance(item, Run) else (item,)
            self._lines += [line(each) for each in items]

    def settle(self, result: dict[str, JSON]) -> Outcome:
        """Write the text, show it, and say the rest."""
        words = self._command.words(result)
        message = f"{self._call.title}: {words}" if words else ""
        text = self._command.text(result) if self._command.text else self._text(words)
        if self._command.page is not None and text:
            path = self._write(self._command.page, text)
            if not self._shown(path):
                message = "; ".join(
                    filter(None, (message, f"it is written to {path_label(path)}"))
                )
        return {"message": message}

    def _text(self, words: str) -> str:
        total = sum(self._counts.values())
        if not total:
            return ""
        lines = [f"# {self._call.title}", "", *self._lines[:MOST_LINES], ""]
        if total > MOST_LINES:
            lines += [f"… {total - MOST_LINES:,} more", ""]
        return "\n".join([*lines, words]) + "\n"

    def _write(self, name: str, text: str) -> str:
        """Write a page where those of its package directory are kept, and return its path."""
        place = blake2b(quoted(self._call.asked.root).encode(), digest_size=6).hexdigest()
        path = f"{cache_home(environment(), self._call.home)}/{place}/{name}"
        replace_text(path, text)
        return path

    def _shown(self, path: str) -> bool:
        """Have the editor show a file; false if it does not."""
        call = self._call
        if not call.peer.abilities.has("window.show_document.support"):
            return False
        show: JSON = {"uri": to_uri(path), "takeFocus": True}
        answer = call.peer.ask(types.WINDOW_SHOW_DOCUMENT, show, call.cancel_token, PATIENCE)
        result = None if answer is None else answer.get("result")
        return isinstance(result, dict) and bool(result.get("success"))

    def give_up(self, error: BaseException) -> Outcome:
        """Say what went wrong."""
        self._severity = (
            types.MessageType.Warning if isinstance(error, Cancelled) else types.MessageType.Error
        )
        return fault_of(error)

    def tick(self) -> None:
        """Tell how far it is."""
        self._progress.report(dict(self._counts), self._call.progress)

    def wake(self) -> None:
        """Do nothing: nothing here waits but for the editor."""

    def tell(self, outcome: Outcome) -> None:
        """Say how it ended."""
        message = outcome["message"] if isinstance(outcome, dict) else outcome.message
        self._progress.end(str(message))
        if message:
            params: JSON = {"type": int(self._severity), "message": message}
            self._call.peer.notify(types.WINDOW_SHOW_MESSAGE, params)


_EVERY = 0.1
"""Seconds between two reports."""


class WorkDoneProgress:
    """The progress of one request, told ten times a second at most.

    A percentage is only ever sent for work whose size is known: the operations of a plan that
    is complete.  While planning, and with ``stream``, there is a count and no percentage.

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
