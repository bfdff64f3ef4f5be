"""One long request: a thread, a cancellation token, batches, progress, and one answer."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING, TypeAlias

from dotstream.errors import Cancelled
from dotstream.fs.surroundings import home_directory
from dotstream.fs.terminal import environment
from dotstream.lsp.batches import MAX_WINDOW, Batches
from dotstream.lsp.faults import fault_of
from dotstream.lsp.rows import Rows
from dotstream.lsp.workdone import WorkDone, sum_in_words
from dotstream.model.cancel import CancellationToken

if TYPE_CHECKING:
    from collections.abc import Callable

    from lsprotocol.types import ResponseError

    from dotstream.lsp.outbox import Outbox
    from dotstream.lsp.params import PlanParams
    from dotstream.lsp.rows import JSON
    from dotstream.model.events import Progress

__all__ = ["Outcome", "Task", "Work"]

Outcome: TypeAlias = "dict[str, JSON] | ResponseError"
Task: TypeAlias = "Callable[[Work], dict[str, JSON]]"


class Work:
    """A request being worked on.

    Attributes:
        params: what was asked, checked.
        cancel_token: what the work looks at between operations.
        batches: takes the items that it comes upon.
        progress: the last thing the engine said of how far it is; set by the work.
    """

    def __init__(
        self,
        request_id: str | int,
        params: PlanParams,
        task: Task,
        *,
        title: str,
        bounded: bool,
        outbox: Outbox,
        finished: Callable[[Work, Outcome], None],
    ) -> None:
        self.request_id = request_id
        self.params = params
        self.cancel_token = CancellationToken()
        self.progress: Progress | None = None
        self._task = task
        self._outbox = outbox
        self._finished = finished
        window = None if params.window is None else min(params.window, MAX_WINDOW)
        self.batches = Batches(
            params.partial,
            window,
            rows=Rows(home_directory(environment())),
            outbox=outbox,
            cancel=self.cancel_token,
        )
        self._work_done = WorkDone(params.work_done, outbox, title, bounded=bounded)
        # No daemon: an apply that is being rolled back has to come to its end.
        self._thread = Thread(target=self._run, name=f"{title} ({request_id})")

    def start(self) -> None:
        """Begin, on a thread of its own."""
        self._thread.start()

    def cancel(self) -> None:
        """Ask it to stop; it will answer soon, after taking back what it did."""
        self.cancel_token.cancel()
        self.batches.wake()
        self._outbox.wake()

    def tick(self) -> None:
        """Send what has waited long enough; called by the event loop, never blocks."""
        self.batches.tick()
        self._work_done.report(dict(self.batches.counts), self.progress)

    def end_progress(self, outcome: Outcome) -> None:
        """Tell the editor's progress display how it ended."""
        if isinstance(outcome, dict):
            self._work_done.end(sum_in_words(self.batches.counts))
        else:
            self._work_done.end(outcome.message)

    def _run(self) -> None:
        """Work, and hand over the outcome: the boundary of the thread."""
        outcome: Outcome
        try:
            result = self._task(self)
            self.batches.finish("complete")
            outcome = {**result, "omitted": self.batches.omitted}
        except Cancelled as error:
            self.batches.finish("cancelled")
            outcome = fault_of(error, counts=self.batches.counts)
        except BaseException as error:  # noqa: BLE001 - every request is answered
            self.batches.finish("failed")
            outcome = fault_of(error)
        self._finished(self, outcome)
