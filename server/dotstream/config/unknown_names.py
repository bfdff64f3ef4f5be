"""Packages that a ``dotstream.toml`` names and that do not exist."""

from __future__ import annotations

from dotstream.config.names import nearest, quoted
from dotstream.errors import ConfigError
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from dotstream.config.positions import KeyPath


def mentioned(tables: Mapping[str, object]) -> Iterator[tuple[KeyPath, str]]:
    """Yield every name of a package in a document, and where it is."""
    include = tables.get("include")
    for index, name in enumerate(include if isinstance(include, list) else ()):
        if isinstance(name, str) and not set(name) & set("*?["):
            yield ("include", index), name
    packages, profiles = tables.get("packages"), tables.get("profiles")
    if isinstance(packages, dict):
        for name in packages:
            yield ("packages", name), name
    if isinstance(profiles, dict):
        for profile, table in profiles.items():
            members = table.get("packages") if isinstance(table, dict) else None
            for index, name in enumerate(members if isinstance(members, list) else ()):
                if isinstance(name, str):
                    yield ("profiles", profile, "packages", index), name


def unknown_names(
    text: str, *, path: str, known: Collection[str], why_not: Callable[[str], str | None]
) -> Iterator[ConfigError]:
    """Yield a problem for each name of a package that is not known.

    Args:
        text, path: of a document that is right in itself.
        known: the packages that there are.
        why_not: tells why the configuration has one for none.
    """
    from dotstream.config.document import parse
    from dotstream.config.positions import Positions

    positions = Positions(text)
    for keys, name in mentioned(parse(text, path=path)):
        if name not in known:
            place = positions.find(keys, value=isinstance(keys[-1], int))
            why = why_not(name)
            close = nearest(name, known) if why is None else ()
            none = f"{quoted(name)} is no package: {why}"
            yield ConfigError(
                none if why else f"there is no package {quoted(name)}",
                path=path,
                line=place.line if place else None,
                column=place.column if place else None,
                hint=f"did you mean {quoted(close[0])}?" if close else None,
            )
