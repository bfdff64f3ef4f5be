"""The cancellation token: how any thread or signal handler stops a stream."""

from __future__ import annotations


class CancellationToken:
    """A flag that is set once.

    It is looked at between operations, never inside one, so the result is always exact.
    Setting it is safe from any thread and from a signal handler.
    """

    __slots__ = ("cancelled",)

    def __init__(self) -> None:
        self.cancelled: bool = False

    def cancel(self) -> None:
        """Ask the stream to stop; calling it again changes nothing."""
        self.cancelled = True
