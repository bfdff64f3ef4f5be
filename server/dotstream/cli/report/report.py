"""What a command has to say, whichever way it is said: as lines or as JSON events."""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dotstream.light_typing import TypeAlias
    from dotstream.model.events import Corrected, Event, Progress, Result
    from dotstream.model.history import Backup, Recovery, Transaction
    from dotstream.model.items import Item
    from dotstream.model.plan import Metadata, Summary

    Value: TypeAlias = "str | int | float | bool | Sequence[Value] | Mapping[str, Value] | None"


class Report(Protocol):
    """Receives what happens, in order; never raises."""

    def hello(self, version: str, command: str, *, dry_run: bool) -> None:
        """Say who speaks, and about what, before anything else."""

    def event(self, event: Event, *, asked: bool = False) -> None:
        """Tell one event of a run; ``asked``: what it did was asked for."""
        # A dry run comes without events.
        from dotstream.model.events import Applied, Corrected, Progress, Result
        from dotstream.model.history import Backup, Recovery

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

    def begin(self, metadata: Metadata, *, listing: bool, most: int | None = None) -> None:
        """Say what is being planned, before the first item.

        Args:
            listing: whether operations are shown.
            most: how many; the rest is counted.
        """

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

    def backup(self, backup: Backup, line: Callable[[], str] | None) -> None:
        """Tell of a backup that there is: as an event, or as a line if there is one."""

    def pruned(self, backup: Backup) -> None:
        """Say that a backup is gone for good."""

    def planned(self, summary: Summary) -> None:
        """Sum up a plan that was only looked at."""

    def applied(self, result: Result) -> None:
        """Sum up what was done."""

    def failed(self, error: BaseException, message: str) -> None:
        """Say why the command ends without having done what it was asked."""

    def tell(self, event: str, line: Callable[[], str] | None, /, **fields: Value) -> None:
        """Tell one thing of a command's own: as an event, or as a line if there is one."""

    def warn(self, event: str, line: Callable[[], str] | None, /, **fields: Value) -> None:
        """Tell one thing of a command's own as ``tell`` does, but a line as something wrong."""

    def pause(self) -> None:
        """Leave the terminal to a question for a while."""

    def finish(self, exit_code: int) -> None:
        """Write what is still unwritten; the last call, and made exactly once."""
