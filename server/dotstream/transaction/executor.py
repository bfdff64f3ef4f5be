"""Carrying out steps.

Each step checks its precondition and acts in one go, relative to descriptors of
directories opened without following links.  It happens as a whole or not at all; what is
not as the plan saw it raises ``PreconditionFailed`` and is left alone.
"""

from __future__ import annotations

from dotstream.errors import Cancelled, JournalError, OperationFailed, PreconditionFailed
from dotstream.fs.descriptors import Descriptors
from dotstream.fs.listing import DIR
from dotstream.fs.look import entry_kind, fingerprint, link_text
from dotstream.fs.move import move
from dotstream.fs.oserror import is_permission, reason
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.events import Applied
from dotstream.model.run import Run
from dotstream.store.journal import BATCH, UNSURE
from dotstream.store.steps import ENDED, End, operation_of
from dotstream.transaction.names import aside_name, kept_path, spare_name
from dotstream.transaction.origins import note_origins

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

    from dotstream.errors import Remedy
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.items import Operation, OperationKind
    from dotstream.store.journal import Journal
    from dotstream.store.steps import Numbered
    from dotstream.transaction.writing import Writer

__all__ = ["Executor", "carry_out"]


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
        done: the number after the last step that was carried out.
        halfway: whether that after it may have been carried out in part.
        renewed: files of moves below this number may have been copied back since.
    """

    def __init__(self, writer: Writer, transaction: int, first: int) -> None:
        self.transaction = transaction
        self.done: int = first
        self.renewed: int = first
        self.halfway: bool = False
        self._first = first
        self._journal = writer.journal
        self._changes = writer.host.changes
        self._backups = writer.place.backups
        self._descriptors = Descriptors(touched=self._changes.touched)
        self._do: dict[OperationKind, Callable[[int, Operation], None]] = {
            "create_link": self._create_link,
            "remove_link": self._remove_link,
            "replace_link": self._replace_link,
            "make_dir": self._make_dir,
            "remove_dir": self._remove_dir,
            "move_file": self._move_file,
            "unfold": self._unfold,
            "refold": self._refold,
        }
        self._end: dict[OperationKind, Callable[[Operation], None]] = {
            "unfold": self._end_unfold,
            "refold": self._end_refold,
            "remove_dir": self._end_remove_dir,
        }

    def close(self) -> None:
        """Close the directories that are open."""
        self._descriptors.close()

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
        for sequence, step in steps:
            try:
                if isinstance(step, Run):
                    self._run(sequence, step, cancel)
                elif cancel.cancelled:
                    raise Cancelled
                else:
                    self._step(sequence, step)
            except (Cancelled, PreconditionFailed):
                raise
            except OSError as error:
                self.halfway = True
                single = step.operation(self.done - sequence) if isinstance(step, Run) else step
                raise OperationFailed(
                    operation_of(single), reason(error), permission=is_permission(error)
                ) from error
            except BaseException:
                self.halfway = True
                raise
        done = tuple(step for _, step in steps if not isinstance(step, End))
        return Applied(self.done - self._first, total, done)

    def _step(self, sequence: int, step: Operation | End) -> None:
        """Carry out one step."""
        self.done = sequence
        if isinstance(step, End):
            self._end[step.operation.kind](step.operation)
        else:
            self._do[step.kind](sequence, step)
        self.done = sequence + 1

    def _run(self, sequence: int, run: Run, cancel: CancellationToken) -> None:
        """Carry out a run whose first step is ``sequence``."""
        self.done = sequence
        fd = self._descriptors.fd(run.directory)
        index = 0
        try:
            if run.kind == "create_link":
                link, stem = self._changes.link, run.stem
                for index, name in enumerate(run.names):  # noqa: B007 - told in the end
                    if cancel.cancelled:
                        raise Cancelled
                    try:
                        link(stem + name, name, dir_fd=fd)
                    except InterruptedError:
                        self._changes.symlink(stem + name, fd, name)
            else:
                for index, operation in enumerate(run.operations()):
                    if cancel.cancelled:
                        raise Cancelled
                    self._take_away(sequence + index, operation, operation.before)
        except FileExistsError:
            raise PreconditionFailed(run.operation(index), "something is there now") from None
        else:
            index += 1
        finally:
            self.done = sequence + index

    def reopen(self, steps: Iterable[Numbered]) -> None:
        """Take up the folds that steps carried out by another run have left open."""
        for _, step in steps:
            if isinstance(step, End):
                self._place(step.operation)
            elif not isinstance(step, Run) and step.kind in ENDED:
                self._alias(step)

    def _now(self, operation: Operation) -> Operation:
        """Take a file that a rollback has copied back for the one it was before."""
        fd = self._descriptors.fd(operation.directory)
        try:
            now = fingerprint(fd, operation.name)
        except FileNotFoundError:
            return operation  # carrying it out says so
        kind, _, _, *rest = now.split(" ")
        before = (operation.before or "").split(" ")
        if [before[0], *before[3:]] == [kind, *rest]:
            return operation._replace(before=now)
        return operation

    # Links -----------------------------------------------------------------------------

    def _create_link(self, sequence: int, operation: Operation) -> None:
        fd = self._descriptors.fd(operation.directory)
        try:
            self._changes.symlink(operation.text or "", fd, operation.name)
        except FileExistsError:
            raise PreconditionFailed(operation, "something is there now") from None

    def _remove_link(self, sequence: int, operation: Operation) -> None:
        self._take_away(sequence, operation, operation.before)

    def _replace_link(self, sequence: int, operation: Operation) -> None:
        self._swap_link(sequence, operation, operation.before, operation.text)

    def _take_away(self, sequence: int, operation: Operation, text: str | None) -> None:
        """Remove a link by way of a quarantine name, so that only that very link goes."""
        fd = self._descriptors.fd(operation.directory)
        if self._descriptors.private:  # the whole directory is in quarantine
            if link_text(fd, operation.name) != text:
                raise PreconditionFailed(operation, "it is not the link it was")
            self._changes.unlink(fd, operation.name)
            return
        spare = spare_name(self.transaction, sequence)
        try:
            self._changes.rename(fd, operation.name, fd, spare)
        except FileNotFoundError:
            raise PreconditionFailed(operation, "it is gone") from None
        if link_text(fd, spare) != text:
            self._changes.rename(fd, spare, fd, operation.name)
            raise PreconditionFailed(operation, "it is not the link it was")
        self._changes.unlink(fd, spare)

    def _swap_link(
        self, sequence: int, operation: Operation, old: str | None, new: str | None
    ) -> None:
        """Replace a link in one step; the name is never missing."""
        fd = self._descriptors.fd(operation.directory)
        spare = spare_name(self.transaction, sequence)
        self._changes.symlink(new or "", fd, spare)
        try:
            self._exchange(fd, spare, operation)
            if link_text(fd, spare) != old:
                self._changes.exchange(fd, spare, operation.name)
                raise PreconditionFailed(operation, "it is not the link it was")
        except PreconditionFailed:
            self._changes.unlink(fd, spare)
            raise
        self._changes.unlink(fd, spare)

    def _exchange(self, fd: int, spare: str, operation: Operation) -> None:
        try:
            self._changes.exchange(fd, spare, operation.name)
        except FileNotFoundError:
            raise PreconditionFailed(operation, "it is gone") from None

    # Directories -----------------------------------------------------------------------

    def _make_dir(self, sequence: int, operation: Operation) -> None:
        fd = self._descriptors.fd(operation.directory)
        try:
            self._changes.mkdir(fd, operation.name, _mode(operation))
        except FileExistsError:
            raise PreconditionFailed(operation, "something is there now") from None
        if operation.text is not None:
            self._changes.chmod(fd, operation.name, int(operation.text, 8))

    # Remove a directory: move it aside, where it is emptied -------------------------------

    def _remove_dir(self, sequence: int, operation: Operation) -> None:
        fd, aside = self._descriptors.fd(operation.directory), self._alias(operation)
        try:
            self._changes.rename(fd, operation.name, fd, aside)
        except FileNotFoundError:
            raise PreconditionFailed(operation, "it is gone") from None
        if entry_kind(fd, aside) != DIR:
            self._changes.rename(fd, aside, fd, operation.name)
            raise PreconditionFailed(operation, "it is no longer a directory")

    def _end_remove_dir(self, operation: Operation) -> None:
        fd = self._descriptors.fd(operation.directory)
        self._changes.rmdir(fd, self._aside(operation))
        self._place(operation)

    # Unfold: fill a directory beside the link, then exchange the two ----------------------

    def _unfold(self, sequence: int, operation: Operation) -> None:
        fd = self._descriptors.fd(operation.directory)
        if link_text(fd, operation.name) != operation.before:
            raise PreconditionFailed(operation, "it is not the link it was")
        self._changes.mkdir(fd, self._alias(operation), _mode(operation))
        if operation.text is not None:
            self._changes.chmod(fd, self._aside(operation), int(operation.text, 8))

    def _end_unfold(self, operation: Operation) -> None:
        fd, aside = self._descriptors.fd(operation.directory), self._aside(operation)
        self._exchange(fd, aside, operation)
        if link_text(fd, aside) != operation.before:
            self._changes.exchange(fd, aside, operation.name)
            raise PreconditionFailed(operation, "it is not the link it was")
        self._changes.unlink(fd, aside)
        self._place(operation)

    # Refold: exchange a directory for the link, then empty it beside ----------------------

    def _refold(self, sequence: int, operation: Operation) -> None:
        fd, aside = self._descriptors.fd(operation.directory), self._alias(operation)
        self._changes.symlink(operation.text or "", fd, aside)
        try:
            self._exchange(fd, aside, operation)
            if entry_kind(fd, aside) != DIR:
                self._changes.exchange(fd, aside, operation.name)
                raise PreconditionFailed(operation, "it is no longer a directory")
        except PreconditionFailed:
            self._changes.unlink(fd, aside)
            raise

    def _end_refold(self, operation: Operation) -> None:
        fd = self._descriptors.fd(operation.directory)
        self._changes.rmdir(fd, self._aside(operation))
        self._place(operation)

    def _alias(self, operation: Operation) -> str:
        """Have everything inside the operation's path go to a directory beside it."""
        aside = self._aside(operation)
        directory = operation.directory
        key = (directory.root, directory.join(operation.name))
        self._descriptors.aliases[key] = aside
        return aside

    def _place(self, operation: Operation) -> None:
        """Have everything inside the operation's path go there again."""
        directory = operation.directory
        self._descriptors.aliases.pop((directory.root, directory.join(operation.name)), None)
        self._descriptors.forget()

    def _aside(self, operation: Operation) -> str:
        return aside_name(self.transaction, operation.name)

    # Moves -----------------------------------------------------------------------------

    def _move_file(self, sequence: int, operation: Operation) -> None:
        if sequence < self.renewed:
            operation = self._now(operation)
        fd = self._descriptors.fd(operation.directory)
        try:
            if fingerprint(fd, operation.name) != operation.before:
                raise PreconditionFailed(operation, "it changed since it was looked at")
        except FileNotFoundError:
            raise PreconditionFailed(operation, "it is gone") from None
        try:
            move(self._changes, fd, operation.name, self._destination(sequence, operation))
        except FileExistsError:
            raise PreconditionFailed(operation, "its destination is taken") from None

    def _destination(self, sequence: int, operation: Operation) -> str:
        if operation.text is not None:
            return operation.text
        return kept_path(self._backups, self.transaction, sequence)


def _mode(operation: Operation) -> int:
    """Return the mode to make a directory with, which is never wider than what is planned."""
    return 0o777 if operation.text is None else int(operation.text, 8)
