"""Adopting: moving what is in the target into a package, and linking it back.

The exact inverse of managing: each component's name is the one that ``manage`` turns into
the name it has now, so adopt → unmanage → manage brings every path back.  A directory is
moved whole where a fold would show exactly what was there; otherwise file by file.
"""

from __future__ import annotations

import posixpath

from dotstream.fs.listing import DIR, FILE, LINK, SPECIAL, any_entry
from dotstream.fs.look import canonical, close
from dotstream.fs.places import within
from dotstream.light_typing import TYPE_CHECKING, cast
from dotstream.model.directory import Directory
from dotstream.model.items import Conflict, Item, Notice
from dotstream.planner.clones import GIT, is_clone, tied_down
from dotstream.planner.farm import scan_error
from dotstream.planner.folding import stays_open
from dotstream.planner.ignore import builtin_rules
from dotstream.planner.intake import Intake
from dotstream.planner.release import release
from dotstream.planner.visits import Witnesses, carried_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dotstream.model.items import ConflictKind
    from dotstream.model.options import Package
    from dotstream.model.run import Run
    from dotstream.planner.cursor import Cursor
    from dotstream.planner.farm import Farm
    from dotstream.planner.intake import Origin
    from dotstream.planner.release import Managed, Without
    from dotstream.planner.visits import Visit

_SHARED = (".config", ".local", "share", "state", "bin", "Library", "Application Support")
_GIT_STAYS = "git needs it there"


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
    farm: Farm,
    package: Package,
    paths: Sequence[str],
    *,
    keep: Sequence[str] = (),
    whole: bool = False,
    managed: Sequence[Managed] = (),
    without: Without,
) -> Iterator[Item | Run]:
    """Plan the adoption of target paths into a package, which need not exist yet.

    Args:
        paths: relative to the target; one below another is part of it.
        keep: absolute canonical paths that stay where they are, with all directories above.
        whole: move git repositories too, each as one; else they stay in place.
        managed: paths that other packages have already.
        without: see ``release``.

    Yields:
        Operations, conflicts, scan errors and notices.
    """
    ordered = sorted(set(paths))
    plan = _Adoption(farm, package, (farm.stow_dir, *keep), whole=whole)
    try:
        for path in ordered:
            if not any(path.startswith(f"{other}/") for other in ordered):
                yield from cast("Iterator[Item]", carried_out(plan.path(path)))
        yield from release(farm, managed, without=without, take=plan.taken_over)
    finally:
        plan.close()


