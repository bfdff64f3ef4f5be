"""What a command has to say, whichever way it is said: as lines or as JSON events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from dotstream.model.events import Applied, Corrected, Progress, Result
from dotstream.model.history import Backup, Recovery

if TYPE_CHECKING:
    from dotstream.model.events import Event
    from dotstream.model.history import Transaction
    from dotstream.model.items import Item
    from dotstream.model.plan import Metadata, Summary

__all__ = ["Report", "Reporting"]


class Reporting:
    """Tells events of a run, each by its own method."""

    def event(self: Report, event: Event, *, asked: bool = False) -> None:
        """Tell one event; ``asked``: what it did was asked for."""
        if isinstance(event, Applied):
            self.progress(event.progress)
        elif isinstance(event, Progress):
            self.progress(event)
        elif isinstance(event, Recovery):
            self.recovered(event, asked=asked)
        elif isinstance(event, Corrected):
            self.corrected(event, asked=asked)
        elif isinstance(event, Backup):
            self.pruned(event)
        elif isinstance(event, Result):
            self.applied(event)
        else:
            self.item(event)


class Report(Protocol):
    """Receives what happens, in order; never raises."""

    def event(self, event: Event, *, asked: bool = False) -> None:
        """Tell one event of a run; ``asked``: what it did was asked for."""

    def begin(self, metadata: Metadata, *, listing: bool) -> None:
        """Say what is being planned, before the first item; ``listing``: show operations."""

    def item(self, item: Item) -> None:
        """Show one item of a plan."""

    def progress(self, progress: Progress) -> None:
        """Show how far an apply has come."""

    def unfinished(self, transaction: Transaction) -> None:
        """Mention a transaction that was cut short, and that is left as it is for now."""

    def recovered(self, recovery: Recovery, *, asked: bool = False) -> None:
        """Say what was done about a transaction that was cut short; ``asked``: on request."""

    def corrected(self, corrected: Corrected, *, asked: bool = False) -> None:
        """Say what was done about the records; ``asked``: they were to be made anew."""

    def pruned(self, backup: Backup) -> None:
        """Say that a backup is gone for good."""

    def planned(self, summary: Summary) -> None:
        """Sum up a plan that was only looked at."""

    def applied(self, result: Result) -> None:
        """Sum up what was done."""

    def failed(self, error: BaseException, message: str) -> None:
        """Say why the command ends without having done what it was asked."""

    def finish(self, exit_code: int) -> None:
        """Write what is still unwritten; the last call, and made exactly once."""
