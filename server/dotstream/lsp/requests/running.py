"""One long request: a thread, a cancellation token, batches, progress, and one answer."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict

from dotstream.errors import Cancelled
from dotstream.fs.process import environment, home_directory
from dotstream.lsp.requests.batches import MAX_WINDOW, Batches
from dotstream.lsp.requests.faults import fault_of
from dotstream.lsp.requests.progress import WorkDone
from dotstream.lsp.requests.rows import Rows
from dotstream.lsp.uris import label, to_uri
from dotstream.model.cancel import CancellationToken
from dotstream.model.events import Applied

if TYPE_CHECKING:
    from collections.abc import Callable

    from lsprotocol.types import ResponseError

    from dotstream.client import Client
    from dotstream.lsp.requests.method import Method
    from dotstream.lsp.requests.params import Asked
    from dotstream.lsp.requests.rows import JSON
    from dotstream.lsp.transport.outbox import Outbox
    from dotstream.model.events import Progress

__all__ = ["Changed", "Outcome", "Work"]

Outcome: TypeAlias = "dict[str, JSON] | ResponseError"


class Changed(TypedDict):
    """What ``dotstream/changed`` says."""

    root: str
    target: str
    transaction: int | None


class Work:
    """A request being worked on.

    Attributes:
        params: what was asked, checked.
        cancel_token: what the work looks at between operations.
        batches: takes the items that it comes upon.
        progress: the last thing the engine said of how far it is.
        changed: what the work changed, once it has.
        home: the path that labels call ``~``.
    """

    def __init__(
        self,
        request_id: str | int,
        params: Asked,
        method: Method[Any],
        *,
        outbox: Outbox,
        finished: Callable[[Work, Outcome], None],
    ) -> None:
        self.request_id = request_id
        self.params = params
        self.cancel_token = CancellationToken()
        self.progress: Progress | None = None
        self.changed: Changed | None = None
        self.home = home_directory(environment())
        self.method = method
        self._outbox = outbox
        self._finished = finished
        window = None if params.window is None else min(params.window, MAX_WINDOW)
        self.batches = Batches(
            params.partial,
            window,
            rows=(method.rows or Rows)(self.home),
            outbox=outbox,
            cancel=self.cancel_token,
        )
        title = params.title
        self._work_done = WorkDone(
            params.work_done, outbox, title, rows=method.rows, bounded=params.bounded
        )
        # No daemon: an apply that is being rolled back has to come to its end.
        self._thread = Thread(target=self._run, name=f"{title} ({request_id})")

    def start(self) -> None:
        """Begin, on a thread of its own."""
        self._thread.start()

    def cancel(self) -> None:
        """Ask it to stop; it will answer soon, after rolling back what it did."""
        self.cancel_token.cancel()
        self.batches.wake()
        self._outbox.wake()

    def tick(self) -> None:
        """Send what has waited long enough; called by the event loop, never blocks."""
        self.batches.tick()
        self._work_done.report(dict(self.batches.counts), self.progress)

    def note_progress(self, progress: Progress | Applied) -> None:
        """Take how far the engine is; the event loop tells the client, at its own pace."""
        self.progress = progress.progress if isinstance(progress, Applied) else progress

    def note_change(self, client: Client, transaction: int | None) -> None:
        """Take that something was changed, for all who are to be told of it."""
        self.changed = {
            "root": to_uri(client.directory),
            "target": to_uri(client.target),
            "transaction": transaction,
        }

    def label(self, path: str) -> str:
        """Return a path for people."""
        return label(path, self.home)

    def end_progress(self, outcome: Outcome) -> None:
        """Tell the editor's progress display how it ended."""
        if isinstance(outcome, dict):
            rows = self.method.rows
            self._work_done.end(rows.summed(self.batches.counts) if rows else "")
        else:
            self._work_done.end(outcome.message)

    def _run(self) -> None:
        """Work, and hand over the outcome: the boundary of the thread."""
        outcome: Outcome
        try:
            result = self.method.task(self.params, self)
            if self.changed is None:  # what was changed stays so, though nobody reads of it
                self.batches.drain()
            self.batches.finish("complete")
            outcome = result
            if self.method.rows is not None:
                outcome = {"omitted": self.batches.omitted, **result}
        except Cancelled as error:
            self.batches.finish("cancelled")
            outcome = fault_of(error, counts=self.batches.counts)
        except BaseException as error:  # noqa: BLE001 - every request is answered
            self.batches.finish("failed")
            outcome = fault_of(error)
        self._finished(self, outcome)
