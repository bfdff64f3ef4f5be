"""The packages' own directories, opened for reading, without what is ignored."""

from __future__ import annotations

from dotstream.fs.listing import DIR, LINK, Files, any_entry, sorted_entries
from dotstream.fs.look import Tree, close
from dotstream.light_typing import TYPE_CHECKING, NamedTuple, TypeAlias
from dotstream.model.rule import Hidden
from dotstream.planner.cursor import Cursor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dotstream.fs.listing import Entry, Listing
    from dotstream.model.directory import Directory
    from dotstream.model.options import Package
    from dotstream.model.rule import Rule
    from dotstream.planner.chosen import Chosen
    from dotstream.planner.naming import Naming
    from dotstream.planner.ownership import Owner

_OPEN = 32  # package directories held open at once
_NOTHING = (None, "", None, 0)  # nothing was glanced at

Test: TypeAlias = "Callable[[str, int], bool]"
"""Tells of a member, by raw name and kind."""

Tests: TypeAlias = "Callable[[Cursor, Directory, Hidden | None], Test]"
"""Returns the test for the members of one directory, given which are ignored there."""


class Met(NamedTuple):
    """A member that a look ahead came upon; ``raw`` is empty where a directory cannot be read."""

    cursor: Cursor
    place: Directory
    raw: str
    kind: int


