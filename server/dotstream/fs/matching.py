"""Shell patterns over real paths."""

from __future__ import annotations

import glob
import os

__all__ = ["expand_pattern", "present"]


def present(path: str) -> bool:
    """Whether anything is at ``path``; a broken link counts."""
    return os.path.lexists(path)


def expand_pattern(path: str) -> list[str]:
    """Return the paths that match, sorted; ``path`` itself if it is there or no pattern.

    As in a shell, ``*`` matches hidden names only where the pattern says the dot.
    """
    if os.path.lexists(path) or not glob.has_magic(path):
        return [path]
    return sorted(glob.glob(path), key=os.fsencode)
