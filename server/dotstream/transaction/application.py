"""Applying a plan: all of it or nothing.

By default the whole plan is first streamed into the journal, so every conflict is known
before the first change, and then carried out from there.  With ``stream`` each batch is
written down and carried out while the plan is still being computed; a late conflict rolls
back.  Either way memory does not grow with the plan.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

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
from dotstream.fs.oserror import is_permission, reason
from dotstream.model.events import Applied, Progress, Result
from dotstream.model.items import OPERATION_KINDS, Conflict, Operation, ScanError
from dotstream.model.plan import Summary
from dotstream.model.run import Run
from dotstream.planner.stream import Digest
from dotstream.store.encoding import cut
from dotstream.store.journal import BATCH, UNSURE
from dotstream.store.manifest import PAGE
from dotstream.store.steps import CLOSINGS, Closer, numbered
from dotstream.transaction.executor import Executor
from dotstream.transaction.rollback import Rollback

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from dotstream.fs.change import Changes
    from dotstream.fs.descriptors import Descriptors
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.events import Happening
    from dotstream.model.history import TransactionState
    from dotstream.model.items import Item
    from dotstream.model.plan import Metadata
    from dotstream.store.journal import Journal
    from dotstream.store.steps import Part, Step

__all__ = ["Application", "Control"]

_REMEMBERED = 1000


class Control:
    """What the one who runs an application decides while it runs.

    Attributes:
        keep: whether to keep what was done when it is stopped.
    """

    __slots__ = ("keep", "result")

    def __init__(self, *, keep: bool = False) -> None:
        self.keep: bool = keep
        self.result: Result | None = None


class Application:
    """One plan being applied to one target.

    Args:
        items: the plan's items, in order; links in a row may be runs.
        summary: returns the plan's counts and digest once ``items`` is used up.
        journal: of the target; the target's lock is held.
        backups: absolute path of the directory that takes what is set aside.
        skip_errors: whether to go on without what could not be read.
        cancel: looked at between operations; it does not cancel a rollback.
        control: whether to keep what was done when it is stopped.
        size: how many steps are written down, and carried out, together.
        whole: whether that is all of the plan that the metadata is of.
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
        control: Control,
        size: int = BATCH,
        whole: Callable[[Summary], bool] = lambda _: True,
    ) -> None:
        self._metadata = metadata
        self._items = items
        self._summary = summary
        self._journal = journal
        self._skip_errors = skip_errors
        self._cancel = cancel
        self._control = control
        self._whole_plan = whole
        self._size = min(size, BATCH)
        self._batch: list[Step] = []
        self._filled = 0
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

    def run(self, *, stream: bool, digest: str | None) -> Generator[Happening, None, Result]:
        """Apply the plan, and tell what happens as it does.

        Ending it early takes everything back, or keeps what was done if ``keep`` is set.

        Args:
            stream: carry operations out while the plan is still being computed.
            digest: of the plan that was shown; another one is refused.

        Raises:
            ConflictError, ScanFailed, StalePlan: nothing was changed.
            OperationFailed, Cancelled: everything was rolled back.
            RollbackIncomplete: rolled back but for what it names.
        """
        try:
            summary = yield from self._forwards(stream=stream, digest=digest)
            if self._done == self._first:
                self._journal.discard(self._number)
                return Result(summary, 0, None)
            self._commit(summary, whole=self._whole_plan(summary))
        except BaseException as error:
            stopped, silent = isinstance(error, (Cancelled, GeneratorExit)), _unheard(error)
            refused: JournalError | None = None
            if stopped and self._control.keep and not self._failed:
                try:
                    kept = yield from self._keep(silent=silent)
                except JournalError as why:  # a full disk: then nothing is kept
                    refused = why
                else:
                    if kept is not None:
                        self._control.result = kept
                        return kept
            yield from self._abandon(refused or error, silent=silent)
            if refused is not None:
                raise refused from error
            raise
        return Result(summary, self._planned, self._number)

    def _forwards(
        self, *, stream: bool, digest: str | None
    ) -> Generator[Happening, None, Summary]:
        """Write everything down and carry it out."""
        if stream:
            self._journal.activate(self._number, "")
        closer = Closer()
        for item in self._items:
            if isinstance(item, Run):
                for part in item.cut(min(PAGE, self._size)):
                    yield part
                    self._planned += part.size
                    yield from self._add(closer.push(part), stream=stream)
                continue
            yield item
            if isinstance(item, Operation):
                if item.kind != "keep_link":
                    self._planned += 1
                    yield from self._add(closer.push(item), stream=stream)
            elif isinstance(item, Conflict):
                if len(self._conflicts) < _REMEMBERED:
                    self._conflicts.append(item)
            elif isinstance(item, ScanError) and len(self._errors) < _REMEMBERED:
                self._errors.append(item)
        yield from self._add(closer.finish(), stream=stream)
        if self._batch:
            yield from self._flush(stream=stream)
        summary = self._agree(digest)
        end = self._journal.next
        if not stream and end > self._first:
            self._journal.activate(self._number, summary.digest)
            recorded = self._first
            for parts in self._journal.chunks(self._first):
                yield self._carry_out(parts, end - self._first)
                if self._done - recorded > UNSURE - BATCH:
                    recorded = self._done
                    self._journal.advance(self._number, recorded)
        return summary

    def _add(self, steps: list[Step], *, stream: bool) -> Generator[Happening]:
        """Take steps in; write them down, and carry them out, once there are enough."""
        for step in steps:
            count = step[1].size if isinstance(step[1], Run) else 1
            if self._batch and self._filled + count > self._size:
                yield from self._flush(stream=stream)
            self._batch.append(step)
            self._filled += count
            if self._filled >= self._size:  # at once, without waiting for what comes next
                yield from self._flush(stream=stream)

    def _flush(self, *, stream: bool) -> Generator[Happening]:
        batch, size = self._batch, self._filled
        self._batch, self._filled = [], 0
        start = self._journal.next
        self._journal.append(batch, size)
        if stream:
            yield self._carry_out(list(numbered(start, batch)), None)
            self._refuse_conflicts()
        else:
            last = batch[-1][1]
            if isinstance(last, Run):
                last = last.operation(-1)
            yield Progress("planning", self._planned, None, last)

    def _commit(self, summary: Summary, *, whole: bool) -> None:
        counts: dict[str, int] = {
            kind: count for kind, count in summary.counts.items() if kind in OPERATION_KINDS
        }
        try:  # what is called done is on the disk before that is
            self._changes.flush()
        except OSError as error:
            raise JournalError(
                f"{self._metadata.target}: {reason(error)}: what was done did not get onto the "
                "disk; it was rolled back",
                remedy="remove_cause",
            ) from error
        if not whole:
            self._journal.part(self._number)
        self._journal.commit(self._number, self._metadata.directory, summary.digest, counts)

    # Ending early ----------------------------------------------------------------------

    def _keep(self, *, silent: bool) -> Generator[Happening, None, Result | None]:
        """Keep what was carried out, as far as it is whole, and take the rest back.

        Returns:
            What was kept; ``None`` if there is nothing, or if it cannot be told apart.
        """
        end = self._whole()
        if end == self._first:
            return None
        self._journal.part(self._number)  # a recovery cannot carry it to its end any more
        rollback = Rollback()
        rolling = rollback.steps(
            self._journal,
            self._number,
            end,
            self._done,
            sure=self._done,
            changes=self._changes,
            backups=self._backups,
        )
        if end < self._done:
            yield from _undisturbed(rolling, silent=silent)
        if rollback.failed or rollback.left:
            return None  # all of it is taken back, which says what is left
        self._journal.cut(end)
        self._done = end
        counts: dict[str, int] = {}
        kept, digest = 0, Digest()
        for parts in self._journal.chunks(self._first):
            for _, kind, item in parts:
                if kind == item.kind:  # no closing
                    count = item.size if isinstance(item, Run) else 1
                    kept += count
                    counts[kind] = counts.get(kind, 0) + count
                    digest.add(item)
        summary = Summary(counts, 0, digest.hexdigest(), self._summary().elapsed)
        self._commit(summary, whole=False)
        return Result(summary, kept, self._number, complete=False)

    def _whole(self) -> int:
        """Return how far what was done is whole: outside of folds, and nothing only moved."""
        end, opened = self._first, 0
        moved = ""  # a path whose file has gone, for something else to come there
        for parts in self._journal.chunks(self._first):
            for number, kind, item in cut(parts, self._done):
                if moved and not opened and (isinstance(item, Run) or item.path != moved):
                    end = number
                opened += (kind in CLOSINGS) - kind.startswith("end_")
                moved = item.path if kind == "move_file" and not isinstance(item, Run) else ""
                if not opened and not moved:
                    end = number + (item.size if isinstance(item, Run) else 1)
            if parts[-1][0] >= self._done:
                break
        return end

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

    def _carry_out(self, parts: list[Part], total: int | None) -> Applied:
        """Carry out one batch, looking at the token between operations."""
        executor, token = self._executor, self._cancel
        sequence, _, item = parts[0]
        try:
            executor.note(self._journal, ((number, each) for number, _, each in parts))
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
        done = tuple(each[2] for each in parts if each[1] == each[2].kind)  # no closings
        return Applied(self._done - self._first, total, done)

    def _abandon(self, error: BaseException, *, silent: bool) -> Generator[Happening]:
        """Take back what was done; raise in place of ``error`` only if something is left."""
        end = self._done + 1 if self._failed else self._done
        if end == self._first:
            self._journal.discard(self._number)
            return
        with suppress(JournalError):  # what is there tells how far each step came
            self._journal.turn(self._number, "rolling_back", end)
        rollback = Rollback()
        rolling = rollback.steps(
            self._journal,
            self._number,
            self._first,
            end,
            sure=self._done,
            refused=self._failed,
            changes=self._changes,
            backups=self._backups,
        )
        yield from _undisturbed(rolling, silent=silent)
        problems = rollback.failed + rollback.left
        with suppress(JournalError):
            state: TransactionState = "stuck" if rollback.failed else "rolled_back"
            self._journal.turn(self._number, state, end if rollback.failed else self._first)
        if problems:
            raise RollbackIncomplete(str(error) or "stopped", problems) from error
        if isinstance(error, Cancelled):
            error.__init__(self._done - self._first)  # type: ignore[misc]


def _unheard(error: BaseException) -> bool:
    """Whether whoever listened has gone."""
    return isinstance(error, GeneratorExit)


def _undisturbed(rolling: Generator[Progress], *, silent: bool) -> Generator[Progress]:
    """Go through all of a rollback, also when nobody listens any more."""
    for progress in rolling:
        if not silent:
            try:
                yield progress
            except GeneratorExit:
                silent = True
