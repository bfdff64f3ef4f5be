"""What becomes of a directory while packages are unmanaged: a link again, or nothing.

GNU Stow manual, "Tree refolding".  Nothing here changes anything: these are looks ahead.
"""

from __future__ import annotations

from dotstream.fs.listing import DIR, LINK, any_entry
from dotstream.fs.look import close
from dotstream.light_typing import TYPE_CHECKING, NamedTuple
from dotstream.planner.folding import stays_open
from dotstream.planner.states import Link, Real
from dotstream.planner.visits import Witnesses, seen, within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dotstream.model.directory import Directory
    from dotstream.planner.cursor import Cursor
    from dotstream.planner.farm import Farm
    from dotstream.planner.states import State
    from dotstream.planner.unlinking import Unlinking
    from dotstream.planner.visits import Look


class Fold(NamedTuple):
    """The step of the run at which a directory folds, and the text of the link it becomes."""

    step: int
    text: str


class Refolding:
    """Looks ahead into the target, as a walk comes by directories that it unlinks in."""

    def __init__(self, farm: Farm, unlinking: Unlinking) -> None:
        self._farm = farm
        self._unlinking = unlinking
        self._staying = Witnesses()  # what keeps directories from being folded
        self._keeping = Witnesses()  # what keeps directories that we made
        self._emptied: str | None = None
        self._why = ""  # where the last look came upon what it told

    def left(
        self,
        there: Directory,
        inner: Sequence[Cursor],
        linked: Sequence[int],
        unlinked: Sequence[Cursor],
    ) -> State:
        """Return what a directory is once its packages are unmanaged: maybe a link again.

        Args:
            inner: those packages, in it.
            linked: the kinds of the members that are to be linked there.
            unlinked: the packages to unlink in the directory that it is in.
        """
        farm, above = self._farm, there.parent
        if linked and not farm.options.stow:
            if DIR in linked:
                return Real.DIRECTORY  # it would only be opened again
            return None if self.empties(there, inner) else Real.DIRECTORY
        if farm.target.protection(there) is not None or above is None:
            return Real.DIRECTORY
        if farm.target.only_of(there, inner):
            return Real.DIRECTORY  # nothing stays that a link could stand for
        found = self._refold(there, inner)
        if found is None:
            return Real.DIRECTORY
        gone = self._unlinking.removal(above, there.name, found.text, unlinked, after=found.step)
        return Link(found.text) if gone is None else None

    def empties(self, place: Directory, cursors: Sequence[Cursor]) -> bool:
        """Tell whether ``place`` was made by us and nothing stays in it."""
        if self._emptied is not None and within(place.path, self._emptied):
            return True
        if self._keeping.known(place.path):
            return False
        try:
            gone = seen(self._emptying(place, cursors))
        except OSError:
            gone = False  # opening it reports why it cannot be read
        if gone:
            self._emptied = place.path
        else:
            self._keeping.note(place.path, self._why)
        return gone

    def _emptying(self, place: Directory, cursors: Sequence[Cursor]) -> Look[bool]:
        farm, target = self._farm, self._farm.target
        farm.poll()
        self._why = place.path
        if not cursors or target.made_by(place) is None or target.protection(place) is not None:
            return False
        for name, kind, _ in target.entries(place):
            if kind == DIR:
                inner = farm.subdirectories(cursors, place, name)
                if not (yield self._emptying(place.child(name), inner)):
                    return False
                self._why = place.path
            elif kind != LINK or not self._unlinking.removal(
                place, name, target.link_text(place.join(name)), cursors
            ):
                return False
        return True

    def _refold(self, place: Directory, cursors: Sequence[Cursor]) -> Fold | None:
        """Tell whether ``place`` becomes foldable while ``cursors`` are unmanaged."""
        if self._staying.known(place.path):
            return None
        try:
            found = seen(self._fold(place, cursors))
        except OSError:
            found = None  # opening it reports why it cannot be read
        if found is None:
            self._staying.note(place.path, self._why)
        return found

    def _fold(self, place: Directory, cursors: Sequence[Cursor]) -> Look[Fold | None]:
        farm, target = self._farm, self._farm.target
        self._why = place.path
        if not cursors or any(
            cursor.package.folding == "never" or stays_open(cursor, place.path)
            for cursor in cursors
        ):
            return None
        farm.poll()
        folds = _Folds(sorted({cursor.step for cursor in cursors}))
        for name, kind, _ in target.entries(place):
            since = -1
            if kind == LINK:
                text = target.link_text(place.join(name))
            elif kind == DIR:
                there = place.child(name)
                inner = farm.subdirectories(cursors, place, name)
                if target.protection(there):
                    return None
                found = yield self._fold(there, inner)
                if found is None:
                    return None
                self._why = place.path
                since, text = found
                folds.removed = True
            else:
                return None
            removal = self._unlinking.removal(place, name, text, cursors, after=since)
            gone = None if removal is None else removal.step
            showing = None
            if gone != folds.first:
                showing = self._fold_showing(place, name, text)
            folds.take(showing, since=since, gone=gone)
            if not folds.open:
                return None
        if not folds.removed and not farm.options.stow:
            return None
        for step, shown in sorted(folds.open.items()):
            if shown is not None and self._shows_the_same(place, shown, step):
                return Fold(step, shown.text)
        return None

    def _fold_showing(self, place: Directory, name: str, text: str) -> str | None:
        """Return the text of the fold that would show this link's name, or ``None``."""
        farm = self._farm
        parent, _, base = text.rpartition("/")
        if base != name or not parent or place.parent is None:
            return None
        owner = farm.target.owner(place, text)
        if owner is None or not owner.path or not farm.target.leads_somewhere(place, text):
            return None
        if "/" not in owner.path and not farm.packages.is_named(owner):
            return None  # the link would lead to the package itself
        if text.startswith("/"):
            return parent
        return parent[3:] if parent.startswith("../") else None

    def _shows_the_same(self, place: Directory, shown: _Shown, step: int) -> bool:
        """Whether a fold would hide, rename or expose no name."""
        farm = self._farm
        assert place.parent is not None  # noqa: S101 - no fold shows what is in the root
        owner = farm.target.owner(place.parent, shown.text)
        if owner is None or self._unlinking.done_with(owner, step):
            return False
        cursor = farm.packages.behind(owner)
        if cursor.package.folding == "never":
            return False
        visible = 0

        def differs(raw: str, _kind: int) -> bool:
            nonlocal visible
            visible += 1
            return (
                farm.packages.hides(cursor, place, raw)
                or farm.naming.in_target(cursor.package, raw) != raw
            )

        try:
            fd = farm.packages.tree(cursor.package).open(owner.path)
        except OSError:
            return False
        try:
            if any_entry(fd, differs):
                return False
        finally:
            close(fd)
        return farm.options.stow or visible == shown.names


class _Shown(NamedTuple):
    """A fold that would show all of the names so far, and how many they are."""

    text: str
    names: int


class _Folds:
    """For each step, the one fold that would show all that is left in a directory then.

    Attributes:
        open: the steps at which there still can be one; ``None`` while nothing is left.
        first: the first step.
        removed: whether anything in the directory goes.
    """

    __slots__ = ("first", "open", "removed")

    def __init__(self, steps: list[int]) -> None:
        self.first = steps[0]
        self.open: dict[int, _Shown | None] = dict.fromkeys(steps)
        self.removed = False

    def take(self, text: str | None, *, since: int, gone: int | None) -> None:
        """Take a name in.

        Args:
            text: of the fold that would show it, if one would.
            since: the step up to which it is a directory.
            gone: the step at which it goes, if it does.
        """
        self.removed = self.removed or gone is not None
        for step, shown in list(self.open.items()):
            if step >= since and gone is not None and gone <= step:
                continue
            if step < since or text is None or (shown is not None and shown.text != text):
                del self.open[step]
            else:
                self.open[step] = _Shown(text, shown.names + 1 if shown else 1)
