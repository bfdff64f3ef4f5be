"""Carrying out steps, batch by batch, and knowing how far that has come."""

from __future__ import annotations

from dotstream.errors import Cancelled, JournalError, OperationFailed, PreconditionFailed
from dotstream.fs.area import note
from dotstream.fs.descriptors import Descriptors
from dotstream.fs.look import identity
from dotstream.fs.oserror import is_permission, reason
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.events import Applied
from dotstream.model.items import Operation
from dotstream.model.run import Run
from dotstream.store.journal import BATCH, UNSURE
from dotstream.store.steps import End, operation_of
from dotstream.transaction.actions import Actions
from dotstream.transaction.links import Pace, Portion

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence

    from dotstream.model.cancel import CancellationToken
    from dotstream.model.remedies import Remedy
    from dotstream.store.journal import Journal
    from dotstream.store.steps import Numbered
    from dotstream.transaction.two_threads import Pair
    from dotstream.transaction.writing import Writer


def carry_out(
    journal: Journal, executor: Executor, end: int, cancel: CancellationToken
) -> Generator[Applied]:
    """Carry out what is written down, from where an executor is up to ``end``.

    Raises: as ``Executor.batch``.
    """
    start = recorded = executor.done
    for steps in journal.chunks.forwards(start, end):
        yield executor.batch(steps, cancel, end - start)
        if executor.done - recorded > UNSURE - BATCH:
            recorded = executor.done
            journal.advance(executor.transaction, recorded)


