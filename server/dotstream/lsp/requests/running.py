"""One call of a method, on a thread of its own, with one outcome."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from dotstream.lsp.requests.call import Call
    from dotstream.lsp.requests.telling import Outcome, Teller


class Running:
    """A call being worked on.

    Args:
        finished: called on the thread that worked, with the outcome.

    Attributes:
        key: what it is found again by.
        teller: who is told of it.
    """

    def __init__(
        self,
        key: Hashable,
        call: Call,
        teller: Teller,
        finished: Callable[[Running, Outcome], None],
    ) -> None:
        self.key = key
        self.call = call
        self.teller = teller
        self._finished = finished
        call.add = teller.add
        # No daemon: an apply that is being rolled back has to come to its end.
        self._thread = Thread(target=self._run, name=f"{call.title} ({key})")

    def start(self) -> None:
        """Begin, on a thread of its own."""
        self._thread.start()

    def cancel(self) -> None:
        """Ask it to stop; it will end soon, after rolling back what it did."""
        self.call.cancel_token.cancel()
        self.teller.wake()
        self.call.peer.wake()

    def _run(self) -> None:
        """Work, and hand over the outcome: the boundary of the thread."""
        outcome: Outcome
        try:
            self.teller.begin()
            outcome = self.teller.settle(self.call.method.task(self.call.params, self.call))
        except BaseException as error:  # noqa: BLE001 - every call has an outcome
            outcome = self.teller.give_up(error)
        self._finished(self, outcome)
