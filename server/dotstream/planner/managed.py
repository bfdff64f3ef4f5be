"""What is managed on this machine, and which packages a request means."""

from __future__ import annotations

from dotstream.errors import UsageError
from dotstream.light_typing import TYPE_CHECKING, NamedTuple
from dotstream.model.choice import HERE, Choosing
from dotstream.model.directory import Directory
from dotstream.model.items import Operation
from dotstream.model.options import SINGLE
from dotstream.model.status import AWAY, GONE, Unwanted

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from dotstream.config.repository import Repository
    from dotstream.config.settings import Settings
    from dotstream.model.choice import Choice
    from dotstream.model.entry import Records
    from dotstream.model.options import Action


class Managed(NamedTuple):
    """What is managed here.

    Attributes:
        names: the packages that are to be managed, as they were chosen, or linked.
        unwanted: packages with links that are not to be any more.
        moved: those of ``names`` with links in a target that is not theirs any more.
        members: those of ``names`` that came of profiles, and of everything.
        kept: those of ``names`` that came of the profile of this machine, which has none now.
    """

    names: tuple[str, ...]
    unwanted: tuple[Unwanted, ...]
    moved: tuple[Unwanted, ...]
    members: tuple[str, ...]
    kept: tuple[str, ...] = ()


class Meant(NamedTuple):
    """What a request is about.

    Attributes:
        names: packages, in order.
        unwanted: packages whose links go too.
        elsewhere: packages whose links are to go, by the target that they are in, which is
            not theirs, or not any more.
        choosing: what is remembered of the request.
        former: the targets that were the configured one before.
        places: where the package directory is, and where it was before.
        kept: packages that stay although no profile is for this machine any more.
    """

    names: tuple[str, ...]
    unwanted: tuple[Unwanted, ...]
    elsewhere: Mapping[str, Sequence[str]]
    choosing: Choosing
    former: tuple[str, ...]
    places: Sequence[str]
    kept: tuple[str, ...] = ()


def managed(settings: Settings, records: Records) -> Managed:
    """Return what is managed of a package directory."""
    linked, choice = records.linked(settings.directory), records.choice(settings.directory)
    members = [name for name in _members(settings, choice, linked) if name not in choice.without]
    wanted = dict.fromkeys((*choice.packages, *members))
    left = {*set(choice.members).difference(wanted), *choice.without}
    wanted.update(dict.fromkeys(name for name in linked if name not in left))
    names = tuple(name for name in wanted if _why_not(settings, name) is None)
    unwanted = tuple(
        Unwanted(
            name,
            _why_not(settings, name) or "no profile includes it any more",
            links,
            away=settings.is_away(name),
        )
        for name, links in linked.items()
        if name not in names and name not in choice.without and not settings.is_astray(name)
    )
    moved = tuple(_moved(settings, linked, names))
    came = tuple(name for name in members if name in names)
    adrift = HERE in choice.profiles and not settings.profiles.keys() & set(settings.here)
    kept = tuple(name for name in came if name in choice.members and name not in choice.packages)
    return Managed(names, unwanted, moved, came, kept if adrift and not settings.single else ())


def _moved(
    settings: Settings, linked: Mapping[str, Mapping[str, int]], names: Iterable[str]
) -> Iterator[Unwanted]:
    for name in names:
        target = settings.target_of(name)
        left = {root: links for root, links in linked.get(name, {}).items() if root != target}
        if left:
            yield Unwanted(name, f"its target is {target} now", left, moved=True)


def unwanted_links(
    settings: Settings, records: Records, unwanted: Iterable[Unwanted]
) -> Iterator[Operation]:
    """Yield the links of packages that are not to be any more, as they are recorded."""
    try:
        roots = {each.name: each.links for each in unwanted}
        place = Directory("/")
        for entry in records.links(settings.directory, set(roots)) if roots else ():
            if entry.root not in roots[entry.package]:
                continue
            place = place.reach(entry.root, entry.directory)
            yield Operation("keep_link", place, entry.name, entry.package, entry.text, entry.text)
    finally:
        records.close()


def _members(settings: Settings, choice: Choice, linked: Container[str]) -> Iterable[str]:
    if choice.everything and settings.why_empty() is None:
        yield from settings.select(everything=True, recorded=lambda: linked)
    for profile in choice.profiles:
        names = settings.here if profile == HERE else (profile,)
        if profile == HERE and settings.single:
            yield SINGLE
        elif not settings.profiles.keys() & set(names):
            yield from choice.members  # it is gone or renamed: what came of it stays
        for name in names:
            yield from settings.profiles.get(name, ())


def _why_not(settings: Settings, name: str) -> str | None:
    """Say why a package cannot be managed here; ``None`` if it can."""
    if not settings.is_package(name):
        away = AWAY if settings.is_away(name) else GONE
        return (None if settings.single else settings.left_out(name)) or away
    return settings.excluded(name)


def meant(
    repository: Repository,
    action: Action,
    packages: Sequence[str],
    profile: str | None,
    *,
    everything: bool,
) -> Meant:
    """Return what a request is about; see ``Client.stream``."""
    settings, records = repository.settings, repository.records()
    try:
        unwanted: tuple[Unwanted, ...] = ()
        kept: tuple[str, ...] = ()
        named = packages or profile is not None or everything
        here = managed(settings, records) if action == "remanage" and not packages else None
        if here is not None and not named and (here.names or here.unwanted):
            names, kept = here.names, here.kept
            choosing = Choosing(members=here.members, again=True)
        else:
            foreign = settings.why_foreign() if everything and action != "unmanage" else None
            if foreign is not None:
                raise UsageError(foreign)
            names = settings.select(
                packages,
                profile,
                everything=everything,
                anywhere=action == "unmanage",
                recorded=lambda: records.linked(settings.directory),
            )
            if everything and action == "unmanage":  # those that are gone, too
                names = tuple(dict.fromkeys((*names, *records.linked(settings.directory))))
            choosing = _choosing(settings, action, names, packages, profile, everything)
        if here is not None:
            unwanted = tuple(
                each for each in here.unwanted if each.name not in names and not each.away
            )
        elsewhere = _elsewhere(settings, records, names, unwanted)
        former, places = tuple(records.former), records.places_of(settings.directory)
        before = records.choice(settings.directory) if former or len(places) > 1 else None
        choosing = choosing._replace(place=repository.place, before=before)
    finally:
        records.close()
    return Meant(names, unwanted, elsewhere, choosing, former, places, kept)


def _choosing(
    settings: Settings,
    action: Action,
    names: Sequence[str],
    packages: Sequence[str],
    profile: str | None,
    everything: bool,
) -> Choosing:
    named = tuple(name for name in names if name in settings.named(packages))
    profiles = () if profile is None else (profile,)
    if not packages and profile is None and not everything:
        profiles = (HERE,)
    return Choosing(
        action == "unmanage",
        named,
        profiles,
        everything,
        tuple(name for name in names if name not in named),
    )


def _elsewhere(
    settings: Settings,
    records: Records,
    names: Sequence[str],
    unwanted: Sequence[Unwanted],
) -> Mapping[str, Sequence[str]]:
    """Return packages by the target that their links have to leave."""
    found: dict[str, list[str]] = {}
    targets = set(map(settings.target_of, names))
    moved: Iterable[Unwanted] = ()
    if len(targets) > 1 or not targets.issuperset(records.roots()):
        moved = _moved(settings, records.linked(settings.directory), names)
    for each in (*unwanted, *moved):
        for root in each.links:
            found.setdefault(root, []).append(each.name)
    return found
