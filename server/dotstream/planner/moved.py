"""Telling a package directory that moved by a link that nobody recorded: it mirrors a member."""

from __future__ import annotations

import posixpath

from dotstream.fs.files import is_directory, present
from dotstream.planner.names import to_target


def moved_tail(root: str, place: str, full: str, *, depth: int) -> str | None:
    """Return the path in ``root`` that a broken link would lead to if ``root`` had not moved.

    The place of the link has to mirror it, it has to be here, and the directory that ``root``
    was then has to be gone.  One name alone tells only where that had the name of ``root``.

    Args:
        place: the directory of the link, from its target.
        full: the path that the link leads to.
        depth: how many names come before what the target shows: one where ``root`` has packages.
    """
    above = place.split("/") if place else []
    names = full.strip("/").split("/")
    count = depth + len(above) + 1
    before, tail = "/" + "/".join(names[:-count]), names[-count:]
    shown = tail[depth:-1]
    if len(names) <= count or (shown != above and list(map(to_target, shown)) != above):
        return None
    if count == 1 and posixpath.basename(before) != posixpath.basename(root):
        return None
    inside = "/".join(tail)
    if present(full) or is_directory(before) or not present(f"{root.rstrip('/')}/{inside}"):
        return None
    return inside
