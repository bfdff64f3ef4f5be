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

import heapq
from itertools import groupby
from operator import itemgetter
from types import GeneratorType
from typing import TYPE_CHECKING, TypeAlias

from dotstream.fs.listing import DIR, FILE, LINK, bounded_listing, sort_key
from dotstream.fs.look import close, link_text
from dotstream.model.directory import Directory
from dotstream.model.items import Conflict, Item, Notice, Operation
from dotstream.planner.decide import Claim, Decision, State, decide
from dotstream.planner.farm import Cursor, Farm, scan_error
from dotstream.planner.folding import occupied, refold
from dotstream.planner.unlinking import removal_step

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence

    from dotstream.fs.listing import Entry
    from dotstream.model.options import Package

__all__ = ["walk"]

REAL, RESET, FRESH = "real", "reset", "fresh"
"""Modes of a target directory: as on the disk; folded away and opened again, so that its
entries count as gone; new, so that there is nothing to look at."""

_PROBED = 32  # up to so many names are looked up one by one instead of by a listing
_POLLED = 511  # how often a long directory asks whether to stop (a mask)

Visit: TypeAlias = "Generator[Item | Visit]"


def walk(
    farm: Farm,
    *,
    manage: Sequence[Package],
    unmanage: Sequence[tuple[int, Package]],
    only: tuple[str, ...] = (),
) -> Iterator[Item]:
    """Plan everything, lazily.

    Args:
        manage: packages to link, in order.
        unmanage: packages to unlink before that, each with its step.
        only: the components of the one target path to plan, instead of all of them.

    Yields:
        Operations, conflicts, scan errors and notices, in the order of the walk.

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
    stack = [_Walk(farm, only).visit(root, unlinked, linked, REAL)]
    try:
        while stack:
            for item in stack[-1]:
                if isinstance(item, GeneratorType):
                    stack.append(item)
                    break
                yield item
            else:
                stack.pop()
    finally:
        for visit in reversed(stack):
            visit.close()


class _Walk:
    """The visits of one walk; each is a generator of items and of visits further down."""

    __slots__ = ("_only", "farm")

    def __init__(self, farm: Farm, only: tuple[str, ...]) -> None:
        self.farm = farm
        self._only = only

    def visit(
        self, place: Directory, unlinked: list[Cursor], linked: list[Cursor], mode: str
    ) -> Visit:
        """Plan the directory ``place``."""
        farm = self.farm
        farm.poll()
        if mode != FRESH and (why := farm.protection(place)) is not None:
            yield Notice(place.absolute, why)
            return
        only = self._only[place.depth] if place.depth < len(self._only) else None
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
        if len(cursors) == 1 and not self.farm.options.stow and _plain(listings[0]):
            cursor = cursors[0]
            prefix, package = self.farm.prefix(cursor, place), cursor.package.name
            for name, kind, raw in listings[0]:
                if kind == FILE or kind == LINK:  # noqa: PLR1714 - the hottest line there is
                    yield Operation("create_link", place, name, package, prefix + name)
                else:
                    yield from self._settle(place, name, None, None, [(cursor, kind, raw)])
            return
        for name, claims in _claims(cursors, listings):
            yield from self._settle(place, name, None, None, claims)

    def _linking(
        self, place: Directory, cursors: list[Cursor], listings: list[Iterable[Entry]]
    ) -> Visit:
        """Plan a directory that exists, with nothing to unmanage in it."""
        farm = self.farm
        states = _States(farm, place, listings)
        try:
            if len(cursors) == 1 and not farm.options.report_kept and _plain(listings[0]):
                cursor = cursors[0]
                prefix, package = farm.prefix(cursor, place), cursor.package.name
                strict = farm.options.stow
                count = 0
                for name, kind, raw in listings[0]:
                    count += 1
                    if not count & _POLLED:
                        farm.poll()
                    now = states.of(name)
                    if now == prefix + name and not strict:
                        farm.unchanged += 1
                    elif now is None and kind == FILE:
                        yield Operation("create_link", place, name, package, prefix + name)
                    else:
                        for item in self._settle(place, name, now, now, [(cursor, kind, raw)]):
                            if not isinstance(item, Operation):
                                states.release()  # a visit further down may need descriptors
                            yield item
                return
            for name, claims in _claims(cursors, listings):
                now = states.of(name)
                for item in self._settle(place, name, now, now, claims):
                    if not isinstance(item, Operation):
                        states.release()
                    yield item
        finally:
            states.release()

    def _changing(
        self,
        place: Directory,
        unlinked: list[Cursor],
        cursors: list[Cursor],
        listings: list[Iterable[Entry]],
        mode: str,
        only: str | None,
    ) -> Visit:
        """Plan a directory where links may go: everything in it is looked at."""
        farm = self.farm
        count = 0
        for name, kind, claims in _merge(farm.target_entries(place), cursors, listings):
            if only is not None and name != only:
                continue
            count += 1
            if not count & _POLLED:
                farm.poll()
            now: State = kind or None
            if kind == LINK:
                now = farm.target.link_text(place.join(name))
            if mode == RESET or now is None:
                yield from self._settle(place, name, now, None, claims, mode=mode)
                continue
            start: State = now
            inner: list[Cursor] = []
            if isinstance(now, str):
                if removal_step(farm, place, name, now, unlinked) is not None:
                    start = None
            elif now == DIR:
                inner = farm.subdirectories(unlinked, place, name)
                start = self._after_refolding(place, name, unlinked, inner, claims)
            yield from self._settle(place, name, now, start, claims, inner)

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
        if any(kind == DIR for _, kind, _ in claims) and not farm.options.stow:
            return DIR  # it would only be opened again
        if farm.protection(there) is not None:
            return DIR
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
    ) -> Visit:
        """Decide one name and emit what leads from ``now`` to it."""
        decision = decide(self.farm, place, name, start, claims)
        yield from decision.reports
        final = decision.state
        if decision.adopt is not None:
            yield from self._adopt(place, name, decision.adopt)
            now = None
        elif decision.set_aside:
            before = self.farm.target.fingerprint(place.join(name))
            package = claims[0][0].package.name
            yield Operation("move_file", place, name, package, None, before)
            now = None
        if isinstance(final, int) and final == DIR:
            yield from self._open(place, name, now, start, decision, unlinked or [], mode)
        elif now == final:
            if decision.claim is not None:
                self.farm.unchanged += 1
                if self.farm.options.report_kept:
                    package = decision.claim[0].package.name
                    yield Operation("keep_link", place, name, package, now, now)  # type: ignore[arg-type]
        elif isinstance(final, str):
            yield from self._link(place, name, now, final, self._owner(place, decision, final))
        elif isinstance(now, str):
            owner = self.farm.owner(place, now)
            yield Operation(
                "remove_link", place, name, owner.package if owner else "", None, now
            )
        elif now == DIR:
            yield self._clear(place.child(name))
            yield self._remove_dir(place, name)

    def _remove_dir(self, place: Directory, name: str) -> Operation:
        mode = f"{self.farm.target.mode(place.join(name)):o}"
        return Operation("remove_dir", place, name, "", None, mode)

    def _owner(self, place: Directory, decision: Decision, text: str) -> str:
        """Return the package that a final link belongs to."""
        if decision.claim is not None:
            return decision.claim[0].package.name
        owner = self.farm.owner(place, text)
        return owner.package if owner else ""

    def _link(self, place: Directory, name: str, now: State, text: str, package: str) -> Visit:
        """Emit what puts a link in the place of ``now``."""
        if now is None:
            yield Operation("create_link", place, name, package, text)
        elif isinstance(now, str):
            yield Operation("replace_link", place, name, package, text, now)
        else:
            mode = f"{self.farm.target.mode(place.join(name)):o}"
            yield Operation("refold", place, name, package, text, mode)
            yield self._clear(place.child(name))

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
                    yield self.visit(there, unlinked, inner, REAL)
            else:
                yield self.visit(there, [], inner, RESET)
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
        yield self.visit(there, [], inner, FRESH)

    def _adopt(self, place: Directory, name: str, claim: Claim) -> Visit:
        """Emit what takes the target's file into the package, in place of the member there."""
        cursor, _, raw = claim
        package = cursor.package
        inside = cursor.inside(raw)
        parent, _, base = inside.rpartition("/")
        there = Directory(package.path).descend(parent)
        before = self.farm.tree(package).fingerprint(inside)
        yield Operation("move_file", there, base, package.name, None, before)
        before = self.farm.target.fingerprint(place.join(name))
        yield Operation("move_file", place, name, package.name, cursor.source(raw), before)

    def _clear(self, place: Directory) -> Visit:
        """Empty a directory that holds only links of ours and directories of such."""
        farm = self.farm
        farm.poll()
        for name, kind, _ in farm.target_entries(place):
            if kind == DIR:
                yield self._clear(place.child(name))
                yield self._remove_dir(place, name)
            else:
                text = farm.target.link_text(place.join(name))
                owner = farm.owner(place, text)
                yield Operation(
                    "remove_link", place, name, owner.package if owner else "", None, text
                )


