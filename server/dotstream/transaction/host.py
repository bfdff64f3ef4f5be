"""Where a change is made from."""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from dotstream.fs.change import Changes


class Host(NamedTuple):
    """What the engine is told of the process it runs in; it looks up none of it.

    Attributes:
        state: absolute path of the state directory.
        name: how a person would find this process, for whoever meets its lock.
        clock: returns the time, in seconds since the epoch.
        changes: the seam to the file system.
    """

    state: str
    name: str
    clock: Callable[[], float]
    changes: Changes
