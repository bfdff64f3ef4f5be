"""Whose link is this: ownership by where a link's text leads, read without the disk.

A link is ours if its text, resolved lexically, lands inside a package directory we know:
the one in use, or the topmost directory on its way that carries a ``.stow`` marker
(GNU Stow manual, "Multiple Stow Directories").  So farms made by GNU Stow are recognised
without any record.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from dotstream.model.directory import Directory

__all__ = ["Owner", "Ownership"]

_REMEMBERED = 4096


class Owner(NamedTuple):
    """The package member that a link leads to.

    ``path`` is relative to the package and empty for the package itself; ``full`` is
    absolute.
    """

    stow_dir: str
    package: str
    path: str
    full: str


class Ownership:
    """Tells the owner of a link from its place and text.

    Args:
        stow_dir: absolute canonical path of the package directory in use.
        marked: whether an absolute path is a directory marked as a package directory.
        literal: whether only the spelling that GNU Stow itself writes is ours: relative,
            and by the shortest way from the target to the package directory.
    """

    __slots__ = ("_literal", "_marked", "_remembered", "_stow_dir")

    def __init__(self, stow_dir: str, *, marked: Callable[[str], bool], literal: bool) -> None:
        self._stow_dir = stow_dir
        self._marked = marked
        self._literal = literal
        self._remembered: dict[str, bool] = {}

    def owner(self, place: Directory, text: str) -> Owner | None:
        """Return the owner of a link with ``text`` in the directory ``place``."""
        if text.startswith("/"):
            if self._literal:
                return None
            full = posixpath.normpath(text)
        else:
            full = posixpath.normpath(f"{place.absolute}/{text}")
        if full.startswith("//"):
            full = full[1:]
        stow_dir = self._stow_dir
        if self._literal and self._detour(place, text, full):
            return None
        if not full.startswith(stow_dir if stow_dir == "/" else stow_dir + "/"):
            found = self._marked_above(full, place.root)
            if found is None:
                return None
            stow_dir = found
        package, _, path = full[len(stow_dir) :].lstrip("/").partition("/")
        return Owner(stow_dir, package, path, full)

    def _detour(self, place: Directory, text: str, full: str) -> bool:
        """Whether a text climbs out of the target and comes back into it."""
        written = posixpath.normpath(f"{place.path}/{text}" if place.path else text)
        return written.startswith("../") and full.startswith(f"{place.root}/")

    def _marked_above(self, full: str, root: str) -> str | None:
        """Return the topmost marked directory above ``full`` that a relative text names."""
        common = posixpath.commonpath((full, root))
        start = len(common) if common != "/" else 0
        position = full.find("/", start + 1)
        if common != root and self._is_marked(common):
            return common
        while position != -1:
            above = full[:position]
            if self._is_marked(above):
                return above
            position = full.find("/", position + 1)
        return None

    def _is_marked(self, path: str) -> bool:
        known = self._remembered.get(path)
        if known is None:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            known = self._remembered[path] = self._marked(path)
        return known