class PackageTrees:
    """What packages have.

    Args:
        packages: the run's.
        lookup: ``lookup(stow_dir, name)`` returns a package that is not one of the run's,
            with its own ignore rules.
        chosen: the members to plan, by the path of their package; of others, all.
        poll: called once per directory; may raise to give up.
    """

    def __init__(
        self,
        naming: Naming,
        *,
        packages: Iterable[Package],
        lookup: Callable[[str, str], Package],
        chosen: Mapping[str, Chosen],
        poll: Callable[[], None],
    ) -> None:
        self._naming = naming
        self._lookup = lookup
        self._poll = poll
        self._trees: dict[str, Tree] = {}
        self._packages = {(package.directory, package.name): package for package in packages}
        self._chosen = chosen
        self._glanced: tuple[Package | None, str, Listing | None, int] = _NOTHING

    def close(self) -> None:
        """Close every directory that is still open."""
        for tree in self._trees.values():
            tree.close()
        self._trees.clear()

    def is_named(self, owner: Owner) -> bool:
        """Whether the package behind a link is shown by its own name."""
        return self.behind(owner).package.layout == "named"

    def top(self, package: Package, *, step: int = 0) -> Cursor:
        """Return the cursor on all of a package, as overlaid on the target itself."""
        top = None if package.layout == "named" else ""
        return Cursor(package, top, step=step, chosen=self._chosen.get(package.path))

    def tree(self, package: Package) -> Tree:
        """Return the package's directory, opened."""
        tree = self._trees.get(package.path)
        if tree is None:
            if len(self._trees) >= _OPEN:
                oldest = next(iter(self._trees))
                self._trees.pop(oldest).close()
            tree = self._trees[package.path] = Tree(package.path)
        return tree

    def behind(self, owner: Owner) -> Cursor:
        """Return the cursor on what a link leads to, which need not be of this run."""
        key = (owner.stow_dir, owner.package)
        package = self._packages.get(key)
        if package is None:
            package = self._packages[key] = self._lookup(*key)
        # In a directory that is itself the package, an owner's first name is none of a package.
        inside = owner.full[len(package.path) :].lstrip("/")
        chosen = self._chosen.get(package.path)
        for raw in inside.split("/") if chosen is not None else ():
            chosen = chosen.child(raw) if chosen is not None else None
        return Cursor(package, inside, old=True, chosen=chosen)

    def members(
        self, cursor: Cursor, place: Directory, only: str | None = None
    ) -> Iterable[Entry]:
        """List what a package has for ``place``: translated, without what is ignored, sorted.

        Raises:
            OSError: the package's directory cannot be read.
        """
        if cursor.sub is None:
            name = self._naming.in_target(cursor.package, cursor.package.name)
            wanted = only in (None, name) and not self.hides(cursor, place, cursor.package.name)
            return [(name, DIR, cursor.package.name)] if wanted else []
        (package, sub, listing, _), self._glanced = self._glanced, _NOTHING
        if (
            listing is not None
            and only is None
            and package is cursor.package
            and sub == cursor.sub
        ):
            return listing
        ignored = self.ignored(cursor, place)
        tree = self.tree(cursor.package)
        if only is not None:
            return [
                (only, kind, raw)
                for raw in self._naming.raws(cursor.package, only)
                if not (ignored and ignored(raw))
                and (kind := tree.kind(cursor.inside(raw))) is not None
            ]
        fd = tree.open(cursor.sub)
        try:
            rename = self._naming.rename(cursor.package)
            return sorted_entries(fd, hidden=ignored, rename=rename, poll=self._poll)
        finally:
            close(fd)

    def glance(self, cursor: Cursor, place: Directory) -> Listing | None:
        """List a directory that is about to be visited; ``None`` if it is a very wide one.

        Raises:
            OSError: it cannot be read.
        """
        package, sub = cursor.package, cursor.sub or ""
        if self._glanced[0] is not package or self._glanced[1] != sub:
            self._look(package, sub, self.ignored(cursor, place))
        return self._glanced[2]

    def glance_at_files(
        self, cursor: Cursor, raw: str, place: Directory
    ) -> tuple[list[str], int] | None:
        """Glance at the directory ``raw`` in a package's, to be linked in ``place``.

        Returns:
            The names of what it holds, if that is files and nothing else, and its permission
            bits.

        Raises:
            OSError: it cannot be read.
        """
        if cursor.sub is None or cursor.chosen is not None:
            return None
        package = cursor.package
        inside = place.path if package.layout != "named" else _inside(package, place)
        self._look(package, cursor.inside(raw), package.ignored(inside))
        _, _, listing, mode = self._glanced
        return (listing.names, mode) if isinstance(listing, Files) and listing.names else None

    def _look(self, package: Package, sub: str, ignored: Hidden | None) -> None:
        rename = self._naming.rename(package)
        self._glanced = (package, sub, *self.tree(package).glance(sub, ignored, rename))

    def glanced_files(self, cursor: Cursor) -> list[str] | None:
        """Return the names in a directory that was just glanced at, if it holds files only."""
        package, sub, listing, _ = self._glanced
        if (
            package is not cursor.package
            or sub != cursor.sub
            or not isinstance(listing, Files)
            or not listing.names
        ):
            return None
        self._glanced = _NOTHING
        return listing.names

    def mode(self, cursor: Cursor) -> int:
        """Return the permission bits of a package's directory.

        Raises:
            OSError: it is missing.
        """
        package, sub, _, mode = self._glanced
        if package is cursor.package and sub == cursor.sub:
            return mode
        return self.tree(cursor.package).mode(cursor.sub or "")

    def find_below(self, cursor: Cursor, place: Directory, tests: Tests) -> Met | None:
        """Return the first member, in the directory at ``cursor`` or below, that passes a test.

        In no order; with a stack of its own, so that no tree is too deep; at the memory of
        the way down.  A directory that cannot be read is met as well: opening it tells why.
        """
        package = cursor.package
        waiting: list[tuple[Cursor, Directory, str | None]] = [(cursor, place, None)]
        while waiting:
            here, there, name = waiting.pop()
            self._poll()
            if name is not None:
                here, there = here.child(name), there.child(self._naming.in_target(package, name))
            hidden = self.ignored(here, there)
            passes = tests(here, there, hidden)
            inner: list[str] = []
            met: list[tuple[str, int]] = []

            def found(
                raw: str,
                kind: int,
                passes: Test = passes,
                hidden: Hidden | None = hidden,
                inner: list[str] = inner,
                met: list[tuple[str, int]] = met,
            ) -> bool:
                if passes(raw, kind):
                    met.append((raw, kind))
                    return True
                if kind == DIR and not (hidden and hidden(raw)):
                    inner.append(raw)
                return False

            try:
                fd = self.tree(here.package).open(here.sub or "")
                try:
                    any_entry(fd, found)
                finally:
                    close(fd)
            except OSError:
                return Met(here, there, "", DIR)
            if met:
                return Met(here, there, *met[0])
            waiting += [(here, there, raw) for raw in inner]
        return None

    def ignored(self, cursor: Cursor, place: Directory) -> Hidden | None:
        """Return the test for ignored raw names in ``place``, or ``None`` if there are none."""
        if cursor.hidden is None:
            cursor.hidden = (self._hidden(cursor, place),)
        return cursor.hidden[0]

    def _hidden(self, cursor: Cursor, place: Directory) -> Hidden | None:
        package, chosen = cursor.package, cursor.chosen
        if cursor.sub is None:  # no rule names the package itself, but it may not be wanted
            shown = self._naming.in_target(package, package.name)
            wanted = package.where is None or package.where(shown)
            return None if wanted and (chosen is None or chosen.any) else Hidden(lambda _: True)
        if chosen is not None:
            return Hidden(lambda raw: not chosen.has(raw))
        return package.ignored(_inside(package, place))

    def rule(self, cursor: Cursor, place: Directory, raw: str) -> Rule | None:
        """Return the ignore rule that leaves a member out."""
        if cursor.sub is None or cursor.chosen is not None:
            return None
        return cursor.package.rule(_inside(cursor.package, place), raw)

    def hides(self, cursor: Cursor, place: Directory, raw: str) -> bool:
        """Whether an ignore rule leaves a member out."""
        ignored = self.ignored(cursor, place)
        return ignored is not None and ignored(raw)

    def is_unwanted(self, cursor: Cursor, place: Directory, raw: str) -> bool:
        """Whether a member is left out by whoever asks for the plan, and by no rule."""
        if not self.hides(cursor, place, raw):
            return False
        return cursor.package.rule(_inside(cursor.package, place), raw) is None

    def is_directory(self, cursor: Cursor, raw: str) -> bool:
        """Whether a package member is a directory, following links."""
        if cursor.sub is None:
            return True
        try:
            tree = self.tree(cursor.package)
        except OSError:
            return False  # a package that is gone has none
        return tree.is_directory(cursor.inside(raw))

    def enter(self, cursor: Cursor, kind: int, raw: str) -> Cursor:
        """Return the cursor on a package's directory.

        A package symlink to a directory is entered where the target has a real directory.
        """
        child = cursor.child(raw)
        if kind != LINK:
            return child
        here = self.tree(cursor.package).identity(cursor.inside(raw))
        child.looped = here in cursor.trail
        child.trail = (*cursor.trail, here)
        return child

    def subdirectories(
        self,
        cursors: Sequence[Cursor],
        place: Directory,
        name: str,
        *,
        lingers: Callable[[], bool],
    ) -> list[Cursor]:
        """Return cursors on the packages' directories that appear as ``name`` in ``place``.

        Args:
            lingers: whether to look for a package's links where it has no directory any more.
        """
        found: list[Cursor] = []
        for cursor in cursors:
            if cursor.sub is None:
                if name == self._naming.in_target(cursor.package, cursor.package.name):
                    found.append(cursor.child(name))
                continue
            candidates = self._naming.candidates(cursor.package, name)
            visible = [raw for raw in candidates if not self.hides(cursor, place, raw)]
            raws = [raw for raw in visible if self.is_directory(cursor, raw)]
            if not raws and lingers():
                raws = visible[:1]
            found.extend(map(cursor.child, raws))
        return found


def _inside(package: Package, place: Directory) -> str:
    """Return a directory of the target as a package's rules know it."""
    return place.path.partition("/")[2] if package.layout == "named" else place.path
