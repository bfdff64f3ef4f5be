"""Directories kept open while changing a tree, so that paths cannot be swapped under us.

Each directory is opened from its parent's descriptor without following links: replacing a
directory by a link to elsewhere makes the next step fail, it never redirects it.
"""

from __future__ import annotations

import errno
import os

from dotstream.light_typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from dotstream.fs.touched import Touched
    from dotstream.model.directory import Directory

_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_KEPT = 128

_Open: TypeAlias = tuple[str, str, int, bool, int]
"""An open directory: root, path, descriptor, whether it is private, and in which of its rounds
``Touched`` was told that it may be changed at any time; -1 for none."""


class Descriptors:
    """The open directories from a root down to the one in use.

    Args:
        aside: tells the name that a directory has while it is filled or emptied beside its
            place; where there is one of that name, it is taken for the place itself.
        touched: is told of each directory that is asked for, as it is to be changed.

    Attributes:
        aliases: directories known to be beside their place, by ``(root, path)``.
        private: whether the directory in use is, so that nobody else gets at it by path.
    """

    __slots__ = ("_aside", "_current", "_fd", "_stack", "_touched", "aliases", "private")

    def __init__(
        self, *, aside: Callable[[str], str] | None = None, touched: Touched | None = None
    ) -> None:
        self.aliases: dict[tuple[str, str], str] = {}
        self.private: bool = False
        self._touched = touched
        self._aside = aside
        self._stack: list[_Open] = []
        self._current: Directory | None = None
        self._fd = -1

    def fd(self, directory: Directory) -> int:
        """Return a descriptor of ``directory``; it stays ours and is closed later.

        Raises:
            OSError: it is missing, or a component is no directory or is a link.
        """
        if directory is self._current:
            return self._fd
        self._current = None
        root, path = directory.root, directory.path
        while self._stack and not self._leads(root, path):
            os.close(self._stack.pop()[2])
        if not self._stack:
            self._stack.append((root, "", os.open(root, _FLAGS), False, -1))
        _, above, fd, private, told = self._stack[-1]
        rest = path[len(above) :].lstrip("/")
        for name in rest.split("/") if rest else ():
            above = f"{above}/{name}" if above else name
            fd, moved = self._open(fd, (root, above), name)
            private = private or moved
            self._stack.append((root, above, fd, private, told := -1))
            if len(self._stack) > _KEPT:
                os.close(self._stack.pop(1)[2])
        touched = self._touched
        if touched is not None and told != touched.rounds:
            touched.add(fd)
            if touched.lasting:
                self._stack[-1] = (root, above, fd, private, touched.rounds)
        elif touched is not None:
            touched.lasting = True
        self._current, self._fd, self.private = directory, fd, private
        return fd

    def missing(self, directory: Directory) -> str:
        """Return the path that kept ``fd`` from opening a directory, just now."""
        if not self._stack:
            return directory.root
        above = self._stack[-1][1]
        name = directory.path[len(above) :].lstrip("/").partition("/")[0]
        return "/".join([directory.root.rstrip("/"), *filter(None, (above, name))])

    def _open(self, parent: int, key: tuple[str, str], name: str) -> tuple[int, bool]:
        """Open a directory, or what stands for it beside its place."""
        alias = self.aliases.get(key)
        if alias is not None:
            return os.open(alias, _FLAGS, dir_fd=parent), True
        if self._aside is not None:
            try:
                return os.open(self._aside(name), _FLAGS, dir_fd=parent), True
            except OSError as error:
                if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
                    raise
        return os.open(name, _FLAGS, dir_fd=parent), False

    def _leads(self, root: str, path: str) -> bool:
        """Whether the deepest open directory is ``path`` or above it."""
        open_root, above, *_ = self._stack[-1]
        return open_root == root and (not above or path == above or path.startswith(above + "/"))

    def forget(self) -> None:
        """Close everything, after a directory changed its name."""
        self._current = None
        while self._stack:
            os.close(self._stack.pop()[2])

    close = forget
