"""Directories as directories: which one it is, wherever it is."""

from __future__ import annotations

from dotstream.fs.files import file_identity, is_directory
from dotstream.fs.system import born
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dotstream.model.entry import Identity


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
