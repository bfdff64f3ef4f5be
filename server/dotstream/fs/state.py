"""The state directory: where the journal, the lock and the backup area of a target lie."""

from __future__ import annotations

import os
from hashlib import blake2b

from dotstream.fs.system import on_disk
from dotstream.fs.system import reserve as allocate

__all__ = [
    "TargetState",
    "backup_area",
    "existing_state",
    "is_full",
    "release_reserve",
    "reserve",
    "target_state",
]

_RESERVE = 256 * 1024
_PAGE = 16 * 1024


class TargetState:
    """The private directory of one target's state, made on first use.

    Attributes:
        journal: path of the journal's database.
        lock: path of the lock file.
        backups: path of the directory for what is set aside.
    """

    __slots__ = ("backups", "journal", "lock")

    def __init__(self, directory: str) -> None:
        self.journal: str = f"{directory}/journal.db"
        self.lock: str = f"{directory}/lock"
        self.backups: str = f"{directory}/backups"


def _directory(state: str, target: str) -> str:
    return f"{state}/{blake2b(os.fsencode(target), digest_size=8).hexdigest()}"


def target_state(state: str, target: str) -> TargetState:
    """Return where the state of ``target`` lies, making the directories.

    Raises:
        OSError: they cannot be made.
    """
    directory = _directory(state, target)
    _made(directory)
    found = TargetState(os.path.realpath(directory))
    _made(found.backups)
    note = f"{directory}/target"
    if not os.path.exists(note):
        with open(note, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(target + "\n")
    return found


def _made(directory: str) -> None:
    """Make a directory and those above it, each name of them on the disk."""
    missing = []
    while not os.path.isdir(directory):
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
    """Return where the state of ``target`` lies, or ``None`` if there is none yet."""
    directory = _directory(state, target)
    return (
        TargetState(os.path.realpath(directory))
        if os.path.lexists(f"{directory}/journal.db")
        else None
    )


def backup_area(state: str, target: str) -> str | None:
    """Return the backup area of ``target``, or ``None``; it needs no journal."""
    area = f"{_directory(state, target)}/backups"
    return os.path.realpath(area) if os.path.isdir(area) else None


def is_full(path: str) -> bool:
    """Whether the file system that holds ``path`` has no room left for a page."""
    status = os.statvfs(os.path.dirname(path))
    return status.f_bavail * status.f_frsize < _PAGE or status.f_favail == 0


def reserve(journal: str) -> None:
    """Keep some room beside a journal, so that a full disk does not stop a rollback."""
    path = f"{journal}-reserve"
    if os.path.exists(path) and os.path.getsize(path) == _RESERVE:
        return
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
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
