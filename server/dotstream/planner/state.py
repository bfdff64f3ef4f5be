"""What is at a path, or should be: nothing, a link, a directory, a file, something else."""

from __future__ import annotations

from enum import Enum

from dotstream.fs.listing import DIR, FILE
from dotstream.light_typing import NamedTuple, TypeAlias

Seen: TypeAlias = str | int | None
"""What a look returns: a link's text, the kind of another entry, or nothing."""


class Link(NamedTuple):
    """A symbolic link with its text."""

    text: str


class Real(Enum):
    """What is no link."""

    DIRECTORY = "a directory"
    FILE = "a file"
    SPECIAL = "something that is not a file"


State: TypeAlias = Link | Real | None
"""What is at a path; ``None`` for nothing."""

_KINDS = {DIR: Real.DIRECTORY, FILE: Real.FILE}


def state_of(seen: Seen | OSError) -> State:
    """Return what was seen as what it is.

    Raises:
        OSError: that it could not be seen.
    """
    if isinstance(seen, OSError):
        raise seen
    if seen is None:
        return None
    if isinstance(seen, str):
        return Link(seen)
    return _KINDS.get(seen, Real.SPECIAL)
