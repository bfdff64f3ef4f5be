"""Which names of a target are planned, and what is said of what is too far down to be."""

from __future__ import annotations

from math import inf

from dotstream.light_typing import TYPE_CHECKING, NamedTuple
from dotstream.model.items import Conflict, Operation
from dotstream.model.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dotstream.model.directory import Directory
    from dotstream.model.items import Item


class Below(NamedTuple):
    """A directory that a walk did not go into, because it goes no further down.

    Attributes:
        place: the directory in the target.
        source: absolute path of a package directory that has it, if one does.
    """

    place: Directory
    source: str | None


class Scope(NamedTuple):
    """What part of a target is planned.

    Attributes:
        only: the components of the one path to plan; empty for all of them.
        lowest: the depth of the lowest directories that are planned.
    """

    only: tuple[str, ...] = ()
    lowest: float = inf

    def name_in(self, place: Directory) -> str | None:
        """Return the one name to plan in ``place``, or ``None`` for all of them."""
        return self.only[place.depth] if place.depth < len(self.only) else None

    def has_part_of(self, place: Directory) -> bool:
        """Whether only a part of a directory is planned, to be carried out by itself."""
        return place.depth < len(self.only) and not self.bounded

    @property
    def bounded(self) -> bool:
        """Whether some directories are too far down to be planned."""
        return self.lowest < inf

    def leaves_out(self, place: Directory) -> bool:
        """Whether a directory is further down than the lowest."""
        return place.depth > self.lowest

    def concerning(self, found: Item | Run | Below, root: str) -> Iterator[Item | Below]:
        """Pass on what is about the one path to plan, or about what is above or below it."""
        for item in found.operations() if isinstance(found, Run) else (found,):
            parts: list[str] = []
            # In another root it is a member that makes way for a file that is adopted.
            if (
                isinstance(item, (Operation, Conflict))
                and item.name
                and item.directory.root == root
            ):
                parts = item.directory.join(item.name).split("/")
            if all(one == other for one, other in zip(parts, self.only, strict=False)):
                yield item


EVERYTHING = Scope()
