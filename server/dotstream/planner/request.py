"""A request for a plan in a user's words, and the plan of it."""

from __future__ import annotations

from dotstream.errors import UsageError
from dotstream.fs.files import is_directory
from dotstream.fs.look import canonical
from dotstream.fs.places import components, within
from dotstream.light_typing import TYPE_CHECKING, NamedTuple
from dotstream.model.cancel import CancellationToken
from dotstream.model.choice import Choosing
from dotstream.model.items import Notice
from dotstream.model.options import SINGLE
from dotstream.model.plan import Metadata
from dotstream.model.wish import Wish
from dotstream.planner.foresight import ground
from dotstream.planner.groups import Group, plan_groups
from dotstream.planner.managed import meant
from dotstream.planner.naming import to_package

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from os import PathLike

    from dotstream.config.repository import Repository
    from dotstream.config.settings import Settings
    from dotstream.model.items import Item, ScanError
    from dotstream.model.member import Member
    from dotstream.model.options import Action, Options, Package, Preferences
    from dotstream.model.run import Run
    from dotstream.model.status import Unwanted
    from dotstream.planner.adoptable import Adoptable
    from dotstream.planner.farm import Farm
    from dotstream.planner.managed import Meant
    from dotstream.planner.scan import Scan
    from dotstream.planner.stream import StreamingPlan


_FOR_PACKAGES = ("manage", "unmanage", "remanage")


class Asked(NamedTuple):
    """Which packages are meant, and how; see ``Client.stream``."""

    packages: Sequence[str]
    profile: str | None
    everything: bool
    prefer: Preferences
    cancel: CancellationToken | None

    def meant(self, repository: Repository, action: Action) -> Meant:
        """Return what is meant; see ``planner.managed``.

        Raises:
            UsageError: the action is none that is planned for packages, or one name came as them.
        """
        if action not in _FOR_PACKAGES:
            known = ", ".join(_FOR_PACKAGES)
            raise UsageError(f"the action cannot be {action!r}; it can be {known}")
        if isinstance(self.packages, str):
            raise UsageError(f"packages come as a list of names: [{self.packages!r}]")
        return meant(repository, action, self.packages, self.profile, everything=self.everything)


def plan_packages(
    repository: Repository,
    action: Action,
    asked: Asked,
    *,
    path: str | PathLike[str] | None = None,
    members: Iterable[Member] | None = None,
) -> StreamingPlan:
    """Plan an action for packages; see ``Client.stream`` and ``Client.stream_members``."""
    if action == "unmanage":
        repository.do_without()
    settings, prefer = repository.settings, asked.prefer
    options, cancel = settings.options(prefer), asked.cancel or CancellationToken()
    names, unwanted, elsewhere, choosing, former, places, kept = asked.meant(repository, action)
    unread: list[ScanError] = []
    groups = repository.groups(action, names, prefer, elsewhere, places, unread=unread)
    wanted = {group.target for group in groups}
    if action != "unmanage":
        repository.require_home(wanted)
    grounds = {ground(each, settings.target) for each in wanted if not is_directory(each)}
    targets = tuple(sorted({*wanted, *grounds, *former}))
    only: tuple[str, ...] = ()
    whole = path is None and members is None and not prefer.where
    if path is not None:
        groups, only = narrowed(repository, groups, path)
        if groups:
            options = options._replace(path="/".join((groups[0].target.rstrip("/"), *only)))
    selection = None
    if members is not None:
        from dotstream.planner.chosen import Selection

        packages = [settings.package(name, prefer) for name in names]
        selection = Selection(members, packages, options, cancel)
    return plan_groups(
        Metadata(
            action,
            (*names, *(each.name for each in unwanted)),
            repository.directory,
            settings.target,
            options,
            targets=targets,
            wishes=_heeded(settings, action, names, prefer),
            choosing=choosing if whole else None,
            former=former if whole else (),
            leaving=elsewhere,
        ),
        groups,
        lookup=repository.lookup(prefer),
        cancel=cancel,
        only=only,
        records=repository.records(),
        selection=selection,
        notices=[
            *unread,
            *(_outside(settings, names) if asked.everything and action != "unmanage" else ()),
            *_adrift(settings, kept),
            *(_unwanted(settings, each) for each in unwanted),
        ],
        state=repository.state,
    )


def _unwanted(settings: Settings, package: Unwanted) -> Notice:
    why = f"package {package.name}: {package.reason}, so its links are removed"
    return Notice(f"{settings.directory.rstrip('/')}/{package.name}", why)


def _outside(settings: Settings, names: Sequence[str]) -> Iterator[Notice]:
    for name in settings.outside():
        if name not in names:
            path = settings.path_of(name)
            why = (
                f"it is a link out of this repository, to {canonical(path)}: name it to manage it"
            )
            yield Notice(path, f"package {name} is left out: {why}")


