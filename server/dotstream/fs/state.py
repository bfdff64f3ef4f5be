"""The state directory: where the journal, the lock and the backup area of a target lie."""

from __future__ import annotations

import os
import stat

from dotstream.errors import JournalError
from dotstream.fs.files import (
    UnfitFile,
    file_identity,
    identity_of,
    kind,
    opened,
    read_text,
    replace_text,
)
from dotstream.fs.oserror import is_permission, reason
from dotstream.fs.system import on_disk
from dotstream.fs.system import reserve as allocate
from dotstream.light_typing import NamedTuple, TypeAlias
from dotstream.model.names import blake2b

_RESERVE = 256 * 1024
_PAGE = 16 * 1024
_DATABASE = ("journal.db", "journal.db-wal", "journal.db-shm", "journal.db-reserve")
_FILES = (*_DATABASE, "home", "lock", "mounts")


Moves: TypeAlias = "tuple[tuple[str, str], ...]"
"""Paths that were, and what they are now; what is below them moved along.  The first counts."""


class TargetState:
    """The private directory of one target's state, made on first use.

    Attributes:
        journal: path of the journal's database.
        lock: path of the lock file.
        mounts: path of the file that tells what was mounted as a run began.
        backups: path of the directory for what is backed up.
        moved: paths that were, and what they are now, if the target moved since this was
            last written to.
    """

    __slots__ = ("backups", "journal", "lock", "mounts", "moved")

    def __init__(self, directory: str, moved: Moves = ()) -> None:
        self.moved: Moves = moved
        self.journal: str = f"{directory}/journal.db"
        self.lock: str = f"{directory}/lock"
        self.mounts: str = f"{directory}/mounts"
        self.backups: str = f"{directory}/backups"


def _directory(state: str, target: str) -> str:
    """Return where the state of ``target`` lies, be it still under the target's old path."""
    directory = _by_path(state, target)
    if os.path.lexists(directory):
        return directory
    return next((each for each in _others(state) if _moved(each, state, target)), directory)


def _by_path(state: str, target: str) -> str:
    return f"{state}/{blake2b(os.fsencode(target), digest_size=8).hexdigest()}"


def agreement_path(state: str, directory: str) -> str:
    """Return where it is written what the user of a package directory has agreed to."""
    return f"{state}/agreed/{blake2b(os.fsencode(directory), digest_size=8).hexdigest()}"


def _others(state: str) -> list[str]:
    try:
        return [f"{state}/{name}" for name in sorted(os.listdir(state))]
    except OSError:
        return []


# Which home it is ----------------------------------------------------------------------


class _Home(NamedTuple):
    """What a target was known by when its state was last written to.

    Attributes:
        inode, born: of the directory; 0 where it is still to be made, and the second also
            where the system does not tell.
        state: the state directory.
    """

    target: str
    inode: int
    born: int
    state: str


def _home(state: str, target: str) -> _Home:
    return _Home(target, *identity_of(target), os.path.realpath(state))


def _noted(directory: str) -> _Home | None:
    """Return what is noted beside a state; ``None`` if there is nothing, or it is damaged."""
    try:
        text = read_text(f"{directory}/home") or ""
        target, inode, when, state = text.split("\0")
        return _Home(target, int(inode), int(when), state)
    except (OSError, ValueError):
        return None


def _moved(directory: str, state: str, target: str) -> bool:
    """Whether a state is that of a target which was elsewhere, and surely no other home's.

    Either the target is that very directory still, or the state came along inside of it.
    Where the old path is a directory of its own, nothing has moved.
    """
    was = _noted(directory)
    if was is None or was.target == target:
        return False
    if os.path.isdir(was.target) and os.path.realpath(was.target) != target:
        return False
    inside = was.state.startswith(f"{was.target}/")
    if inside and os.path.realpath(state) == target + was.state[len(was.target) :]:
        return True
    now = _home(state, target)
    return was.born != 0 and (was.inode, was.born) == (now.inode, now.born)


def note_home(state: str, target: str) -> None:
    """Note which directory a target is, so that its state is found once that moves.

    Raises:
        OSError: it cannot be written.
    """
    directory = _by_path(state, target)
    was, found = _noted(directory), file_identity(target)
    now = (target, 0 if found is None else found[1], os.path.realpath(state))
    if was is None or (was.target, was.inode, was.state) != now:
        home = _home(state, target)
        replace_text(f"{directory}/home", "\0".join(map(str, home)))


