"""Whole files, and plain look-ups by absolute path."""

from __future__ import annotations

import os
import stat
from itertools import islice

from dotstream.fs.system import born
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dotstream.model.entry import Identity

LARGEST = 1024 * 1024
"""Bytes of a file that is read whole: a configuration, an ignore list.  A repository may be a
stranger's, and what it can cost in time and memory is bounded."""


COMPARED = 64 * 1024 * 1024
"""Bytes of a file that is compared as a plan comes by it, as settings are and no film is."""

_BLOCK = 1 << 18


class UnfitFile(OSError):
    """What is at a path cannot be read as it has to be; the message says why, and what to do.

    Args:
        refused: whether that is for lack of rights.
    """

    def __init__(self, path: str, why: str, *, refused: bool = False) -> None:
        super().__init__(why)
        self.filename = path
        self.refused: bool = refused

    def __str__(self) -> str:
        """Return the message, which does not name the path."""
        return str(self.args[0])


def read_bytes(path: str) -> bytes | None:
    """Return the contents of a file, or ``None`` if there is nothing at ``path``.

    Raises:
        UnfitFile: it is no regular file, or larger than ``LARGEST``.
        OSError: something else keeps it from being read.
    """
    try:
        data = _start(path, LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if len(data) > LARGEST:
        raise UnfitFile(path, f"it is larger than {LARGEST:,} bytes; shorten it, or move it away")
    return data


def read_start(path: str, size: int) -> bytes:
    """Return the first ``size`` bytes of a file, or all of them.

    Raises:
        UnfitFile: it is no regular file.
        OSError: something else keeps it from being read.
    """
    return _start(path, size)


def _start(path: str, size: int) -> bytes:
    """Read as much of a regular file, links followed."""
    _refuse_unfit(path, os.stat(path).st_mode)  # opening a device may set it going
    fd = opened(path, os.O_RDONLY)
    try:
        parts: list[bytes] = []
        while size and (part := os.read(fd, size)):
            parts.append(part)
            size -= len(part)
        return b"".join(parts)
    finally:
        os.close(fd)


def opened(path: str, flags: int) -> int:
    """Open a regular file, links followed, and never wait, as for the writer of a pipe.

    One that is made is private.

    Raises:
        UnfitFile: it is no regular file.
        OSError: something else keeps it from being opened.
    """
    fd = os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC, 0o600)
    try:
        _refuse_unfit(path, os.fstat(fd).st_mode)
    except UnfitFile:
        os.close(fd)
        raise
    return fd


