"""Whose link is this: ownership by where a link's text leads, read without the disk.

A link is ours if its text, resolved lexically, lands inside a package directory we know:
the one in use, or the topmost directory on its way that carries a ``.stow`` marker
(GNU Stow manual, "Multiple Stow Directories").  So farms made by GNU Stow are recognised
without any record.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from dotstream.model.options import SINGLE

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
        single: whether the package directory in use is itself the one package.
    """

    __slots__ = (
        "_here",
        "_literal",
        "_marked",
        "_remembered",
        "_shortest",
        "_single",
        "_stow_dir",
    )

    def __init__(
        self, stow_dir: str, *, marked: Callable[[str], bool], literal: bool, single: bool
    ) -> None:
        self._stow_dir = stow_dir
        self._marked = marked
        self._literal = literal
        self._single = single
        self._remembered: dict[str, bool] = {}
        self._here: Directory | None = None
        self._shortest = ""

    def owner(self, place: Directory, text: str) -> Owner | None:
        """Return the owner of a link with ``text`` in the directory ``place``."""
        if text.startswith("../"):
            # The shortest way is by far the commonest, and needs no normalising.
            way = self._way(place)
            if text.startswith(way) and not _winding(text[len(way) - 1 :]):
                path = text[len(way) :]
                package, _, inside = (SINGLE, "", path) if self._single else path.partition("/")
                return Owner(self._stow_dir, package, inside, f"{self._stow_dir}/{path}")
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
        path = full[len(stow_dir) :].lstrip("/")
        if self._single and stow_dir == self._stow_dir:
            return Owner(stow_dir, SINGLE, path, full)
        package, _, inside = path.partition("/")
        return Owner(stow_dir, package, inside, full)

    def _way(self, place: Directory) -> str:
        """Return the shortest relative way from ``place`` into the package directory."""
        if place is not self._here:
            inside = f"{place.root.rstrip('/')}/{place.path}"
            self._shortest = posixpath.relpath(self._stow_dir, inside) + "/"
            self._here = place
        return self._shortest

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


def _winding(path: str) -> bool:
    """Whether a path that begins with a slash is not in its shortest form."""
    return "/../" in path or "//" in path or "/./" in path or path.endswith(("/", "/.", "/.."))
