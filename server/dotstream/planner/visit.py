"""One directory of the walk: its names, merged and planned in turn."""

from __future__ import annotations

from dotstream.fs.listing import DIR, FILE, LINK, Files, Names
from dotstream.fs.oserror import GONE
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.items import Notice, Operation
from dotstream.model.run import LONGEST, Run
from dotstream.planner.conflicts import left_alone
from dotstream.planner.decision import UNFOLDED, Name
from dotstream.planner.farm import scan_error
from dotstream.planner.merging import as_wanted, claims_by_name, merge, one_spelling, plain
from dotstream.planner.naming import DOT_PREFIX
from dotstream.planner.scope import EVERYTHING, Below
from dotstream.planner.states import Link, Mode, Real, States, state_of
from dotstream.planner.transition import make, transition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dotstream.fs.listing import Entry
    from dotstream.model.directory import Directory
    from dotstream.model.options import Package
    from dotstream.model.rule import Hidden
    from dotstream.planner.cursor import Cursor
    from dotstream.planner.decision import Claim
    from dotstream.planner.scope import Scope
    from dotstream.planner.states import Seen, State
    from dotstream.planner.visits import Visit
    from dotstream.planner.walk import Walk

_POLLED = 511  # how often a long directory asks whether to stop (a mask)


def _without(cursors: Sequence[Cursor], package: Package) -> list[Cursor]:
    return [cursor for cursor in cursors if cursor.package.path != package.path]


_THERE = "a directory is there already, so the names in it are linked"


def _goes(name: str, hidden: Hidden | None) -> bool:
    """Whether a name is neither left out nor shows as another."""
    return not (name.startswith(DOT_PREFIX) or (hidden and hidden(name)))


def _all_go(names: list[str], hidden: Hidden | None) -> list[str]:
    """Return all of the names, or none if one may not go, at a glance."""
    shown = hidden is None or hidden.none_of(names)
    return names if shown and not any(name.startswith(DOT_PREFIX) for name in names) else []


