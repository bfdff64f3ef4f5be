"""Whether a directory can be worked in, who holds a lock, and moving a bad file aside."""

from __future__ import annotations

import errno
import os

__all__ = ["device", "lock_holder", "refusal", "set_aside", "source_error"]


def refusal(fd: int) -> str | None:
    """Return why nothing can be made or removed in the open directory, or ``None``."""
    if os.access(".", os.R_OK | os.W_OK | os.X_OK, dir_fd=fd, effective_ids=True):
        return None
    if os.fstatvfs(fd).f_flag & os.ST_RDONLY:
        return os.strerror(errno.EROFS)
    return os.strerror(errno.EACCES)


def device(fd: int) -> int:
    """Return the number of the file system that an open file is on."""
    return os.fstat(fd).st_dev


def source_error(fd: int, path: str) -> int:
    """Follow ``path`` to its end and return the error number that stops it, or 0."""
    try:
        os.stat(path, dir_fd=fd)
    except OSError as error:
        return error.errno or errno.EIO
    return 0


def lock_holder(path: str) -> int | None:
    """Return the process that holds the lock on a file, without touching the lock.

    Where the kernel does not list its locks (proc(5), ``/proc/locks``), nobody does.
    """
    try:
        status = os.stat(path)
        with open("/proc/locks", encoding="ascii", errors="replace") as file:
            rows = [line.split() for line in file]
    except OSError:
        return None
    wanted = f":{status.st_ino}"
    major, minor = os.major(status.st_dev), os.minor(status.st_dev)
    for row in rows:
        if len(row) > 5 and row[1] == "FLOCK" and row[5] == f"{major:02x}:{minor:02x}{wanted}":
            return int(row[4])
    return None


def set_aside(path: str, companions: tuple[str, ...] = ()) -> str:
    """Rename a file to the first free name beside it and return that; never clobbers.

    Args:
        companions: what the names of files end with that belong to it and go along.

    Raises:
        OSError: it cannot be renamed.
    """
    number = 1
    while any(os.path.lexists(f"{path}.bad-{number}{tail}") for tail in ("", *companions)):
        number += 1
    aside = f"{path}.bad-{number}"
    for tail in (*companions, ""):
        if os.path.lexists(f"{path}{tail}"):
            os.rename(f"{path}{tail}", f"{aside}{tail}")
    return aside
