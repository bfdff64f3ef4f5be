"""One call of a method, on a thread of its own, with one outcome; and who is told of it."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from lsprotocol.types import ResponseError

    from dotstream.lsp.messages import JSON
    from dotstream.lsp.requests.call import Call

Outcome: TypeAlias = "dict[str, JSON] | ResponseError"
"""How a call ended: a result or an error."""


class Teller(Protocol):
    """Where the news of one call go.

    Attributes:
        progress_token: what progress is told on, and can be cancelled by.
    """

    progress_token: str | int | None

    def begin(self) -> None:
        """Prepare, on the thread that works.

        Raises:
            Cancelled: the call was cancelled meanwhile.
        """

    def add(self, item: object) -> None:
        """Take one item, or a run of them, on the thread that works; may block.

        Raises:
            Cancelled: the call was cancelled meanwhile.
        """

    def settle(self, result: dict[str, JSON]) -> Outcome:
        """Pass on what is left before the end, on the thread that works.

        Raises:
            Cancelled: the call was cancelled meanwhile.
        """

    def give_up(self, error: BaseException) -> Outcome:
        """Make the outcome of an error, on the thread that works."""

    def tick(self) -> None:
        """Tell how far it is, on the event loop; never blocks."""

    def wake(self) -> None:
        """Let whoever waits look at the call's cancellation token."""

    def tell(self, outcome: Outcome) -> None:
        """Tell how it ended, on the event loop; never blocks."""


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
