"""From what is at a path to what should be: the operations, in an order that is safe."""

from __future__ import annotations

from dotstream.fs.listing import DIR
from dotstream.fs.look import canonical
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.directory import Directory
from dotstream.model.items import Item, Operation
from dotstream.model.run import Run
from dotstream.planner.decide import decide
from dotstream.planner.scope import EVERYTHING, Below
from dotstream.planner.states import Link, Mode, Real

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dotstream.planner.cursor import Cursor
    from dotstream.planner.decision import Claim, Decision, Name
    from dotstream.planner.farm import Farm
    from dotstream.planner.scope import Scope
    from dotstream.planner.visit import DirectoryVisit
    from dotstream.planner.visits import Visit

_HELD = 8192  # removals held back until it is known whether their directory goes too


def transition(visit: DirectoryVisit, name: Name) -> Visit[bool]:
    """Decide one name, and plan what leads from what is there to it.

    Returns:
        Whether anything stays there.
    """
    farm, place = visit.walk.farm, name.place
    decision = decide(farm, visit.walk.folding, name)
    yield from decision.reports
    final = decision.state
    if decision.adopt is not None:
        yield from _adopt(farm, name, decision.adopt)
        name = name._replace(now=None)
    elif decision.set_aside:
        before = farm.target.fingerprint(place.join(name.name))
        yield Operation("move_file", place, name.name, decision.moved_for, None, before)
        name = name._replace(now=None)
    if final is Real.DIRECTORY:
        stays = name.stays and name.now is name.start is Real.DIRECTORY
        if stays and name.unlinked and not decision.inner:
            return (yield from unlink_inside(visit, name))
        yield from _open(visit, name, decision, stays=stays)
    elif name.now == final:
        yield from _keep(farm, name, decision)
    elif isinstance(final, Link):
        yield from _put_link(visit, name, final.text, _whose(farm, name, decision))
    elif isinstance(name.now, Link):
        yield _unlink(farm, place, name.name, name.now.text)
    elif name.now is Real.DIRECTORY:
        yield from remove_directory(farm, name.there, visit.scope)
    return final is not None


def _keep(farm: Farm, name: Name, decision: Decision) -> Iterator[Item]:
    """Count a link that is as it is wanted."""
    if decision.claim is None or not isinstance(name.now, Link):
        return
    farm.unchanged += 1
    if farm.options.report_kept:
        package, text = decision.claim[0].package.name, name.now.text
        yield Operation("keep_link", name.place, name.name, package, text, text)


def _whose(farm: Farm, name: Name, decision: Decision) -> str:
    """Return the package that a link is of, which unmanaging may have left there."""
    if decision.claim is not None:
        return decision.claim[0].package.name
    assert isinstance(decision.state, Link)  # noqa: S101 - that is what is asked of
    owner = farm.target.owner(name.place, decision.state.text)
    return owner.package if owner else ""


def _open(visit: DirectoryVisit, name: Name, decision: Decision, *, stays: bool) -> Visit[None]:
    """Plan what makes a real directory of what is there, and go inside."""
    place, there, now, inner = name.place, name.there, name.now, decision.inner
    if stays:
        if inner or name.unlinked:
            yield visit.enter(there, name.unlinked, inner, Mode.REAL)
        return
    if now is Real.DIRECTORY:
        yield visit.enter(there, (), inner, Mode.RESET)
        return
    if not isinstance(now, Link):
        yield from make(visit, there, inner, decision.why)
        return
    package = inner[0].package.name if inner else ""
    mode = visit.walk.farm.mode_for(name.name, inner)
    yield Operation("unfold", place, name.name, package, mode, now.text, decision.why)
    yield visit.enter(there, (), inner, Mode.FRESH)


def make(visit: DirectoryVisit, there: Directory, inner: list[Cursor], why: str) -> Visit[None]:
    """Plan a new directory, if packages have anything for it, and go inside."""
    farm, place = visit.walk.farm, visit.place
    if farm.options.stow or any(visit.walk.folding.occupied(cursor, there) for cursor in inner):
        package = inner[0].package.name if inner else ""
        mode = farm.mode_for(there.name, inner)
        yield Operation("make_dir", place, there.name, package, mode, None, why)
        yield visit.enter(there, (), inner, Mode.FRESH)


def _put_link(visit: DirectoryVisit, name: Name, text: str, package: str) -> Visit[None]:
    """Put a link in the place of nothing, of a link, or of a directory of links."""
    match name.now:
        case None:
            yield Operation("create_link", name.place, name.name, package, text)
        case Link(before):
            yield Operation("replace_link", name.place, name.name, package, text, before)
        case _:
            there, farm = name.there, visit.walk.farm
            mode = farm.target.mode_of(there)
            yield Operation("refold", name.place, name.name, package, text, mode)
            yield _cleared(farm, there, visit.scope)


def remove_directory(farm: Farm, there: Directory, scope: Scope = EVERYTHING) -> Visit[None]:
    """Remove a directory that holds only links of ours and directories of such."""
    assert there.parent is not None  # noqa: S101 - the target itself is never ours to remove
    mode = farm.target.mode_of(there)
    yield Operation("remove_dir", there.parent, there.name, "", None, mode)
    yield _cleared(farm, there, scope)


def _cleared(farm: Farm, there: Directory, scope: Scope) -> Visit[None] | Below:
    return Below(there, None) if scope.leaves_out(there) else _clear(farm, there, scope)


def _clear(farm: Farm, place: Directory, scope: Scope) -> Visit[None]:
    farm.poll()
    only = scope.name_in(place)
    for name, kind, _ in farm.target.entries(place):
        if only is not None and name != only:
            continue
        if kind == DIR:
            yield from remove_directory(farm, place.child(name), scope)
        else:
            yield _unlink(farm, place, name, farm.target.link_text(place.join(name)))


def _adopt(farm: Farm, name: Name, claim: Claim) -> Iterator[Item]:
    """Take the target's file into the package, in place of the member there."""
    cursor, _, raw = claim
    package = cursor.package
    parent, _, base = cursor.source(raw).rpartition("/")
    there = Directory(canonical(parent))  # a package, or a directory in it, may be a link
    before = farm.packages.tree(package).fingerprint(cursor.inside(raw))
    yield Operation("move_file", there, base, package.name, None, before)
    before = farm.target.fingerprint(name.place.join(name.name))
    yield Operation("move_file", name.place, name.name, package.name, there.at(base), before)


def _unlink(farm: Farm, place: Directory, name: str, text: str) -> Operation:
    owner = farm.target.owner(place, text)
    return Operation("remove_link", place, name, owner.package if owner else "", None, text)


# Directories that we made, and that go once they are empty -------------------------------


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
    gone = yield _emptied(visit, visit.emptying(there, unlinked), package)
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
