"""Who is told of a call: the client that asked, or the person in front of an editor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from lsprotocol.types import ResponseError

    from dotstream.lsp.messages import JSON

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
