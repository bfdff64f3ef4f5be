"""Applying a plan: all of it or nothing.

By default the whole plan is first streamed into the journal, so every conflict is known
before the first change, and then carried out from there.  With ``stream`` each batch is
written down and carried out while the plan is still being computed; a late conflict rolls
back.  Either way memory does not grow with the plan.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from dotstream.engine.execute import Executor
from dotstream.engine.journal import BATCH
from dotstream.engine.steps import with_closings
from dotstream.errors import (
    Cancelled,
    ConflictError,
    DotstreamError,
    OperationFailed,
    RollbackIncomplete,
    ScanFailed,
    StalePlan,
)
from dotstream.fs.look import is_permission, reason
from dotstream.model.events import Progress, Result
from dotstream.model.items import Conflict, Operation, ScanError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dotstream.engine.journal import Journal
    from dotstream.engine.steps import Step, StepKind
    from dotstream.fs.change import Changes
    from dotstream.fs.descriptors import Descriptors
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.items import Item
    from dotstream.model.plan import Metadata, Summary

__all__ = ["Application"]

_REMEMBERED = 1000


class Application:
    """One plan being applied to one target.

    Args:
        items: the plan's items, in order.
        summary: returns the plan's counts and digest once ``items`` is used up.
        journal: of the target; the target's lock is held.
        backups: absolute path of the directory that takes what is set aside.
        skip_errors: whether to go on without what could not be read.
        cancel: looked at between operations; it does not cancel a rollback.
        on_progress: called once per batch.
        on_item: called for every item as it is planned.
    """

    def __init__(
        self,
        metadata: Metadata,
        items: Iterable[Item],
        summary: Callable[[], Summary],
        *,
        journal: Journal,
        changes: Changes,
        descriptors: Descriptors,
        backups: str,
        started: float,
        skip_errors: bool,
        cancel: CancellationToken,
        on_progress: Callable[[Progress], None] | None = None,
        on_item: Callable[[Item], None] | None = None,
    ) -> None:
        self._metadata = metadata
        self._items = items
        self._summary = summary
        self._journal = journal
        self._skip_errors = skip_errors
        self._cancel = cancel
        self._on_progress = on_progress
        self._on_item = on_item
        self._conflicts: list[Conflict] = []
        self._errors: list[ScanError] = []
        self._planned = 0
        self._number = journal.begin(metadata.action, metadata.packages, started)
        self._first = self._done = journal.first(self._number)
        self._applied = 0
        self._executor = Executor(changes, descriptors, self._number, backups)

    def run(self, *, stream: bool, digest: str | None) -> Result:
        """Apply the plan.

        Args:
            stream: carry operations out while the plan is still being computed.
            digest: of the plan that was shown; another one is refused.

        Raises:
            ConflictError, ScanFailed, StalePlan: nothing was changed.
            OperationFailed, Cancelled: everything was rolled back.
            RollbackIncomplete: rolled back but for what it names.
        """
        try:
            steps = with_closings(self._operations())
            if stream:
                self._journal.set_state(self._number, "active")
                while batch := list(islice(steps, BATCH)):
                    start = self._journal.next
                    self._journal.append(batch)
                    self._carry_out(
                        [(start + index, *step) for index, step in enumerate(batch)], None
                    )
                    self._refuse_conflicts()
                summary = self._agree(digest)
            else:
                while batch := list(islice(steps, BATCH)):
                    self._journal.append(batch)
                    self._report("planning", self._planned, None, batch)
                summary = self._agree(digest)
                end = self._journal.next
                if end > self._first:
                    self._journal.set_state(self._number, "active", summary.digest)
                    for rows in self._journal.steps(self._first, end):
                        self._carry_out(rows, summary.operations)
        except BaseException as error:
            self._abandon(error)
            raise
        if self._done == self._first:
            self._journal.discard(self._number)
            return Result(summary, 0, None)
        self._journal.set_state(self._number, "committed", summary.digest)
        return Result(summary, self._applied, self._number)

    def _operations(self) -> Iterator[Operation]:
        """Pass operations on; keep the first conflicts and errors, and show every item."""
        show = self._on_item
        for item in self._items:
            if show is not None:
                show(item)
            if isinstance(item, Operation):
                if item.kind != "keep_link":
                    self._planned += 1
                    yield item
            elif isinstance(item, Conflict):
                if len(self._conflicts) < _REMEMBERED:
                    self._conflicts.append(item)
            elif isinstance(item, ScanError) and len(self._errors) < _REMEMBERED:
                self._errors.append(item)

    def _agree(self, digest: str | None) -> Summary:
        """Return the plan's summary if the whole plan may be carried out."""
        self._refuse_conflicts()
        summary = self._summary()
        if digest is not None and digest != summary.digest:
            raise StalePlan(digest, summary.digest)
        return summary

    def _refuse_conflicts(self) -> None:
        if self._conflicts:
            raise ConflictError(
                self._conflicts, max(self._summary().conflicts, len(self._conflicts))
            )
        if self._errors and not self._skip_errors:
            raise ScanFailed(self._errors, max(self._summary().errors, len(self._errors)))

    def _carry_out(self, rows: list[tuple[int, StepKind, Operation]], total: int | None) -> None:
        """Carry out one batch, looking at the token between operations."""
        do, token = self._executor.do, self._cancel
        operation, done = rows[0][2], rows[0][0]
        try:
            for sequence, kind, operation in rows:
                if token.cancelled:
                    raise Cancelled
                do(sequence, kind, operation)
                done = sequence + 1
        except OSError as error:
            raise OperationFailed(
                operation, reason(error), permission=is_permission(error)
            ) from error
        finally:
            self._done = done
        self._journal.advance(self._number, self._done)
        self._applied += sum(1 for _, kind, _ in rows if not kind.startswith("end_"))
        if self._on_progress is not None:
            self._on_progress(Progress("applying", self._applied, total, operation))

    def _report(self, phase: str, done: int, total: int | None, batch: list[Step]) -> None:
        if self._on_progress is not None:
            self._on_progress(Progress("planning", done, total, batch[-1][1]))

    def _abandon(self, error: BaseException) -> None:
        """Take back what was done; raise in place of ``error`` only if something is left."""
        if self._done == self._first:
            self._journal.discard(self._number)
            return
        left = self._roll_back()
        if left:
            self._journal.set_state(self._number, "stuck")
            raise RollbackIncomplete(str(error) or "stopped", left) from error
        self._journal.set_state(self._number, "rolled_back")
        if isinstance(error, Cancelled):
            error.__init__(self._done - self._first)  # type: ignore[misc]

    def _roll_back(self) -> list[str]:
        """Undo every step that was carried out, last first; return what could not be."""
        self._journal.set_state(self._number, "rolling_back")
        left: list[str] = []
        undone, total = 0, self._done - self._first
        for rows in self._journal.steps_backwards(self._first, self._done):
            for sequence, kind, operation in rows:
                try:
                    self._executor.undo(sequence, kind, operation)
                except DotstreamError as error:
                    left.append(str(error))
                except OSError as error:
                    left.append(f"{operation.path}: {reason(error)}")
                undone += 1
            if self._on_progress is not None:
                self._on_progress(Progress("rolling_back", undone, total, rows[-1][2]))
        return left
