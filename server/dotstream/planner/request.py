"""A request for a plan in a user's words, and the plan of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dotstream.errors import UsageError
from dotstream.fs.files import is_directory
from dotstream.fs.places import components, within
from dotstream.model.cancel import CancellationToken
from dotstream.model.options import SINGLE
from dotstream.model.plan import Metadata
from dotstream.model.wish import Wish
from dotstream.planner.foresight import ground
from dotstream.planner.groups import Group, plan_groups
from dotstream.planner.names import to_package

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from os import PathLike

    from dotstream.config.repository import Repository
    from dotstream.config.settings import Settings
    from dotstream.model.member import Member
    from dotstream.model.options import Action, Options, Package, Preferences
    from dotstream.planner.scan import Scan
    from dotstream.planner.stream import StreamingPlan

__all__ = ["Asked", "narrowed", "plan_adoption", "plan_packages", "plan_steps", "scan_packages"]


class Asked(NamedTuple):
    """Which packages are meant, and how; see ``Client.stream``."""

    packages: Sequence[str]
    profile: str | None
    everything: bool
    prefer: Preferences
    cancel: CancellationToken | None

    def names(self, settings: Settings, *, anywhere: bool) -> tuple[str, ...]:
        """Return the packages; see ``Settings.select``."""
        return settings.select(
            self.packages, self.profile, everything=self.everything, anywhere=anywhere
        )


def plan_packages(
    repository: Repository,
    action: Action,
    asked: Asked,
    *,
    path: str | PathLike[str] | None = None,
    members: Iterable[Member] | None = None,
) -> StreamingPlan:
    """Plan an action for packages; see ``Client.stream`` and ``Client.stream_members``."""
    settings, prefer = repository.settings, asked.prefer
    names = asked.names(settings, anywhere=action == "unmanage")
    groups = repository.groups(action, names, prefer)
    options, cancel = settings.options(prefer), asked.cancel or CancellationToken()
    wanted = {group.target for group in groups}
    grounds = {ground(each, settings.target) for each in wanted if not is_directory(each)}
    targets = tuple(sorted(wanted | grounds))
    only: tuple[str, ...] = ()
    if path is not None:
        groups, only = narrowed(repository, groups, path)
    selection = None
    if members is not None:
        from dotstream.planner.chosen import Selection

        packages = [settings.package(name, prefer) for name in names]
        selection = Selection(members, packages, options, cancel)
    return plan_groups(
        Metadata(
            action,
            names,
            repository.directory,
            settings.target,
            options,
            targets=targets,
            wishes=_heeded(settings, action, names, prefer),
        ),
        groups,
        lookup=repository.lookup(prefer),
        cancel=cancel,
        only=only,
        records=repository.records(),
        selection=selection,
    )


def _heeded(
    settings: Settings, action: Action, names: Sequence[str], prefer: Preferences
) -> tuple[Wish, ...]:
    if action == "unmanage" or not settings.wishes:
        return ()
    return Wish.of(settings.wishes, names, policies=prefer.on_conflict is None)


def narrowed(
    repository: Repository, groups: list[Group], path: str | PathLike[str]
) -> tuple[list[Group], tuple[str, ...]]:
    """Return the one group that a path is in, if any, and the path's components there."""
    wanted = repository.places.below(path, {group.target for group in groups})
    around = [group for group in groups if within(wanted, group.target)]
    if not around:
        return [], ()
    group = max(around, key=lambda group: len(group.target))
    return [group], components(wanted, group.target)


def plan_adoption(
    repository: Repository,
    paths: Sequence[str | PathLike[str]],
    *,
    package: str | None,
    prefer: Preferences,
    cancel: CancellationToken | None,
) -> StreamingPlan:
    """Plan to move what is in the target into a package; see ``Client.stream_adopt``."""
    from dotstream.planner.adopt import adopt, suggest_package

    settings = repository.settings
    options = settings.options(prefer)
    target = repository.existing_target(settings.target)
    inside = repository.places.inside(paths, target)
    if package is None:
        package = SINGLE if settings.single else suggest_package(inside)
        if package is None:
            raise UsageError("these paths have no name in common", remedy="name_package")
        if (prefer.layout or settings.layout) == "named":
            package = to_package(inside[0].partition("/")[0]) or package
    into = repository.named(package, prefer)
    return plan_groups(
        Metadata(
            "adopt",
            (into.name,),
            repository.directory,
            settings.target,
            options,
            wishes=_heeded(settings, "adopt", (into.name,), prefer),
        ),
        [Group(target)],
        lookup=repository.lookup(prefer),
        cancel=cancel or CancellationToken(),
        plan=lambda farm, _: adopt(farm, into, inside, keep=(repository.state,)),
    )


def plan_steps(
    directory: str,
    *,
    unmanage: Sequence[Package],
    manage: Sequence[Package],
    options: Options,
    target: str,
    lookup: Callable[[str, str], Package],
    cancel: CancellationToken,
) -> StreamingPlan:
    """Plan packages that are already resolved: first unlink in order, then link in order.

    What GNU Stow's command line asks for; no configuration is read.
    """
    names = tuple(dict.fromkeys(package.name for package in (*unmanage, *manage)))
    action: Action = "remanage" if unmanage and manage else "manage"
    if unmanage and not manage:
        action = "unmanage"
    return plan_groups(
        Metadata(action, names, directory, target, options),
        [Group(target, manage, list(enumerate(unmanage)))],
        lookup=lookup,
        cancel=cancel,
    )


def scan_packages(repository: Repository, asked: Asked) -> Scan:
    """Stream what packages have; see ``Client.scan``."""
    from dotstream.planner.scan import Scan

    settings, prefer = repository.settings, asked.prefer
    names = asked.names(settings, anywhere=False)
    return Scan(
        [(settings.package(name, prefer), settings.target_of(name)) for name in names],
        directory=repository.directory,
        options=settings.options(prefer),
        lookup=repository.lookup(prefer),
        cancel=asked.cancel or CancellationToken(),
    )