def _found(directory: str, target: str) -> TargetState:
    was, here = _noted(directory), os.path.realpath(directory)
    if was is None or was.target == target:
        return TargetState(here)
    return TargetState(here, ((_by_path(was.state, was.target), here), (was.target, target)))


# Making and finding --------------------------------------------------------------------


def target_state(state: str, target: str) -> TargetState:
    """Return where the state of ``target`` lies, making the directories.

    Raises:
        OSError: they cannot be made.
        JournalError: something else is in the place of one of them.
    """
    directory, wanted = _directory(state, target), _by_path(state, target)
    if directory != wanted:
        os.rename(directory, wanted)
    _require_own(wanted)
    _made(wanted)
    found = _found(wanted, target)
    _require_directory(found.backups)
    _made(found.backups)
    return found


def _made(directory: str) -> None:
    """Make a directory and those above it, each name of them on the disk."""
    missing = []
    while not os.path.isdir(directory):
        mode = _mode(directory)
        if mode is not None and not stat.S_ISDIR(mode):
            told = f"{directory}: it is {kind(mode)}, not a directory; nothing was changed"
            raise JournalError(told, remedy="move_away")
        missing.append(directory)
        directory = os.path.dirname(directory)
    for each in reversed(missing):
        os.makedirs(each, mode=0o700, exist_ok=True)
        _flushed(os.path.dirname(each))


def _flushed(directory: str) -> None:
    fd = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        on_disk(fd)
    finally:
        os.close(fd)


def existing_state(state: str, target: str) -> TargetState | None:
    """Return where the state of ``target`` lies, or ``None`` if there is none yet.

    Raises:
        JournalError: it cannot be looked at, or something else is there: neither is none.
    """
    directory = _directory(state, target)
    _require_own(directory)
    if _mode(f"{directory}/journal.db") is None:
        return None
    return _found(directory, target)


def other_targets(state: str, target: str) -> list[str]:
    """Return the other targets that have a state."""
    noted = [_noted(directory) for directory in _others(state)]
    return [was.target for was in noted if was is not None and was.target != target]


def backup_area(state: str, target: str) -> str | None:
    """Return the backup area of ``target``, or ``None``; it needs no journal.

    Raises:
        JournalError: it cannot be looked at, or something else is there: neither is none.
    """
    directory = _directory(state, target)
    _require_directory(directory)
    area = f"{directory}/backups"
    return os.path.realpath(area) if _require_directory(area) else None


def _require_own(directory: str) -> None:
    """Refuse links in the place of what is ours: they may lead to anybody's file."""
    for name in _FILES if _require_directory(directory) else ():
        mode = _mode(f"{directory}/{name}")
        if mode is not None and stat.S_ISLNK(mode):
            raise _unfit(f"{directory}/{name}", mode, "file")


def _require_directory(path: str) -> bool:
    """Whether a directory of ours is there, and nothing else in its place."""
    mode = _mode(path)
    if mode is not None and not stat.S_ISDIR(mode):
        raise _unfit(path, mode, "directory")
    return mode is not None


def _unfit(path: str, mode: int, wanted: str) -> JournalError:
    way = f"move it away, and put the {wanted} back if you have it"
    told = f"{path}: it is {kind(mode)}, not the {wanted} that dotstream keeps here; {way}"
    return JournalError(told, remedy="remove_cause")


def _mode(path: str) -> int | None:
    """Return the mode of what is at a path, links not followed; ``None`` for nothing."""
    try:
        return os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise JournalError(f"{path}: {reason(error)}", permission=is_permission(error)) from error


def is_full(path: str) -> bool:
    """Whether the file system that holds ``path`` has no room left for a page."""
    status = os.statvfs(os.path.dirname(path))
    return status.f_bavail * status.f_frsize < _PAGE or status.f_favail == 0


def reserve(journal: str) -> None:
    """Keep some room beside a journal, so that a full disk does not stop a rollback."""
    path = f"{journal}-reserve"
    if os.path.exists(path) and os.path.getsize(path) == _RESERVE:
        return
    try:
        fd = opened(path, os.O_WRONLY | os.O_CREAT)
    except UnfitFile:
        return  # what is in its place is not ours
    try:
        allocate(fd, _RESERVE)
    except OSError:
        os.ftruncate(fd, 0)  # there is no room now; the next run tries again
    finally:
        os.close(fd)


def release_reserve(journal: str) -> bool:
    """Give the room beside a journal back; false if there was none."""
    path = f"{journal}-reserve"
    if not os.path.exists(path) or os.path.getsize(path) == 0:
        return False
    os.truncate(path, 0)
    return True
