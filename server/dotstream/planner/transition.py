"""From what is at a path to what should be: the operations, in an order that is safe."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from dotstream.fs.listing import DIR
from dotstream.fs.look import canonical
from dotstream.model.directory import Directory
from dotstream.model.items import Item, Operation
from dotstream.planner.level import Below

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from dotstream.model.run import Run
    from dotstream.planner.decide import Claim, State
    from dotstream.planner.farm import Farm

__all__ = ["Planned", "Visit", "adopt_file", "clear", "move_aside", "put_link", "remove"]

Visit: TypeAlias = "Generator[Planned]"
"""What is planned in a directory."""

Planned: TypeAlias = "Item | Run | Below | Visit"
"""An item; or a visit further down, which the walk enters before it goes on, or leaves out."""


def put_link(
    farm: Farm, place: Directory, name: str, now: State, text: str, package: str
) -> Visit:
    """Put a link in the place of ``now``: nothing, a link, or a directory of links."""
    if now is None:
        yield Operation("create_link", place, name, package, text)
    elif isinstance(now, str):
        yield Operation("replace_link", place, name, package, text, now)
    else:
        yield Operation("refold", place, name, package, text, _mode(farm, place, name))
        yield _cleared(farm, place.child(name))


def remove(farm: Farm, place: Directory, name: str, now: State) -> Visit:
    """Remove ``now``: a link, or a directory of links."""
    if isinstance(now, str):
        yield _unlink(farm, place, name, now)
    elif now == DIR:
        yield Operation("remove_dir", place, name, "", None, _mode(farm, place, name))
        yield _cleared(farm, place.child(name))


def clear(farm: Farm, place: Directory) -> Visit:
    """Empty a directory that holds only links of ours and directories of such."""
    farm.poll()
    only = farm.only_name(place)
    for name, kind, _ in farm.target_entries(place):
        if only is not None and name != only:
            continue
        if kind == DIR:
            yield from remove(farm, place, name, DIR)
        else:
            yield _unlink(farm, place, name, farm.target.link_text(place.join(name)))


def _cleared(farm: Farm, there: Directory) -> Visit | Below:
    return Below(there, None) if there.depth > farm.lowest else clear(farm, there)


def move_aside(farm: Farm, place: Directory, name: str, package: str) -> Operation:
    """Move what is there to the backup area."""
    before = farm.target.fingerprint(place.join(name))
    return Operation("move_file", place, name, package, None, before)


def adopt_file(farm: Farm, place: Directory, name: str, claim: Claim) -> Iterator[Item]:
    """Take the target's file into the package, in place of the member there."""
    cursor, _, raw = claim
    package = cursor.package
    parent, _, base = cursor.source(raw).rpartition("/")
    there = Directory(canonical(parent))  # a package, or a directory in it, may be a link
    before = farm.tree(package).fingerprint(cursor.inside(raw))
    yield Operation("move_file", there, base, package.name, None, before)
    before = farm.target.fingerprint(place.join(name))
    yield Operation("move_file", place, name, package.name, there.at(base), before)


def _unlink(farm: Farm, place: Directory, name: str, text: str) -> Operation:
    owner = farm.owner(place, text)
    return Operation("remove_link", place, name, owner.package if owner else "", None, text)


def _mode(farm: Farm, place: Directory, name: str) -> str:
    return f"{farm.target.mode(place.join(name)):o}"
