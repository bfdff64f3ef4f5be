"""Why packages cannot be meant: none is there, called so or let in; or no such profile."""

from __future__ import annotations

from itertools import islice

from dotstream.config.discover import LOCAL_NAME, STOWRC_NAME, is_marked
from dotstream.config.names import nearest
from dotstream.config.positions import locate
from dotstream.config.reading import read_config
from dotstream.config.survey import foreign_source, looks_single, mirrors_home
from dotstream.config.variables import is_of_programs
from dotstream.errors import UsageError
from dotstream.fs.files import subdirectories
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from dotstream.config.settings import Settings

_NAMED = 10  # profiles, in a message


def why_empty(settings: Settings) -> str:
    """Say that there are no packages, and what that may mean."""
    none = f"there are no packages in {settings.directory}"
    others = subdirectories(settings.directory)
    if others:
        why = settings.left_out(others[0])
        tool = foreign_source(settings.directory)
        source = f"; it looks as if it is laid out for {tool}" if tool else ""
        return f"{none}: {settings.path} leaves all directories out ({others[0]}: {why}){source}"
    if not looks_single(settings.directory):
        return none
    return f"{none}: it looks like one itself, as with \"stow .\"; 'dotstream init' says so"


def why_foreign(settings: Settings) -> str | None:
    """Say so if nothing marks this as a package directory, and something else uses it."""
    stows = settings.path is not None and settings.path.endswith(f"/{STOWRC_NAME}")
    native = settings.path is not None and not stows
    if not native and settings.available() and mirrors_home(settings.directory):
        itself = f'{settings.directory} looks like one package itself, as with "stow ."'
        return f"{itself}: name those that are, or have 'dotstream init' look at it"
    if settings.path is not None or is_marked(settings.directory):
        return None
    if is_of_programs(settings.directory, home=settings.home, environ={}):
        return f"{settings.directory} is where programs keep their files: name the packages in it"
    tool = foreign_source(settings.directory)
    if tool is None:
        return None
    source = f"{settings.directory} looks as if it is laid out for {tool}, not as packages"
    return f"{source}: name those that are, or have 'dotstream init' look at it"


def no_package(settings: Settings, name: str, why: str) -> UsageError:
    """Return the error that a directory is left out, and where it can be taken in."""
    key = why.partition(" ")[0]
    how = "take that out of" if key == "exclude" else "add it to"
    local = f"{settings.root.rstrip('/')}/{LOCAL_NAME}"
    text = read_config(local)
    says = text is not None and locate(text, (key,), value=True) is not None
    where = f"{key} in {local if says else settings.path}"
    return UsageError(f"{name!r} is no package: {why}; to make it one, {how} {where}")


def no_profile(profiles: Collection[str], name: str) -> UsageError:
    """Return the error that there is no profile of that name, and which there are."""
    if not profiles:
        return UsageError(f"no profile {name!r}: no profiles are defined")
    near = nearest(name, profiles)
    there = " or ".join(islice(profiles, _NAMED))
    more = " and others" if len(profiles) > _NAMED else ""
    hint = f"did you mean {near[0]!r}?" if near else f"there are {there}{more}"
    return UsageError(f"no profile {name!r}; {hint}")
