"""Loading the settings of a package directory."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple, cast

from dotstream.config.discover import CONFIG_NAME
from dotstream.config.profiles import Profiles
from dotstream.config.settings import PackageSettings, Settings
from dotstream.errors import ConfigError, PermissionRefused, UsageError
from dotstream.fs.files import is_directory, read_bytes
from dotstream.fs.look import canonical
from dotstream.fs.oserror import is_permission, reason
from dotstream.fs.places import within
from dotstream.fs.process import home_of
from dotstream.model.wish import Wish

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dotstream.model.options import Folding, Layout, LinkStyle, Policy

__all__ = ["STOWRC_NAME", "load", "read_config", "target_path"]

STOWRC_NAME = ".stowrc"


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

    They come from its ``dotstream.toml``; without one from its ``.stowrc``, with Stow's
    defaults; without either they are the defaults.

    Args:
        directory: the package directory.
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
    if not is_directory(directory):
        raise UsageError(f"no package directory at {directory}", remedy="name_directory")
    here = _Place(canonical(directory), home, environ, hostname, platform)
    forced = None if target is None else canonical(target)
    path = f"{here.directory.rstrip('/')}/{CONFIG_NAME}"
    text = read_config(path)
    if text is not None:
        return _from_toml(text, path, here, forced)
    path = f"{here.directory.rstrip('/')}/{STOWRC_NAME}"
    text = read_config(path)
    if text is not None:
        return _from_stowrc(text, path, here, forced)
    return Settings(
        here.directory, forced or canonical(home), home, hostname=hostname, platform=platform
    )


def read_config(path: str) -> str | None:
    """Return the text of a configuration file, or ``None`` if it does not exist.

    Raises:
        ConfigError: it cannot be read, or is not UTF-8.
        PermissionRefused: it may not be read.
    """
    try:
        data = read_bytes(path)
    except OSError as error:
        if is_permission(error):
            raise PermissionRefused(f"{path}: {reason(error)}") from None
        raise ConfigError(f"cannot be read: {reason(error)}", path=path) from None
    if data is None:
        return None
    from dotstream.config.document import decode  # costs time, and is for files that exist

    return decode(data, path=path)


def target_path(written: str, *, directory: str, home: str, environ: Mapping[str, str]) -> str:
    """Return the canonical path that a target written in the file at ``directory`` means.

    Raises:
        KeyError: it refers to a variable that is not set; its argument is the name.
    """
    from dotstream.config.stowrc import expand

    path = expand(written, environ=environ, home=home, home_of=home_of)
    return canonical(posixpath.join(directory, path))


class _Place(NamedTuple):
    """The package directory and the machine it is on."""

    directory: str
    home: str
    environ: Mapping[str, str]
    hostname: str
    platform: str

    def resolve(self, written: str) -> str:
        """Return the path that a target stands for.

        Raises:
            KeyError: it refers to a variable that is not set.
        """
        return target_path(
            written, directory=self.directory, home=self.home, environ=self.environ
        )


def _from_toml(text: str, path: str, here: _Place, forced: str | None) -> Settings:
    from dotstream.config.document import error_at, parse

    document = parse(text, path=path)

    def target(keys: tuple[str, ...], written: str | None) -> str | None:
        if written is None or forced is not None:
            return forced
        try:
            return here.resolve(written)
        except KeyError as error:
            name = str(error.args[0])
            raise error_at(
                text,
                keys,
                f"the variable ${name} is not set",
                path=path,
                hint=f"set it, or write \\\\${name} for a $ that is part of the name",
            ) from None

    packages = {
        name: _package(table, target(("packages", name, "target"), _string(table, "target")))
        for name, table in _section(document, "packages").items()
    }
    settings = Settings(
        directory=here.directory,
        target=target(("target",), _string(document, "target") or "~") or here.home,
        home=here.home,
        hostname=here.hostname,
        platform=here.platform,
        dotfiles=document.get("dotfiles", True) is True,
        layout=cast("Layout", _string(document, "layout") or "mirror"),
        link=cast("LinkStyle", _string(document, "link") or "relative"),
        folding=cast("Folding", _string(document, "folding") or "safe"),
        never_fold=_strings(document, "never-fold"),
        ignore=_strings(document, "ignore"),
        on_conflict=cast("Policy", _string(document, "on-conflict") or "fail"),
        packages=packages,
        profiles=_profiles(_section(document, "profiles")),
        path=path,
    )
    return settings._replace(wishes=tuple(_wishes(settings, forced)))


def _wishes(settings: Settings, forced: str | None) -> Iterator[Wish]:
    """Yield what a file asks for beyond links in the home; a target of the user's is no wish."""
    all_packages = (None, PackageSettings(settings.target, on_conflict=settings.on_conflict))
    home = canonical(settings.home)
    for name, own in (all_packages, *settings.packages.items()):
        if own.target is not None and forced is None and not within(own.target, home):
            yield Wish("target", own.target, name)
        if own.on_conflict is not None and Wish.is_policy(own.on_conflict):
            yield Wish("on-conflict", own.on_conflict, name)


def _package(table: Mapping[str, object], target: str | None) -> PackageSettings:
    return PackageSettings(
        target=target,
        ignore=_strings(table, "ignore"),
        platforms=_strings(table, "platforms"),
        hosts=_strings(table, "hosts"),
        required=table.get("required") is True,
        on_conflict=cast("Policy | None", _string(table, "on-conflict")),
        folding=cast("Folding | None", _string(table, "folding")),
        never_fold=_strings(table, "never-fold"),
    )


def _profiles(tables: Mapping[str, Mapping[str, object]]) -> Profiles:
    def parents(table: Mapping[str, object]) -> tuple[str, ...]:
        one = _string(table, "extends")
        return (one,) if one else _strings(table, "extends")

    return Profiles(
        {name: (parents(table), _strings(table, "packages")) for name, table in tables.items()}
    )


def _from_stowrc(text: str, path: str, here: _Place, forced: str | None) -> Settings:
    """Return what Stow would do here, so that adding dotstream changes no tree."""
    from dotstream.config.stowrc import parse_stowrc

    found = parse_stowrc(text, path=path, environ=here.environ, home=here.home, home_of=home_of)
    target = posixpath.join(here.directory, found.target or "..")
    settings = Settings(
        directory=here.directory,
        target=forced or canonical(target),
        home=here.home,
        hostname=here.hostname,
        platform=here.platform,
        dotfiles=found.dotfiles,
        folding="never" if found.no_folding else "always",
        path=path,
        stow_ignore=found.ignore,
        defer=found.defer,
        override=found.override,
    )
    if found.target is None:  # Stow's own default
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