def _plain(listing: Iterable[Entry]) -> bool:
    """Whether every name is its raw name, so that no two members share one."""
    return isinstance(listing, list) and all(name is raw for name, _, raw in listing)


def _claims(
    cursors: list[Cursor], listings: list[Iterable[Entry]]
) -> Iterator[tuple[str, list[Claim]]]:
    """Merge the packages' listings by name; claims come in package order."""
    for name, _, claims in _merge((), cursors, listings):
        yield name, claims


def _merge(
    disk: Iterable[Entry], cursors: list[Cursor], listings: list[Iterable[Entry]]
) -> Iterator[tuple[str, int, list[Claim]]]:
    """Merge what is there with what packages want: (name, kind there or 0, claims)."""

    def tagged(index: int, listing: Iterable[Entry]) -> Iterator[tuple[str, int, str, int]]:
        for name, kind, raw in listing:
            yield name, kind, raw, index

    streams = [tagged(-1, disk)] if disk else []
    streams += [tagged(index, listing) for index, listing in enumerate(listings)]
    merged: Iterable[tuple[str, int, str, int]] = (
        streams[0]
        if len(streams) == 1
        else heapq.merge(*streams, key=lambda entry: sort_key(entry[0]))
    )
    for name, group in groupby(merged, itemgetter(0)):
        there = 0
        claims: list[Claim] = []
        for _, kind, raw, index in group:
            if index < 0:
                there = kind
            else:
                claims.append((cursors[index], kind, raw))
        yield name, there, claims


class _States:
    """What is at the names of an existing target directory.

    Few names are looked up one by one; many, by a listing first, unless the directory
    has far more names than are wanted.
    """

    __slots__ = ("_farm", "_fd", "_known", "_place")

    def __init__(self, farm: Farm, place: Directory, listings: list[Iterable[Entry]]) -> None:
        self._farm, self._place = farm, place
        self._fd = farm.target.open_real(place.path)
        self._known: dict[str, int] | None = None
        wanted = sum(len(listing) for listing in listings if isinstance(listing, list))
        if wanted > _PROBED:
            self._known = bounded_listing(self._fd, 2 * wanted + 1000)

    def of(self, name: str) -> State:
        """Return the state of ``name``.

        Raises:
            OSError: it cannot be looked at.
        """
        if self._known is not None:
            kind = self._known.get(name)
            if kind != LINK:
                return kind
        if self._fd < 0:
            self._fd = self._farm.target.open_real(self._place.path)
        return link_text(self._fd, name)

    def release(self) -> None:
        """Give the descriptor back; the next look opens it again."""
        if self._fd >= 0:
            close(self._fd)
            self._fd = -1
