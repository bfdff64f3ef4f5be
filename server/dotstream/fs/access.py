"""What a check-up asks of the system: rights, locks, and moving a bad file aside."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import stat

from dotstream.fs.files import opened


def refusal(fd: int) -> str | None:
    """Return why nothing can be made or removed in the open directory, or ``None``."""
    if os.access(".", os.R_OK | os.W_OK | os.X_OK, dir_fd=fd, effective_ids=True):
        return None
    if os.fstatvfs(fd).f_flag & os.ST_RDONLY:
        return os.strerror(errno.EROFS)
    return os.strerror(errno.EACCES)


def not_changeable(path: str) -> str | None:
    """Return why nothing can be made or removed in a directory; ``None`` if it is not there."""
    if os.access(path, os.W_OK | os.X_OK, effective_ids=True):
        return None
    try:
        status = os.lstat(path)
    except OSError:
        return None
    if not stat.S_ISDIR(status.st_mode):
        return None
    if os.statvfs(path).f_flag & os.ST_RDONLY:
        return os.strerror(errno.EROFS)
    owner = owner_of_another(path)
    if owner is not None:
        return f"it belongs to {owner}, and you may not change what is in it"
    return os.strerror(errno.EACCES)


def unwritable(path: str) -> str | None:
    """Return why a file cannot be written; ``None`` if it can be, or is not there."""
    if os.access(path, os.W_OK, effective_ids=True) or not os.path.lexists(path):
        return None
    owner = owner_of_another(path)
    return os.strerror(errno.EACCES) if owner is None else f"it belongs to {owner}"


def owner_of_another(path: str) -> str | None:
    """Return the user that a path belongs to, if it is not the one who runs this."""
    import pwd

    try:
        number = os.lstat(path).st_uid
    except OSError:
        return None
    if number == os.geteuid():
        return None
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"


def device(fd: int) -> int:
    """Return the number of the file system that an open file is on."""
    return os.fstat(fd).st_dev


def followed(fd: int, path: str) -> int | tuple[int, int] | None:
    """Follow ``path`` to its end.

    Returns:
        The (device, inode) of a directory, ``None`` for anything else that is there, or the
        number of the error that stops it.
    """
    try:
        status = os.stat(path, dir_fd=fd)
    except OSError as error:
        return error.errno or errno.EIO
    return (status.st_dev, status.st_ino) if stat.S_ISDIR(status.st_mode) else None


def lock_holder(path: str) -> int | None:
    """Return the process that holds a lock file: the one that is named in it, while it is held.

    For an instant nobody else can take the lock, as with ``left_behind``.
    """
    try:
        fd = opened(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        named = re.match(rb"process (\d+)\b", os.pread(fd, 64, 0))
        return int(named[1]) if named else None
    except OSError:
        return None  # this file system has no locks
    finally:
        os.close(fd)
    return None


def highest_number(directory: str) -> int:
    """Return the highest number that a name in a directory begins with, or 0."""
    try:
        names = os.listdir(directory)
    except OSError:
        return 0
    return max((int(found[0]) for name in names if (found := re.match(r"\d+", name))), default=0)


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


def umask() -> int:
    """Return which permissions this process does not give to what it makes."""
    try:
        with open("/proc/self/status", "rb") as file:
            found = re.search(rb"^Umask:\s*([0-7]+)$", file.read(), re.MULTILINE)
    except OSError:
        found = None
    if found:
        return int(found[1], 8)
    mask = os.umask(0o077)  # there is no other way to ask
    os.umask(mask)
    return mask
