"""Telling a package directory that moved by links that nobody recorded: they mirror members."""

from __future__ import annotations

import posixpath

from dotstream.fs.files import is_directory, links_below, present
from dotstream.light_typing import TYPE_CHECKING
from dotstream.planner.naming import to_target

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST = 2000  # names of a target that are looked at


class Moves:
    """Finds what broken links led to in a directory before it moved.

    Args:
        root: absolute canonical path of the directory, where it is now.
    """

    def __init__(self, root: str) -> None:
        self._root = root.rstrip("/")
        self._told: dict[str, bool] = {}

    def tail(self, target: str, place: Sequence[str], full: str, *, depth: int) -> str | None:
        """Return the path in the directory that a broken link would lead to now, or ``None``.

        The place of the link has to mirror it, it has to be here, and where the directory
        was has to be gone.  One name alone tells only where that had the same name, or where
        another link in the target says the same.

        Args:
            place: the way to the link's directory from the target.
            full: the path that the link leads to.
            depth: how many names come before what is shown: one where these are packages.
        """
        count = depth + len(place) + 1
        names = full.strip("/").split("/")
        if len(names) <= count or not _mirrors(names[depth - count : -1], place):
            return None
        before, inside = "/" + "/".join(names[:-count]), "/".join(names[-count:])
        if present(full) or is_directory(before) or not present(f"{self._root}/{inside}"):
            return None
        return inside if count > 1 or self._is_told(target, before) else None

    def _is_told(self, target: str, before: str) -> bool:
        """Whether the directory was surely at ``before``, by its name or by two links."""
        known = self._told.get(before)
        if known is None:
            same = posixpath.basename(before) == posixpath.basename(self._root)
            known = self._told[before] = same or self._has_two(target, before)
        return known

    def _has_two(self, target: str, before: str) -> bool:
        found = 0
        for path, text in links_below(target, deepest=1, most=_MOST, but=self._root):
            above, name = posixpath.split(posixpath.normpath(posixpath.join(target, text)))
            if above == before and present(f"{self._root}/{name}"):
                found += _mirrors((name,), (posixpath.basename(path),))
        return found > 1


def _mirrors(names: Sequence[str], shown: Sequence[str]) -> bool:
    return list(names) == list(shown) or list(map(to_target, names)) == list(shown)
