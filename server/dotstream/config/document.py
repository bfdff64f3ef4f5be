"""Reading the text of a ``dotstream.toml``, and saying exactly where it is wrong."""

from __future__ import annotations

import re
from itertools import islice
from types import MappingProxyType

from dotstream.config.schema import faults, faults_of
from dotstream.errors import ConfigError
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import tomli

    from dotstream.config.positions import Positions
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

    found = locate(text, keys, value=value)
    line, column = (found.line, found.column) if found else (None, None)
    return ConfigError(message, path=path, line=line, column=column, hint=hint)


def _checked(
    document: Mapping[str, object], text: str, path: str, base: Mapping[str, object]
) -> list[ConfigError]:
    found = list(islice(faults(document, base), MOST_FAULTS))
    if not found:
        return []
    from dotstream.config.positions import Positions

    positions = Positions(text)
    errors: list[ConfigError] = []
    for fault in found:
        place = positions.find(fault.path, value=fault.value)
        line, column = (place.line, place.column) if place else (None, None)
        errors.append(
            ConfigError(fault.message, path=path, line=line, column=column, hint=fault.hint)
        )
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

    if error.msg.startswith("Cannot "):
        # The parser stops behind what is written twice; say what it is.
        again = _first_repeated(Positions(text))
        if again is not None:
            name, line, column = again
            return ConfigError(
                f"{name!r} is written twice",
                path=path,
                line=line,
                column=column,
                hint="keep one of them",
            )
    message = f"broken TOML: {error.msg[:1].lower()}{error.msg[1:]}"
    return ConfigError(message, path=path, line=error.lineno, column=error.colno)


def _first_repeated(positions: Positions) -> tuple[str, int, int] | None:
    for keys, place in positions.repeated:
        return ".".join(map(str, keys)), place.line, place.column
    return None
