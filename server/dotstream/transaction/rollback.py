"""Rolling back: taking the steps of an unfinished transaction back, streaming, last first."""

from __future__ import annotations

from functools import partial

from dotstream.errors import JournalError, RecoveryStopped
from dotstream.fs.area import forget, held
from dotstream.fs.descriptors import Descriptors
from dotstream.fs.mounts import away
from dotstream.fs.oserror import reason
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.cancel import CancellationToken
from dotstream.model.directory import display
from dotstream.model.events import Progress
from dotstream.model.items import Operation
from dotstream.model.run import Run
from dotstream.store.encoding import singly
from dotstream.store.steps import operation_of
from dotstream.transaction.names import aside_name
from dotstream.transaction.reverter import Reverter

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterator, Sequence

    from dotstream.store.journal import Journal
    from dotstream.store.steps import End, Numbered, Step
    from dotstream.transaction.writing import Writer

_NAMED = 1000


class Rollback:
    """Takes steps of one transaction back, and what came of that.

    Args:
        writer: the right to change the target.
        transaction: its number.

    Attributes:
        undone: steps looked at.
        left: foreign changes that were left alone, a sentence each.
        failed: steps that the system refused to take back, a sentence each.
    """

    def __init__(self, writer: Writer, transaction: int) -> None:
        self._writer, self._transaction = writer, transaction
        self.undone: int = 0
        self.left: list[str] = []
        self.failed: list[str] = []

    def steps(
        self,
        first: int,
        end: int,
        *,
        sure: int,
        failed: Collection[int] = (),
        undone: Sequence[range] = (),
        cancel: CancellationToken | None = None,
    ) -> Generator[Progress]:
        """Take back the steps ``first`` ≤ number < ``end``; those before ``sure`` were done.

        Goes on past what cannot be taken back, and past a journal that cannot be written:
        every step is compared with what is there, so nothing depends on that.  It failed,
        too, if a directory is away that the transaction did not make, or if the backup area
        still holds something once all is taken back.

        Args:
            failed: steps that this process saw fail.
            undone: steps from ``sure`` on that it knows were not carried out: they are left out.

        Raises:
            RecoveryStopped: ``cancel`` was cancelled; running it again goes on.
        """
        journal, place, host = self._writer
        cancel = cancel or CancellationToken()
        descriptors = Descriptors(
            aside=partial(aside_name, self._transaction), touched=host.changes.touched
        )
        gone = away(place.mounts, self._transaction)
        reverter = Reverter(host.changes, descriptors, self._transaction, place.backups, gone)
        total = end - first
        told_apart = sure if undone else end
        try:
            for steps in journal.chunks.backwards(first, end):
                for sequence, step, before in self._rows(steps, reverter, told_apart, cancel):
                    if cancel.cancelled:
                        raise RecoveryStopped
                    unsure = sequence >= sure
                    if unsure and any(sequence in each for each in undone):
                        continue
                    try:
                        left = reverter.undo(
                            sequence,
                            step,
                            doubtful=unsure and _moves_away(before, operation_of(step).path),
                            refused=sequence in failed,
                        )
                    except OSError as error:
                        descriptors.forget()
                        where = display(operation_of(step).path)
                        self._note(self.failed, f"{where}: {reason(error)}")
                    else:
                        if left is not None:
                            self._note(self.left, display(left))
                    self.undone += 1
                sequence, step = next(singly(steps))
                if not self.failed and not reverter.absent:
                    self._advance(journal, sequence)
                yield Progress("rolling_back", self.undone, total, operation_of(step))
            for path, count in reverter.absent.items():
                self._note(self.failed, display(_away(path, count)))
            try:
                host.changes.flush()
            except OSError as error:
                self._note(self.failed, f"it did not reach the disk: {reason(error)}")
            if not self.failed and first == journal.first(self._transaction):
                self._look_for_more(place.backups)
        finally:
            descriptors.close()

    def _rows(
        self, steps: list[Numbered], reverter: Reverter, end: int, cancel: CancellationToken
    ) -> Iterator[tuple[int, Operation | End, Step | None]]:
        """Tell of steps one by one, last first, and of what was done before each.

        Links before ``end`` that are just as they were made are gone before anybody asks.
        """
        for index in range(len(steps) - 1, -1, -1):
            number, step = steps[index]
            before = steps[index - 1][1] if index else None
            if isinstance(step, Run) and number + step.size <= end:
                gone = reverter.take_away(number, step, cancel)
                self.undone += gone
                if gone == step.size:
                    continue
                step = step.part(0, step.size - gone)
            for sequence, single in reversed(list(singly([(number, step)]))):
                yield sequence, single, before if sequence == number else None

    def _look_for_more(self, backups: str) -> None:
        """Note what the backup area still holds, once all is taken back."""
        try:
            for path in held(backups, self._transaction):
                self._note(self.failed, f"{path} is still to be put back where it was")
        except OSError as error:
            self._note(self.failed, display(f"{backups}: {reason(error)}"))
        if not self.failed:
            forget(backups, self._transaction)

    def _note(self, notes: list[str], sentence: str) -> None:
        if len(notes) < _NAMED:
            notes.append(sentence)

    def _advance(self, journal: Journal, cursor: int) -> None:
        try:
            journal.advance(self._transaction, cursor)
        except JournalError:
            return  # the next run starts further back, and finds these steps undone


def _away(path: str, steps: int) -> str:
    what = "one step was" if steps == 1 else f"{steps:,} steps were"
    return f"{path} is missing, or is not the directory it was; {what} to be rolled back in it"


def _moves_away(step: Step | None, path: str) -> bool:
    """Whether a step was to move away what is at a path."""
    return isinstance(step, Operation) and step.kind == "move_file" and step.path == path