def _adrift(settings: Settings, kept: Sequence[str]) -> Iterator[Notice]:
    if kept:
        why = f"no profile is for this machine ({settings.hostname}) any more"
        what = f"until you choose another or unmanage them, these stay linked: {' '.join(kept)}"
        yield Notice(settings.path or settings.directory, f"{why}; {what}")


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
    whole: bool,
    prefer: Preferences,
    cancel: CancellationToken | None,
) -> StreamingPlan:
    """Plan to move what is in the target into a package; see ``Client.stream_adopt``."""
    from dotstream.planner.adopt import adopt, suggest_package
    from dotstream.planner.adoptable import adoptable

    settings = repository.settings
    target = repository.existing_target(
        settings.target if package is None else settings.target_of(package)
    )
    found = adoptable(repository, paths, target, into=package)
    if package is None:
        package = SINGLE if settings.single else suggest_package(found.paths)
        if package is None:
            raise UsageError("these paths have no name in common", remedy="name_package")
        if (prefer.layout or settings.layout) == "named":
            package = to_package(found.paths[0].partition("/")[0]) or package
        if settings.target_of(package) != target:
            target, found = _in_its_own_target(repository, paths, package)
        _require_free(repository, target, found.paths, package)
    into, keep = repository.named(package, prefer), (repository.root, canonical(repository.state))
    without = _without(repository, prefer)
    return _moving(
        repository,
        (into.name,),
        target,
        lambda farm, _: adopt(
            farm,
            into,
            found.paths,
            keep=keep,
            whole=whole,
            managed=found.managed,
            without=without,
        ),
        prefer=prefer,
        cancel=cancel,
    )


def _require_free(
    repository: Repository, target: str, paths: Sequence[str], package: str
) -> None:
    """Refuse paths that another package has a file for: two of them would want one path.

    Raises:
        UsageError: one of them is such a path, and nobody named a package.
    """
    from dotstream.planner.locate import locate

    for path in paths:
        found = locate(repository, f"{target}/{path}")
        if found.state == "conflict" and found.package not in {None, package}:
            why = (
                f"{found.path}: package {found.package} already has {found.source} for this path"
            )
            raise UsageError(why, remedy="name_package")


def _in_its_own_target(
    repository: Repository, paths: Sequence[str | PathLike[str]], package: str
) -> tuple[str, Adoptable]:
    """Return the target of a package that nobody named, and what of it is to be adopted.

    Raises:
        UsageError: the paths are not in there.
    """
    from dotstream.planner.adoptable import adoptable

    target = repository.settings.target_of(package)
    try:
        return target, adoptable(repository, paths, repository.existing_target(target), into=None)
    except UsageError:
        why = f"by its name this would go into package {package}, which is for {target}"
        raise UsageError(why, remedy="name_package") from None


def plan_release(
    repository: Repository,
    paths: Sequence[str | PathLike[str]],
    *,
    prefer: Preferences,
    cancel: CancellationToken | None,
) -> StreamingPlan:
    """Plan to move members of packages out; see ``Client.stream_release``."""
    from dotstream.planner.adoptable import adoptable
    from dotstream.planner.release import release

    target = repository.existing_target(repository.settings.target)
    moves = adoptable(repository, paths, target, into=None, out=True).managed
    without = _without(repository, prefer)
    return _moving(
        repository,
        tuple(sorted({move.package for move in moves})),
        target,
        lambda farm, _: release(farm, moves, without=without, take=None),
        prefer=prefer,
        cancel=cancel,
    )


def _moving(
    repository: Repository,
    names: tuple[str, ...],
    target: str,
    plan: Callable[[Farm, Group], Iterator[Item | Run]],
    *,
    prefer: Preferences,
    cancel: CancellationToken | None,
) -> StreamingPlan:
    settings = repository.settings
    return plan_groups(
        Metadata(
            "adopt",
            names,
            repository.directory,
            settings.target,
            settings.options(prefer),
            targets=(target,),
            wishes=_heeded(settings, "adopt", names, prefer),
            choosing=Choosing(packages=names),
        ),
        [Group(target)],
        lookup=repository.lookup(prefer),
        cancel=cancel or CancellationToken(),
        plan=plan,
        state=repository.state,
    )


def _without(
    repository: Repository, prefer: Preferences
) -> Callable[[str, Callable[[str], bool]], Package]:
    """Return what gives a package as if it had only the paths that a test says it has."""
    return lambda name, where: repository.named(name, prefer._replace(where=where))


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
    options = settings.options(prefer)
    names = settings.select(asked.packages, asked.profile, everything=asked.everything)
    return Scan(
        [(settings.package(name, prefer), settings.target_of(name)) for name in names],
        directory=repository.directory,
        options=options,
        lookup=repository.lookup(prefer),
        cancel=asked.cancel or CancellationToken(),
    )
