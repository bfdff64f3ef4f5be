"""Warnings about what others are not meant to see, before it goes into a repository."""

from __future__ import annotations

from dotstream.fs.listing import DIR, FILE
from dotstream.fs.private import privacy
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.items import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dotstream.model.directory import Directory
    from dotstream.planner.farm import Farm

_SEEN = "others may see it where the repository goes, and git does not keep who may read a file"


def warned(farm: Farm, place: Directory, name: str) -> Iterator[Notice]:
    """Warn of an entry of the target that is private, or holds what is.

    Raises:
        OSError: it cannot be read.
    """
    target, path = farm.target, place.join(name)
    if target.kind(path) != DIR:
        why = privacy(target.fd, path)
        if why is not None:
            yield Notice(place.at(name), f"{why}: {_SEEN}")
        return
    first, found = "", 0
    for here, inner, kind in target.below(path):
        farm.poll()
        if kind == FILE and privacy(target.fd, f"{here}/{inner}") is not None:
            first = first or f"{here}/{inner}"[len(path) + 1 :]
            found += 1
    if found:
        more = f" and {found - 1} more" if found > 1 else ""
        look = "look" if more else "looks"
        yield Notice(place.at(name), f"{first}{more} in it, which {look} private: {_SEEN}")
