"""Applying a plan: all of it or nothing.

By default the whole plan is first streamed into the journal, so every conflict is known
before the first change, and then carried out from there.  With ``stream`` each batch is
written down and carried out while the plan is still being computed; a late conflict rolls
back.  Either way memory does not grow with the plan.
"""

from __future__ import annotations

from contextlib import suppress

from dotstream.errors import (
    Cancelled,
    ConflictError,
    JournalError,
    RollbackIncomplete,
    ScanFailed,
    StalePlan,
)
from dotstream.fs.files import file_identity
from dotstream.fs.mounts import mounted, note
from dotstream.fs.oserror import is_permission, reason
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.events import Progress, Result
from dotstream.model.items import OPERATION_KINDS, Conflict, Operation, ScanError
from dotstream.model.plan import Summary
from dotstream.model.run import LONGEST, Run
from dotstream.planner.stream import Digest
from dotstream.store.journal import BATCH
from dotstream.store.steps import ENDED, Closer, End, numbered, operation_of
from dotstream.transaction.executor import Executor, carry_out
from dotstream.transaction.rollback import Rollback

if TYPE_CHECKING:
    from collections.abc import Generator

    from dotstream.model.events import Happening
    from dotstream.model.history import TransactionState
    from dotstream.store.steps import Step
    from dotstream.transaction.terms import Control, Source, Terms
    from dotstream.transaction.writing import Writer

_REMEMBERED = 1000


