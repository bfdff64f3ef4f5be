"""Where links go from a directory that we made, and the directory goes too once it is empty."""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.items import Operation
from dotstream.model.run import Run
from dotstream.planner.mode import Mode

if TYPE_CHECKING:
    from dotstream.model.directory import Directory
    from dotstream.planner.decide import Name
    from dotstream.planner.visit import DirectoryVisit
    from dotstream.planner.visits import Visit

_HELD = 8192  # removals held back until it is known whether their directory goes too


def unlink_inside(visit: DirectoryVisit, name: Name) -> Visit[bool]:
    """Go into a directory where links go and none come; it may go itself.

    Returns:
        Whether it stays.
    """
    there, unlinked = name.there, name.unlinked
    package = visit.walk.farm.target.made_by(there)
    if package is None:
        yield visit.enter(there, unlinked, (), Mode.REAL)
        return True
    # Whether it goes depends on everything in it, also where one path is asked for.
    if visit.scope.bounded:
        gone = visit.walk.refolding.empties(there, unlinked)
        if gone:
            yield _remove_made(visit, there, package)
        yield visit.enter(there, unlinked, (), Mode.REAL)
        return not gone
    gone = yield _emptied(visit, visit.whole(there, unlinked), package)
    return not gone


def _emptied(visit: DirectoryVisit, whole: DirectoryVisit, package: str) -> Visit[bool]:
    """Plan a directory that we made, and that goes too if nothing stays in it.

    Where it holds links only, it is quarantined first and emptied there, which takes
    half the work; with directories in it, it goes after them.

    Returns:
        Whether it goes.
    """
    held: list[Operation | Run] | None = []
    count, left = 0, None
    plan = whole.plan()
    result = None
    while True:
        try:
            item = plan.send(result)
        except StopIteration as stop:
            left = stop.value
            break
        result = None
        if held is not None:
            count += item.size if isinstance(item, Run) else 1
            if isinstance(item, (Operation, Run)) and count <= _HELD:
                held.append(item)
                continue
            yield from held
            held = None
        result = yield item
    first = bool(held) and all(item.kind == "remove_link" for item in held or ())
    if left == 0 and first:
        yield _remove_made(visit, whole.place, package)
    yield from held or ()
    if left == 0 and not first:
        yield _remove_made(visit, whole.place, package)
    return bool(left == 0)


def _remove_made(visit: DirectoryVisit, there: Directory, package: str) -> Operation:
    mode = visit.walk.farm.target.mode_of(there)
    return Operation("remove_dir", visit.place, there.name, package, None, mode)
