"""Moving a file, link or directory without losing a byte, also across file systems."""

from __future__ import annotations

import errno
import os

from dotstream.fs.copying import part_of
from dotstream.fs.look import entry_kind
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.names import blake2b

if TYPE_CHECKING:
    from dotstream.fs.change import Changes

_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def move(changes: Changes, fd: int, name: str, path: str) -> None:
    """Move ``name`` in the directory ``fd`` to the absolute ``path``.

    Within a file system this is one rename.  Across file systems the copy is complete and
    on disk, with mode, owner, times and extended attributes, before the original goes.

    Raises:
        FileExistsError: the destination is taken; nothing was done.
        OSError: the system refused; the original is where it was.
    """
    there, base = _parent(path)
    try:
        _touch(changes, there, fd)
        _move(changes, fd, name, there, base)
    finally:
        os.close(there)


def take_back(changes: Changes, fd: int, name: str, path: str) -> str | None:
    """Take back a move of ``name`` to ``path`` that was made, begun, or never reached.

    Returns:
        ``None`` if ``name`` is what it was; else where somebody's content was left.

    Raises:
        OSError: the system refused; trying again is safe.
    """
    there, base = _parent(path)
    try:
        _touch(changes, there, fd)
        for place, entry in ((fd, name), (there, base)):
            if _there(place, _copy_name(entry)):
                changes.discard(place, _copy_name(entry))  # a copy that was never finished
        left = _original_back(changes, fd, name, there, base)
        if left is None:
            left = _copy_gone(changes, fd, name, there, base)
        return left or _back(changes, fd, name, there, base)
    finally:
        os.close(there)


def _touch(changes: Changes, there: int, fd: int) -> None:
    """Remember both ends of a move; the one that is changed further, last."""
    changes.touched.add_all(there)
    changes.touched.add_all(fd)


def _original_back(changes: Changes, fd: int, name: str, there: int, base: str) -> str | None:
    """Deal with an original that was quarantined after it had been copied."""
    old = _old_name(name)
    if not _there(fd, old):
        return None
    part = _there(there, base) and part_of(fd, old, there, base)
    if part and (_there(fd, name) or not _same(fd, old, there, base)):
        changes.discard(fd, old)  # it was being removed; the copy is whole
    elif not _there(fd, name):
        changes.rename(fd, old, fd, name)
    else:
        return old
    return None


def _copy_gone(changes: Changes, fd: int, name: str, there: int, base: str) -> str | None:
    """Deal with what was quarantined while moving back, after it had been copied."""
    old = _old_name(base)
    if not _there(there, old):
        return None
    if _there(fd, name) and part_of(there, old, fd, name):
        changes.discard(there, old)
    elif not _there(there, base):
        changes.rename(there, old, there, base)
    else:
        return old
    return None


def _back(changes: Changes, fd: int, name: str, there: int, base: str) -> str | None:
    """Have a whole entry at ``name``, and none at the destination if that is our copy."""
    if not _there(there, base):
        return None
    if not _there(fd, name):
        _move(changes, there, base, fd, name)
        return None
    here, beside = (
        os.stat(entry, dir_fd=place, follow_symlinks=False)
        for entry, place in ((name, fd), (base, there))
    )
    if os.path.samestat(here, beside):  # a rename that was made of a link and an unlink
        changes.unlink(there, base)
        return None
    if here.st_dev == beside.st_dev:
        return base  # nothing is ever copied within a file system: it is somebody's
    if not _same(fd, name, there, base):
        return base
    changes.rename(there, base, there, _old_name(base))
    changes.discard(there, _old_name(base))
    return None


def missing(path: str) -> str | None:
    """Return what is no directory on the way to a canonical path; ``None`` if all are."""
    try:
        os.close(_parent(path)[0])
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):  # ELOOP on macOS
            raise
        return str(error.filename)
    return None


def _parent(path: str) -> tuple[int, str]:
    """Open the directory of a canonical path, not following any link on the way.

    Raises:
        OSError: with the path of the component that cannot be opened.
    """
    parent, base = os.path.split(path)
    fd, above = os.open("/", _FLAGS), ""
    for name in parent.split("/"):
        if name:
            above = f"{above}/{name}"
            try:
                inner = os.open(name, _FLAGS, dir_fd=fd)
            except OSError as error:
                error.filename = above
                raise
            finally:
                os.close(fd)
            fd = inner
    return fd, base


def _move(changes: Changes, fd: int, name: str, to_fd: int, new: str) -> None:
    try:
        changes.rename(fd, name, to_fd, new)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _move_by_copying(changes, fd, name, to_fd, new)


def _move_by_copying(changes: Changes, fd: int, name: str, to_fd: int, new: str) -> None:
    """Move across file systems: copy, name the copy, put the original aside, remove that.

    At every moment one of the two is whole under its name.
    """
    copy, old = _copy_name(new), _old_name(name)
    changes.copy(fd, name, to_fd, copy)
    try:
        changes.rename(to_fd, copy, to_fd, new)
    except OSError:
        changes.discard(to_fd, copy)
        raise
    changes.sync_upwards(to_fd)
    changes.rename(fd, name, fd, old)
    if not _same(fd, old, to_fd, new):
        changes.rename(fd, old, fd, name)
        changes.discard(to_fd, new)
        raise OSError(errno.EAGAIN, "it was changed while it was copied", name)
    changes.sync(fd)
    changes.discard(fd, old)
    changes.sync(fd)  # something else may come to be at this name, and be moved as well


def _copy_name(name: str) -> str:
    """Return the name of an unfinished copy; always ours, and never too long."""
    return f".~dotstream-copy-{_digest(name)}"


def _old_name(name: str) -> str:
    """Return the name of an original that was copied and is being removed."""
    return f".~dotstream-old-{_digest(name)}"


def _digest(name: str) -> str:
    return blake2b(os.fsencode(name), digest_size=8).hexdigest()


def _there(fd: int, name: str) -> bool:
    try:
        return entry_kind(fd, name) is not None
    except OSError:
        return False  # as of a name that is too long


def _same(fd: int, name: str, other_fd: int, other: str) -> bool:
    return part_of(fd, name, other_fd, other) and part_of(other_fd, other, fd, name)
