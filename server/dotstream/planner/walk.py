"""The walk: the whole plan as one depth-first pass over the target's paths.

At each directory the packages that have it are listed once, in byte order, and merged
name by name with what is there now.  A name goes through three states: ``now`` on the
disk, ``start`` after everything to be unmanaged is gone, ``final`` after everything to be
managed is there.  Only ``now ≠ final`` is emitted, so a restow that changes nothing is
an empty plan.  Memory is the depth of the walk times one directory's names.

Operations come in an order that can be carried out as it comes: a parent before its
children when making, after them when clearing; a directory is listed completely before
the first operation inside of it; an operation at a path touches nothing beside it.
"""

from __future__ import annotations

from math import inf
from types import GeneratorType
from typing import TYPE_CHECKING

from dotstream.fs.listing import DIR, FILE, LINK, Files
from dotstream.model.directory import Directory
from dotstream.model.items import Conflict, Item, Notice, Operation
from dotstream.model.run import LONGEST, Run
from dotstream.planner.decide import decide
from dotstream.planner.farm import Cursor, Farm, scan_error
from dotstream.planner.folding import empties, occupied, refold
from dotstream.planner.level import Below
from dotstream.planner.merging import claims_by_name, merge, plain
from dotstream.planner.names import DOT_PREFIX
from dotstream.planner.states import States
from dotstream.planner.transition import adopt_file, move_aside, put_link, remove
from dotstream.planner.unlinking import removal_step

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence

    from dotstream.fs.listing import Entry
    from dotstream.model.options import Package
    from dotstream.planner.decide import Claim, Decision, State
    from dotstream.planner.transition import Planned, Visit

__all__ = ["walk"]

REAL, RESET, FRESH = "real", "reset", "fresh"
"""Modes of a target directory: as on the disk; folded away and opened again, so that its
entries count as gone; new, so that there is nothing to look at."""

_HELD = 8192  # removals held back until it is known whether their directory goes too
_POLLED = 511  # how often a long directory asks whether to stop (a mask)


def walk(
    farm: Farm,
    *,
    manage: Sequence[Package],
    unmanage: Sequence[tuple[int, Package]],
    only: tuple[str, ...] = (),
    lowest: float = inf,
) -> Iterator[Item | Run | Below]:
    """Plan everything, lazily.

    Args:
        manage: packages to link, in order.
        unmanage: packages to unlink before that, each with its step.
        only: the components of the one target path to plan, instead of all of them.
        lowest: the depth of the lowest directories to plan.

    Yields:
        Operations and runs of them, conflicts, scan errors and notices, in the order of
        the walk; and what is ``Below`` the lowest directories, in place of what is in there.

    Raises:
        Cancelled: the farm's token was cancelled.
    """
    root = Directory(farm.target.root)
    top: str | None = "" if farm.options.layout == "mirror" else None
    if not farm.options.stow and f"{root.root}/".startswith(f"{farm.stow_dir}/"):
        name = manage[0].name if manage else unmanage[0][1].name
        yield Conflict("target_in_package_directory", root, "", name, farm.stow_dir)
        return
    farm.steps = {(package.stow_dir, package.name): step for step, package in reversed(unmanage)}
    unlinked = [Cursor(package, top, step=step) for step, package in unmanage]
    linked = [Cursor(package, top) for package in manage]
    farm.only, farm.lowest = only, lowest
    stack = [_Walk(farm).visit(root, unlinked, linked, REAL)]
    try:
        while stack:
            for item in stack[-1]:
                if isinstance(item, GeneratorType):
                    stack.append(item)
                    break
                if only:
                    yield from _concerning(item, root.root, only)  # type: ignore[arg-type]  # not a visit
                else:
                    yield item  # type: ignore[misc]  # not a visit, as just seen
            else:
                stack.pop()
    finally:
        for visit in reversed(stack):
            visit.close()


def _sole(
    farm: Farm, place: Directory, unlinked: list[Cursor]
) -> tuple[str, Callable[[str], bool] | None]:
    """Return what the link texts of the one package to unmanage begin with.

    With the test for its ignored names.  With several, or where a reset is planned, what no
    text begins with: then each link is told by ``removal_step``.
    """
    if len(unlinked) != 1:
        return "\0", None
    return farm.prefix(unlinked[0], place), farm.ignored(unlinked[0], place)


