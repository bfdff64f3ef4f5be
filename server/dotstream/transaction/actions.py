"""How each kind of step acts: it checks its precondition and acts in one go.

Everything is relative to descriptors of directories opened without following links.  A step
happens as a whole or not at all; what is not as the plan saw it raises
``PreconditionFailed`` and is left alone.
"""

from __future__ import annotations

from dotstream.errors import Cancelled, PreconditionFailed
from dotstream.fs.listing import DIR
from dotstream.fs.look import entry_kind, fingerprint, link_text, resembles
from dotstream.fs.move import move
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.run import Run
from dotstream.store.steps import ENDED, End
from dotstream.transaction.names import aside_name, kept_path, spare_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dotstream.fs.change import Changes
    from dotstream.fs.descriptors import Descriptors
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.items import Operation, OperationKind
    from dotstream.store.steps import Numbered

_OTHER_LINK = "it is not the link it was"
_NO_DIRECTORY = "it is no longer a directory"


class Actions:
    """Acts on the steps of one transaction.

    Args:
        changes: the seam to the file system.
        descriptors: the directories that are held open.
        transaction: its number, which names temporary entries.
        backups: absolute path of the directory that takes what is backed up.

    Attributes:
        renewed: files of moves below this number may have been copied back since.
    """

    def __init__(
        self, changes: Changes, descriptors: Descriptors, transaction: int, backups: str
    ) -> None:
        self.renewed: int = 0
        self._changes, self._descriptors = changes, descriptors
        self._transaction, self._backups = transaction, backups
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

    def act(self, sequence: int, step: Operation | End) -> None:
        """Carry out one step.

        Raises:
            PreconditionFailed: its path is not as the plan saw it; nothing was done.
            OSError: the system refused.
        """
        if isinstance(step, End):
            self._end[step.operation.kind](step.operation)
        else:
            self._do[step.kind](sequence, step)

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
        if resembles(now, operation.before or ""):
            return operation._replace(before=now)
        return operation

    # Links -----------------------------------------------------------------------------

    def _create_link(self, sequence: int, operation: Operation) -> None:
        fd = self._descriptors.fd(operation.directory)
        try:
            self._changes.symlink(operation.text or "", fd, operation.name)
        except FileExistsError:
            raise PreconditionFailed(operation, "something is there now") from None

    def remove_links(
        self, sequence: int, run: Run, fd: int, cancel: CancellationToken
    ) -> Iterator[None]:
        """Remove the links of a run from the open directory ``fd``, and tell of each.

        Raises:
            Cancelled: between two of them.
        """
        private = self._descriptors.private
        for index, name in enumerate(run.names):
            if cancel.cancelled:
                raise Cancelled
            if not private:
                self._remove_link(sequence + index, run.operation(index))
            elif not self._removed_in_quarantine(fd, name, run.stem + name):
                raise PreconditionFailed(run.operation(index), _OTHER_LINK)
            yield

    def _removed_in_quarantine(self, fd: int, name: str, text: str | None) -> bool:
        """Remove a link where the whole directory is in quarantine, if it is the very link."""
        if link_text(fd, name) != text:
            return False
        self._changes.unlink(fd, name)
        return True

    def _remove_link(self, sequence: int, operation: Operation) -> None:
        """Remove a link by way of a quarantine name, so that only that very link goes."""
        text = operation.before
        fd = self._descriptors.fd(operation.directory)
        if self._descriptors.private:
            if not self._removed_in_quarantine(fd, operation.name, text):
                raise PreconditionFailed(operation, _OTHER_LINK)
            return
        spare = spare_name(self._transaction, sequence)
        try:
            self._changes.rename(fd, operation.name, fd, spare)
        except FileNotFoundError:
            raise PreconditionFailed(operation, "it is gone") from None
        if link_text(fd, spare) != text:
            self._changes.rename(fd, spare, fd, operation.name)
            raise PreconditionFailed(operation, _OTHER_LINK)
        self._changes.unlink(fd, spare)

    def _replace_link(self, sequence: int, operation: Operation) -> None:
        """Replace a link in one step; the name is never missing."""
        fd = self._descriptors.fd(operation.directory)
        spare = spare_name(self._transaction, sequence)
        self._put_link(fd, spare, operation, lambda: link_text(fd, spare) == operation.before)
        self._changes.unlink(fd, spare)

    def _put_link(
        self, fd: int, beside: str, operation: Operation, expected: Callable[[], bool]
    ) -> None:
        """Make a link beside the path, and exchange the two; if that fails, nothing is left."""
        self._changes.symlink(operation.text or "", fd, beside)
        try:
            self._exchange(fd, beside, operation, expected)
        except PreconditionFailed:
            self._changes.unlink(fd, beside)
            raise

    def _exchange(
        self, fd: int, beside: str, operation: Operation, expected: Callable[[], bool]
    ) -> None:
        """Exchange the path with what is beside it, unless that was not as ``expected`` there."""
        try:
            self._changes.exchange(fd, beside, operation.name)
        except FileNotFoundError:
            raise PreconditionFailed(operation, "it is gone") from None
        if not expected():
            self._changes.exchange(fd, beside, operation.name)
            refolds = operation.kind == "refold"
            raise PreconditionFailed(operation, _NO_DIRECTORY if refolds else _OTHER_LINK)

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
            raise PreconditionFailed(operation, _NO_DIRECTORY)

    def _end_remove_dir(self, operation: Operation) -> None:
        fd = self._descriptors.fd(operation.directory)
        self._changes.rmdir(fd, self._aside(operation))
        self._place(operation)

    # Unfold: fill a directory beside the link, then exchange the two ----------------------

    def _unfold(self, sequence: int, operation: Operation) -> None:
        fd = self._descriptors.fd(operation.directory)
        if link_text(fd, operation.name) != operation.before:
            raise PreconditionFailed(operation, _OTHER_LINK)
        self._changes.mkdir(fd, self._alias(operation), _mode(operation))
        if operation.text is not None:
            self._changes.chmod(fd, self._aside(operation), int(operation.text, 8))

    def _end_unfold(self, operation: Operation) -> None:
        fd, aside = self._descriptors.fd(operation.directory), self._aside(operation)
        self._exchange(fd, aside, operation, lambda: link_text(fd, aside) == operation.before)
        self._changes.unlink(fd, aside)
        self._place(operation)

    # Refold: exchange a directory for the link, then empty it beside ----------------------

    def _refold(self, sequence: int, operation: Operation) -> None:
        fd, aside = self._descriptors.fd(operation.directory), self._alias(operation)
        self._put_link(fd, aside, operation, lambda: entry_kind(fd, aside) == DIR)

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
        return aside_name(self._transaction, operation.name)

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
        return kept_path(self._backups, self._transaction, sequence)


def _mode(operation: Operation) -> int:
    """Return the mode to make a directory with, which is never wider than what is planned."""
    return 0o777 if operation.text is None else int(operation.text, 8)
