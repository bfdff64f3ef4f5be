"""Loading the settings of a package directory."""

from __future__ import annotations

import posixpath
from types import MappingProxyType

from dotstream.config.discover import (
    CONFIG_NAME,
    LOCAL_NAME,
    STOWRC_NAME,
    is_marked,
    locate,
    named_outside,
)
from dotstream.config.profiles import Profiles, on_host, on_platform
from dotstream.config.reading import read_config, says_nothing
from dotstream.config.settings import PackageSettings, Settings
from dotstream.errors import ConfigError, UsageError
from dotstream.fs.files import is_directory, present
from dotstream.fs.look import canonical
from dotstream.fs.places import outside, within
from dotstream.fs.process import home_of
from dotstream.light_typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast
from dotstream.model.wish import Wish

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dotstream.config.discover import Location
    from dotstream.config.stow_arguments import StowArguments
    from dotstream.model.options import Folding, Layout, LinkStyle, Policy


def load(
    directory: str,
    *,
    home: str,
    environ: Mapping[str, str],
    hostname: str,
    platform: str,
    target: str | None = None,
) -> Settings:
    """Load the settings of the package directory at ``directory``.

    They come from its ``dotstream.toml``, and what ``dotstream.local.toml`` beside it says
    instead; without one from the ``.stowrc`` there and the user's own, with Stow's defaults.
    Those hold for a directory with Stow's marker as well.  For any other they are dotstream's
    own; but outside the home the target is the directory above it, as in Stow.

    Args:
        directory: the package directory, or the one that names it.
        home: what ``~`` stands for.
        environ: the variables that a target may refer to.
        hostname: the name of this machine.
        platform: the kind of its system, such as ``linux``.
        target: an absolute path, used instead of any target that the settings name, also
            for single packages.

    Raises:
        UsageError: there is no such directory.
        ConfigError: a file is wrong; the first problem is named with its position.
        PermissionRefused: a file may not be read.
    """
    location = locate(directory, home=home, environ=environ)
    if not is_directory(directory):
        raise _missing(location)
    here = _Place(location, home, environ, hostname, platform)
    forced = None if target is None else canonical(target)
    path = here.file(CONFIG_NAME)
    text = read_config(path)
    if text is not None:
        if (named := named_outside(location.root)) is not None:  # a stranger's idea, maybe
            raise _wrong_directory(
                location,
                f"the package directory {named} is not in {location.root}",
                "name one in there; packages elsewhere need a file of their own",
            )
        return _from_toml(text, path, here, forced)
    if location.directory == canonical(home):
        raise UsageError(
            f"{location.directory} is your home, not a package directory: name another"
        )
    found = _stow_options(here)
    if found is not None:
        return _as_stow(found, here, forced)
    inside = within(location.directory, canonical(home))
    return Settings(
        location.directory,
        forced or (canonical(home) if inside else posixpath.dirname(location.directory)),
        home,
        location.root,
        hostname=hostname,
        platform=platform,
    )


def _missing(location: Location) -> UsageError:
    """Say that there is no package directory, and who names it."""
    named = present(f"{location.root.rstrip('/')}/{CONFIG_NAME}")
    if not named or location.root == location.directory:
        return UsageError(
            f"no package directory at {location.directory}", remedy="name_directory"
        )
    why = f"there is no directory {location.directory}"
    return _wrong_directory(location, why, "correct it, or make the directory")


def _wrong_directory(location: Location, why: str, hint: str) -> ConfigError:
    """Say what is wrong with the package directory that a ``dotstream.toml`` names."""
    from dotstream.config.document import error_at

    path = f"{location.root.rstrip('/')}/{CONFIG_NAME}"
    return error_at(read_config(path) or "", ("directory",), why, path=path, hint=hint)


def target_path(written: str, *, directory: str, home: str, environ: Mapping[str, str]) -> str:
    """Return the canonical path that a target written in the file at ``directory`` means.

    Raises:
        KeyError: it needs a variable that is not set, or a user who does not exist; its
            argument is ``$NAME`` or ``~NAME``.
    """
    return canonical(_expanded(written, directory=directory, home=home, environ=environ))


def _expanded(written: str, *, directory: str, home: str, environ: Mapping[str, str]) -> str:
    from dotstream.config.variables import expand

    path = expand(written, environ=environ, home=home, home_of=home_of)
    return posixpath.join(directory, path)


