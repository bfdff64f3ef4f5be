"""How open a directory is that is made: no more than what it stands for."""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dotstream.planner.cursor import Cursor
    from dotstream.planner.farm import Farm

PRIVATE = (".ssh", ".gnupg")
"""Directories that are their owner's alone: ssh and gpg refuse to use them otherwise."""


def mode_for(farm: Farm, name: str, cursors: Iterable[Cursor]) -> str | None:
    """Return the mode of a new directory, in octal, where the usual one would be too open.

    Args:
        cursors: the packages' directories that it stands for.

    Raises:
        OSError: one of them cannot be looked at.
    """
    if farm.options.stow:
        return None
    mode = 0o777
    for cursor in cursors:
        mode &= farm.packages.mode(cursor)
    return mode_like(farm, name, mode)


def mode_like(farm: Farm, name: str, mode: int) -> str | None:
    """As ``mode_for``, where the mode of what it stands for is known."""
    if name in PRIVATE:
        mode &= 0o700
    usual = farm.usual_mode
    return f"{mode & usual:o}" if usual & ~mode else None
