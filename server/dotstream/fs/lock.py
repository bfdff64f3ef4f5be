"""One writer per target: a lock the kernel gives back when its holder dies (flock(2))."""

from __future__ import annotations

import fcntl
import os
import re
import time
from contextlib import suppress

from dotstream.fs.files import UnfitFile, opened
from dotstream.fs.system import on_disk
from dotstream.light_typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Callable

_INTERVAL = 0.05
_LOOKS = 40  # at a lock whose holder has not written its name yet
_LONGEST = 4096
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_SOMEBODY = "another process"


class LockHeld(Exception):
    """Somebody else holds the lock; ``holder`` is what they wrote into it."""

    def __init__(self, holder: str) -> None:
        self.holder = holder
        super().__init__(holder)


class Lock:
    """An exclusive lock on a file, held while the ``with`` block runs.

    Args:
        path: the lock file; its directory must exist.
        target: a directory that is locked too, so that another state directory, or another
            user, is kept out as well.
        holder: what to show to whoever finds it locked.
        wait: whether to wait for it instead of raising ``LockHeld``.
        poll: called while waiting, also for the name of who has it; may raise to give up.
    """

    def __init__(
        self,
        path: str,
        holder: str,
        *,
        target: str | None = None,
        wait: bool = False,
        poll: Callable[[], None] | None = None,
    ) -> None:
        self._path, self._holder = path, holder
        self._wait, self._poll = wait, poll
        self._target = target
        self._fds: list[int] = []

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            LockHeld: somebody else has it and we do not wait. One who has only just taken it
                is given the time to write its name.
            OSError: the file cannot be opened.
        """
        try:
            fd = self._take(opened(self._path, os.O_RDWR | os.O_CREAT))
            run = _run(fd)  # of a holder before, who may have been killed
            holder = self._holder.replace("\n", " ").encode("utf-8", "replace")
            written = holder[: _LONGEST - 1] + _written(run)
            os.pwrite(fd, written, 0)
            os.ftruncate(fd, len(written))
            if self._target is not None:
                self._take(os.open(self._target, _DIRECTORY))
        except BaseException:
            self._release()
            raise
        return self

    def _take(self, fd: int) -> int:
        """Lock one file or directory."""
        looks = 0
        try:
            while not _locks(fd):
                looks += 1
                holder = _holder(fd)
                if not self._wait and (holder or looks > _LOOKS):
                    raise LockHeld(holder or _SOMEBODY)
                if self._poll is not None:
                    self._poll()
                time.sleep(_INTERVAL)
        except BaseException:
            os.close(fd)
            raise
        self._fds.append(fd)
        return fd

    def _release(self) -> None:
        for fd in reversed(self._fds):
            os.close(fd)
        self._fds.clear()

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if error is None:  # else somebody may have to look at what was left
            os.ftruncate(self._fds[0], 0)
        self._release()


def left_behind(path: str, journal: str) -> bool:
    """Tell whether a holder of the lock may have left something unfinished.

    Whoever ends well empties the lock file; whoever holds it is still at work.
    """
    try:
        fd = opened(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    except UnfitFile:
        return True  # nobody can tell
    try:
        wal = f"{journal}-wal"  # after a power cut it tells when the lock file does not
        if os.fstat(fd).st_size == 0 and not (os.path.exists(wal) and os.path.getsize(wal)):
            return False
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(fd)
    return True


def _locks(fd: int) -> bool:
    """Lock it, unless somebody else has."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(fd: int) -> str:
    """Return who wrote themselves into a lock file; nothing if they have not done so yet."""
    try:
        return _first_line(fd).decode("utf-8", "replace").strip()
    except IsADirectoryError:
        return _SOMEBODY


# The run that the lock is held for -----------------------------------------------------
#
# So it is known of a run that was killed, even if the end of the journal was lost with it.


class Held(NamedTuple):
    """How far a transaction has come.

    Attributes:
        cursor: steps before it are done; 0 once it is being taken back.
        end: steps before it are written down.
    """

    transaction: int
    cursor: int
    end: int


def name_run(path: str, run: Held | None, *, durable: bool = False) -> None:
    """Write into a lock file, which is held, what is carried out; ``None`` at its end.

    It is only of use after a kill, so nothing fails because it cannot be written.

    Args:
        durable: have it on the disk, as before the journal forgets what was named.
    """
    try:
        fd = opened(path, os.O_RDWR)
    except OSError:
        return
    try:
        line = _first_line(fd) + _written(run)
        with suppress(OSError):
            os.pwrite(fd, line, 0)
            os.ftruncate(fd, len(line))
            if durable:
                on_disk(fd)
    finally:
        os.close(fd)


def named_run(path: str) -> Held | None:
    """Return the run that a lock file names: the last one, unless it came to its end."""
    try:
        fd = opened(path, os.O_RDONLY)
    except (FileNotFoundError, UnfitFile):
        return None
    try:
        return _run(fd)
    finally:
        os.close(fd)


def _first_line(fd: int) -> bytes:
    return os.pread(fd, _LONGEST, 0).partition(b"\n")[0]


def _written(run: Held | None) -> bytes:
    return b"" if run is None else b"\ntransaction %d step %d of %d\n" % run


def _run(fd: int) -> Held | None:
    line = os.pread(fd, 2 * _LONGEST, 0).partition(b"\n")[2]
    found = re.match(rb"transaction (\d+) step (\d+) of (\d+)\n", line)
    return Held(*map(int, found.groups())) if found else None
