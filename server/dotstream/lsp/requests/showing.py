"""News for the person in front of an editor: progress, a message, and a text to look at."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from dotstream.errors import Cancelled
from dotstream.fs.files import replace_text
from dotstream.fs.process import cache_home, environment
from dotstream.lsp.peer import PATIENCE
from dotstream.lsp.requests.faults import fault_of
from dotstream.lsp.requests.progress import WorkDoneProgress
from dotstream.lsp.requests.rows import Rows
from dotstream.lsp.uris import path_label, quoted, to_uri
from dotstream.model.run import Run

if TYPE_CHECKING:
    from dotstream.lsp.messages import JSON
    from dotstream.lsp.requests.call import Call
    from dotstream.lsp.requests.commands import Command
    from dotstream.lsp.requests.rows import Streamed
    from dotstream.lsp.requests.running import Outcome

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
