"""What a walk looks at: the target, the packages over it, and how their names map."""

from __future__ import annotations

import posixpath
from math import inf
from typing import TYPE_CHECKING

from dotstream.errors import Cancelled, UsageError
from dotstream.fs.listing import DIR, LINK, Entry, sorted_entries
from dotstream.fs.look import Tree, close, marker
from dotstream.fs.oserror import is_permission, reason
from dotstream.model.items import ScanError
from dotstream.planner.names import DOT_PREFIX, raw_candidates, to_target
from dotstream.planner.ownership import Owner, Ownership

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dotstream.model.cancel import CancellationToken
    from dotstream.model.directory import Directory
    from dotstream.model.entry import Entry as Record
    from dotstream.model.entry import Records
    from dotstream.model.hidden import Hidden
    from dotstream.model.items import Conflict
    from dotstream.model.options import Options, Package, Policy

__all__ = ["Cursor", "Farm", "scan_error"]


_OPEN = 32  # package directories held open at once


class Cursor:
    """A package directory overlaid on the target directory being walked.

    Attributes:
        sub: its path in the package; ``None`` stands above the package's root, where
            ``layout = "named"`` has one entry, the package itself.
        step: for packages being unmanaged, the step of the run that does it.
        old: opened because another package's fold was in the way.
        trail: identities of the directories entered by package symlinks to get here.
        looped: whether the last of them had been entered before.
        prefix: what comes before the raw name in a link text; set by ``Farm.prefix``.
        hidden: the test for ignored names, and whether it is known; set by
            ``Farm.ignored``.
    """

    __slots__ = ("hidden", "looped", "old", "package", "prefix", "step", "sub", "trail")

    def __init__(
        self,
        package: Package,
        sub: str | None = "",
        *,
        step: int = 0,
        old: bool = False,
        trail: tuple[tuple[int, int], ...] = (),
    ) -> None:
        self.package = package
        self.sub = sub
        self.step = step
        self.old = old
        self.trail = trail
        self.prefix: str | None = None
        self.hidden: tuple[Hidden | None] | None = None
        self.looped = False

    def inside(self, raw: str) -> str:
        """Return the path of ``raw`` relative to the package."""
        if self.sub is None:
            return ""
        return f"{self.sub}/{raw}" if self.sub else raw

    def source(self, raw: str) -> str:
        """Return the absolute path of ``raw``."""
        inside = self.inside(raw)
        return f"{self.package.path}/{inside}" if inside else self.package.path

    def child(self, raw: str) -> Cursor:
        """Return the cursor on the directory ``raw`` inside this one."""
        return Cursor(
            self.package, self.inside(raw), step=self.step, old=self.old, trail=self.trail
        )