class Application:
    """Something being carried out on one target, as one transaction.

    Args:
        source: what is carried out.
        writer: the right to change the target.
        control: stops it, and says whether to keep what was done; told the result.
        terms: how it is carried out.
    """

    def __init__(
        self, source: Source, writer: Writer, control: Control[Result], terms: Terms
    ) -> None:
        self._source, self._writer = source, writer
        self._control, self._terms = control, terms
        self._journal = writer.journal
        self._size = min(terms.batch, BATCH)
        self._batch: list[Step] = []
        self._filled = 0
        self._conflicts: list[Conflict] = []
        self._errors: list[ScanError] = []
        self._planned = 0
        self._targets = source.metadata.targets or (source.metadata.target,)
        # Targets may be made, or removed, by what is carried out.
        self._target = source.metadata.target
        places = (writer.place.journal, self._target)
        self._places = {path: file_identity(path) for path in places}
        self._number = self._journal.begin(source.metadata, writer.host.clock())
        self._first = self._journal.next
        self._executor = Executor(writer, self._number, self._first)

    @property
    def _done(self) -> int:
        """The number after the last step that was carried out."""
        return self._executor.done

    def run(self) -> Generator[Happening, None, Result]:
        """Carry it out, and tell what happens as it does.

        Ending it early takes everything back, or keeps what was done if that is wanted.

        Raises:
            ConflictError, ScanFailed, StalePlan: nothing was changed.
            OperationFailed, Cancelled: everything was rolled back.
            RollbackIncomplete: rolled back but for what it names.
        """
        try:
            summary = yield from self._forwards()
            if self._done == self._first:
                self._journal.discard(self._number)
                metadata = self._source.metadata
                if metadata.choosing is not None and self._source.whole(summary):
                    self._journal.choose(metadata.directory, metadata.choosing)
                return Result(summary, 0, None)
            self._commit(summary, whole=self._source.whole(summary))
        except (Cancelled, GeneratorExit) as stopped:
            return (yield from self._stop(stopped))
        except BaseException as error:
            yield from self._abandon(error, silent=False)
            raise
        finally:
            self._executor.close()
        return Result(summary, self._planned, self._number)

    def _forwards(self) -> Generator[Happening, None, Summary]:
        """Write everything down and carry it out."""
        stream = self._terms.stream
        if stream:
            self._activate("")
        closer = Closer()
        for item in self._source.items:
            if isinstance(item, Run):
                for part in item.cut(min(LONGEST, self._size)):
                    yield part
                    self._planned += part.size
                    yield from self._add(closer.push(part))
                continue
            yield item
            if isinstance(item, Operation):
                if item.kind != "keep_link":
                    if item.kind == "remove_dir" and self._target.endswith(item.name):
                        self._places.pop(item.path, None)
                    self._planned += 1
                    yield from self._add(closer.push(item))
            elif isinstance(item, Conflict):
                if len(self._conflicts) < _REMEMBERED:
                    self._conflicts.append(item)
            elif isinstance(item, ScanError) and len(self._errors) < _REMEMBERED:
                self._errors.append(item)
        yield from self._add(closer.finish())
        if self._batch:
            yield from self._flush()
        summary = self._agree()
        if not stream and self._journal.next > self._first:
            self._activate(summary.digest)
            yield from carry_out(
                self._journal, self._executor, self._journal.next, self._control.cancel
            )
        return summary

    def _activate(self, digest: str) -> None:
        """Begin to carry out; a recovery will know what was mounted then."""
        if points := mounted(self._targets):
            try:
                note(self._writer.place.mounts, self._number, points)
            except OSError as error:
                raise JournalError(
                    f"{self._writer.place.mounts}: {reason(error)}; nothing was changed",
                    remedy="remove_cause",
                    permission=is_permission(error),
                ) from error
        self._journal.activate(self._number, digest)

    def _add(self, steps: list[Step]) -> Generator[Happening]:
        """Take steps in; write them down, and carry them out, once there are enough."""
        for step in steps:
            count = step.size if isinstance(step, Run) else 1
            if self._batch and self._filled + count > self._size:
                yield from self._flush()
            self._batch.append(step)
            self._filled += count
            if self._filled >= self._size:  # at once, without waiting for what comes next
                yield from self._flush()

    def _flush(self) -> Generator[Happening]:
        batch, size = self._batch, self._filled
        self._batch, self._filled = [], 0
        start = self._journal.next
        self._journal.append(batch, size)
        if self._terms.stream:
            yield self._executor.batch(list(numbered(start, batch)), self._control.cancel)
            self._refuse_conflicts()
        else:
            last = batch[-1]
            operation = last.operation(-1) if isinstance(last, Run) else operation_of(last)
            yield Progress("planning", self._planned, None, operation)

    def _agree(self) -> Summary:
        """Return the plan's summary if the whole plan may be carried out."""
        summary, digest = self._source.summary(), self._terms.digest
        if digest is not None and digest != summary.digest:  # also where that is a new conflict
            raise StalePlan(digest, summary.digest)
        self._refuse_conflicts()
        return summary

    def _refuse_conflicts(self) -> None:
        if self._conflicts:
            total = max(self._source.summary().conflicts, len(self._conflicts))
            raise ConflictError(self._conflicts, total)
        if self._errors and not self._source.skip_errors:
            raise ScanFailed(self._errors, max(self._source.summary().errors, len(self._errors)))

    def _commit(self, summary: Summary, *, whole: bool) -> None:
        counts: dict[str, int] = {
            kind: count for kind, count in summary.counts.items() if kind in OPERATION_KINDS
        }
        metadata = self._source.metadata
        # What is called done is on the disk before that is.
        self._executor.flush(self._target, "; it was rolled back", remedy="remove_cause")
        for path, was in self._places.items():
            if was is not None and file_identity(path) != was:
                raise JournalError(
                    f"{path} was moved or removed while this ran; nothing of it is kept",
                    remedy="remove_cause",
                )
        if not whole:
            self._journal.part(self._number)
        choosing = metadata.choosing if whole else None
        self._journal.commit(self._number, metadata.directory, summary.digest, counts, choosing)

    # Ending early ----------------------------------------------------------------------

    def _stop(self, stopped: BaseException) -> Generator[Happening, None, Result]:
        """Keep what was done, if that is wanted and can be, or take it back and raise."""
        silent = isinstance(stopped, GeneratorExit)  # nobody listens any more
        if self._control.keep and not self._executor.failed:
            try:
                kept = yield from self._keep(silent=silent)
            except JournalError as refused:  # a full disk: then nothing is kept
                yield from self._abandon(refused, silent=silent)
                raise
            if kept is not None:
                self._control.result = kept
                return kept
        yield from self._abandon(stopped, silent=silent)
        if silent:
            raise stopped
        raise Cancelled(self._done - self._first) from None

    def _keep(self, *, silent: bool) -> Generator[Happening, None, Result | None]:
        """Keep what was carried out, as far as it is whole, and take the rest back.

        Returns:
            What was kept; ``None`` if there is nothing, or if it cannot be told apart.
        """
        end = self._whole()
        if end == self._first:
            return None
        self._journal.part(self._number)  # a recovery cannot carry it to its end any more
        rollback = Rollback(self._writer, self._number)
        executor = self._executor
        if end < executor.reached:
            rolling = rollback.steps(
                end, executor.reached, sure=executor.done, undone=executor.undone
            )
            yield from _undisturbed(rolling, silent=silent)
        if rollback.failed or rollback.left:
            return None  # all of it is taken back, which says what is left
        self._journal.cut(end)
        executor.cut(end)
        digest = Digest()
        for parts in self._journal.chunks.forwards(self._first, end):
            for _, step in parts:
                if not isinstance(step, End):
                    digest.add(step)
        counts = self._journal.chunks.counts(self._first, end)
        summary = Summary(counts, 0, digest.hexdigest(), self._source.summary().elapsed)
        self._commit(summary, whole=False)
        return Result(summary, sum(counts.values()), self._number, complete=False)

    def _whole(self) -> int:
        """Return how far what was done is whole: outside of folds, and nothing only moved."""
        end, opened = self._first, 0
        moved = ""  # a path whose file has gone, for something else to come there
        for parts in self._journal.chunks.forwards(self._first, self._done):
            for number, step in parts:
                if isinstance(step, Run):
                    moved = ""
                    if not opened:
                        end = number + step.size
                    continue
                operation = operation_of(step)
                if moved and not opened and operation.path != moved:
                    end = number
                if operation.kind in ENDED:
                    opened += -1 if isinstance(step, End) else 1
                moved = operation.path if operation.kind == "move_file" else ""
                if not opened and not moved:
                    end = number + 1
        return end

    def _abandon(self, error: BaseException, *, silent: bool) -> Generator[Happening]:
        """Take back what was done; raise in place of ``error`` only if something is left."""
        executor = self._executor
        end = executor.reached
        if end == self._first:
            self._journal.discard(self._number)
            return
        self._journal.drop()  # or a commit that was cut short could be taken for one
        known = self._journal.transactions.find(self._number)
        if known is not None and known.state == "committed":
            return  # whatever was raised, it was raised after all was done
        with suppress(JournalError):  # what is there tells how far each step came
            self._journal.turn(self._number, "rolling_back", end)
        rollback = Rollback(self._writer, self._number)
        rolling = rollback.steps(
            self._first,
            end,
            sure=executor.done,
            failed=executor.failed,
            undone=executor.undone,
        )
        yield from _undisturbed(rolling, silent=silent)
        problems = rollback.failed + rollback.left
        with suppress(JournalError):
            state: TransactionState = "stuck" if rollback.failed else "rolled_back"
            self._journal.turn(self._number, state, end if rollback.failed else self._first)
        if problems:
            raise RollbackIncomplete(str(error) or "stopped", problems) from error


def _undisturbed(rolling: Generator[Progress], *, silent: bool) -> Generator[Progress]:
    """Go through all of a rollback, also when nobody listens any more."""
    for progress in rolling:
        if not silent:
            try:
                yield progress
            except GeneratorExit:
                silent = True
