"""Finding the package directory that a place belongs to."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from dotstream.fs.look import marker

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CONFIG_NAME", "find_directory"]

CONFIG_NAME = "dotstream.toml"
_MARKERS = (CONFIG_NAME, ".stowrc", ".stow")


def find_directory(start: str) -> str | None:
    """Return the nearest package directory at or above ``start``, an absolute path.

    That is one with a ``dotstream.toml``, a ``.stowrc`` or a ``.stow`` in it.
    """
    return next((place for place in _upward(start) if marker(place, _MARKERS)), None)


def _upward(path: str) -> Iterator[str]:
    path = posixpath.normpath(path)
    while True:
        yield path
        above = posixpath.dirname(path)
        if above == path:
            return
        path = above
