"""What happens during an apply, for progress bars and editors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from dotstream.model.items import Conflict, Operation, ScanError
    from dotstream.model.plan import Summary

__all__ = ["Phase", "Progress", "Result"]

Phase = Literal["planning", "applying", "rolling_back"]


class Progress(NamedTuple):
    """How far an apply has come; handed to ``on_progress`` once per batch of operations.

    Attributes:
        phase: what is being done.
        done: operations planned, carried out or rolled back so far in this phase.
        total: how many there will be, or ``None`` while that is not known.
        operation: the last one, for display.
    """

    phase: Phase
    done: int
    total: int | None
    operation: Operation | Conflict | ScanError | None = None


class Result(NamedTuple):
    """What an apply did.

    Attributes:
        summary: counts and digest of the plan that was carried out.
        applied: operations carried out.
        transaction: number of the transaction in the journal of its target, or ``None``
            when there was nothing to do.
    """

    summary: Summary
    applied: int
    transaction: int | None