class _Place(NamedTuple):
    """The package directory and the machine it is on."""

    location: Location
    home: str
    environ: Mapping[str, str]
    hostname: str
    platform: str

    def file(self, name: str) -> str:
        """Return the path of a configuration file."""
        return f"{self.location.root.rstrip('/')}/{name}"

    def resolve(self, written: str) -> str:
        """Return the path that a target stands for; links into packages are not followed.

        Raises:
            KeyError: it cannot be told.
        """
        path = _expanded(
            written, directory=self.location.root, home=self.home, environ=self.environ
        )
        return outside(path, self.location.directory)

    def choice(self, table: Mapping[str, str]) -> str | None:
        """Return the key of a table that is for this machine: its host, or else its platform."""
        from dotstream.config.schema import PLATFORMS

        hosts = (key for key in table if key not in PLATFORMS)
        fitting = next((key for key in hosts if on_host(self.hostname, (key,))), None)
        systems = (key for key in table if on_platform(self.platform, (key,)))
        return fitting or next(systems, None)


def _parsed(
    text: str, path: str, base: Mapping[str, object] = MappingProxyType({})
) -> Mapping[str, object]:
    if says_nothing(text):
        return {}
    from dotstream.config.document import parse

    return parse(text, path=path, base=base)


def _from_toml(text: str, path: str, here: _Place, forced: str | None) -> Settings:
    main = _parsed(text, path)
    layers = [(main, text, path)]
    document = main
    local = read_config(here.file(LOCAL_NAME))
    if local is not None:
        over = _parsed(local, here.file(LOCAL_NAME), main)
        layers.insert(0, (over, local, here.file(LOCAL_NAME)))
        document = _merged(main, over)

    def target(*keys: str) -> str | None:
        return forced or _target(layers, keys, here)

    def own(name: str) -> tuple[str | None, ConfigError | None]:
        try:
            return target("packages", name, "target"), None
        except ConfigError as unset:
            return None, unset  # of what only this package needs, the others know nothing

    packages = {
        name: _package(table, *own(name))
        for name, table in _section(document, "packages").items()
    }
    settings = Settings(
        directory=here.location.directory,
        root=here.location.root,
        target=target("target") or canonical(here.home),
        home=here.home,
        hostname=here.hostname,
        platform=here.platform,
        dotfiles=document.get("dotfiles", True) is True,
        layout=cast("Layout", _string(document, "layout") or "mirror"),
        link=cast("LinkStyle", _string(document, "link") or "relative"),
        include=_strings(document, "include"),
        exclude=_strings(document, "exclude"),
        folding=cast("Folding", _string(document, "folding") or "safe"),
        never_fold=_strings(document, "never-fold"),
        ignore=_strings(document, "ignore"),
        ignore_regex=_strings(document, "ignore-regex"),
        on_conflict=cast("Policy", _string(document, "on-conflict") or "fail"),
        packages=packages,
        profiles=_profiles(_section(document, "profiles")),
        fitting=tuple(_fitting(_section(document, "profiles"), here)),
        path=path,
    )
    return settings._replace(wishes=tuple(_wishes(settings, forced)))


_Layer: TypeAlias = "tuple[Mapping[str, object], str, str]"
"""A document, its text and its path."""


def _merged(main: Mapping[str, object], over: Mapping[str, object]) -> Mapping[str, object]:
    """Return a document with what another says instead, key by key."""
    merged = {**main, **over}
    for section in ("packages", "profiles"):
        tables, others = _section(main, section), _section(over, section)
        merged[section] = {
            name: {**tables.get(name, {}), **others.get(name, {})}
            for name in {**tables, **others}
        }
    return merged


def _target(layers: Sequence[_Layer], keys: tuple[str, ...], here: _Place) -> str | None:
    """Return the target at ``keys``, from the first document that has one for this machine.

    Raises:
        ConfigError: it needs what there is not.
    """
    for document, text, path in layers:
        value: object = document
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, dict):
            name = here.choice(value)
            keys, value = (*keys, name or ""), value.get(name)
        if isinstance(value, str):
            try:
                return here.resolve(value)
            except KeyError as error:
                raise _unknown(str(error.args[0]), text, keys, path) from None
    return None


def _unknown(what: str, text: str, keys: tuple[str, ...], path: str) -> ConfigError:
    from dotstream.config.document import error_at

    message, hint = unknown(what)
    return error_at(text, keys, message, path=path, hint=hint)


