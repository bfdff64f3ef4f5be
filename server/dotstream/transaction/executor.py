"""Carrying out one step.

Each step checks its precondition and acts in one go, relative to descriptors of
directories opened without following links.  It happens as a whole or not at all; what is
not as the plan saw it raises ``PreconditionFailed`` and is left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dotstream.errors import Cancelled, PreconditionFailed
from dotstream.fs.listing import DIR
from dotstream.fs.look import entry_kind, fingerprint, link_text
from dotstream.fs.move import move
from dotstream.store.steps import CLOSINGS
from dotstream.transaction.names import aside_name, kept_path, spare_name
from dotstream.transaction.origins import note_origins

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dotstream.fs.change import Changes
    from dotstream.fs.descriptors import Descriptors
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.items import Operation
    from dotstream.model.run import Run
    from dotstream.store.journal import Journal
    from dotstream.store.steps import StepKind

__all__ = ["Executor"]


class Executor:
    """Carries out the steps of one transaction.

    Args:
        changes: the seam to the file system.
        descriptors: the directories that are open.
        transaction: its number, which names temporary entries.
        backups: absolute path of the directory that takes what is set aside.

    Attributes:
        done: the number after the last step that was carried out.
    """

    def __init__(
        self, changes: Changes, descriptors: Descriptors, transaction: int, backups: str
    ) -> None:
        self._changes = changes
        self._descriptors = descriptors
        self._transaction = transaction
        self._backups = backups
        self.done: int = 0
        self._do: dict[StepKind, Callable[[int, Operation], None]] = {
            "create_link": self._create_link,
            "remove_link": self._remove_link,
            "replace_link": self._replace_link,
            "make_dir": self._make_dir,
            "remove_dir": self._remove_dir,
            "move_file": self._move_file,
            "unfold": self._unfold,
            "end_unfold": self._end_unfold,
            "refold": self._refold,
            "end_refold": self._end_refold,
            "end_remove_dir": self._end_remove_dir,
        }

    def note(self, journal: Journal, steps: Iterable[tuple[int, Operation | Run]]) -> None:
        """Have it on the disk where the files come from that these steps will set aside.

        Raises:
            JournalError: it cannot be written, so none of them may be carried out.
        """
        note_origins(journal, self._transaction, self._backups, self._descriptors, steps)

    def do(self, sequence: int, kind: StepKind, operation: Operation) -> None:
        """Carry out one step.

        Raises:
            PreconditionFailed: the path is not as the plan saw it; nothing was done.
            OSError: the system refused; ``Reverter`` takes back what was done of it.
        """
        self.done = sequence
        self._do[kind](sequence, operation)
        self.done = sequence + 1

    def run(self, sequence: int, run: Run, token: CancellationToken) -> None:
        """Carry out a run whose first step is ``sequence``; raises as ``do`` does.

        Raises:
            Cancelled: the token, which is looked at between two links, was cancelled.
        """
        self.done = sequence
        fd = self._descriptors.fd(run.directory)
        index = 0
        try:
            if run.kind == "create_link":
                link, stem = self._changes.link, run.stem
                for index, name in enumerate(run.names):  # noqa: B007 - told in the end
                    if token.cancelled:
                        raise Cancelled
                    try:
                        link(stem + name, name, dir_fd=fd)
                    except InterruptedError:
                        self._changes.symlink(stem + name, fd, name)
            else:
                for index, operation in enumerate(run.operations()):
                    if token.cancelled:
                        raise Cancelled
                    self._take_away(sequence + index, operation, operation.before)
        except FileExistsError:
            raise PreconditionFailed(run.operation(index), "something is there now") from None
        else:
            index += 1
        finally:
            self.done = sequence + index

    def reopen(self, steps: Iterable[tuple[int, StepKind, Operation]]) -> None:
        """Take up the folds that steps carried out by another run have left open."""
        for _, kind, operation in steps:
            if kind in CLOSINGS:
                self._alias(operation)
            elif kind.startswith("end_"):
                self._place(operation)

    def renewed(self, operation: Operation) -> Operation:
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
        spare = spare_name(self._transaction, sequence)
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
        spare = spare_name(self._transaction, sequence)
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
            self._changes.mkdir(fd, operation.name)
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
            raise PreconditionFailed(operation, "it is not a directory any more")

    def _end_remove_dir(self, sequence: int, operation: Operation) -> None:
        fd = self._descriptors.fd(operation.directory)
        self._changes.rmdir(fd, self._aside(operation))
        self._place(operation)

    # Unfold: fill a directory beside the link, then exchange the two ----------------------

    def _unfold(self, sequence: int, operation: Operation) -> None:
        fd = self._descriptors.fd(operation.directory)
        if link_text(fd, operation.name) != operation.before:
            raise PreconditionFailed(operation, "it is not the link it was")
        self._changes.mkdir(fd, self._alias(operation))
        if operation.text is not None:
            self._changes.chmod(fd, self._aside(operation), int(operation.text, 8))

    def _end_unfold(self, sequence: int, operation: Operation) -> None:
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
                raise PreconditionFailed(operation, "it is not a directory any more")
        except PreconditionFailed:
            self._changes.unlink(fd, aside)
            raise

    def _end_refold(self, sequence: int, operation: Operation) -> None:
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
        return aside_name(self._transaction, operation.name)

    # Moves -----------------------------------------------------------------------------

    def _move_file(self, sequence: int, operation: Operation) -> None:
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
        return kept_path(self._backups, self._transaction, sequence)
