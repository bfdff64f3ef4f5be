"""Taking one step back, whether it was carried out, begun, or never reached.

After a crash nobody knows how far the last steps came, so each is compared with what is
there: before-state, after-state, or something in between that only we make.  What fits
neither is somebody else's and is left alone and named.  Taking back what is taken back
already changes nothing, so this may be interrupted, and run again, at any point.

A directory that is missing came never to be only if this very transaction makes it.  Any
other is away, as a file system that is not mounted: what was done in it is still to be
taken back.
"""

from __future__ import annotations

import errno

from dotstream.fs.area import origin
from dotstream.fs.files import present
from dotstream.fs.listing import DIR, LINK
from dotstream.fs.look import entry_kind, fingerprint, identity, link_text, resembles
from dotstream.fs.move import missing, take_back
from dotstream.light_typing import TYPE_CHECKING
from dotstream.store.steps import End, operation_of
from dotstream.transaction.names import aside_name, kept_path, spare_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dotstream.fs.change import Changes
    from dotstream.fs.descriptors import Descriptors
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.items import Operation, OperationKind
    from dotstream.model.run import Run

_ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
_OPENINGS = ("make_dir", "unfold", "remove_dir", "refold")  # each makes or takes a directory


class Reverter:
    """Takes back the steps of one transaction, last first.

    Args:
        changes: the seam to the file system.
        descriptors: opened with the transaction's aside name.
        transaction: its number, which names temporary entries.
        backups: absolute path of the directory that took what was backed up.
        away: directories on which a file system was mounted as the transaction began, and
            none is now.

    Attributes:
        absent: how many steps are inside of each path that is no directory now, and that no
            step which was taken back accounts for.
    """

    def __init__(
        self,
        changes: Changes,
        descriptors: Descriptors,
        transaction: int,
        backups: str,
        away: Sequence[str] = (),
    ) -> None:
        self.absent: dict[str, int] = {}
        self._changes = changes
        self._descriptors = descriptors
        self._transaction = transaction
        self._backups = backups
        self._away = away
        self._doubtful = self._refused = False
        self._undo: dict[OperationKind, Callable[[int, int, Operation], str | None]] = {
            "create_link": self._create_link,
            "remove_link": self._remove_link,
            "replace_link": self._replace_link,
            "make_dir": self._make_dir,
            "remove_dir": self._remove_dir,
            "move_file": self._move_file,
            "unfold": self._unfold,
            "refold": self._refold,
        }
        self._undo_end: dict[OperationKind, Callable[[int, Operation], str | None]] = {
            "remove_dir": self._end_remove_dir,
            "unfold": self._end_unfold,
            "refold": self._end_refold,
        }

    def undo(
        self,
        sequence: int,
        step: Operation | End,
        *,
        doubtful: bool = False,
        refused: bool = False,
    ) -> str | None:
        """Take one step back.

        Args:
            doubtful: whether it may never have been reached, and what it would then find
                is what the step before was to move away.
            refused: whether this process saw it fail: what has no directory then did nothing.

        Returns:
            ``None``, or what was left alone and why, in a sentence.

        Raises:
            OSError: the system refused; trying again later is safe.
        """
        self._refused = refused
        for place in self._away:
            if f"{step.directory.absolute}/".startswith(f"{place}/"):
                self._miss(place)
                return None
        opens = not isinstance(step, End) and step.kind in _OPENINGS
        accounted = self.absent.pop(operation_of(step).path, 0) if opens else 0
        try:
            fd = self._descriptors.fd(step.directory)
        except OSError as error:
            if error.errno not in _ABSENT:
                raise
            self._miss(self._descriptors.missing(step.directory))
            return None
        self._doubtful = doubtful
        if isinstance(step, End):
            return self._undo_end[step.operation.kind](fd, step.operation)
        left = self._undo[step.kind](fd, sequence, step)
        if accounted and step.kind in ("remove_dir", "refold") and left is None:
            return f"{step.path} is taken; what was in it was not put back"
        return left

    def _miss(self, path: str) -> None:
        if not self._refused:
            self.absent[path] = self.absent.get(path, 0) + 1

    # Links -----------------------------------------------------------------------------

    def _create_link(self, fd: int, sequence: int, operation: Operation) -> str | None:
        return self._take_away(fd, sequence, operation, operation.text)

    def take_away(self, sequence: int, run: Run, cancel: CancellationToken) -> int:
        """Have links that a run made gone, last first, until one is another or it is cancelled.

        Returns:
            How many are; ``undo`` looks closely at the one before them.
        """
        gone, stem = 0, run.stem
        if run.kind != "create_link" or self._away:
            return gone
        try:
            fd = self._descriptors.fd(run.directory)
            for name in reversed(run.names):
                text = stem + name
                if cancel.cancelled or link_text(fd, name) != text:
                    break
                spare = spare_name(self._transaction, sequence + run.size - 1 - gone)
                self._changes.rename(fd, name, fd, spare)
                if link_text(fd, spare) != text:
                    break
                self._changes.unlink(fd, spare)
                gone += 1
        except OSError:
            pass  # it is met again, and told
        return gone

    def _take_away(
        self, fd: int, sequence: int, operation: Operation, text: str | None
    ) -> str | None:
        """Have a link of ours gone."""
        name, spare = operation.name, spare_name(self._transaction, sequence)
        held = link_text(fd, spare)
        if held is not None:
            if held == text:
                self._changes.unlink(fd, spare)
            else:  # somebody's, which we had in our hands when we were stopped
                return self._give_back(fd, spare, operation)
        there = link_text(fd, name)
        if there is None:
            return None
        if there != text:
            if self._doubtful:
                return None
            return f"{operation.path} is not the link that was made there; it was left alone"
        self._changes.rename(fd, name, fd, spare)
        if link_text(fd, spare) != text:
            return self._give_back(fd, spare, operation)
        self._changes.unlink(fd, spare)
        return None

    def _give_back(self, fd: int, spare: str, operation: Operation) -> str | None:
        try:
            self._changes.rename(fd, spare, fd, operation.name)
        except FileExistsError:
            kept = operation.directory.at(spare)
            return f"{operation.path} was replaced twice; the older of the two is kept as {kept}"
        return f"{operation.path} is not the link that was made there; it was left alone"

    def _remove_link(self, fd: int, sequence: int, operation: Operation) -> str | None:
        name, spare = operation.name, spare_name(self._transaction, sequence)
        if entry_kind(fd, spare) is not None:
            if link_text(fd, spare) != operation.before:
                return self._give_back(fd, spare, operation)
            if link_text(fd, name) is None:
                self._changes.rename(fd, spare, fd, name)
                return None
            self._changes.unlink(fd, spare)
        there = link_text(fd, name)
        if there == operation.before:
            return None
        if there is not None:
            return f"{operation.path} is taken; the link to {operation.before} was not put back"
        self._changes.symlink(operation.before or "", fd, name)
        return None

    def _replace_link(self, fd: int, sequence: int, operation: Operation) -> str | None:
        name, spare = operation.name, spare_name(self._transaction, sequence)
        self._changes.settle(fd, spare, name)
        old, new = operation.before, operation.text
        there, held = link_text(fd, name), link_text(fd, spare)
        if there == old:
            if held == new:
                self._changes.unlink(fd, spare)
            return None
        if there != new:
            if held in (old, new):
                self._changes.unlink(fd, spare)
            return f"{operation.path} is not the link that was made there; it was left alone"
        if held is None:
            self._changes.symlink(old or "", fd, spare)
        self._changes.exchange(fd, spare, name)
        if link_text(fd, spare) != new:
            self._changes.exchange(fd, spare, name)
            self._changes.unlink(fd, spare)
            return f"{operation.path} is not the link that was made there; it was left alone"
        self._changes.unlink(fd, spare)
        return None

    # Directories -----------------------------------------------------------------------

    def _make_dir(self, fd: int, _sequence: int, operation: Operation) -> str | None:
        if entry_kind(fd, operation.name) != DIR:
            return None
        try:
            self._changes.rmdir(fd, operation.name)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            return f"{operation.path} contains something that is not ours; it was left there"
        return None

    def _remove_dir(self, fd: int, _sequence: int, operation: Operation) -> str | None:
        if entry_kind(fd, self._aside(operation)) != DIR:
            return None
        return self._back_in_place(fd, operation)

    def _back_in_place(self, fd: int, operation: Operation) -> str | None:
        try:
            self._changes.rename(fd, self._aside(operation), fd, operation.name)
        except FileExistsError:
            kept = operation.directory.at(self._aside(operation))
            return f"{operation.path} is taken; the directory that was there is kept as {kept}"
        finally:
            self._descriptors.forget()
        return None

    def _end_remove_dir(self, fd: int, operation: Operation) -> str | None:
        if (
            entry_kind(fd, self._aside(operation)) is None
            and entry_kind(fd, operation.name) is None
        ):
            self._make_aside(fd, operation)
        return None

    def _make_aside(self, fd: int, operation: Operation) -> None:
        self._changes.mkdir(fd, self._aside(operation))
        self._changes.chmod(fd, self._aside(operation), int(operation.before or "755", 8))

    # Folds -----------------------------------------------------------------------------

    def _unfold(self, fd: int, _sequence: int, operation: Operation) -> str | None:
        if entry_kind(fd, self._aside(operation)) != DIR:
            return None
        try:
            self._changes.rmdir(fd, self._aside(operation))
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            kept = operation.directory.at(self._aside(operation))
            return (
                f"{operation.path} contained something that is not ours, which is kept in {kept}"
            )
        finally:
            self._descriptors.forget()
        return None

    def _end_unfold(self, fd: int, operation: Operation) -> str | None:
        name, aside = operation.name, self._aside(operation)
        self._changes.settle(fd, aside, name)
        there, beside = entry_kind(fd, name), entry_kind(fd, aside)
        if there != DIR:
            return None  # not exchanged yet, or exchanged back
        if beside is None:
            self._changes.symlink(operation.before or "", fd, aside)
        elif beside == DIR or link_text(fd, aside) != operation.before:
            return None
        self._changes.exchange(fd, aside, name)
        self._descriptors.forget()
        return None

    def _refold(self, fd: int, _sequence: int, operation: Operation) -> str | None:
        name, aside = operation.name, self._aside(operation)
        self._changes.settle(fd, aside, name)
        beside = entry_kind(fd, aside)
        if beside == LINK and link_text(fd, aside) == operation.text:
            self._changes.unlink(fd, aside)
            return None
        if beside != DIR:
            return None
        if link_text(fd, name) != operation.text:
            if entry_kind(fd, name) is None:
                return self._back_in_place(fd, operation)
            kept = operation.directory.at(aside)
            return f"{operation.path} is taken; the directory that was there is kept as {kept}"
        self._changes.exchange(fd, aside, name)
        self._changes.unlink(fd, aside)
        self._descriptors.forget()
        return None

    def _end_refold(self, fd: int, operation: Operation) -> str | None:
        self._changes.settle(fd, self._aside(operation), operation.name)
        if (
            entry_kind(fd, self._aside(operation)) is None
            and link_text(fd, operation.name) == operation.text
        ):
            self._make_aside(fd, operation)
        return None

    def _aside(self, operation: Operation) -> str:
        return aside_name(self._transaction, operation.name)

    # Moves -----------------------------------------------------------------------------

    def _is_another(self, fd: int, sequence: int, operation: Operation) -> bool:
        """Whether the directory is on another file system, and not the one that was noted.

        Else what was there would be put below a file system that is not mounted.
        """
        device, inode = identity(fd)
        if (operation.before or "").split(" ")[1:2] == [str(device)]:
            return False
        noted = origin(self._backups, self._transaction, sequence).inode
        return bool(noted) and noted != inode

    def _move_file(self, fd: int, sequence: int, operation: Operation) -> str | None:
        name, path = operation.name, operation.text
        if path is None:
            path = kept_path(self._backups, self._transaction, sequence)
            if present(path) and self._is_another(fd, sequence, operation):
                self._miss(operation.directory.absolute)
                return None
        else:
            path = self._reached(path)
            if path is None:
                return None
        left = take_back(self._changes, fd, name, path)
        there = entry_kind(fd, name) is not None
        if left is None and not there:
            return f"{operation.path} is neither there nor at {path}"
        if left is None or (there and self._is_back(fd, operation, path)):
            return None  # what is at its destination was there before, or came since
        return f"{operation.path} is taken; what was there is kept beside it or at {path}"

    def _reached(self, path: str) -> str | None:
        """Return the destination of a move, or where it is beside its place.

        There it is if a power cut has forgotten that a directory came to its place, but not
        what was moved into it.
        """
        place = path
        while (absent := missing(place)) is not None:
            (above, _, name), rest = absent.rpartition("/"), place.removeprefix(absent)
            beside = f"{above}/{aside_name(self._transaction, name)}"
            if not present(beside):
                self._miss(path.removesuffix(rest))
                return None
            place = beside + rest
        return place

    def _is_back(self, fd: int, operation: Operation, path: str) -> bool:
        """Whether what was moved is where it was, and what is at its destination is another."""
        before, now = operation.before or "", fingerprint(fd, operation.name)
        if now == before:
            return True
        # What was copied back has another number; then its destination must not be the same.
        if not resembles(now, before) or not present(path):
            return False
        return not resembles(fingerprint(fd, path), before)