def _refuse_unfit(path: str, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise UnfitFile(
            path, f"it is {kind(mode)}, not a file; put a file there, or move it away"
        )


def kind(mode: int) -> str:
    """Return in words what has a mode."""
    return next((name for is_kind, name in _KINDS if is_kind(mode)), "something special")


_KINDS = (
    (stat.S_ISREG, "a file"),
    (stat.S_ISLNK, "a symbolic link"),
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def exists(path: str) -> bool:
    """Whether ``path`` leads to anything, following links.

    What may not be looked at is taken to be there: so nothing is done as if it were gone.
    """
    return _mode(path) is not None


def is_file(path: str) -> bool:
    """Whether ``path`` leads to a regular file, following links."""
    return os.path.isfile(path)


def is_link(path: str) -> bool:
    """Whether there is a symbolic link at ``path``."""
    return os.path.islink(path)


def is_directory(path: str) -> bool:
    """Whether ``path`` leads to a directory, following links.

    So is taken what may not be looked at; opening it tells why.
    """
    mode = _mode(path)
    return mode == _HIDDEN or (mode is not None and stat.S_ISDIR(mode))


_HIDDEN = 0


def _mode(path: str, *, follow_symlinks: bool = True) -> int | None:
    """Return the mode of what is at ``path``: ``None`` for nothing, ``_HIDDEN`` if who knows."""
    try:
        return os.stat(path, follow_symlinks=follow_symlinks).st_mode
    except PermissionError:
        return _HIDDEN
    except (OSError, ValueError):
        return None


def file_identity(path: str) -> tuple[int, int] | None:
    """Return (device, inode) of what ``path`` leads to, or ``None`` if it leads nowhere."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def subdirectories(path: str) -> list[str]:
    """Return the names of the directories in ``path``, links to directories too, by bytes.

    Hidden ones are left out, and links that lead nowhere or round in a circle.

    Raises:
        OSError: the directory cannot be read.
    """
    with os.scandir(path) as scan:
        names = [entry.name for entry in scan if entry.name[0] != "." and _is_directory(entry)]
    return sorted(names, key=os.fsencode)


def _is_directory(entry: os.DirEntry[str]) -> bool:
    """As ``is_directory``, with no further look where the kind is known."""
    return is_directory(entry.path) if entry.is_symlink() else entry.is_dir()


def entries(path: str, most: int) -> list[tuple[str, bool]]:
    """Return the first names in a directory and whether each is a directory, links not followed.

    They are in no order; a directory that cannot be read has none.
    """
    try:
        with os.scandir(path) as scan:
            return [
                (entry.name, entry.is_dir(follow_symlinks=False)) for entry in islice(scan, most)
            ]
    except OSError:
        return []


def links_below(path: str, *, deepest: int, most: int, but: str) -> Iterator[tuple[str, str]]:
    """Yield the links in a directory and below it, and what they say, in no order.

    Args:
        deepest: how far down to look.
        most: directories to look at.
        but: a directory that is left out.
    """
    waiting = [(path, 1)]
    while waiting and most:
        most -= 1
        here, depth = waiting.pop(0)
        try:
            with os.scandir(here) as scan:
                for entry in islice(scan, most):
                    if entry.is_symlink():
                        yield entry.path, os.readlink(entry.path)
                    elif depth < deepest and entry.path != but and entry.is_dir():
                        waiting.append((entry.path, depth + 1))
        except OSError:
            continue  # nothing to see there


def what_is(path: str) -> str:
    """Return in words what ``path`` leads to."""
    mode = _mode(path)
    if mode is None:
        return "a link that leads nowhere" if os.path.islink(path) else "not there"
    return "closed to you" if mode == _HIDDEN else kind(mode)


def permissions(path: str) -> int:
    """Return the permission bits of what is at a path.

    Raises:
        OSError: nothing is.
    """
    return stat.S_IMODE(os.stat(path, follow_symlinks=False).st_mode)


def read_text(path: str) -> str | None:
    """Return the contents of a file, or ``None`` if there is none; lines end with a line feed.

    Bytes that are not UTF-8 become lone surrogates, as in file names.

    Raises:
        UnfitFile: it is no regular file, or larger than ``LARGEST``.
        OSError: something else keeps it from being read.
    """
    try:
        data = read_bytes(path)
    except NotADirectoryError:
        return None
    if data is None:
        return None
    text = data.decode("utf-8", "surrogateescape")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def same_content(one: str, other: str, poll: Callable[[], None], *, most: int = COMPARED) -> bool:
    """Whether two files, links followed, are byte for byte the same; false if one is no file.

    Args:
        poll: called now and then; may raise to give up.
        most: bytes of a file that is compared; larger ones count as different.
    """
    try:
        first, second = os.stat(one), os.stat(other)
        if not first.st_size == second.st_size <= most or not all(
            stat.S_ISREG(each.st_mode) for each in (first, second)
        ):
            return False
        with open(one, "rb", buffering=0) as ours, open(other, "rb", buffering=0) as theirs:
            while block := ours.read(_BLOCK):
                poll()
                if block != theirs.read(_BLOCK):
                    return False
    except OSError:
        return False
    return True


def write_new(path: str, text: str) -> None:
    """Create the file at ``path`` with ``text`` in it, as UTF-8, and its directory if need be.

    Raises:
        FileExistsError: something is there, be it a broken link.
        OSError: it cannot be written.
    """
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "x", encoding="utf-8") as file:
        file.write(text)


def make_program(path: str, text: str) -> None:
    """Write a file whole that can be run; directories above it are made.

    Raises:
        OSError: it cannot be written.
    """
    replace_text(path, text)
    os.chmod(path, 0o755)  # noqa: S103 - as any program is


def replace_text(path: str, text: str) -> None:
    """Write a file whole, so that nobody ever sees half of it; as UTF-8.

    Bytes that are not UTF-8 are surrogates in ``text``, as in file names.

    Directories above it are made.  Links are followed, and permissions stay what they are;
    a new file is its owner's alone.

    Raises:
        UnfitFile: what is there is no regular file, and stays.
        OSError: it cannot be written.
    """
    path = os.path.realpath(path)
    if os.path.exists(path):
        _refuse_unfit(path, os.stat(path).st_mode)
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    beside = f"{path}.{os.getpid()}.new"
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(fd, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            if os.path.exists(path):
                os.fchmod(fd, os.stat(path).st_mode & 0o7777)
            file.write(text)
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise


def remove(path: str) -> bool:
    """Remove a file; false if there was none.

    Raises:
        OSError: it cannot be removed.
    """
    try:
        os.unlink(path)
    except FileNotFoundError:
        return False
    return True


def present(path: str) -> bool:
    """Whether anything is at ``path``; a broken link counts, and what may not be looked at."""
    return _mode(path, follow_symlinks=False) is not None


def expand_pattern(path: str) -> list[str]:
    """Return the paths that match, sorted; ``path`` itself if it is there or no pattern.

    As in a shell, ``*`` matches hidden names only where the pattern says the dot.
    """
    import glob  # patterns come from shells that do not expand them

    if os.path.lexists(path) or not glob.has_magic(path):
        return [path]
    return sorted(glob.glob(path), key=os.fsencode)


def identity_of(path: str) -> Identity:
    """Return which directory a path is; nothing but zeros if it is none."""
    found = file_identity(path)
    return (0, 0) if found is None else (found[1], born(path))


def is_that(directory: str, path: str, known: Mapping[str, Identity]) -> bool:
    """Whether a package directory is surely the one that was at ``path`` before.

    Args:
        known: which directory each path was when it was last worked with.
    """
    when = known.get(path, (0, 0))[1]
    return when != 0 and not is_directory(path) and known[path] == identity_of(directory)


def came_from(directory: str, path: str, known: Mapping[str, Identity]) -> bool:
    """Whether a package directory was at ``path`` before, or is a copy of what was, as a clone.

    It is a copy if nothing is known of it, and of the other all but where it is.
    """
    if directory not in known:
        return not is_directory(path)
    return is_that(directory, path, known)
