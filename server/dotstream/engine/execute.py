"""Carrying out one step, and taking one back.

Each step checks its precondition and acts in one go, relative to descriptors of
directories opened without following links.  It happens as a whole or not at all; what is
not as the plan saw it raises ``PreconditionFailed`` and is left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dotstream.errors import PreconditionFailed
from dotstream.fs.listing import DIR
from dotstream.fs.look import entry_kind, fingerprint, link_text
from dotstream.fs.move import move

if TYPE_CHECKING:
    from collections.abc import Callable

    from dotstream.engine.steps import StepKind
    from dotstream.fs.change import Changes
    from dotstream.fs.descriptors import Descriptors
    from dotstream.model.items import Operation

__all__ = ["Executor"]


class Executor:
    """Carries out the steps of one transaction, forwards and backwards.

    Args:
        changes: the seam to the file system.
        descriptors: the directories that are open.
        transaction: its number, which names temporary entries.
        backups: absolute path of the directory that takes what is set aside.
    """

    def __init__(
        self, changes: Changes, descriptors: Descriptors, transaction: int, backups: str
    ) -> None:
        self._changes = changes
        self._descriptors = descriptors
        self._transaction = transaction
        self._backups = backups
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
        }
        self._undo: dict[StepKind, Callable[[int, Operation], None]] = {
            "create_link": self._undo_create_link,
            "remove_link": self._undo_remove_link,
            "replace_link": self._undo_replace_link,
            "make_dir": self._undo_make_dir,
            "remove_dir": self._undo_remove_dir,
            "move_file": self._undo_move_file,
            "unfold": self._undo_unfold,
            "end_unfold": self._undo_end_unfold,
            "refold": self._undo_refold,
            "end_refold": self._undo_end_refold,
        }

    def do(self, sequence: int, kind: StepKind, operation: Operation) -> None:
        """Carry out one step.

        Raises:
            PreconditionFailed: the path is not as the plan saw it; nothing was done.
            OSError: the system refused; nothing was done.
        """
        if kind == "create_link":  # most steps are this one, and it is one system call
            fd = self._descriptors.fd(operation.directory)
            try:
                self._changes.symlink(operation.text or "", fd, operation.name)
            except FileExistsError:
                raise PreconditionFailed(operation, "something is there now") from None
            return
        self._do[kind](sequence, operation)

    def undo(self, sequence: int, kind: StepKind, operation: Operation) -> None:
        """Take one step back that ``do`` carried out.

        Raises:
            PreconditionFailed: somebody changed the path since; it was left alone.
            OSError: the system refused.
        """
        self._undo[kind](sequence, operation)

    # Links -----------------------------------------------------------------------------

    def _create_link(self, sequence: int, operation: Operation) -> None:
        self.do(sequence, "create_link", operation)

    def _undo_create_link(self, sequence: int, operation: Operation) -> None:
        self._take_away(sequence, operation, operation.text)

    def _remove_link(self, sequence: int, operation: Operation) -> None:
        self._take_away(sequence, operation, operation.before)

    def _undo_remove_link(self, sequence: int, operation: Operation) -> None:
        self._put(operation, operation.before)

    def _replace_link(self, sequence: int, operation: Operation) -> None:
        self._swap_link(sequence, operation, operation.before, operation.text)

    def _undo_replace_link(self, sequence: int, operation: Operation) -> None:
        self._swap_link(sequence, operation, operation.text, operation.before)

    def _put(self, operation: Operation, text: str | None) -> None:
        fd = self._descriptors.fd(operation.directory)
        try:
            self._changes.symlink(text or "", fd, operation.name)
        except FileExistsError:
            raise PreconditionFailed(operation, "something is there now") from None

    def _take_away(self, sequence: int, operation: Operation, text: str | None) -> None:
        """Remove a link by way of a quarantine name, so that only that very link goes."""
        fd, spare = self._descriptors.fd(operation.directory), self._spare(sequence)
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
        fd, spare = self._descriptors.fd(operation.directory), self._spare(sequence)
        self._changes.symlink(new or "", fd, spare)
        try:
            self._exchange(fd, spare, operation)
            if link_text(fd, spare) != old:
                self._changes.exchange(fd, spare, operation.name)
                raise PreconditionFailed(operation, "it is not the link it was")
        except (OSError, PreconditionFailed):
            self._changes.unlink(fd, spare)
            raise
        self._changes.unlink(fd, spare)

    def _exchange(self, fd: int, spare: str, operation: Operation) -> None:
        try:
            self._changes.exchange(fd, spare, operation.name)
        except FileNotFoundError:
            raise PreconditionFailed(operation, "it is gone") from None

    def _spare(self, sequence: int) -> str:
        """Return a temporary name beside the path; of a length that always fits."""
        return f".~dotstream-{self._transaction}-{sequence}"

    # Directories -----------------------------------------------------------------------

    def _make_dir(self, sequence: int, operation: Operation) -> None:
        fd = self._descriptors.fd(operation.directory)
        try:
            self._changes.mkdir(fd, operation.name)
        except FileExistsError:
            raise PreconditionFailed(operation, "something is there now") from None

    def _undo_make_dir(self, sequence: int, operation: Operation) -> None:
        fd = self._descriptors.fd(operation.directory)
        self._changes.rmdir(fd, operation.name)

    def _remove_dir(self, sequence: int, operation: Operation) -> None:
        fd = self._descriptors.fd(operation.directory)
        self._changes.rmdir(fd, operation.name)

    def _undo_remove_dir(self, sequence: int, operation: Operation) -> None:
        fd = self._descriptors.fd(operation.directory)
        self._changes.mkdir(fd, operation.name)
        self._changes.chmod(fd, operation.name, int(operation.before or "755", 8))

    # Unfold: fill a directory beside the link, then exchange the two ----------------------

    def _unfold(self, sequence: int, operation: Operation) -> None:
        fd = self._descriptors.fd(operation.directory)
        if link_text(fd, operation.name) != operation.before:
            raise PreconditionFailed(operation, "it is not the link it was")
        self._changes.mkdir(fd, self._alias(operation))

    def _undo_unfold(self, sequence: int, operation: Operation) -> None:
        fd = self._descriptors.fd(operation.directory)
        self._changes.rmdir(fd, self._aside(operation))
        self._place(operation)

    def _end_unfold(self, sequence: int, operation: Operation) -> None:
        fd, aside = self._descriptors.fd(operation.directory), self._aside(operation)
        self._exchange(fd, aside, operation)
        if link_text(fd, aside) != operation.before:
            self._changes.exchange(fd, aside, operation.name)
            raise PreconditionFailed(operation, "it is not the link it was")
        self._changes.unlink(fd, aside)
        self._place(operation)

    def _undo_end_unfold(self, sequence: int, operation: Operation) -> None:
        fd, aside = self._descriptors.fd(operation.directory), self._alias(operation)
        self._swap_in_link(fd, aside, operation, operation.before)

    # Refold: exchange a directory for the link, then empty it beside ----------------------

    def _refold(self, sequence: int, operation: Operation) -> None:
        fd = self._descriptors.fd(operation.directory)
        self._swap_in_link(fd, self._alias(operation), operation, operation.text)

    def _undo_refold(self, sequence: int, operation: Operation) -> None:
        fd, aside = self._descriptors.fd(operation.directory), self._aside(operation)
        self._exchange(fd, aside, operation)
        if link_text(fd, aside) != operation.text:
            self._changes.exchange(fd, aside, operation.name)
            raise PreconditionFailed(operation, "it is not the link it was")
        self._changes.unlink(fd, aside)
        self._place(operation)

    def _end_refold(self, sequence: int, operation: Operation) -> None:
        fd = self._descriptors.fd(operation.directory)
        self._changes.rmdir(fd, self._aside(operation))
        self._place(operation)

    def _undo_end_refold(self, sequence: int, operation: Operation) -> None:
        fd, aside = self._descriptors.fd(operation.directory), self._alias(operation)
        self._changes.mkdir(fd, aside)
        self._changes.chmod(fd, aside, int(operation.before or "755", 8))

    def _swap_in_link(self, fd: int, aside: str, operation: Operation, text: str | None) -> None:
        """Put a link where a directory is, and the directory beside it."""
        try:
            self._changes.symlink(text or "", fd, aside)
            try:
                self._exchange(fd, aside, operation)
                if entry_kind(fd, aside) != DIR:
                    self._changes.exchange(fd, aside, operation.name)
                    raise PreconditionFailed(operation, "it is not a directory any more")
            except (OSError, PreconditionFailed):
                self._changes.unlink(fd, aside)
                raise
        except (OSError, PreconditionFailed):
            self._place(operation)
            raise

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
        # Named after the transaction alone: no two are open at once in one directory.
        return f".~dotstream-{self._transaction}-fold"

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

    def _undo_move_file(self, sequence: int, operation: Operation) -> None:
        fd = self._descriptors.fd(operation.directory)
        source = self._destination(sequence, operation)
        try:
            move(self._changes, fd, operation.name, source, back=True)
        except FileExistsError:
            raise PreconditionFailed(
                operation, f"something is there now; what was there is kept at {source}"
            ) from None

    def _destination(self, sequence: int, operation: Operation) -> str:
        if operation.text is not None:
            return operation.text
        return f"{self._backups}/{self._transaction}-{sequence}-{operation.name}"[:4000]
