"""News for the client that asked: rows with credits, its own progress display, one answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dotstream.errors import Cancelled
from dotstream.lsp.requests.batches import MAX_WINDOW, Batches
from dotstream.lsp.requests.faults import fault_of
from dotstream.lsp.requests.progress import WorkDoneProgress
from dotstream.lsp.requests.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from dotstream.lsp.messages import JSON
    from dotstream.lsp.requests.call import Call
    from dotstream.lsp.requests.running import Outcome
    from dotstream.lsp.transport.outbox import Outbox


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
