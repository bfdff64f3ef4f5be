"""Applying a plan: all of it or nothing.

By default the whole plan is first streamed into the journal, so every conflict is known
before the first change, and then carried out from there.  With ``stream`` each batch is
written down and carried out while the plan is still being computed; a late conflict rolls
back.  Either way memory does not grow with the plan.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from dotstream.engine.execute import Executor
from dotstream.engine.journal import BATCH, UNSURE
from dotstream.engine.manifest import PAGE
from dotstream.engine.rollback import Rollback
from dotstream.engine.steps import batches, numbered, with_closings
from dotstream.errors import (
    Cancelled,
    ConflictError,
    JournalError,
    OperationFailed,
    PreconditionFailed,
    RollbackIncomplete,
    ScanFailed,
    StalePlan,
)
from dotstream.fs.look import is_permission, reason
from dotstream.model.events import Progress, Result
from dotstream.model.items import OPERATION_KINDS, Conflict, Operation, ScanError
from dotstream.model.run import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dotstream.engine.journal import Journal
    from dotstream.engine.steps import Part
    from dotstream.fs.change import Changes
    from dotstream.fs.descriptors import Descriptors
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.events import Phase
    from dotstream.model.history import TransactionState
    from dotstream.model.items import Item
    from dotstream.model.plan import Metadata, Summary

__all__ = ["Application"]

_REMEMBERED = 1000


class Application:
    """One plan being applied to one target.

    Args:
        items: the plan's items, in order; links in a row may be runs.
        summary: returns the plan's counts and digest once ``items`` is used up.
        journal: of the target; the target's lock is held.
        backups: absolute path of the directory that takes what is set aside.
        skip_errors: whether to go on without what could not be read.
        cancel: looked at between operations; it does not cancel a rollback.
        on_progress: called once per batch.
        on_item: called for every item as it is planned.
        on_trouble: called for those that are no operations.
    """

    def __init__(
        self,
        metadata: Metadata,
        items: Iterable[Item | Run],
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
        on_trouble: Callable[[Item], None] | None = None,
    ) -> None:
        self._metadata = metadata
        self._items = items
        self._summary = summary
        self._journal = journal
        self._skip_errors = skip_errors
        self._cancel = cancel
        self._on_progress = on_progress
        self._on_item = on_item
        self._on_trouble = on_trouble
        self._conflicts: list[Conflict] = []
        self._errors: list[ScanError] = []
        self._planned = 0
        self._changes = changes
        self._backups = backups
        self._number = journal.begin(metadata, started)
        self._first = self._done = journal.next
        self._failed = False
        self._executor = Executor(changes, descriptors, self._number, backups)
        self._executor.done = self._first

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
            steps = batches(with_closings(self._operations()), BATCH)
            if stream:
                self._journal.activate(self._number, "")
                for batch, size in steps:
                    start = self._journal.next
                    self._journal.append(batch, size)
                    self._carry_out(list(numbered(start, batch)), None)
                    self._refuse_conflicts()
                summary = self._agree(digest)
            else:
                for batch, size in steps:
                    self._journal.append(batch, size)
                    self._report("planning", self._planned, None, batch[-1][1])
                summary = self._agree(digest)
                end = self._journal.next
                if end > self._first:
                    self._journal.activate(self._number, summary.digest)
                    recorded = self._first
                    for parts in self._journal.chunks(self._first):
                        self._carry_out(parts, end - self._first)
                        if self._done - recorded > UNSURE - BATCH:
                            recorded = self._done
                            self._journal.advance(self._number, recorded)
            if self._done == self._first:
                self._journal.discard(self._number)
                return Result(summary, 0, None)
            counts: dict[str, int] = {
                kind: count for kind, count in summary.counts.items() if kind in OPERATION_KINDS
            }
            self._journal.commit(self._number, self._metadata.directory, summary.digest, counts)
        except BaseException as error:
            self._abandon(error)
            raise
        return Result(summary, self._planned, self._number)

    def _operations(self) -> Iterator[Operation | Run]:
        """Pass operations on; keep the first conflicts and errors, and show every item."""
        for item in self._items:
            if isinstance(item, Run):
                for part in item.cut(PAGE):
                    self._show(part)
                    self._planned += part.size
                    yield part
                continue
            self._show(item)
            if isinstance(item, Operation):
                if item.kind != "keep_link":
                    self._planned += 1
                    yield item
            elif isinstance(item, Conflict):
                if len(self._conflicts) < _REMEMBERED:
                    self._conflicts.append(item)
            elif isinstance(item, ScanError) and len(self._errors) < _REMEMBERED:
                self._errors.append(item)

    def _show(self, item: Item | Run) -> None:
        if self._on_trouble is not None and not isinstance(item, (Operation, Run)):
            self._on_trouble(item)
        if self._on_item is not None:
            for each in item.operations() if isinstance(item, Run) else (item,):
                self._on_item(each)

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

    def _carry_out(self, parts: list[Part], total: int | None) -> None:
        """Carry out one batch, looking at the token between operations."""
        executor, token = self._executor, self._cancel
        sequence, _, item = parts[0]
        try:
            for sequence, kind, item in parts:
                if isinstance(item, Run):
                    executor.run(sequence, item, token)
                elif token.cancelled:
                    raise Cancelled
                else:
                    executor.do(sequence, kind, item)
        except (Cancelled, PreconditionFailed):
            raise  # nothing of that step was done
        except OSError as error:
            self._failed = True  # some of that step may be done
            if isinstance(item, Run):
                item = item.operation(executor.done - sequence)
            raise OperationFailed(item, reason(error), permission=is_permission(error)) from error
        except BaseException:
            self._failed = True
            raise
        finally:
            self._done = executor.done
        self._report("applying", self._done - self._first, total, item)

    def _report(self, phase: Phase, done: int, total: int | None, item: Operation | Run) -> None:
        if self._on_progress is not None:
            operation = item.operation(-1) if isinstance(item, Run) else item
            self._on_progress(Progress(phase, done, total, operation))

    def _abandon(self, error: BaseException) -> None:
        """Take back what was done; raise in place of ``error`` only if something is left."""
        end = self._done + 1 if self._failed else self._done
        if end == self._first:
            self._journal.discard(self._number)
            return
        with suppress(JournalError):  # what is there tells how far each step came
            self._journal.turn(self._number, "rolling_back", end)
        rollback = Rollback()
        rollback.run(
            self._journal,
            self._number,
            self._first,
            end,
            sure=self._done,
            changes=self._changes,
            backups=self._backups,
            on_progress=self._on_progress,
        )
        problems = rollback.failed + rollback.left
        with suppress(JournalError):
            state: TransactionState = "stuck" if rollback.failed else "rolled_back"
            self._journal.turn(self._number, state, end if rollback.failed else self._first)
        if problems:
            raise RollbackIncomplete(str(error) or "stopped", problems) from error
        if isinstance(error, Cancelled):
            error.__init__(self._done - self._first)  # type: ignore[misc]
