"""Adopting: moving what is in the target into a package, and linking it back.

The exact inverse of managing: each component's name is the one that ``manage`` turns into
the name it has now, so adopt → unmanage → manage brings every path back.  A directory is
moved whole where a fold would show exactly what was there; otherwise file by file.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, cast

from dotstream.fs.listing import DIR, LINK, SPECIAL, any_entry
from dotstream.fs.look import Tree, canonical, close
from dotstream.model.directory import Directory
from dotstream.model.items import Conflict, Item, Notice, Operation
from dotstream.planner.farm import scan_error
from dotstream.planner.folding import stays_open
from dotstream.planner.policies import settled
from dotstream.planner.visits import carried_out
from dotstream.planner.witnesses import Witnesses

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dotstream.model.items import ConflictKind
    from dotstream.model.options import Package, Policy
    from dotstream.planner.cursor import Cursor
    from dotstream.planner.farm import Farm
    from dotstream.planner.visits import Visit

__all__ = ["adopt", "suggest_package"]

_SHARED = (".config", ".local", "share", "state", "bin", "Library", "Application Support")
_SETTLED: tuple[Policy, ...] = ("skip", "backup", "overwrite")


def suggest_package(paths: Sequence[str]) -> str | None:
    """Return a package name for paths relative to the target, or ``None``.

    ``.zshrc`` → ``zshrc``, ``.config/nvim/init.lua`` → ``nvim``; several paths are named
    after what their names have in common, if that is at least three characters.
    """
    names: list[str] = []
    for path in paths:
        parts = path.split("/")
        while len(parts) > 1 and parts[0] in _SHARED:
            parts.pop(0)
        name = parts[0].lstrip(".")
        if len(parts) == 1 and "." in name:
            name = name.partition(".")[0]
        names.append(name)
    shared = posixpath.commonprefix(names).rstrip("-_.")
    if len(set(names)) == 1:
        return names[0] or None
    return shared if len(shared) >= 3 else None


def adopt(
    farm: Farm, package: Package, paths: Sequence[str], *, keep: Sequence[str] = ()
) -> Iterator[Item]:
    """Plan the adoption of target paths into a package, which need not exist yet.

    Args:
        paths: relative to the target; one below another is part of it.
        keep: absolute paths that stay where they are, with all directories above them.

    Yields:
        Operations, conflicts, scan errors and notices.
    """
    ordered = sorted(set(paths))
    plan = _Adoption(farm, package, (farm.stow_dir, *keep))
    try:
        for path in ordered:
            if not any(path.startswith(f"{other}/") for other in ordered):
                yield from cast("Iterator[Item]", carried_out(plan.path(path)))
    finally:
        plan.close()


class _Adoption:
    """The adoption of several paths into one package."""

    def __init__(self, farm: Farm, package: Package, keep: tuple[str, ...]) -> None:
        self._farm = farm
        self._package = package
        self._stow = Tree(package.stow_dir)
        self._made: set[str] = set()
        self._keep = keep
        self._differing = Witnesses()

    def close(self) -> None:
        self._stow.close()

    def path(self, path: str) -> Visit[None]:
        """Plan one path that was asked for."""
        place, name = Directory(self._farm.target.root), path
        parts = path.split("/")
        cursor = self._farm.packages.top(self._package)
        for part in parts[:-1]:
            inner = self._raw(cursor, part)
            if inner is None:
                yield self._conflict(place, part, "not_invertible")
                return
            place, cursor = place.child(part), cursor.child(inner)
        name = parts[-1]
        try:
            kind = self._farm.target.kind(path)
        except OSError as error:
            yield scan_error(place.at(name), error)
        else:
            yield self._entry(place, name, cursor, kind)

    def _raw(self, cursor: Cursor, name: str) -> str | None:
        """Return the name in the package that is managed as ``name``."""
        if cursor.sub is None:  # the named layout: the package is the first component
            shown = self._farm.naming.in_target(self._package, self._package.name)
            return self._package.name if shown == name else None
        return self._farm.naming.in_package(self._package, name)

    def _entry(
        self, place: Directory, name: str, cursor: Cursor, kind: int | None
    ) -> Visit[None]:
        """Plan one entry of the target; if it cannot be looked at, the others still are."""
        raw = self._raw(cursor, name)
        try:
            if kind is None:
                yield self._conflict(place, name, "missing_source")
            elif raw is None:
                yield self._conflict(place, name, "not_invertible")
            elif (why := self._why_left(place, name, cursor, raw, kind)) is not None:
                yield Notice(place.at(name), f"left in place: {why}")
            elif kind == LINK:
                yield from self._link(place, name, cursor, raw)
            elif kind == DIR:
                yield from self._directory(place, name, cursor, raw)
            else:
                yield from self._move(place, name, cursor, raw)
        except OSError as error:
            yield scan_error(place.at(name), error)

    def _why_left(
        self, place: Directory, name: str, cursor: Cursor, raw: str, kind: int
    ) -> str | None:
        """Return why an entry stays where it is, whatever is in it."""
        if self._ignored(cursor, place, raw):
            return "an ignore rule names it"
        if kind == SPECIAL:
            return "not a file, directory or link"
        if kind == DIR and place.at(name) in self._keep:
            return "dotstream itself needs it there"
        return None

    def _link(self, place: Directory, name: str, cursor: Cursor, raw: str) -> Iterator[Item]:
        text = self._farm.target.link_text(place.join(name))
        if self._farm.target.owner(place, text) is not None:
            yield Notice(place.at(name), "already a link into a package")
        elif text.startswith("/"):
            yield from self._move(place, name, cursor, raw)
        else:
            yield Notice(
                place.at(name), f"left in place: moved, this link to {text} would lead elsewhere"
            )

    def _directory(self, place: Directory, name: str, cursor: Cursor, raw: str) -> Visit[None]:
        there, inner = place.child(name), cursor.child(raw)
        taken = self._kind(cursor.source(raw)) is not None
        holds = any(kept.startswith(f"{there.absolute}/") for kept in self._keep)
        if not taken and not holds and self._moves_whole(there, inner):
            yield from self._move(place, name, cursor, raw)
            return
        for entry, kind, _ in self._farm.target.entries(there):
            yield self._entry(there, entry, inner, kind)

    def _moves_whole(self, there: Directory, cursor: Cursor) -> bool:
        """Whether a fold of this directory, moved as it is, would show what it shows now."""
        if (
            self._package.folding == "never"
            or stays_open(cursor, there.path)
            or self._differing.known(there.path)
        ):
            return False
        waiting = [(there, cursor)]
        while waiting:
            here, inside = waiting.pop()
            directories = self._same_names(here, inside, f"{there.absolute}/")
            if directories is None:
                self._differing.note(there.path, here.path)
                return False
            waiting += [(here.child(name), inside.child(name)) for name in directories]
        return True

    def _same_names(self, here: Directory, cursor: Cursor, top: str) -> list[str] | None:
        """Return the directories in one; ``None`` if a fold would show any name otherwise.

        Args:
            top: the directory that moves, which links inside of it may lead to.
        """
        farm = self._farm
        farm.poll()
        directories: list[str] = []

        def differs(name: str, kind: int) -> bool:
            if farm.naming.in_target(self._package, name) != name or self._ignored(
                cursor, here, name
            ):
                return True
            if kind == LINK:
                text = farm.target.link_text(here.join(name))
                leads = posixpath.normpath(f"{here.absolute}/{text}")
                return farm.target.owner(here, text) is not None or (
                    not text.startswith("/") and not leads.startswith(top)
                )
            if kind == DIR:
                directories.append(name)
                return stays_open(cursor.child(name), here.join(name))
            return kind == SPECIAL

        fd = farm.target.open_real(here.path)
        try:
            return None if any_entry(fd, differs) else directories
        finally:
            close(fd)

    def _ignored(self, cursor: Cursor, place: Directory, raw: str) -> bool:
        return cursor.sub is not None and self._farm.packages.hides(cursor, place, raw)

    def _move(self, place: Directory, name: str, cursor: Cursor, raw: str) -> Iterator[Item]:
        """Move one entry into the package and link it back."""
        above, _, base = cursor.source(raw).rpartition("/")
        source = f"{canonical(above)}/{base}"  # a package, or a directory in it, may be a link
        inside = cursor.source(raw)[len(self._package.path) :].strip("/")
        stow = Directory(self._package.stow_dir)
        package = canonical(self._package.path)
        if inside and package != self._package.path:
            stow = Directory(package)
        parent = source[len(stow.root) :].strip("/").rpartition("/")[0]
        if self._kind(source) is not None:
            conflict = self._conflict(place, name, "package_has_file", source)
            policy = settled(self._farm.options, self._package, conflict)
            if policy not in _SETTLED:
                yield conflict
                return
            if policy == "skip":
                yield Notice(place.at(name), f"skipped: the package already has {source}")
                return
            before = self._stow.fingerprint(self._inside(source))
            yield Operation(
                "move_file", stow.descend(parent), base, self._package.name, None, before
            )
        yield from self._make_parents(stow, parent, place)
        before = self._farm.target.fingerprint(place.join(name))
        yield Operation("move_file", place, name, self._package.name, source, before)
        text = self._farm.naming.prefix(cursor, place) + raw
        yield Operation("create_link", place, name, self._package.name, text)

    def _make_parents(self, stow: Directory, path: str, place: Directory) -> Iterator[Item]:
        """Make the package's directories, as private as those they stand for."""
        parts = path.split("/") if path else []
        shown = place.path.split("/") if place.path else []
        here = stow
        for index, part in enumerate(parts):
            full = here.at(part)
            if full not in self._made and self._kind(full) is None:
                self._made.add(full)
                depth = index + 1 - (len(parts) - len(shown))
                mode = None
                if depth > 0:
                    mode = f"{self._farm.target.mode('/'.join(shown[:depth])):o}"
                yield Operation("make_dir", here, part, self._package.name, mode)
            here = here.child(part)

    def _kind(self, source: str) -> int | None:
        return self._stow.kind(self._inside(source))

    def _inside(self, source: str) -> str:
        return source[len(self._package.stow_dir) :].lstrip("/")

    def _conflict(
        self, place: Directory, name: str, kind: ConflictKind, source: str = ""
    ) -> Conflict:
        choices = _SETTLED if kind == "package_has_file" else ("skip",)
        return Conflict(kind, place, name, self._package.name, source, choices=choices)