class _Adoption:
    """The adoption of several paths into one package."""

    def __init__(
        self, farm: Farm, package: Package, keep: tuple[str, ...], *, whole: bool
    ) -> None:
        self._farm = farm
        self._package = package
        self._intake = Intake(farm, package)
        self._keep = keep
        self._whole = whole
        self._differing = Witnesses()

    def close(self) -> None:
        self._intake.close()

    def taken_over(self, move: Managed, origin: Origin) -> Iterator[Item]:
        """Plan one path that another package has."""
        place, cursor = Directory(self._farm.target.root), self._farm.packages.top(self._package)
        *above, name = move.path.split("/")
        for part in above:
            cursor, place = (
                cursor.child(self._intake.raw(cursor, part) or part),
                place.child(part),
            )
        raw = self._intake.raw(cursor, name)
        if raw is None:
            yield self._conflict(place, name, "not_invertible")
        elif (why := self._why_left(place, name, cursor, raw, FILE)) is not None:
            yield self._left(place, name, why)
        else:
            yield from self._intake.take(place, name, cursor, raw, origin)

    def path(self, path: str) -> Visit[None]:
        """Plan one path that was asked for."""
        place, name = Directory(self._farm.target.root), path
        parts = path.split("/")
        cursor = self._farm.packages.top(self._package)
        for part in parts[:-1]:
            inner = self._intake.raw(cursor, part)
            if inner is None:
                yield self._conflict(place, part, "not_invertible")
                return
            if part == GIT:
                yield self._left(place, part, _GIT_STAYS)
                return
            place, cursor = place.child(part), cursor.child(inner)
            if is_clone(self._farm.target, place.path):
                inside = "/".join(parts[place.depth :])
                why = f"a git repository, which will show {inside} as changed"
                yield Notice(place.absolute, why)
        name = parts[-1]
        try:
            kind = self._farm.target.kind(path)
        except OSError as error:
            yield scan_error(place.at(name), error)
        else:
            yield self._entry(place, name, cursor, kind)

    def _entry(
        self, place: Directory, name: str, cursor: Cursor, kind: int | None
    ) -> Visit[None]:
        """Plan one entry of the target; if it cannot be looked at, the others still are."""
        raw = self._intake.raw(cursor, name)
        try:
            if kind is None:
                yield self._conflict(place, name, "missing_source")
            elif raw is None:
                yield self._conflict(place, name, "not_invertible")
            elif (why := self._why_left(place, name, cursor, raw, kind)) is not None:
                yield self._left(place, name, why)
            elif kind == LINK:
                yield from self._link(place, name, cursor, raw)
            elif kind == DIR:
                yield from self._directory(place, name, cursor, raw)
            else:
                yield from self._intake.take(place, name, cursor, raw)
        except OSError as error:
            yield scan_error(place.at(name), error)

    def _why_left(
        self, place: Directory, name: str, cursor: Cursor, raw: str, kind: int
    ) -> str | None:
        """Return why an entry stays where it is, whatever is in it."""
        if name == GIT:
            return _GIT_STAYS
        if self._ignored(cursor, place, raw) or (
            self._ignored(cursor, place, name) and not (kind == FILE and _usual(place, name))
        ):
            return "an ignore rule matches it"
        if kind == SPECIAL:
            return "not a file, directory or link"
        if kind == DIR and place.at(name) in self._keep:
            return "dotstream itself needs it there"
        if kind == FILE and self._farm.target.is_mount_point(place, name):
            return "it is a mount point, which cannot be moved while it is mounted"
        return None

    def _link(self, place: Directory, name: str, cursor: Cursor, raw: str) -> Iterator[Item]:
        text = self._farm.target.link_text(place.join(name))
        owner = self._farm.target.owner(place, text)
        leads = canonical(place.at(name))
        if owner is not None:
            yield Notice(place.at(name), f"package {owner.package} has it already")
        elif any(within(leads, kept) for kept in self._keep):
            yield self._left(place, name, f"it leads to {leads}, which dotstream itself needs")
        elif text.startswith("/"):
            yield from self._intake.take(place, name, cursor, raw)
        else:
            yield self._left(place, name, f"if moved, this link to {text} would lead elsewhere")

    def _directory(self, place: Directory, name: str, cursor: Cursor, raw: str) -> Visit[None]:
        there, inner = place.child(name), cursor.child(raw)
        if is_clone(self._farm.target, there.path):
            why = self._why_no_clone(there)
            if why is not None:
                yield self._left(place, name, why)
            else:
                yield from self._intake.take(place, name, cursor, raw)
            return
        taken = self._intake.has(cursor.source(raw))
        holds = any(kept.startswith(f"{there.absolute}/") for kept in self._keep)
        if not taken and not holds and self._moves_whole(there, inner):
            yield from self._intake.take(place, name, cursor, raw)
            return
        for entry, kind, _ in self._farm.target.entries(there):
            yield self._entry(there, entry, inner, kind)

    def _why_no_clone(self, there: Directory) -> str | None:
        """Return why a git repository stays where it is, or ``None`` if it moves as one."""
        if not self._whole:
            return "a git repository of its own, which 'dotstream adopt --whole' moves as one"
        if any(within(kept, there.absolute) for kept in self._keep):
            return "dotstream itself needs what is in it"
        if self._package.folding == "never":
            stands = "one link would have to stand for it, and the package is never folded"
            return f'{stands}; give {self._package.name} folding = "safe" in dotstream.toml'
        tied = tied_down(self._farm.target, there, self._farm.poll)
        return None if tied is None else f"moved, {tied} would lead elsewhere"

    def _moves_whole(self, there: Directory, cursor: Cursor) -> bool:
        """Whether a fold of this directory, moved as it is, would show what it shows now."""
        if (
            self._package.folding == "never"
            or stays_open(cursor, there.path)
            or self._farm.target.is_mount_point(there.parent or there, there.name)
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
        farm, mounted = self._farm, self._farm.target.is_mount_point
        farm.poll()
        if is_clone(farm.target, here.path):
            return [] if self._why_no_clone(here) is None else None
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
                return stays_open(cursor.child(name), here.join(name)) or mounted(here, name)
            return kind == SPECIAL or mounted(here, name)

        fd = farm.target.open_real(here.path)
        try:
            return None if any_entry(fd, differs) else directories
        finally:
            close(fd)

    def _ignored(self, cursor: Cursor, place: Directory, raw: str) -> bool:
        return cursor.sub is not None and self._farm.packages.hides(cursor, place, raw)

    def _left(self, place: Directory, name: str, why: str) -> Notice:
        return Notice(place.at(name), f"left in place: {why}")

    def _conflict(self, place: Directory, name: str, kind: ConflictKind) -> Conflict:
        return Conflict(kind, place, name, self._package.name, "", choices=("skip",))


def _usual(place: Directory, name: str) -> bool:
    """Whether the built-in list names it, as ``.gitignore``: packages have it as another."""
    hidden = builtin_rules()(place.path)
    return hidden is not None and hidden(name)
