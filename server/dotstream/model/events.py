"""What happens while something is changed, for progress bars and editors."""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dotstream.model.history import Backup, Recovery
    from dotstream.model.items import Conflict, Item, Operation, ScanError
    from dotstream.model.plan import Summary
    from dotstream.model.run import Run

Phase = Literal["planning", "applying", "rolling_back", "checking"]


class Progress(NamedTuple):
    """How far something has come; told once per batch of operations or records.

    Attributes:
        phase: what is being done.
        done: operations planned, carried out or rolled back so far in this phase, or
            records checked.
        total: how many there will be, or ``None`` while that is not known.
        operation: the last one, for display.
    """

    phase: Phase
    done: int
    total: int | None
    operation: Operation | Conflict | ScanError | None = None


class Applied(NamedTuple):
    """A batch of operations that was carried out.

    Attributes:
        done: steps carried out so far; a fold takes two.
        total: how many there will be, or ``None`` while that is not known.
        parts: the batch as it is kept: ``operations`` has it one by one.
    """

    done: int
    total: int | None
    parts: tuple[Operation | Run, ...]

    @property
    def operations(self) -> Iterator[Operation]:
        """The operations of the batch, in order."""
        from dotstream.model.run import Run

        for part in self.parts:
            if isinstance(part, Run):
                yield from part.operations()
            else:
                yield part

    @property
    def progress(self) -> Progress:
        """The batch as a word of how far it is."""
        from dotstream.model.run import Run

        last = self.parts[-1] if self.parts else None
        operation = last.operation(-1) if isinstance(last, Run) else last
        return Progress("applying", self.done, self.total, operation)


class Result(NamedTuple):
    """What an apply did.

    Attributes:
        summary: counts and digest of what was carried out.
        applied: operations carried out.
        transaction: number of the transaction in the journal of its target, or ``None``
            when there was nothing to do.
        complete: whether that is all there was, and not what was kept of it when it was
            stopped.
    """

    summary: Summary
    applied: int
    transaction: int | None
    complete: bool = True


class Corrected(NamedTuple):
    """What was done about the records of a target.

    Attributes:
        records: how many were wrong, or missing, and are correct now.
        aside: where a database that could not be used is now; ``None`` if it could.
    """

    records: int
    aside: str | None = None


Event: TypeAlias = "Recovery | Item | Progress | Applied | Backup | Corrected | Result"
"""What a run tells, in order; what came of it is last.

Whoever applies a plan, or executes operations, is told a ``Recovery`` if something was
unfinished, then what was planned, ``Progress`` and ``Applied`` of each batch, and the
``Result``.  Recovering ends with the ``Recovery``; correcting and rebuilding records end
with ``Corrected``; deleting backups tells of each ``Backup``, once all are gone.
"""

Happening: TypeAlias = "Event | Run"
"""An event, or links in a row that were planned."""
