"""Single paths: which side they are on, whose they are, and whether they are linked."""

from __future__ import annotations

import posixpath

from dotstream.fs.files import exists, is_directory
from dotstream.fs.listing import DIR
from dotstream.fs.look import Tree
from dotstream.fs.places import components, within
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.cancel import CancellationToken
from dotstream.model.directory import Directory
from dotstream.model.items import Conflict, Operation
from dotstream.model.located import Located
from dotstream.model.options import SINGLE, Preferences
from dotstream.model.plan import Metadata
from dotstream.planner.clones import GIT
from dotstream.planner.groups import Group, plan_level
from dotstream.planner.naming import raw_candidates, to_target
from dotstream.planner.ownership import native_ownership
from dotstream.planner.scope import Below

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from os import PathLike

    from dotstream.config.repository import Repository
    from dotstream.config.settings import Settings
    from dotstream.model.located import Role

# Whether a directory would be folded depends on all that is in it; one path does not.
_ALONE = Preferences(folding="never", on_conflict="fail", report_kept=True)


def locate(repository: Repository, path: str | PathLike[str]) -> Located:
    """Tell what one path has to do with the packages; see ``Client.locate``."""
    return _Locator(repository).locate(path)


class _Locator:
    """Tells where single paths stand."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._directory, self._places = repository.directory, repository.places

    @property
    def _settings(self) -> Settings:
        return self._repository.settings  # not needed for every path, and they may be wrong

    def locate(self, path: str | PathLike[str]) -> Located:
        """Tell of a path from whichever side it is on."""
        full = posixpath.normpath(self._places.expand(path))
        inside = self._places.below(full, {self._directory})
        if not within(inside, self._directory):
            settings = self._settings
            targets = {settings.target, *map(settings.target_of, settings.packages)}
            there = self._places.below(full, targets)
            around = sorted((root for root in targets if within(there, root)), key=len)
            if around:
                return self._at_target(full, there, around[::-1])
            inside = self._places.lexical(full)  # a link from elsewhere may lead here
        if not within(inside, self._directory):
            return Located(
                full, None, "other", message="it is neither in a package nor in a target"
            )
        parts = components(inside, self._directory)
        if self._settings.single and parts[:1] != (GIT,):
            parts = (SINGLE, *parts)
        if not parts or not self._settings.is_package(parts[0]):
            return Located(full, None, "other", message="it is in no package")
        return self._at_source(full, "source", parts)

    # From the package ------------------------------------------------------------------

    def _at_source(self, path: str, role: Role, parts: tuple[str, ...]) -> Located:
        """Tell of a package's member: ``parts`` is the package and the way down in it."""
        settings, name = self._settings, parts[0]
        # The part that appears first in the target:
        first = 0 if settings.layout_of(name) == "named" else 1
        raws = parts[first:]
        way = [to_target(raw) if settings.dotfiles_of(name) else raw for raw in raws]
        root = settings.target_of(name)
        source = "/".join((settings.path_of(name), *parts[1:]))
        found = Located(
            path,
            role,
            "other",
            name,
            source,
            Directory(root).at("/".join(way)),
            exists=_leads_somewhere(self._directory, parts),
        )
        if not is_directory(root):
            why = f"the target {root} is not a directory"
            return found._replace(state="unlinked", message=why)
        depth, text = link_on(root, way)
        if text is not None:
            owner = native_ownership(self._settings).owner(
                Directory(root).descend("/".join(way[:depth])), text
            )
            above = "/".join((settings.path_of(name), *parts[1 : first + depth + 1]))
            if owner is not None and owner.full == above and not owner.moved:
                # Inside of a fold, names are shown as the package has them.
                shown = "/".join((*way[: depth + 1], *raws[depth + 1 :]))
                return _linked(found._replace(target=Directory(root).at(shown)))
        never = self._why_never(parts)
        if never is not None:
            return found._replace(state="ignored", message=never)
        if not way:
            return found._replace(state="directory", message="this is a package")
        return self._planned(found, root, tuple(way))

    def _why_never(self, parts: tuple[str, ...]) -> str | None:
        """Return why a member is not linked at all, or ``None``."""
        name = parts[0]
        why = self._settings.excluded(name)
        if why is not None:
            return f"package {name} is not for this machine: {why}"
        package = self._settings.package(name, _ALONE)
        above = ""
        for raw in parts[1:]:
            ignored = package.ignored(above)
            if ignored is not None and ignored(raw):
                rule = package.rule(above, raw)
                return f"package {name} ignores {raw}" + (f", by {rule}" if rule else "")
            shown = to_target(raw) if package.dotfiles else raw
            above = f"{above}/{shown}" if above else shown
        return None

    def _planned(self, found: Located, root: str, way: tuple[str, ...]) -> Located:
        """Tell by what managing its package would do at a path that is not linked."""
        assert found.package is not None  # noqa: S101 - a package's member
        settings = self._settings
        package = settings.package(found.package, _ALONE)
        metadata = Metadata(
            "manage", (package.name,), self._directory, root, settings.options(_ALONE)
        )
        state, message = found, "nothing is to be linked here"
        path = "/".join(way)
        for item in plan_level(
            metadata,
            Group(root, [package]),
            lookup=self._repository.lookup(_ALONE),
            cancel=CancellationToken(),
            only=way,
            lowest=len(way) - 1,
            records=self._repository.records(),
        ):
            if isinstance(item, Conflict):
                return found._replace(state="conflict", message=item.message, conflict=item)
            if isinstance(item, Below):
                if item.place.path == path and state is found:
                    state = found._replace(state="directory", message="a directory on both sides")
            elif isinstance(item, Operation):
                other = self._other_member(item, found)
                if other is not None:
                    why = f"package {package.name} shows {other} here"
                    return found._replace(state="ignored", message=why)
                if item.kind == "keep_link":
                    return _linked(found)
                why = f"package {package.name} is not linked here yet"
                if item.kind == "replace_link":
                    why = f"this link leads to {item.before}, and managing relinks it"
                state = found._replace(state="unlinked", message=why)
            else:
                message = item.message
        if state is not found:
            return state
        if not found.exists:
            return found._replace(message=f"package {package.name} has nothing here")
        return found._replace(state="ignored", message=message)

    def _other_member(self, operation: Operation, found: Located) -> str | None:
        """Return what a link at a member's path leads to, where that is another member."""
        if operation.path != found.target or operation.text is None:
            return None
        owner = native_ownership(self._settings).owner(operation.directory, operation.text)
        return owner.path if owner is not None and owner.full != found.source else None

    # From the target -------------------------------------------------------------------

    def _at_target(self, path: str, there: str, around: Sequence[str]) -> Located:
        """Tell of a path in the target: by the link that is there, or by who wants it.

        Args:
            there: the path, resolved above its target.
            around: the targets that it is in, the nearest first.
        """
        nearest = around[0]
        way = components(there, nearest)
        depth, text = link_on(nearest, way) if is_directory(nearest) else (len(way), None)
        if text is not None:
            place = Directory(nearest).descend("/".join(way[:depth]))
            owner = native_ownership(self._settings).owner(place, text)
            if owner is not None and owner.moved:
                owner = None  # it is to be relinked
            if owner is not None and owner.stow_dir != self._directory:
                why = f"a link into package {owner.package} of {owner.stow_dir}"
                return Located(path, None, "other", message=why)
            if owner is not None:
                inside = components(owner.full, self._settings.path_of(owner.package))
                parts = (owner.package, *inside)
                return self._by_link(path, there, (*parts, *way[depth + 1 :]))
        found = [
            self._at_source(path, "target", parts) for parts in self._members_at(there, around)
        ]
        wanted = [each for each in found if each.state not in ("ignored", "other")]
        if len(wanted) > 1:  # of packages elsewhere, only one that somebody names is meant
            outside = {*self._settings.outside()}
            wanted = [each for each in wanted if each.package not in outside] or wanted
        if found:
            best, *others = wanted or found[:1]
            return best._replace(others=tuple(each.package or "" for each in others))
        if not way:
            return Located(path, None, "directory", target=there, message="this is the target")
        return Located(path, None, "other", message="no package has anything here")

    def _by_link(self, path: str, there: str, parts: tuple[str, ...]) -> Located:
        """Tell of a path that a link of ours is at, or above."""
        if not self._settings.is_package(parts[0]):
            source = "/".join((self._settings.path_of(parts[0]), *parts[1:]))
            if exists(source):  # a link that somebody else made, and that is as it should be
                why = f"this link leads to {source}, which is in no package"
                return Located(path, None, "other", target=there, message=why)
            why = f"this link leads to {source}, but package {parts[0]} is gone"
            return Located(path, "target", "linked", parts[0], source, there, message=why)
        found = self._at_source(path, "target", parts)
        if found.target != there:
            why = f"this link leads to {found.source}, which belongs at {found.target}"
            return found._replace(state="linked", target=there, conflict=None, message=why)
        return found

    def _members_at(self, there: str, around: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """Yield the packages' members that belong at a path of the target."""
        settings = self._settings
        tree = Tree(self._directory)
        try:
            for root in around:
                way = components(there, root)
                for name in settings.available():
                    if settings.target_of(name) != root:
                        continue
                    inside = way
                    dotfiles = settings.dotfiles_of(name)
                    if settings.layout_of(name) == "named":
                        shown = to_target(name) if dotfiles else name
                        if way[:1] != (shown,):
                            continue
                        inside = way[1:]
                    try:
                        yield from _raws(tree, name, inside, dotfiles=dotfiles)
                    except OSError:
                        continue  # what cannot be looked at is told of where it is planned
        finally:
            tree.close()


def _raws(
    tree: Tree, package: str, way: Sequence[str], *, dotfiles: bool
) -> list[tuple[str, ...]]:
    """Return what in a package would appear at ``way``."""
    found: list[tuple[str, ...]] = [(package,)]
    for name in way:
        found = [
            (*above, raw)
            for above in found
            for raw in raw_candidates(name, dotfiles=dotfiles)
            if tree.kind("/".join((*above, raw))) is not None
        ]
    return found if way else []


def link_on(root: str, way: Sequence[str]) -> tuple[int, str | None]:
    """Return the first link on the way down from ``root``: which component, and its text."""
    tree = Tree(root)
    try:
        for depth in range(len(way)):
            state = tree.state("/".join(way[: depth + 1]))
            if isinstance(state, str):
                return depth, state
            if state != DIR:
                break
        return len(way), None
    finally:
        tree.close()


def _leads_somewhere(directory: str, parts: Sequence[str]) -> bool:
    tree = Tree(directory)
    try:
        return tree.exists("/".join(parts))
    finally:
        tree.close()


def _linked(found: Located) -> Located:
    """Tell of a link that is as wanted, though it may be broken."""
    message = f"linked to package {found.package}"
    if not found.exists:
        message = f"this link of package {found.package} leads to {found.source}, which is gone"
    return found._replace(state="linked", message=message)
