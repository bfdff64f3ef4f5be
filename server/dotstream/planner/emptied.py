"""Directories that were made for targets, and go with the last link in them.

Several targets of one plan may lie in one another, and a walk knows its own only; so what goes
is counted while all of them pass, and what is left with nothing in it goes at the end.
"""

from __future__ import annotations

import posixpath

from dotstream.fs.files import entries, permissions
from dotstream.fs.places import components, within
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.directory import Directory
from dotstream.model.items import Operation
from dotstream.model.run import Run
from dotstream.planner.foresight import foreseen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dotstream.model.entry import Records
    from dotstream.model.items import Item


def emptied(
    items: Iterable[Item | Run], records: Records, left: Iterable[str], wanted: Iterable[str]
) -> Iterator[Item | Run]:
    """Pass a plan on, and after it what removes the directories that nothing is left in.

    Args:
        left: targets that links go from, and none come to.
        wanted: those that links come to.
    """
    made = dict[str, Operation]()
    for target in left:
        made |= _made_for(target, records, wanted)
    if not made:
        yield from items
        return
    gone = dict.fromkeys(made, 0)  # how many names go from each
    for item in items:
        _count(item, made, gone)
        yield item
    yield from foreseen(_removals(made, gone))


def _removals(made: dict[str, Operation], gone: dict[str, int]) -> Iterator[Operation]:
    for path in sorted(made, key=len, reverse=True):
        if gone[path] and len(entries(path, gone[path] + 1)) == gone[path]:
            removal = made[path]._replace(before=f"{permissions(path):o}")
            _count(removal, {}, gone)
            yield removal


def _count(item: Item | Run, made: dict[str, Operation], gone: dict[str, int]) -> None:
    if not isinstance(item, (Operation, Run)):
        return
    if isinstance(item, Operation) and item.kind in ("remove_dir", "refold"):
        made.pop(item.path, None)  # the walk sees to it
    if item.kind in ("remove_link", "remove_dir") and (path := item.directory.absolute) in gone:
        gone[path] += item.size if isinstance(item, Run) else 1


def _made_for(
    target: str, records: Records, wanted: Iterable[str]
) -> Iterator[tuple[str, Operation]]:
    """Yield what would remove a target, and those above it, as far as they were made."""
    roots = [root for root in records.roots() if root != target and within(target, root)]
    path = target
    while not any(within(each, path) for each in wanted):
        above, name = posixpath.split(path)
        for root in roots:
            place = Directory(root).descend("/".join(components(above, root)))
            entry = records.entry(root, place.path, name) if within(above, root) else None
            if entry is not None and entry.kind == "directory":
                yield path, Operation("remove_dir", place, name, entry.package, None)
                break
        else:
            return
        path = above
