"""One directory of a plan at a time, for trees that open lazily."""

from __future__ import annotations

import posixpath

from dotstream.errors import UsageError
from dotstream.fs.places import components, within
from dotstream.light_typing import TYPE_CHECKING, TypeAlias, cast
from dotstream.model.cancel import CancellationToken
from dotstream.model.directory import Directory
from dotstream.model.items import Child, Conflict, Item, Operation
from dotstream.model.plan import Metadata
from dotstream.planner.foresight import foreseen
from dotstream.planner.groups import plan_level
from dotstream.planner.naming import to_target
from dotstream.planner.request import narrowed
from dotstream.planner.scope import Below

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from os import PathLike

    from dotstream.config.repository import Repository
    from dotstream.model.items import ScanError
    from dotstream.model.options import Action, Package
    from dotstream.planner.request import Asked


def children(
    repository: Repository,
    action: Action,
    asked: Asked,
    *,
    directory: str | PathLike[str] | None,
    skip: int,
) -> Iterator[Child]:
    """Plan the names of one directory, and nothing below; see ``Client.children``."""
    settings, prefer = repository.settings, asked.prefer
    names, _, elsewhere, _, _, places, _ = asked.meant(repository, action)
    unread: list[ScanError] = []
    groups = repository.groups(action, names, prefer, elsewhere, places, unread=unread)
    if directory is None:
        directory = groups[0].target if len(groups) == 1 else settings.target
    found, only = narrowed(repository, groups, directory)
    if not found:
        full = posixpath.normpath(repository.places.expand(directory))
        raise UsageError(f"{full} is in no target")
    (group,) = found
    if unread and not only:
        yield Child("", group.target, None, expandable=False, items=tuple(unread))
    options = settings.options(prefer)
    place = Directory(group.target).descend("/".join(only))
    items = plan_level(
        Metadata(action, names, repository.directory, group.target, options),
        group,
        lookup=repository.lookup(prefer),
        cancel=asked.cancel or CancellationToken(),
        only=only,
        lowest=len(only),
        records=repository.records(),
    )
    # What is further down is passed on as it is.
    known = foreseen(cast("Iterator[Item]", items), repository.state)
    named = _by_name(
        cast("Iterator[Item | Below]", known),
        _Level(place, [*group.manage, *(package for _, package in group.unmanage)]),
    )
    yield from _after(named, place, skip)


class _Level:
    """Tells which name of a directory something is about."""

    def __init__(self, place: Directory, packages: Sequence[Package]) -> None:
        self.place = place
        self._packages = {package.path: package for package in packages}

    def name(self, item: Item | Below) -> str | None:
        """Return a name; empty for the directory itself; ``None`` for what is above."""
        if isinstance(item, Below):
            return item.place.name if item.place.parent == self.place else None
        if isinstance(item, Operation | Conflict):
            return item.name if item.directory == self.place else None
        parts = self._parts(item.path)
        if parts is None:
            return ""
        here = components(self.place.path, "")
        if parts[: len(here)] != here:
            return None
        return parts[len(here)] if len(parts) > len(here) else ""

    def _parts(self, path: str) -> tuple[str, ...] | None:
        """Return where in the target a path belongs, in a package or in the target."""
        for root, package in self._packages.items():
            if within(path, root):
                inside = components(path, root)
                if package.layout == "named":
                    inside = (package.name, *inside)
                return tuple(map(to_target, inside)) if package.dotfiles else inside
        root = self.place.root
        return components(path, root) if within(path, root) else None


_Named: TypeAlias = "tuple[str, list[Item | Below]]"


def _by_name(items: Iterable[Item | Below], level: _Level) -> Iterator[_Named]:
    """Gather what comes in a row about the same name: each name comes once."""
    current: str | None = None
    gathered: list[Item | Below] = []
    moved: tuple[Operation, ...] = ()  # a package's file, out of the way of one to be adopted
    for item in items:
        name = level.name(item)
        if name is None:
            moved = ()
            if isinstance(item, Operation) and item.directory.root != level.place.root:
                moved = (item,)
            continue
        if name != current:
            if current is not None:
                yield current, gathered
            current, gathered = name, []
        gathered += (*moved, item)
        moved = ()
    if current is not None:
        yield current, gathered


def _after(named: Iterable[_Named], place: Directory, skip: int) -> Iterator[Child]:
    """Leave names out at the beginning, but nothing that is about the directory itself."""
    for name, gathered in named:
        if name and skip:
            skip -= 1
        else:
            yield _child(place, name, gathered)


def _child(place: Directory, name: str, gathered: Sequence[Item | Below]) -> Child:
    source = next((found for item in gathered if (found := _source(item))), None)
    return Child(
        name,
        place.at(name),
        source,
        any(isinstance(item, Below) for item in gathered),
        tuple(item for item in gathered if not isinstance(item, Below)),
    )


def _source(item: Item | Below) -> str | None:
    """Return the package member that something is about."""
    if isinstance(item, Below | Conflict):
        return item.source
    if not isinstance(item, Operation):
        return None
    linked = item.kind in ("create_link", "replace_link", "refold", "keep_link")
    text = item.text if linked else item.before
    if text is None or (item.kind not in ("remove_link", "unfold") and not linked):
        return None
    return posixpath.normpath(posixpath.join(item.directory.absolute, text))
