"""Looking at single paths relative to an open directory, never following links."""

from __future__ import annotations

import errno
import os
import stat
from functools import partial
from operator import eq

from dotstream.fs.listing import DIR, FILE, LINK, SPECIAL, every_entry, short_listing
from dotstream.fs.system import DIFFER, spelt
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dotstream.fs.listing import Listing, Rename
    from dotstream.model.rule import Hidden

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


class Tree:
    """A directory tree held open by its root, so that paths below it are short to walk.

    Only for reading: a plan is checked again before anything is changed.

    Args:
        missing: it is known not to be there, and is not looked at.
    """

    __slots__ = ("fd", "root")

    def __init__(self, root: str, *, missing: bool = False) -> None:
        self.root: str = root
        self.fd: int = -1 if missing else os.open(root, _DIRECTORY)

    def open(self, path: str) -> int:
        """Open the directory at ``path`` (relative; empty for the root); the caller closes it.

        Raises:
            OSError: it is missing, unreadable or no directory.
        """
        return os.open(path or ".", _DIRECTORY, dir_fd=self.fd)

    def open_real(self, path: str) -> int:
        """Like ``open``, but a symbolic link as the last component is refused."""
        return os.open(path or ".", _DIRECTORY | os.O_NOFOLLOW, dir_fd=self.fd)

    def glance(
        self, path: str, hidden: Hidden | None, rename: Rename | None
    ) -> tuple[Listing | None, int]:
        """List the directory at ``path``, if it is not a very wide one; with its permission bits.

        Raises:
            OSError: it cannot be read.
        """
        fd = os.open(path or ".", _DIRECTORY, dir_fd=self.fd)
        try:
            mode = stat.S_IMODE(os.fstat(fd).st_mode)
            return short_listing(fd, hidden=hidden, rename=rename), mode
        finally:
            os.close(fd)

    def below(self, path: str) -> Iterator[tuple[str, str, int]]:
        """Look through all that is in the directory at ``path`` and below, in no order.

        With a stack of its own, so that no tree is too deep; links are not followed.

        Yields:
            Each entry: the path of the directory that it is in, its name and its kind.

        Raises:
            OSError: a directory cannot be read.
        """
        waiting = [path]
        while waiting:
            here = waiting.pop()
            fd = self.open_real(here)
            try:
                for name, kind in every_entry(fd):
                    yield here, name, kind
                    if kind == DIR:
                        waiting.append(f"{here}/{name}" if here else name)
            finally:
                os.close(fd)

    def kind(self, path: str) -> int | None:
        """Return the kind of entry at ``path``, or ``None`` if there is nothing."""
        return entry_kind(self.fd, path)

    def state(self, path: str) -> str | int | None:
        """Return a link's text, another entry's kind, or ``None`` for nothing there."""
        return link_text(self.fd, path)

    def is_directory(self, path: str) -> bool:
        """Whether ``path`` is a directory, following links."""
        return is_directory(self.fd, path)

    def exists(self, path: str) -> bool:
        """Whether ``path`` exists, following links."""
        return exists(self.fd, path)

    def link_text(self, path: str) -> str:
        """Return the text of the link at ``path``.

        Raises:
            OSError: it is missing or no link.
        """
        return os.readlink(path, dir_fd=self.fd)

    def fingerprint(self, path: str) -> str:
        """Return a text that changes when the entry at ``path`` is another or is rewritten.

        Raises:
            OSError: it is missing.
        """
        return fingerprint(self.fd, path)

    def mode(self, path: str) -> int:
        """Return the permission bits of what ``path`` leads to.

        Raises:
            OSError: it is missing.
        """
        return stat.S_IMODE(os.stat(path or ".", dir_fd=self.fd).st_mode)

    def identity(self, path: str) -> tuple[int, int]:
        """Return (device, inode) of what ``path`` leads to.

        Raises:
            OSError: it is missing.
        """
        return identity(self.fd, path)

    def close(self) -> None:
        """Close the root."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


def link_reader(fd: int) -> Callable[[str], str]:
    """Return what reads the text of a link in an open directory, as fast as can be.

    It raises ``OSError`` where there is no link.
    """
    return partial(os.readlink, dir_fd=fd)


def leads(fd: int, stem: str, names: Sequence[str]) -> bool:
    """Whether each of these names is a link whose text is ``stem`` and the name."""
    read = link_reader(fd)
    try:
        return all(map(eq, map(read, names), map(stem.__add__, names)))
    except OSError:
        return False


def none_of(fd: int, names: Iterable[str]) -> bool:
    """Whether there is nothing of any of these names."""
    return all(entry_kind(fd, name) is None for name in names)


def link_text(fd: int, name: str) -> str | int | None:
    """Look at one entry with as few system calls as possible.

    Returns:
        The text of a link; ``FILE``, ``DIR`` or ``SPECIAL``; ``None`` for nothing there.
    """
    try:
        return os.readlink(name, dir_fd=fd)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno != errno.EINVAL:
            if error.errno == errno.ENAMETOOLONG:
                return None  # nothing can be there; making it will say so
            raise
    return entry_kind(fd, name)


def entry_kind(fd: int, name: str) -> int | None:
    """Return ``FILE``, ``DIR``, ``LINK`` or ``SPECIAL``, or ``None`` for nothing there."""
    try:
        mode = os.stat(name, dir_fd=fd, follow_symlinks=False).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISREG(mode):
        return FILE
    if stat.S_ISDIR(mode):
        return DIR
    return LINK if stat.S_ISLNK(mode) else SPECIAL


def is_directory(fd: int, path: str) -> bool:
    """Whether ``path`` is a directory, following links; false if it cannot be told."""
    try:
        return stat.S_ISDIR(os.stat(path, dir_fd=fd).st_mode)
    except OSError:
        return False


def exists(fd: int, path: str) -> bool:
    """Whether ``path`` exists, following links; what may not be looked at is taken to."""
    try:
        os.stat(path, dir_fd=fd)
    except PermissionError:
        return True
    except OSError:
        return False
    return True


def identity(fd: int, path: str = "") -> tuple[int, int]:
    """Return (device, inode) of the entry at ``path``, or of the directory ``fd`` itself."""
    status = os.stat(path, dir_fd=fd) if path else os.fstat(fd)
    return status.st_dev, status.st_ino


def folds_names(path: str) -> bool:
    """Whether the volume that a directory is on takes README and readme for one name."""
    above, _, name = path.rpartition("/")
    try:
        other = os.lstat(f"{above}/{name.swapcase()}")
        return name != name.swapcase() and os.path.samestat(other, os.lstat(path))
    except OSError:
        return False


def canonical(path: str) -> str:
    """Return ``path`` absolute, with every symbolic link resolved, as it is spelt on the disk.

    Of what is not there, the directory above it is.
    """
    path = os.path.realpath(path)
    return spelt(path) if DIFFER else path


def duplicate(fd: int) -> int:
    """Return another descriptor of what is open."""
    return os.dup(fd)


def close(fd: int) -> None:
    """Close a descriptor."""
    os.close(fd)


def marker(directory: str, names: tuple[str, ...]) -> bool:
    """Whether ``directory`` holds an entry with one of ``names``."""
    return any(os.path.lexists(f"{directory}/{name}") for name in names)


def is_marked(directory: str, *, stow: bool = False) -> bool:
    """Whether ``directory`` is marked to hold packages, or for Stow.

    For Stow, anything named ``.stow`` is a marker; otherwise it has to be a file, as a link may
    be a package's.
    """
    if stow:
        return marker(directory, (".stow",))
    return any(
        os.path.isfile(path) and not os.path.islink(path)
        for path in (f"{directory}/.stow", f"{directory}/dotstream.toml")
    )


def size(fd: int, name: str) -> int:
    """Return the size of the entry ``name`` in bytes."""
    return os.stat(name, dir_fd=fd, follow_symlinks=False).st_size


def fingerprint(fd: int, name: str) -> str:
    """Return a text that changes when the entry ``name`` is another or is rewritten.

    It ends with the permission bits in octal.

    Raises:
        OSError: it is missing.
    """
    status = os.stat(name, dir_fd=fd, follow_symlinks=False)
    mode = f"{stat.S_IMODE(status.st_mode):o}"
    if stat.S_ISDIR(status.st_mode):
        return f"directory {status.st_dev} {status.st_ino} {mode}"
    size, changed = status.st_size, status.st_mtime_ns
    return f"file {status.st_dev} {status.st_ino} {size} {changed} {mode}"


def resembles(one: str, other: str) -> bool:
    """Whether two fingerprints may be of the same entry, or of it and a copy elsewhere."""
    of_one, of_other = one.split(" "), other.split(" ")
    return [of_one[0], *of_one[3:]] == [of_other[0], *of_other[3:]]
