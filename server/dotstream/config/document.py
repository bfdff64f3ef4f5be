"""Reading the text of a ``dotstream.toml``, and saying exactly where it is wrong."""

from __future__ import annotations

import re
from itertools import islice
from types import MappingProxyType

from dotstream.config.faults import faults, faults_of
from dotstream.config.names import nearest, quoted
from dotstream.errors import ConfigError
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    import tomli

    from dotstream.config.positions import KeyPath, Range
    from dotstream.config.schema import Key

MOST_FAULTS = 100
"""Mistakes that are told of one file."""

_DIGITS = 4_300  # Python's own limit
_DEEPEST, _PARTS = 400, 999  # the TOML parser's


def parse(
    text: str, *, path: str, base: Mapping[str, object] = MappingProxyType({})
) -> Mapping[str, object]:
    """Return the tables of a ``dotstream.toml`` that has nothing wrong with it.

    Args:
        base: the document that this one overrides.

    Raises:
        ConfigError: the first of its problems.
    """
    document = _tables(text, path)
    found = _checked(document, text, path, base)
    if found:
        raise found[0]
    return document


def parse_own(text: str, keys: tuple[Key, ...], *, path: str) -> Mapping[str, object]:
    """Return a file of some keys that has nothing wrong with it.

    Raises:
        ConfigError: the first of its problems.
    """
    document = _tables(text, path)
    for fault in faults_of(document, keys):
        raise error_at(
            text, fault.path, fault.message, path=path, hint=fault.hint, value=fault.value
        )
    return document


def problems(
    text: str, *, path: str, base: Mapping[str, object] = MappingProxyType({})
) -> list[ConfigError]:
    """Return everything that is wrong with the text, in the order it is written."""
    try:
        document = _tables(text, path)
    except ConfigError as error:
        return [error]
    return _checked(document, text, path, base)


def error_at(
    text: str,
    keys: tuple[str | int, ...],
    message: str,
    *,
    path: str,
    hint: str | None = None,
    value: bool = True,
) -> ConfigError:
    """Return the error that the value at ``keys`` is wrong, or the key, with its position."""
    from dotstream.config.positions import locate

    return placed(locate(text, keys, value=value), message, path=path, hint=hint)


def placed(
    place: Range | None, message: str, *, path: str, hint: str | None = None
) -> ConfigError:
    """Return the error that something is wrong at a place of a file, if that is known."""
    line, column = (place.line, place.column) if place else (None, None)
    return ConfigError(message, path=path, line=line, column=column, hint=hint)


def _checked(
    document: Mapping[str, object], text: str, path: str, base: Mapping[str, object]
) -> list[ConfigError]:
    found = list(islice(faults(document, base), MOST_FAULTS))
    if not found:
        return []
    from dotstream.config.positions import Positions

    positions = Positions(text)
    errors = [
        placed(
            positions.find(each.path, value=each.value), each.message, path=path, hint=each.hint
        )
        for each in found
    ]
    return sorted(errors, key=lambda error: (error.line or 0, error.column or 0))


def _tables(text: str, path: str) -> Mapping[str, object]:
    import tomli

    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise _broken(text, path, error) from None
    except (RecursionError, ValueError) as error:
        line, message = beyond(text, error)
        raise ConfigError(message, path=path, line=line) from None


def beyond(text: str, error: Exception) -> tuple[int, str]:
    """Return in which line a TOML text is more than can be read, and what to do about it."""
    lines = text.split("\n")
    if isinstance(error, RecursionError):
        rows = _deep(lines)
        message = "this is nested too deeply; no key here needs more than two levels"
    else:
        rows = (row for row, line in enumerate(lines, 1) if _digits(line) > _DIGITS)
        message = f"an integer has more than {_DIGITS:,} digits; write a smaller one"
    return next(rows, 1), message


def _deep(lines: Sequence[str]) -> Iterator[int]:
    depth = 0
    for row, line in enumerate(lines, 1):
        depth += line.count("[") + line.count("{") - line.count("]") - line.count("}")
        if depth > _DEEPEST or line.count(".") > _PARTS:
            yield row


def _digits(line: str) -> int:
    return max(map(len, re.findall(r"[0-9_]+", line)), default=0)


def _broken(text: str, path: str, error: tomli.TOMLDecodeError) -> ConfigError:
    from dotstream.config.positions import Positions

    # The parser stops behind what is written twice; say what it is.
    for keys, place in Positions(text).repeated if error.msg.startswith("Cannot ") else ():
        message = f"{'.'.join(map(str, keys))!r} is written twice"
        return placed(place, message, path=path, hint="keep one of them")
    message = f"broken TOML: {error.msg[:1].lower()}{error.msg[1:]}"
    return ConfigError(message, path=path, line=error.lineno, column=error.colno)


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
    from dotstream.config.positions import Positions

    positions = Positions(text)
    for keys, name in mentioned(parse(text, path=path)):
        if name not in known:
            place = positions.find(keys, value=isinstance(keys[-1], int))
            why = why_not(name)
            close = nearest(name, known) if why is None else ()
            none = f"{quoted(name)} is no package: {why}"
            yield placed(
                place,
                none if why else f"there is no package {quoted(name)}",
                path=path,
                hint=f"did you mean {quoted(close[0])}?" if close else None,
            )
