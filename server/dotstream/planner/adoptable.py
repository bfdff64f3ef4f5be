"""Which paths can be adopted: what is in the target, and what packages have there already."""

from __future__ import annotations

from contextlib import closing

from dotstream.errors import HeldElsewhere, UsageError
from dotstream.fs.look import canonical
from dotstream.fs.places import components, within
from dotstream.light_typing import TYPE_CHECKING, NamedTuple
from dotstream.model.directory import Directory
from dotstream.model.options import AS_CONFIGURED, SINGLE
from dotstream.planner.clones import GIT
from dotstream.planner.locate import link_on
from dotstream.planner.ownership import native_ownership
from dotstream.planner.release import Managed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from dotstream.config.repository import Repository
    from dotstream.planner.ownership import Ownership


class Adoptable(NamedTuple):
    """What was asked for.

    Attributes:
        paths: what no package has, relative to the target.
        managed: what other packages have.
    """

    paths: list[str]
    managed: list[Managed]


def adoptable(
    repository: Repository,
    paths: Sequence[str | PathLike[str]],
    target: str,
    *,
    into: str | None,
    out: bool = False,
) -> Adoptable:
    """Look where paths really are, patterns expanded.

    Args:
        into: the package that was named; none takes nothing away from another.
        out: only what packages have is meant.

    Raises:
        UsageError: one of them is not in the target, or really is in the package directory or
            the state directory, by whichever way it was named.
    """
    found = Adoptable([], [])
    with closing(repository.records()) as records:
        ownership = native_ownership(repository.settings, records.package_directories)
        for match in repository.places.matches(paths, target):
            managed = None
            if out or into is not None:
                managed = _managed(repository, ownership, match, target)
            if managed is not None and (out or managed.package != into):
                found.managed.append(managed)
                continue
            full = repository.places.lexical(match)
            leads = "" if full == match else f" (it leads to {full})"
            if out:
                raise UsageError(f"{match}{leads}: no package has it here")
            why = _why_not(repository, full)
            if why is not None:
                raise UsageError(f"{match}{leads}: {why}")
            if full == target:
                raise UsageError(f"{match}{leads}: it is the target itself; name what is in it")
            if not within(full, target):
                raise UsageError(f"{match} is not inside the target {target}{leads}")
            found.paths.append("/".join(components(full, target)))
    if not (found.paths or found.managed):
        named = ", ".join(map(str, paths))
        raise UsageError(f"{named}: nothing matches" if named else "no paths named")
    return found


def _managed(
    repository: Repository, ownership: Ownership, path: str, target: str
) -> Managed | None:
    """Return which package has a path of the target, by a link at it or above it."""
    there = repository.places.below(path, {target})
    if not within(there, target):
        return None
    way = components(there, target)
    depth, text = link_on(target, way)
    if text is None:
        return None
    owner = ownership.owner(Directory(target).descend("/".join(way[:depth])), text)
    if owner is None:
        return None
    rest = "/".join(way[depth + 1 :])
    if owner.stow_dir != repository.directory:
        holder = repository.lookup(AS_CONFIGURED)(owner.stow_dir, owner.package)
        raise HeldElsewhere(path, holder.name, owner.stow_dir)
    if not owner.path and not rest:
        return None  # a link to the package itself
    member = f"{owner.full}/{rest}" if rest else owner.full
    return Managed(owner.package, "/".join(way[: depth + 1]), rest, member)


def _why_not(repository: Repository, full: str) -> str | None:
    """Return why what is really at ``full`` cannot be adopted; ``None`` if it can be."""
    directory, settings = repository.directory, repository.settings
    if full == repository.root or within(full, canonical(repository.state)):
        return "dotstream itself needs it there"
    # A home has a .stowrc, too, that names another directory; what else is there is not ours.
    around = directory if within(settings.target, repository.root) else repository.root
    if not within(full, around):
        return None
    parts = components(full, directory) if within(full, directory) else ()
    if settings.single:
        parts = (SINGLE, *parts)
    if not parts or not settings.is_package(parts[0]) or GIT in parts:
        return "it is the repository's own, and stays there"
    if len(parts) == 1:
        return f"it is package {parts[0]} itself"
    return (
        f"package {parts[0]} has it already; to move it, name its place in the target "
        "and another package"
    )