class Farm:
    """The target and its packages, opened for reading.

    Args:
        target, stow_dir: absolute canonical paths.
        lookup: ``lookup(stow_dir, name)`` returns a package that is not one of the run's,
            with its own ignore rules.
        records: what is recorded as ours, where there is more to know than the links show.

    Attributes:
        unchanged: links found as they are wanted.
        only: the components of the one target path to plan; empty for all of them.
        lowest: the depth of the lowest directories that are planned.
        steps: when each package is unmanaged.

    Raises:
        OSError: the target cannot be opened.
    """

    def __init__(
        self,
        *,
        target: str,
        stow_dir: str,
        options: Options,
        lookup: Callable[[str, str], Package],
        cancel: CancellationToken,
        records: Records | None = None,
    ) -> None:
        self.target = Tree(target)
        self.stow_dir = stow_dir
        self.options = options
        self.dotfiles = options.dotfiles
        self._rename = (DOT_PREFIX, to_target) if options.dotfiles else None
        self._lookup = lookup
        self._cancel = cancel
        self.records = None if options.stow else records
        self._trees: dict[str, Tree] = {}
        self._bases: dict[str, str] = {}
        self._packages: dict[tuple[str, str], Package] = {}
        self.unchanged = 0
        self._occupied = ("", "")
        self.only: tuple[str, ...] = ()
        self.lowest: float = inf
        self.steps: dict[tuple[str, str], int] = {}
        markers = (".stow",) if options.stow else (".stow", "dotstream.toml")
        self._ownership = Ownership(
            stow_dir,
            marked=lambda path: marker(path, markers),
            literal=options.stow,
        )

    def close(self) -> None:
        """Close every directory that is still open."""
        self.target.close()
        for tree in self._trees.values():
            tree.close()
        self._trees.clear()

    def poll(self) -> None:
        """Raise ``Cancelled`` if the caller asked to stop."""
        if self._cancel.cancelled:
            raise Cancelled

    # Packages ------------------------------------------------------------------------

    def tree(self, package: Package) -> Tree:
        """Return the package's directory, opened."""
        tree = self._trees.get(package.path)
        if tree is None:
            if len(self._trees) >= _OPEN:
                oldest = next(iter(self._trees))
                self._trees.pop(oldest).close()
            tree = self._trees[package.path] = Tree(package.path)
        return tree

    def package(self, owner: Owner) -> Package:
        """Return the package that owns a link, which need not be one of this run's."""
        key = (owner.stow_dir, owner.package)
        package = self._packages.get(key)
        if package is None:
            package = self._packages[key] = self._lookup(*key)
        return package

    def only_name(self, place: Directory) -> str | None:
        """Return the one name to plan in ``place``, or ``None`` for all of them."""
        return self.only[place.depth] if place.depth < len(self.only) else None

    def settle(self, package: Package, conflict: Conflict) -> Policy:
        """Return the policy for a conflict: of the path, whoever is asked, package or run.

        Raises:
            UsageError: who was asked gave an answer that cannot settle it.
        """
        options = self.options
        if options.resolutions:
            chosen = options.resolutions.get(conflict.path)
            if chosen is not None:
                return chosen
        if options.resolve is not None:
            chosen = options.resolve(conflict)
            if chosen not in (None, "fail", *conflict.choices):
                raise UsageError(
                    f"{chosen!r} cannot settle {conflict.path}; what can: "
                    f"{', '.join(conflict.choices)}"
                )
            if chosen is not None:
                return chosen
        return package.on_conflict or options.on_conflict

    def recorded_link(self, place: Directory, name: str, text: str) -> Record | None:
        """Return the record of a link, if it has exactly the text that is recorded."""
        if self.records is None:
            return None
        entry = self.records.entry(place.root, place.path, name)
        return entry if entry is not None and entry.text == text else None

    def only_of(self, place: Directory, cursors: Sequence[Cursor]) -> bool:
        """Whether all that is recorded of a directory is of the packages at ``cursors``."""
        if self.records is None:
            return False
        found = self.records.packages(place.root, place.path)
        return bool(found) and found <= {cursor.package.name for cursor in cursors}

    def made_by(self, place: Directory) -> str | None:
        """Return the package that the directory ``place`` was made for, if we made it."""
        if self.records is None or place.parent is None:
            return None
        entry = self.records.entry(place.root, place.parent.path, place.name)
        return entry.package if entry is not None and entry.kind == "directory" else None

    def unmanaged_by(self, owner: Owner, step: int) -> bool:
        """Whether the package of ``owner`` is unmanaged by this run, at ``step`` or before."""
        return self.steps.get((owner.stow_dir, owner.package), step + 1) <= step

    def cursor(self, package: Package, path: str) -> Cursor:
        """Return the cursor on ``path`` in a package that is not walked yet."""
        return Cursor(package, path, old=True)

    def target_entries(self, place: Directory) -> Iterable[Entry]:
        """List the target directory ``place``, sorted.

        Raises:
            OSError: it cannot be read.
        """
        fd = self.target.open_real(place.path)
        try:
            return sorted_entries(fd, poll=self.poll)
        finally:
            close(fd)

    def members(
        self, cursor: Cursor, place: Directory, only: str | None = None
    ) -> Iterable[Entry]:
        """List what a package has for ``place``: translated, without what is ignored, sorted.

        Raises:
            OSError: the package's directory cannot be read.
        """
        if cursor.sub is None:
            name = self.translate(cursor.package.name)
            return [(name, DIR, cursor.package.name)] if only in (None, name) else []
        ignored = self.ignored(cursor, place)
        tree = self.tree(cursor.package)
        if only is not None:
            return [
                (only, kind, raw)
                for raw in raw_candidates(only, dotfiles=self.dotfiles)
                if not (ignored and ignored(raw))
                and (kind := tree.kind(cursor.inside(raw))) is not None
            ]
        fd = tree.open(cursor.sub)
        try:
            return sorted_entries(fd, hidden=ignored, rename=self._rename, poll=self.poll)
        finally:
            close(fd)

    def hides(self, cursor: Cursor, place: Directory, raw: str) -> bool:
        """Whether an ignore rule leaves a member out."""
        ignored = self.ignored(cursor, place)
        return ignored is not None and ignored(raw)

    def known_occupied(self, cursor: Cursor) -> bool:
        """Whether something to be linked is known to be below."""
        return cursor.package.path == self._occupied[0] and (
            f"{self._occupied[1]}/".startswith(f"{cursor.sub}/") if cursor.sub else True
        )

    def note_occupied(self, cursor: Cursor, lowest: Cursor) -> None:
        """Remember that ``lowest``, at or below ``cursor``, has something to be linked."""
        self._occupied = (cursor.package.path, lowest.sub or "")

    def candidates(self, name: str) -> tuple[str, ...]:
        """Return the raw names under which a member could appear as ``name``.

        Stow's ``--compat`` reads names off the target, so ``dot-x`` counts there too.
        """
        raws = raw_candidates(name, dotfiles=self.dotfiles)
        return raws or ((name,) if self.options.compat else ())

    def ignored(self, cursor: Cursor, place: Directory) -> Hidden | None:
        """Return the test for ignored raw names in ``place``, or ``None`` if there are none."""
        if cursor.hidden is None:
            path = place.path
            if self.options.layout == "named":
                path = path.partition("/")[2]
            cursor.hidden = (cursor.package.ignored(path),)
        return cursor.hidden[0]

    def translate(self, raw: str) -> str:
        """Return a package member's name in the target."""
        return to_target(raw) if self.dotfiles else raw

    def is_directory(self, cursor: Cursor, raw: str) -> bool:
        """Whether a package member is a directory, following links."""
        if cursor.sub is None:
            return True
        return self.tree(cursor.package).is_directory(cursor.inside(raw))

    def subdirectories(
        self, cursors: Sequence[Cursor], place: Directory, name: str
    ) -> list[Cursor]:
        """Return cursors on the packages' directories that appear as ``name`` in ``place``."""
        found: list[Cursor] = []
        for cursor in cursors:
            if cursor.sub is None:
                if name == self.translate(cursor.package.name):
                    found.append(cursor.child(name))
                continue
            ignored = self.ignored(cursor, place)
            candidates = self.candidates(name)
            visible = [raw for raw in candidates if not (ignored and ignored(raw))]
            raws = [raw for raw in visible if self.is_directory(cursor, raw)]
            if not raws and self._lingers(place, name):
                raws = visible[:1]
            found.extend(cursor.child(raw) for raw in raws)
        return found

    def _lingers(self, place: Directory, name: str) -> bool:
        """Whether to look for a package's links where it has no directory any more."""
        if self.options.compat:
            return True
        return self.records is not None and self.records.any_below(place.root, place.join(name))

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

    # Link texts ------------------------------------------------------------------------

    def prefix(self, cursor: Cursor, place: Directory) -> str:
        """Return what comes before the raw name in a link text made in ``place``.

        A cursor is used in one place only, so it remembers the answer.
        """
        if cursor.prefix is not None:
            return cursor.prefix
        package = cursor.package
        if cursor.sub is None:
            base, tail = self._base(package.stow_dir, place.root), ""
        else:
            base, tail = self._base(package.path, place.root), cursor.sub
        up = "" if self.options.link == "absolute" else "../" * place.depth
        joined = f"{up}{base}" if base else up.rstrip("/")
        joined = f"{joined}/" if joined and not joined.endswith("/") else joined
        cursor.prefix = f"{joined}{tail}/" if tail else joined
        return cursor.prefix

    def _base(self, path: str, root: str) -> str:
        if self.options.link == "absolute":
            return path
        base = self._bases.get(path)
        if base is None:
            base = posixpath.relpath(path, root)
            self._bases[path] = base = "" if base == "." else base
        return base

    def owner(self, place: Directory, text: str) -> Owner | None:
        """Return the owner of a link, or ``None`` if it is not ours."""
        return self._ownership.owner(place, text)

    def leads_somewhere(self, place: Directory, text: str) -> bool:
        """Whether a link with ``text`` in the existing directory ``place`` is not broken."""
        return self.target.exists(text if text.startswith("/") else place.join(text))

    def leads_to_directory(self, place: Directory, text: str) -> bool:
        """Whether a link with ``text`` in the existing directory ``place`` opens a directory."""
        return self.target.is_directory(text if text.startswith("/") else place.join(text))

    # Protection ------------------------------------------------------------------------

    def protection(self, place: Directory) -> str | None:
        """Return why nothing may be linked or unlinked in ``place``, or ``None``.

        GNU Stow manual, "Multiple Stow Directories" and "Target Maintenance".
        """
        absolute, shown = place.absolute, place.path or "."
        if absolute == self.stow_dir:
            return f"skipping target which was current stow directory {shown}"
        if marker(absolute, (".stow",)):
            return f"skipping marked Stow directory {shown}"
        if marker(absolute, (".nonstow",)):
            return f"skipping protected directory {shown}"
        if not self.options.stow and marker(absolute, ("dotstream.toml",)):
            return f"skipping the package directory {shown}"
        return None


def scan_error(path: str, error: OSError) -> ScanError:
    """Describe a failed look at ``path``."""
    return ScanError(path, reason(error), permission=is_permission(error))
