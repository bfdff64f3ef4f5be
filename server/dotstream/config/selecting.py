"""Which packages a request is about: names, profiles, or everything for this machine."""

from __future__ import annotations

from dotstream.config.names import nearest, package_name, quoted
from dotstream.errors import PackageNotFound, UsageError
from dotstream.fs.files import is_directory
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.options import SINGLE
from dotstream.model.status import AWAY, GONE

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Sequence

    from dotstream.config.settings import Settings


def select(
    settings: Settings,
    names: Sequence[str],
    profile: str | None,
    recorded: Callable[[], Container[str]],
    *,
    everything: bool,
    anywhere: bool,
) -> tuple[str, ...]:
    """Return the packages that are meant; see ``Settings.select``."""
    if settings.single and not names and profile is None and not everything:
        return (SINGLE,)
    asked = _asked(settings, names, profile, recorded, everything=everything, anywhere=anywhere)
    chosen = tuple(dict.fromkeys(asked))
    missing = [name for name in chosen if not is_directory(settings.path_of(name))]
    if missing and anywhere:
        linked = recorded()
        missing = [name for name in missing if name not in linked]
    if missing:
        known = settings.available()
        near = {name: nearest(name, known, limit=3) for name in missing}
        gone = (name for name in missing if name in recorded())
        told = dict.fromkeys(gone, f"{GONE}, and unmanage removes its links")
        told.update((name, AWAY) for name in missing if settings.is_away(name))
        raise PackageNotFound(near, settings.directory, told=told)
    return chosen


def _asked(
    settings: Settings,
    names: Sequence[str],
    profile: str | None,
    recorded: Callable[[], Container[str]],
    *,
    everything: bool,
    anywhere: bool,
) -> Iterator[str]:
    """Yield what a request names, whether it exists or not."""
    for written in names:
        yield named(settings, written, anywhere=anywhere)
    if everything and not (anywhere and not is_directory(settings.directory)):
        why = settings.why_empty()
        if why is not None and not anywhere:
            raise UsageError(why)
        required = [name for name, own in settings.packages.items() if own.required]
        outside = [] if anywhere else [*settings.outside()]
        linked = recorded() if outside else ()
        inside = [each for each in settings.available() if each not in outside or each in linked]
        yield from _fitting(settings, [*inside, *required], anywhere=anywhere)
    if profile is None and (names or everything):
        return
    profiles = settings.here if profile is None else (profile,)
    if not profiles:
        raise UsageError("no packages named", remedy="name_packages")
    for each in profiles:
        yield from _fitting(settings, _members(settings, each), anywhere=anywhere)


def named(settings: Settings, written: str, *, anywhere: bool) -> str:
    """Return the name of a package as it is written, if it can be meant.

    Raises:
        UsageError: it cannot.
    """
    if settings.single:
        if written.rstrip("/") == SINGLE:
            return SINGLE
        itself = f"{settings.directory} is itself the one package, {SINGLE!r}"
        raise UsageError(f"there is no package {quoted(written)}: {itself}")
    name = package_name(written, settings.available)
    if anywhere:
        return name
    why = settings.left_out(name)
    if why is not None:
        from dotstream.config.why_not import no_package

        raise no_package(settings, name, why)
    why = settings.excluded(name)
    if why is not None:
        raise UsageError(f"package {name!r} is not for this machine: {why}")
    return name


def _fitting(settings: Settings, names: Iterable[str], *, anywhere: bool) -> Iterator[str]:
    return (
        name
        for name in names
        if anywhere or (settings.left_out(name) is None and settings.excluded(name) is None)
    )


def _members(settings: Settings, profile: str) -> tuple[str, ...]:
    if profile in settings.profiles:
        return settings.profiles[profile]
    from dotstream.config.why_not import no_profile

    raise no_profile(settings.profiles, profile)