class Executor:
    """Carries out the steps of one transaction.

    Args:
        writer: the right to change the target.
        transaction: its number, which names temporary entries.
        first: the number of the step to begin with.

    Attributes:
        done: the number after the last step that was carried out, with all before it.
        failed: the numbers of those that failed, and may have been carried out in part.
        undone: steps after ``done`` that were surely not carried out, where others were.
        actions: how each step acts.
    """

    def __init__(self, writer: Writer, transaction: int, first: int) -> None:
        self.transaction = transaction
        self.done: int = first
        self.failed: set[int] = set()
        self.undone: list[range] = []
        self._first = self._reached = first
        self._pace = Pace()
        self._pair: Pair | None = None
        self._journal = writer.journal
        self._changes = writer.host.changes
        self._backups = writer.place.backups
        self._descriptors = Descriptors(touched=self._changes.touched)
        self.actions: Actions = Actions(
            self._changes, self._descriptors, transaction, self._backups
        )

    def close(self) -> None:
        """Close the directories that are open; nothing is carried out any more."""
        if self._pair is not None:
            self._pair.close()
            self._pair = None
        self._descriptors.close()

    @property
    def reached(self) -> int:
        """The number after the last step that may have been carried out."""
        return max(self.done, self._reached, *(number + 1 for number in self.failed))

    def cut(self, end: int) -> None:
        """Take note that the steps from ``end`` on are taken back."""
        self.done = self._reached = end
        self.failed.clear()
        self.undone.clear()

    def flush(self, target: str, what: str = "", *, remedy: Remedy) -> None:
        """Put what was done on the disk.

        Raises:
            JournalError: it did not get there; ``what`` says what becomes of it.
        """
        try:
            self._changes.flush()
        except OSError as error:
            raise JournalError(
                f"{target}: {reason(error)}: the changes did not reach the disk{what}",
                remedy=remedy,
            ) from error

    def batch(
        self, steps: Sequence[Numbered], cancel: CancellationToken, total: int | None = None
    ) -> Applied:
        """Carry out steps in a row, looking at the token between operations.

        Args:
            total: how many there will be, if that is known.

        Raises:
            JournalError: where files come from could not be recorded; nothing was done.
            Cancelled: between two operations.
            PreconditionFailed: a path is not as the plan saw it; nothing was done there.
            OperationFailed: the system refused; ``Reverter`` takes back what was done of it.
        """
        note_origins(self._journal, self.transaction, self._backups, self._descriptors, steps)
        pair = self._pair_for(steps)
        if pair is not None:
            pair.begin(cancel)
        try:
            self._in_turn(steps, cancel, pair)
            if pair is not None:
                pair.finish()
        except (Cancelled, PreconditionFailed):
            raise
        except BaseException as error:
            if pair is None or error is not pair.failure:
                self.failed.add(self.done)
            raise
        finally:
            if pair is not None:
                self._tell_apart(pair)
        done = tuple(step for _, step in steps if not isinstance(step, End))
        return Applied(self.done - self._first, total, done)

    def _pair_for(self, steps: Sequence[Numbered]) -> Pair | None:
        """Return the two threads to carry steps out by, where that takes less time."""
        link = self._pace.begin()
        if not link or not self._changes.touched.lasting:
            return None
        from dotstream.transaction.two_threads import Pair, suits

        if not suits(steps, link):
            return None
        try:
            self._pair = self._pair or Pair(self._changes)
        except RuntimeError:  # as many threads run as may
            return None
        return self._pair

    def _tell_apart(self, pair: Pair) -> None:
        """Find out which steps of a batch were done, once both threads are at rest."""
        pair.stop()
        for portion in pair.portions:
            if portion.made or portion.halfway:
                self._reached = max(self._reached, portion.done + portion.halfway)
            if portion.made < portion.run.size:
                self.done = min(self.done, portion.done)
                self.undone.append(portion.undone)
                if portion.halfway:
                    self.failed.add(portion.done)

    def _in_turn(
        self, steps: Sequence[Numbered], cancel: CancellationToken, pair: Pair | None
    ) -> None:
        """Carry out one step after another; with a pair, runs of new links by and by."""
        for sequence, step in steps:
            self.done = sequence
            try:
                if isinstance(step, Run):
                    self._run(sequence, step, cancel, pair)
                elif cancel.cancelled:
                    raise Cancelled
                else:
                    self.actions.act(sequence, step)
                    self.done = self._reached = sequence + 1
            except (Cancelled, OperationFailed):
                raise
            except OSError as error:
                single = step.operation(self.done - sequence) if isinstance(step, Run) else step
                raise OperationFailed(
                    operation_of(single), reason(error), permission=is_permission(error)
                ) from error

    def _run(self, sequence: int, run: Run, cancel: CancellationToken, pair: Pair | None) -> None:
        """Carry out a run whose first step is ``sequence``, or have it done soon."""
        fd = self._descriptors.fd(run.directory)
        if run.kind == "create_link":
            if pair is not None and self._changes.touched.lasting:
                pair.make(sequence, run, fd)
                self.done = sequence + run.size
                return
            portion = Portion(sequence, run, fd)
            try:
                self._pace.make(portion, self._changes, cancel)
            finally:
                self.done = self._reached = sequence + portion.made
            return
        for _ in self.actions.remove_links(sequence, run, fd, cancel):
            self.done += 1


def note_origins(
    journal: Journal,
    transaction: int,
    backups: str,
    descriptors: Descriptors,
    steps: Iterable[Numbered],
) -> None:
    """Note what steps that are to be carried out will move to the backup area.

    Raises:
        JournalError: it cannot be written, so none of them may be carried out.
    """
    moves = [
        (sequence, item.path, _inode(descriptors, item))
        for sequence, item in steps
        if isinstance(item, Operation) and item.kind == "move_file" and item.text is None
    ]
    found = journal.transactions.find(transaction) if moves else None
    if found is None:
        return
    try:
        note(backups, transaction, (found.began, found.target), moves)
    except OSError as error:
        raise JournalError(
            f"{backups}: {reason(error)}: where files come from could not be recorded"
        ) from error


def _inode(descriptors: Descriptors, operation: Operation) -> int:
    try:
        return identity(descriptors.fd(operation.directory))[1]
    except OSError:
        return 0  # then the move fails, and says why