class DirectoryVisit:
    """The visit of one directory of the target.

    Attributes:
        place: the directory.
        unlinked, linked: the packages that have it, to unlink and to link.
        scope: which of its names are planned.
    """

    __slots__ = ("_states", "linked", "mode", "place", "scope", "unlinked", "walk")

    def __init__(
        self,
        walk: Walk,
        scope: Scope,
        place: Directory,
        unlinked: Sequence[Cursor],
        linked: Sequence[Cursor],
        *,
        mode: Mode = Mode.REAL,
    ) -> None:
        self.walk: Walk = walk
        self.scope: Scope = scope
        self.place: Directory = place
        self.unlinked: Sequence[Cursor] = unlinked
        self.linked: Sequence[Cursor] = linked
        self.mode: Mode = mode
        self._states: States | None = None

    def enter(
        self,
        there: Directory,
        unlinked: Sequence[Cursor],
        linked: Sequence[Cursor],
        mode: Mode,
    ) -> Visit[int | None] | Run | Below:
        """Return the visit of a directory further down, or a word that it is not made.

        Where all that it would come upon is known, that is returned instead.
        """
        if mode is Mode.FRESH and len(linked) == 1 and (new := self._new(there, linked[0])):
            return new
        self.release()
        if self.scope.leaves_out(there):
            return Below(there, (linked or unlinked)[0].path)
        return DirectoryVisit(self.walk, self.scope, there, unlinked, linked, mode=mode).plan()

    @property
    def _at_a_glance(self) -> bool:
        """Whether a new directory that holds files only is planned without a visit."""
        farm = self.walk.farm
        return self.scope == EVERYTHING and not (farm.options.explain or farm.target.folds)

    def _new(self, there: Directory, cursor: Cursor) -> Run | None:
        """Return the links in a new directory that holds files only, as a glance has told."""
        farm = self.walk.farm
        names = farm.packages.glanced_files(cursor) if self._at_a_glance else None
        if names is None:
            return None
        farm.poll()
        stem = farm.naming.prefix(cursor, there)
        return Run("create_link", there, names, cursor.package.name, stem)

    def emptying(self, there: Directory, unlinked: Sequence[Cursor]) -> DirectoryVisit:
        """Return the visit of a directory further down, where links only go."""
        self.release()
        return DirectoryVisit(self.walk, self.scope, there, unlinked, ())

    def release(self) -> None:
        """Give the descriptor back: a visit further down may need it."""
        if self._states is not None:
            self._states.release()

    def plan(self) -> Visit[int | None]:
        """Plan the directory.

        Returns:
            Where links go, how many names stay; ``None`` where nothing is told of that.
        """
        farm, place = self.walk.farm, self.place
        farm.poll()
        if self.mode is not Mode.FRESH and (why := farm.target.protection(place)) is not None:
            yield left_alone(farm, place, self.linked, why)
            return None
        if farm.options.explain and self.linked and place.path and self.mode is Mode.REAL:
            yield Notice(place.absolute, _THERE)
        only = self.scope.name_in(place)
        listings: list[Iterable[Entry]] = []
        cursors: list[Cursor] = []
        for cursor in self.linked:
            try:
                if farm.options.explain:
                    from dotstream.planner.left_out import left_out  # for who reads all of it

                    yield from left_out(farm, cursor, place, only)
                listings.append(farm.packages.members(cursor, place, only))
            except OSError as error:
                yield scan_error(cursor.path, error)
                if error.errno not in GONE:  # what cannot be read is not nothing
                    self.unlinked = _without(self.unlinked, cursor.package)
                    self.walk.unlinking.keep(cursor.package.name, place)
            else:
                cursors.append(cursor)
        if farm.target.folds:
            listings = one_spelling(listings)
        try:
            if self.mode is Mode.FRESH:
                yield from self._fresh(cursors, listings)
            elif self.unlinked or self.mode is Mode.RESET:
                return (yield from self._changing(cursors, listings, only))
            else:
                yield from self._linking(cursors, listings)
        except OSError as error:
            yield scan_error(place.absolute, error)
        finally:
            self.release()
        return None

    # Where links come ------------------------------------------------------------------

    def _fresh(self, cursors: list[Cursor], listings: list[Iterable[Entry]]) -> Visit[None]:
        """Plan a directory that is new: nothing is there, so nothing is looked at."""
        if len(cursors) == 1 and isinstance(listings[0], Files):
            if listings[0]:
                yield self._links(cursors[0], listings[0].names)
            return
        yield from self._meet(
            (name, claims, None) for name, claims in claims_by_name(cursors, listings)
        )

    def _linking(self, cursors: list[Cursor], listings: list[Iterable[Entry]]) -> Visit[None]:
        """Plan a directory that exists, with nothing to unmanage in it."""
        farm = self.walk.farm
        states = self._states = States(farm.target, self.place, listings)
        entries: Iterable[tuple[str, list[Claim], Seen | OSError]]
        if len(cursors) == 1 and not farm.options.report_kept and plain(listings[0]):
            cursor, listing = cursors[0], listings[0]
            others = states.others(listing, farm.naming.prefix(cursor, self.place))
            farm.unchanged += len(listing) - len(others)
            entries = [(name, [(cursor, kind, raw)], now) for name, kind, raw, now in others]
        else:
            entries = (
                (name, claims, states.of(name))
                for name, claims in claims_by_name(cursors, listings)
            )
        yield from self._meet(entries)

    def _meet(self, entries: Iterable[tuple[str, list[Claim], Seen | OSError]]) -> Visit[None]:
        """Plan names in turn; new files of one package in a row are one run.

        Args:
            entries: each name, who wants it, and what is there.
        """
        names: list[str] = []
        owner: Cursor | None = None
        at_a_glance = self._at_a_glance and not self.walk.farm.options.stow
        for name, claims, now in entries:
            cursor, kind, raw = claims[0]
            new = now is None and kind == FILE and len(claims) == 1
            if owner is not None and not (
                new and cursor is owner and raw == name and len(names) < LONGEST
            ):
                yield self._links(owner, names)
                names, owner = [], None
            if new and raw == name:
                owner = cursor
                names.append(name)
            elif new:
                text = self.walk.farm.naming.prefix(cursor, self.place) + raw
                yield Operation("create_link", self.place, name, cursor.package.name, text)
            elif (
                now is None
                and kind == DIR
                and len(claims) == 1
                and cursor.package.folding == "never"
            ):
                filled = self._filled(name, cursor, raw) if at_a_glance else None
                yield from filled or self._make(name, cursor.child(raw))
            else:
                yield from self._settle(name, now, claims)
        if owner is not None:
            yield self._links(owner, names)

    def _links(self, cursor: Cursor, names: list[str]) -> Run:
        """Return new links to members of one package."""
        stem = self.walk.farm.naming.prefix(cursor, self.place)
        return Run("create_link", self.place, names, cursor.package.name, stem)

    def _filled(self, name: str, cursor: Cursor, raw: str) -> tuple[Operation, Run] | None:
        """Return a new directory that one package has, with its links, if those are all."""
        farm, place = self.walk.farm, self.place
        farm.poll()
        there, package = place.child(name), cursor.package.name
        try:
            found = farm.packages.glance_at_files(cursor, raw, there)
        except OSError:
            return None  # looking again says so
        if found is None:
            return None
        names, mode = found
        stem = farm.naming.prefix_inside(cursor, raw, place)
        made = farm.mode_like(name, mode)
        return (
            Operation("make_dir", place, name, package, made, None, UNFOLDED),
            Run("create_link", there, names, package, stem),
        )

    def _make(self, name: str, cursor: Cursor) -> Visit[None]:
        """Plan a new directory that one package has, and that is no link whatever it holds."""
        try:
            yield from make(self, self.place.child(name), [cursor], UNFOLDED)
        except OSError as error:
            yield scan_error(self.place.at(name), error)

    def _settle(self, name: str, seen: Seen | OSError, claims: list[Claim]) -> Visit[bool]:
        """Plan a name that nothing is unmanaged at; if it cannot be, the others still are."""
        try:
            now = state_of(seen)
            return (yield from transition(self, Name(self.place, name, now, now, claims)))
        except OSError as error:
            yield scan_error(self.place.at(name), error)
            return True

    # Where links go --------------------------------------------------------------------

    def _changing(
        self, cursors: list[Cursor], listings: list[Iterable[Entry]], only: str | None
    ) -> Visit[int]:
        """Plan a directory where links may go: everything in it is looked at.

        Returns:
            How many names stay in it.
        """
        farm, place = self.walk.farm, self.place
        there = farm.target.entries(place)
        states = self._states = States(farm.target, place, [])
        stem, hidden = self._sole()
        if farm.target.folds:
            there = as_wanted(there, listings)
        there, listings, left = self._without_kept(states, there, cursors, listings)
        if not listings and only is None and isinstance(there, (list, Names)):
            names = _all_go(states.leading(there, stem), hidden)
            yield from self._removed(names, stem)
            there = there[len(names) :]
        gone: list[str] = []
        for count, (name, kind, claims) in enumerate(merge(there, cursors, listings), 1):
            if only is not None and name != only:
                left += 1
                continue
            if not count & _POLLED:
                farm.poll()
            now: Seen | OSError = states.of(name) if kind == LINK else kind or None
            if now == stem + name and not claims and _goes(name, hidden):
                gone.append(name)
                if len(gone) < LONGEST:
                    continue
                now = None
            yield from self._removed(gone, stem)
            gone = []
            if now is not None or claims:
                left += yield from self._change(name, now, claims)
        yield from self._removed(gone, stem)
        return left

    def _removed(self, names: list[str], stem: str) -> Iterator[Run]:
        """Yield links of the one package to unmanage that go, as runs."""
        if names:
            package = self.unlinked[0].package.name
            yield from Run("remove_link", self.place, names, package, stem).cut(LONGEST)

    def _sole(self) -> tuple[str, Hidden | None]:
        """Return what the link texts of the one package to unmanage begin with.

        With the test for its ignored names.  With several, or where a reset is planned, what
        no text begins with: then each link is told by ``Unlinking.removal``.
        """
        if len(self.unlinked) != 1:
            return "\0", None
        farm, (cursor,) = self.walk.farm, self.unlinked
        return farm.naming.prefix(cursor, self.place), farm.packages.ignored(cursor, self.place)

    def _without_kept(
        self,
        states: States,
        there: Iterable[Entry],
        cursors: list[Cursor],
        listings: list[Iterable[Entry]],
    ) -> tuple[Iterable[Entry], list[Iterable[Entry]], int]:
        """Leave out links that would be removed, only to be made again, and count them."""
        farm = self.walk.farm
        if (
            len(cursors) != 1
            or not isinstance(there, (list, Names))
            or not plain(listings[0])
            or farm.options.report_kept
        ):
            return there, listings, 0
        kept = states.linked(there, listings[0], farm.naming.prefix(cursors[0], self.place))
        farm.unchanged += len(kept)
        if not kept:
            return there, listings, 0
        if len(kept) == len(there) == len(listings[0]):
            return [], [[]], len(kept)
        wanted = [entry for entry in listings[0] if entry[0] not in kept]
        return [entry for entry in there if entry[0] not in kept], [wanted], len(kept)

    def _change(self, name: str, seen: Seen | OSError, claims: list[Claim]) -> Visit[bool]:
        """Plan a name where a link may go; if it cannot be, the others still are.

        Returns:
            Whether anything stays there.
        """
        try:
            now = state_of(seen)
            inner: list[Cursor] = []
            if now is Real.DIRECTORY:
                self.release()
                inner = self.walk.farm.subdirectories(self.unlinked, self.place, name)
            start, removal = self._after_unmanaging(name, now, inner, claims)
            if removal is not None and not claims:
                yield removal
                return False
            stays = self.mode is Mode.REAL
            found = Name(self.place, name, now, start, claims, inner, stays)
            return (yield from transition(self, found))
        except OSError as error:
            yield scan_error(self.place.at(name), error)
            return True

    def _after_unmanaging(
        self, name: str, now: State, inner: list[Cursor], claims: list[Claim]
    ) -> tuple[State, Operation | None]:
        """Return what unmanaging leaves of what is there, and what removes a link."""
        if self.mode is Mode.RESET:
            return None, None
        if isinstance(now, Link):
            gone = self.walk.unlinking.removal(self.place, name, now.text, self.unlinked)
            if gone is not None:
                package, text = gone.package, now.text
                return None, Operation("remove_link", self.place, name, package, None, text)
        elif now is Real.DIRECTORY:
            there, linked = self.place.child(name), [kind for _, kind, _ in claims]
            if self.scope.has_part_of(there):
                return now, None
            return self.walk.refolding.left(there, inner, linked, self.unlinked), None
        return now, None
