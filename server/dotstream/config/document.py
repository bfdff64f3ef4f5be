"""Reading the text of a ``dotstream.toml``, and saying exactly where it is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dotstream.config.schema import faults
from dotstream.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import tomli

    from dotstream.config.positions import Positions

__all__ = ["decode", "error_at", "parse", "problems"]


def decode(data: bytes, *, path: str) -> str:
    """Return the text of a file that has to be UTF-8.

    Raises:
        ConfigError: it is not.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        last = before.rpartition(b"\n")[2]
        raise ConfigError(
            f"the file is not UTF-8: byte 0x{error.object[error.start]:02x}",
            path=path,
            line=before.count(b"\n") + 1,
            column=len(last.decode("utf-8")) + 1,
            hint="save it as UTF-8",
        ) from None


def parse(text: str, *, path: str) -> Mapping[str, object]:
    """Return the tables of a ``dotstream.toml`` that has nothing wrong with it.

    Raises:
        ConfigError: the first of its problems.
    """
    document = _tables(text, path)
    found = _checked(document, text, path)
    if found:
        raise found[0]
    return document


def problems(text: str, *, path: str) -> list[ConfigError]:
    """Return everything that is wrong with the text, in the order it is written."""
    try:
        document = _tables(text, path)
    except ConfigError as error:
        return [error]
    return _checked(document, text, path)


def error_at(
    text: str, keys: tuple[str | int, ...], message: str, *, path: str, hint: str | None = None
) -> ConfigError:
    """Return the error that the value at ``keys`` is wrong, with its position."""
    from dotstream.config.positions import locate

    found = locate(text, keys, value=True)
    line, column = (found.line, found.column) if found else (None, None)
    return ConfigError(message, path=path, line=line, column=column, hint=hint)


def _checked(document: Mapping[str, object], text: str, path: str) -> list[ConfigError]:
    found = list(faults(document))
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
    except RecursionError:
        raise ConfigError("the file is nested too deeply", path=path) from None


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