def unknown(what: str) -> tuple[str, str]:
    """Say that there is no such variable or user, and what to do about it."""
    if what.startswith("~"):
        return (
            f"there is no user {what[1:]}",
            f"write \\\\{what} for a ~ that is part of the name",
        )
    name = what[1:]
    return (
        f"the variable {what} is not set",
        f"set it, write ${{{name}:-default}}, or \\\\{what} for a $ that is part of the name",
    )


def _wishes(settings: Settings, forced: str | None) -> Iterator[Wish]:
    """Yield what a file asks for beyond links in the home; a target of the user's is no wish."""
    all_packages = (None, PackageSettings(settings.target, on_conflict=settings.on_conflict))
    home = canonical(settings.home)
    for name, own in (all_packages, *settings.packages.items()):
        if own.target is not None and forced is None and not within(own.target, home):
            yield Wish("target", own.target, name)
        if own.on_conflict is not None and Wish.is_policy(own.on_conflict):
            yield Wish("on-conflict", own.on_conflict, name)
        yield from (Wish("after", command, name) for command in own.after)


def _package(
    table: Mapping[str, object], target: str | None, unset: ConfigError | None
) -> PackageSettings:
    return PackageSettings(
        target=target,
        unset=unset,
        ignore=_strings(table, "ignore"),
        platforms=_strings(table, "platforms"),
        hosts=_strings(table, "hosts"),
        required=table.get("required") is True,
        after=_strings(table, "after"),
        on_conflict=cast("Policy | None", _string(table, "on-conflict")),
        folding=cast("Folding | None", _string(table, "folding")),
        never_fold=_strings(table, "never-fold"),
        dotfiles=cast("bool | None", table.get("dotfiles")),
        layout=cast("Layout | None", _string(table, "layout")),
        link=cast("LinkStyle | None", _string(table, "link")),
    )


def _profiles(tables: Mapping[str, Mapping[str, object]]) -> Profiles:
    def parents(table: Mapping[str, object]) -> tuple[str, ...]:
        one = _string(table, "extends")
        return (one,) if one else _strings(table, "extends")

    return Profiles(
        {name: (parents(table), _strings(table, "packages")) for name, table in tables.items()}
    )


def _fitting(tables: Mapping[str, Mapping[str, object]], here: _Place) -> Iterator[str]:
    """Yield the profiles that name this machine or its system, and no other."""
    for name, table in tables.items():
        platforms, hosts = _strings(table, "platforms"), _strings(table, "hosts")
        if (
            (platforms or hosts)
            and (not platforms or on_platform(here.platform, platforms))
            and (not hosts or on_host(here.hostname, hosts))
        ):
            yield name


def _stow_options(here: _Place) -> StowArguments | None:
    """Return the options that Stow would take from files here; ``None`` if it is not Stow's."""
    from dotstream.config.stow_arguments import StowArguments

    root, directory = here.location
    found = StowArguments() if is_marked(directory) else None
    for place in dict.fromkeys((canonical(here.home), root)):
        if not present(f"{place}/{STOWRC_NAME}"):
            continue
        from dotstream.config.stowrc import read_stowrc, require_expressions

        read = read_stowrc(place, home=here.home, environ=here.environ)
        if read is not None:
            require_expressions(read, f"{place}/{STOWRC_NAME}")
            found = (found or StowArguments()).then(read)
    return found


def _as_stow(found: StowArguments, here: _Place, forced: str | None) -> Settings:
    """Return what Stow would do here, so that adding dotstream changes no tree."""
    root, directory = here.location
    path = here.file(STOWRC_NAME)
    own = present(path)
    target = canonical(posixpath.join(root, found.target or posixpath.join(directory, "..")))
    settings = Settings(
        directory,
        forced or target,
        here.home,
        root,
        hostname=here.hostname,
        platform=here.platform,
        dotfiles=found.dotfiles,
        folding="never" if found.no_folding else "always",
        path=path if own else None,
        ignore_regex=found.ignore,
        defer=found.defer,
        override=found.override,
    )
    if found.target is None or not own:  # Stow's own default, or the user's own choice
        return settings
    return settings._replace(wishes=tuple(_wishes(settings, forced)))


# The document has been checked against the schema: what is there has its right type.


def _string(table: Mapping[str, object], key: str) -> str | None:
    value = table.get(key)
    return value if isinstance(value, str) else None


def _strings(table: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = table.get(key)
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _section(document: Mapping[str, object], name: str) -> Mapping[str, Mapping[str, object]]:
    return cast("Mapping[str, Mapping[str, object]]", document.get(name, {}))
