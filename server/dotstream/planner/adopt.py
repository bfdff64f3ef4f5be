"""Adopting: moving what is in the target into a package, and linking it back.

The exact inverse of managing: each component's name is the one that ``manage`` turns into
the name it has now, so adopt → unmanage → manage brings every path back.  A directory is
moved whole where a fold would show exactly what was there; otherwise file by file.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from dotstream.fs.listing import DIR, LINK, SPECIAL, any_entry
from dotstream.fs.look import Tree, canonical, close
from dotstream.model.directory import Directory
from dotstream.model.items import Conflict, Item, Notice, Operation
from dotstream.planner.farm import Cursor, Farm, scan_error
from dotstream.planner.folding import stays_open
from dotstream.planner.names import to_package

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dotstream.model.items import ConflictKind
    from dotstream.model.options import Package, Policy

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
                yield from plan.path(path)
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

    def close(self) -> None:
        self._stow.close()

    def path(self, path: str) -> Iterator[Item]:
        """Plan one path that was asked for."""
        place, name = Directory(self._farm.target.root), path
        parts = path.split("/")
        cursor = Cursor(self._package, "" if self._farm.options.layout == "mirror" else None)
        for part in parts[:-1]:
            inner = self._raw(cursor, part)
            if inner is None:
                yield self._conflict(place, part, "not_invertible")
                return
            place, cursor = place.child(part), cursor.child(inner)
        name = parts[-1]
        try:
            yield from self._entry(place, name, cursor, self._farm.target.kind(path))
        except OSError as error:
            yield scan_error(place.at(name), error)

    def _raw(self, cursor: Cursor, name: str) -> str | None:
        """Return the name in the package that is managed as ``name``."""
        if cursor.sub is None:  # the named layout: the package is the first component
            shown = self._farm.translate(self._package.name)
            return self._package.name if shown == name else None
        return to_package(name) if self._farm.dotfiles else name

    def _entry(
        self, place: Directory, name: str, cursor: Cursor, kind: int | None
    ) -> Iterator[Item]:
        """Plan one entry of the target."""
        raw = self._raw(cursor, name)
        if kind is None:
            yield self._conflict(place, name, "missing_source")
        elif raw is None:
            yield self._conflict(place, name, "not_invertible")
        elif self._ignored(cursor, place, raw):
            yield Notice(place.at(name), "left in place: an ignore rule names it")
        elif kind == SPECIAL:
            yield Notice(place.at(name), "left in place: not a file, directory or link")
        elif kind == DIR and place.at(name) in self._keep:
            yield Notice(place.at(name), "left in place: dotstream itself needs it there")
        elif kind == LINK:
            yield from self._link(place, name, cursor, raw)
        elif kind == DIR:
            yield from self._directory(place, name, cursor, raw)
        else:
            yield from self._move(place, name, cursor, raw)

    def _link(self, place: Directory, name: str, cursor: Cursor, raw: str) -> Iterator[Item]:
        text = self._farm.target.link_text(place.join(name))
        if self._farm.owner(place, text) is not None:
            yield Notice(place.at(name), "already a link into a package")
        elif text.startswith("/"):
            yield from self._move(place, name, cursor, raw)
        else:
            yield Notice(
                place.at(name), f"left in place: moved, this link to {text} would lead elsewhere"
            )

    def _directory(self, place: Directory, name: str, cursor: Cursor, raw: str) -> Iterator[Item]:
        there, inner = place.child(name), cursor.child(raw)
        taken = self._kind(cursor.source(raw)) is not None
        holds = any(kept.startswith(f"{there.absolute}/") for kept in self._keep)
        if not taken and not holds and self._moves_whole(there, inner):
            yield from self._move(place, name, cursor, raw)
            return
        for entry, kind, _ in self._farm.target_entries(there):
            yield from self._entry(there, entry, inner, kind)

    def _moves_whole(self, there: Directory, cursor: Cursor) -> bool:
        """Whether a fold of this directory, moved as it is, would show what it shows now."""
        package = self._package
        if package.folding == "never" or stays_open(cursor, there.path):
            return False
        return self._same_inside(there, cursor, there.absolute)

    def _same_inside(self, there: Directory, cursor: Cursor, top: str) -> bool:
        farm = self._farm
        farm.poll()
        directories: list[str] = []

        def differs(name: str, kind: int) -> bool:
            if farm.translate(name) != name or self._ignored(cursor, there, name):
                return True
            if kind == LINK:
                text = farm.target.link_text(there.join(name))
                if farm.owner(there, text) is not None:
                    return True
                leads = posixpath.normpath(f"{there.absolute}/{text}")
                return not text.startswith("/") and not leads.startswith(f"{top}/")
            if kind == DIR:
                directories.append(name)
            return kind == SPECIAL

        fd = farm.target.open_real(there.path)
        try:
            if any_entry(fd, differs):
                return False
        finally:
            close(fd)
        return all(
            not stays_open(cursor, there.join(name))
            and self._same_inside(there.child(name), cursor.child(name), top)
            for name in directories
        )

    def _ignored(self, cursor: Cursor, place: Directory, raw: str) -> bool:
        if cursor.sub is None:
            return False
        ignored = self._farm.ignored(cursor, place)
        return ignored is not None and ignored(raw)

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
            policy = self._farm.settle(self._package, conflict)
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
        text = self._farm.prefix(cursor, place) + raw
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
