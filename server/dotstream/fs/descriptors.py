"""Directories kept open while changing a tree, so that paths cannot be swapped under us.

Each directory is opened from its parent's descriptor without following links: replacing a
directory by a link to elsewhere makes the next step fail, it never redirects it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotstream.model.directory import Directory

__all__ = ["Descriptors"]

_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_KEPT = 128


class Descriptors:
    """The open directories from a root down to the one in use.

    ``aliases`` maps a directory to the temporary name it has while it is filled or
    emptied beside its place, by ``(root, path)``.
    """

    __slots__ = ("_current", "_fd", "_stack", "aliases")

    def __init__(self) -> None:
        self.aliases: dict[tuple[str, str], str] = {}
        self._stack: list[tuple[str, str, int]] = []
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
            self._stack.append((root, "", os.open(root, _FLAGS)))
        _, above, fd = self._stack[-1]
        rest = path[len(above) :].lstrip("/")
        for name in rest.split("/") if rest else ():
            above = f"{above}/{name}" if above else name
            fd = os.open(self.aliases.get((root, above), name), _FLAGS, dir_fd=fd)
            self._stack.append((root, above, fd))
            if len(self._stack) > _KEPT:
                os.close(self._stack.pop(1)[2])
        self._current, self._fd = directory, fd
        return fd

    def _leads(self, root: str, path: str) -> bool:
        """Whether the deepest open directory is ``path`` or above it."""
        open_root, above, _ = self._stack[-1]
        return open_root == root and (not above or path == above or path.startswith(above + "/"))

    def forget(self) -> None:
        """Close everything below the roots, after a directory changed its name."""
        self._current = None
        while self._stack:
            os.close(self._stack.pop()[2])

    close = forget
