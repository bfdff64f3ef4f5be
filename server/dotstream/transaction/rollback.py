"""Rolling back: taking the steps of an unfinished transaction back, streaming, last first."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dotstream.errors import JournalError, RecoveryStopped
from dotstream.fs.area import forget, held
from dotstream.fs.descriptors import Descriptors
from dotstream.fs.oserror import reason
from dotstream.model.directory import display
from dotstream.model.events import Progress
from dotstream.transaction.names import aside_name
from dotstream.transaction.reverter import Reverter

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from dotstream.fs.change import Changes
    from dotstream.model.cancel import CancellationToken
    from dotstream.store.encoding import NumberedStep
    from dotstream.store.journal import Journal

__all__ = ["Rollback"]

_NAMED = 1000


class Rollback:
    """What came of rolling back.

    Attributes:
        undone: steps looked at.
        left: foreign changes that were left alone, a sentence each.
        failed: steps that the system refused to take back, a sentence each.
    """

    __slots__ = ("failed", "left", "undone")

    def __init__(self) -> None:
        self.undone: int = 0
        self.left: list[str] = []
        self.failed: list[str] = []

    def run(
        self,
        journal: Journal,
        transaction: int,
        first: int,
        end: int,
        *,
        sure: int,
        changes: Changes,
        backups: str,
        cancel: CancellationToken | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> None:
        """Take steps back, all at once; see ``steps``."""
        for progress in self.steps(
            journal,
            transaction,
            first,
            end,
            sure=sure,
            changes=changes,
            backups=backups,
            cancel=cancel,
        ):
            if on_progress is not None:
                on_progress(progress)

    def steps(
        self,
        journal: Journal,
        transaction: int,
        first: int,
        end: int,
        *,
        sure: int,
        changes: Changes,
        backups: str,
        refused: bool = False,
        cancel: CancellationToken | None = None,
    ) -> Generator[Progress]:
        """Take back the steps ``first`` ≤ number < ``end``; those before ``sure`` were done.

        Goes on past what cannot be taken back, and past a journal that cannot be written:
        every step is compared with what is there, so nothing depends on that.  It failed,
        too, if a directory is away that the transaction did not make, or if the backup area
        still holds something once all is taken back.

        Args:
            refused: whether this process saw the step ``sure`` fail.

        Raises:
            RecoveryStopped: ``cancel`` was cancelled; running it again goes on.
        """
        descriptors = Descriptors(aside=partial(aside_name, transaction), touched=changes.touched)
        reverter = Reverter(changes, descriptors, transaction, backups)
        total = end - first
        try:
            for rows in journal.steps_backwards(first, end):
                for index, (sequence, kind, operation) in enumerate(rows):
                    if cancel is not None and cancel.cancelled:
                        raise RecoveryStopped
                    doubtful = sequence >= sure and _follows_a_move(rows, index)
                    try:
                        left = reverter.undo(
                            sequence,
                            kind,
                            operation,
                            doubtful=doubtful,
                            refused=refused and sequence >= sure,
                        )
                    except OSError as error:
                        descriptors.forget()
                        where = display(operation.path)
                        self._note(self.failed, f"{where}: {reason(error)}")
                    else:
                        if left is not None:
                            self._note(self.left, display(left))
                    self.undone += 1
                if not self.failed and not reverter.absent:
                    self._advance(journal, transaction, rows[-1][0])
                yield Progress("rolling_back", self.undone, total, rows[-1][2])
            for path, steps in reverter.absent.items():
                self._note(self.failed, display(_away(path, steps)))
            try:
                changes.flush()
            except OSError as error:
                self._note(self.failed, f"it did not get onto the disk: {reason(error)}")
            if not self.failed and first == journal.first(transaction):
                for path in held(backups, transaction):
                    self._note(self.failed, f"{path} is still to be put back where it was")
                if not self.failed:
                    forget(backups, transaction)
        finally:
            descriptors.close()

    def _note(self, notes: list[str], sentence: str) -> None:
        if len(notes) < _NAMED:
            notes.append(sentence)

    def _advance(self, journal: Journal, transaction: int, cursor: int) -> None:
        try:
            journal.advance(transaction, cursor)
        except JournalError:
            return  # the next run starts further back, and finds these steps undone


def _away(path: str, steps: int) -> str:
    what = "one step was" if steps == 1 else f"{steps:,} steps were"
    return f"{path} is away, or not the directory it was; {what} to be taken back inside of it"


def _follows_a_move(rows: list[NumberedStep], index: int) -> bool:
    """Whether the step before was to move away what is at the path of this one."""
    before = rows[index + 1] if index + 1 < len(rows) else None
    return (
        before is not None and before[1] == "move_file" and before[2].path == rows[index][2].path
    )