def _concerning(
    found: Item | Run | Below, root: str, only: tuple[str, ...]
) -> Iterator[Item | Below]:
    """Pass on what is about the one path to plan, or about what is above or below it."""
    for item in found.operations() if isinstance(found, Run) else (found,):
        parts: list[str] = []
        # In another root it is a member that makes way for a file that is adopted.
        if isinstance(item, (Operation, Conflict)) and item.name and item.directory.root == root:
            parts = item.directory.join(item.name).split("/")
        if all(one == other for one, other in zip(parts, only, strict=False)):
            yield item


class _Emptying:
    """What becomes of a directory that we made, while its links are removed.

    Attributes:
        package: the one it was made for.
        left: how many names stay in it; ``None`` while that is not known.
        removed: whether its removal has been planned, before that of what is in it.
    """

    __slots__ = ("left", "package", "removed")

    def __init__(self, package: str) -> None:
        self.package = package
        self.left: int | None = None
        self.removed = False


class _Walk:
    """The visits of one walk; each is a generator of items and of visits further down."""

    __slots__ = ("farm",)

    def __init__(self, farm: Farm) -> None:
        self.farm = farm

    def enter(
        self, there: Directory, unlinked: list[Cursor], linked: list[Cursor], mode: str
    ) -> Visit | Below:
        """Return the visit of a directory further down, or a word that it is not made."""
        if there.depth > self.farm.lowest:
            return Below(there, (linked or unlinked)[0].source("").rstrip("/"))
        return self.visit(there, unlinked, linked, mode)

    def visit(
        self,
        place: Directory,
        unlinked: list[Cursor],
        linked: list[Cursor],
        mode: str,
        emptying: _Emptying | None = None,
    ) -> Visit:
        """Plan the directory ``place``."""
        farm = self.farm
        farm.poll()
        if mode != FRESH and (why := farm.protection(place)) is not None:
            yield Notice(place.absolute, why)
            return
        only = farm.only_name(place)
        listings: list[Iterable[Entry]] = []
        cursors: list[Cursor] = []
        for cursor in linked:
            try:
                listings.append(farm.members(cursor, place, only))
            except OSError as error:
                yield scan_error(cursor.source("").rstrip("/"), error)
            else:
                cursors.append(cursor)
        try:
            if mode == FRESH:
                yield from self._fresh(place, cursors, listings)
            elif emptying is not None:
                yield from self._emptied(place, unlinked, emptying)
            elif unlinked or mode == RESET:
                yield from self._changing(place, unlinked, cursors, listings, mode, only)
            else:
                yield from self._linking(place, cursors, listings)
        except OSError as error:
            yield scan_error(place.absolute, error)

    def _fresh(
        self, place: Directory, cursors: list[Cursor], listings: list[Iterable[Entry]]
    ) -> Visit:
        """Plan a directory that is new: nothing is there, so nothing is looked at."""
        if len(cursors) == 1 and isinstance(listings[0], Files):
            if listings[0]:
                yield self._links(place, cursors[0], listings[0].names)
            return
        entries = ((name, claims, None) for name, claims in claims_by_name(cursors, listings))
        yield from self._meet(place, entries)

    def _linking(
        self, place: Directory, cursors: list[Cursor], listings: list[Iterable[Entry]]
    ) -> Visit:
        """Plan a directory that exists, with nothing to unmanage in it."""
        farm = self.farm
        states = States(farm, place, listings)
        entries: Iterable[tuple[str, list[Claim], State]]
        try:
            if len(cursors) == 1 and not farm.options.report_kept and plain(listings[0]):
                cursor, listing = cursors[0], listings[0]
                others = states.others(listing, farm.prefix(cursor, place))
                farm.unchanged += len(listing) - len(others)
                entries = [(name, [(cursor, kind, raw)], now) for name, kind, raw, now in others]
            else:
                entries = (
                    (name, claims, states.of(name))
                    for name, claims in claims_by_name(cursors, listings)
                )
            for item in self._meet(place, entries):
                if not isinstance(item, (Operation, Run)):
                    states.release()  # a visit further down may need descriptors
                yield item
        finally:
            states.release()

    def _meet(self, place: Directory, entries: Iterable[tuple[str, list[Claim], State]]) -> Visit:
        """Plan names in turn; new files of one package in a row are one run.

        Args:
            entries: each name, who wants it, and what is there.
        """
        names: list[str] = []
        owner: Cursor | None = None
        for name, claims, now in entries:
            cursor, kind, raw = claims[0]
            new = now is None and kind == FILE and len(claims) == 1
            if owner is not None and not (
                new and cursor is owner and raw == name and len(names) < LONGEST
            ):
                yield self._links(place, owner, names)
                names, owner = [], None
            if new and raw == name:
                owner = cursor
                names.append(name)
            elif new:
                text = self.farm.prefix(cursor, place) + raw
                yield Operation("create_link", place, name, cursor.package.name, text)
            else:
                yield from self._settle(place, name, now, now, claims)
        if owner is not None:
            yield self._links(place, owner, names)

    def _links(self, place: Directory, cursor: Cursor, names: list[str]) -> Run:
        """Return new links to members of one package."""
        stem = self.farm.prefix(cursor, place)
        return Run("create_link", place, names, cursor.package.name, stem)

    def _changing(
        self,
        place: Directory,
        unlinked: list[Cursor],
        cursors: list[Cursor],
        listings: list[Iterable[Entry]],
        mode: str,
        only: str | None,
    ) -> Generator[Planned, None, int]:
        """Plan a directory where links may go: everything in it is looked at.

        Returns:
            How many names stay in it.
        """
        farm = self.farm
        left = 0
        there = farm.target_entries(place)
        states = States(farm, place, [])
        stem, hidden = _sole(farm, place, unlinked)
        gone: list[str] = []
        try:
            if (
                len(cursors) == 1
                and isinstance(there, (list, Files))
                and plain(listings[0])
                and not farm.options.report_kept
            ):
                kept = states.linked(there, listings[0], farm.prefix(cursors[0], place))
                there = [entry for entry in there if entry[0] not in kept]
                listings = [[entry for entry in listings[0] if entry[0] not in kept]]
                farm.unchanged += len(kept)  # to be removed, only to be made again
                left += len(kept)
            entries = merge(there, cursors, listings)
            for count, (name, kind, claims) in enumerate(entries, 1):
                if only is not None and name != only:
                    continue
                if not count & _POLLED:
                    farm.poll()
                now: State = kind or None
                if kind == LINK:
                    now = states.of(name)
                    if (
                        now == stem + name
                        and not claims
                        and not name.startswith(DOT_PREFIX)  # that shows as another
                        and not (hidden and hidden(name))
                    ):
                        gone.append(name)
                        if len(gone) == LONGEST:
                            yield Run("remove_link", place, gone, unlinked[0].package.name, stem)
                            gone = []
                        continue
                if gone:
                    yield Run("remove_link", place, gone, unlinked[0].package.name, stem)
                    gone = []
                if mode == RESET or now is None:
                    left += yield from self._settle(place, name, now, None, claims, mode=mode)
                    continue
                start: State = now
                inner: list[Cursor] = []
                if isinstance(now, str):
                    removal = removal_step(farm, place, name, now, unlinked)
                    if removal is not None:
                        if not claims:
                            yield Operation("remove_link", place, name, removal[1], None, now)
                            continue
                        start = None
                elif now == DIR:
                    states.release()  # a visit further down may need descriptors
                    inner = farm.subdirectories(unlinked, place, name)
                    start = self._after_refolding(place, name, unlinked, inner, claims)
                left += yield from self._settle(place, name, now, start, claims, inner)
            if gone:
                yield Run("remove_link", place, gone, unlinked[0].package.name, stem)
        finally:
            states.release()
        return left

    def _emptied(self, place: Directory, unlinked: list[Cursor], emptying: _Emptying) -> Visit:
        """Plan a directory that we made, and that goes too if nothing stays in it.

        Where it holds links only, it is moved aside first and emptied there, which takes
        half the work; with directories in it, it goes after them.
        """
        held: list[Operation | Run] | None = []
        count = 0
        changing = self._changing(place, unlinked, [], [], REAL, None)
        try:
            while True:
                item = next(changing)
                if held is not None:
                    count += item.size if isinstance(item, Run) else 1
                    if isinstance(item, (Operation, Run)) and count <= _HELD:
                        held.append(item)
                        continue
                    yield from held
                    held = None
                yield item
        except StopIteration as stop:
            emptying.left = stop.value
        if held and emptying.left == 0 and all(item.kind == "remove_link" for item in held):
            emptying.removed = True
            yield self._remove_made(place, emptying)
        yield from held or ()

    def _remove_made(self, place: Directory, emptying: _Emptying) -> Operation:
        assert place.parent is not None  # noqa: S101 - we never make the target itself
        mode = f"{self.farm.target.mode(place.path):o}"
        return Operation("remove_dir", place.parent, place.name, emptying.package, None, mode)

    def _after_refolding(
        self,
        place: Directory,
        name: str,
        unlinked: list[Cursor],
        inner: list[Cursor],
        claims: list[Claim],
    ) -> State:
        """Return what a directory is once its packages are unmanaged: maybe a link again."""
        farm = self.farm
        there = place.child(name)
        if claims and not farm.options.stow:
            if any(kind == DIR for _, kind, _ in claims):
                return DIR  # it would only be opened again
            return None if empties(farm, there, inner) else DIR
        if farm.protection(there) is not None:
            return DIR
        if farm.only_of(there, inner):
            return DIR  # nothing stays that a link could stand for
        found = refold(farm, there, inner)
        if found is None:
            return DIR
        step, text = found
        gone = removal_step(farm, place, name, text, unlinked, after=step)
        return text if gone is None else None

    def _settle(
        self,
        place: Directory,
        name: str,
        now: State,
        start: State,
        claims: list[Claim],
        unlinked: list[Cursor] | None = None,
        mode: str = REAL,
    ) -> Generator[Planned, None, bool]:
        """Decide one name and emit what leads from ``now`` to it.

        Returns:
            Whether anything stays there.
        """
        try:
            return (
                yield from self._decide(place, name, now, start, claims, unlinked or [], mode)
            )
        except OSError as error:
            yield scan_error(place.at(name), error)  # it vanished; the others are still there
            return True

    def _decide(
        self,
        place: Directory,
        name: str,
        now: State,
        start: State,
        claims: list[Claim],
        unlinked: list[Cursor],
        mode: str,
    ) -> Generator[Planned, None, bool]:
        decision = decide(self.farm, place, name, start, claims)
        yield from decision.reports
        final = decision.state
        if decision.adopt is not None:
            yield from adopt_file(self.farm, place, name, decision.adopt)
            now = None
        elif decision.set_aside:
            yield move_aside(self.farm, place, name, decision.moved_for)
            now = None
        if isinstance(final, int) and final == DIR:
            if now == DIR and start == DIR and mode == REAL and unlinked and not decision.inner:
                return (yield from self._unlink_inside(place.child(name), unlinked))
            yield from self._open(place, name, now, start, decision, unlinked, mode)
        elif now == final:
            if decision.claim is not None:
                self.farm.unchanged += 1
                if self.farm.options.report_kept:
                    package = decision.claim[0].package.name
                    yield Operation("keep_link", place, name, package, now, now)  # type: ignore[arg-type]
        elif isinstance(final, str):
            if decision.claim is not None:
                package = decision.claim[0].package.name
            else:
                owner = self.farm.owner(place, final)
                package = owner.package if owner else ""
            yield from put_link(self.farm, place, name, now, final, package)
        else:
            yield from remove(self.farm, place, name, now)
        return final is not None

    def _unlink_inside(
        self, there: Directory, unlinked: list[Cursor]
    ) -> Generator[Planned, None, bool]:
        """Go into a directory where links go and none come; it may go itself.

        Returns:
            Whether it stays.
        """
        farm = self.farm
        package = farm.made_by(there)
        if package is None:
            yield self.enter(there, unlinked, [], REAL)
            return True
        # Whether it goes depends on everything in it, also where one path is asked for.
        if farm.lowest < inf:
            gone = empties(farm, there, unlinked)
            if gone:
                yield self._remove_made(there, _Emptying(package))
            yield self.enter(there, unlinked, [], REAL)
            return not gone
        farm.only = farm.only[: there.depth]
        emptying = _Emptying(package)
        yield self.visit(there, unlinked, [], REAL, emptying)
        if emptying.left == 0 and not emptying.removed:
            yield self._remove_made(there, emptying)
        return emptying.left != 0

    def _open(
        self,
        place: Directory,
        name: str,
        now: State,
        start: State,
        decision: Decision,
        unlinked: list[Cursor],
        mode: str,
    ) -> Visit:
        """Emit what makes a real directory of ``now``, and go inside."""
        there, inner = place.child(name), decision.inner
        if now == DIR:
            if start == DIR and mode == REAL:
                if inner or unlinked:
                    yield self.enter(there, unlinked, inner, REAL)
            else:
                yield self.enter(there, [], inner, RESET)
            return
        package = inner[0].package.name if inner else ""
        if isinstance(now, str):
            yield Operation("unfold", place, name, package, None, now)
        elif self.farm.options.stow or any(
            occupied(self.farm, cursor, there) for cursor in inner
        ):
            yield Operation("make_dir", place, name, package)
        else:
            return
        yield self.enter(there, [], inner, FRESH)
