"""What a word of a ``dotstream.toml`` means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from dotstream.config.mistakes import readable
from dotstream.config.schema import keys_of
from dotstream.lsp.language.config.completion import describe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dotstream.config.positions import KeyPath, Range
    from dotstream.lsp.language.abilities import Abilities
    from dotstream.lsp.language.documents import Document


def explain(
    document: Document,
    position: types.Position,
    abilities: Abilities,
    package: Callable[[str], str],
    pattern: Callable[[str, str | None], str],
) -> types.Hover | None:
    """Return what stands at a position, explained.

    Args:
        package: tells of a package, by its name, as Markdown.
        pattern: tells what an ignore pattern matches, of one package or of all.
    """
    text = document.text
    offset = text.offset(position)
    tables, positions = readable(text.source)
    for places in (positions.keys, positions.values):
        path = _innermost(places, text.offsets, offset)
        if path is None or (places is positions.values and len(path) < 1):
            continue
        words = _words(path, tables, package, pattern)
        if words:
            return types.Hover(abilities.hover(words), text.range(places[path]))
    return None


def _innermost(
    places: Mapping[KeyPath, Range],
    offsets: Callable[[Range], tuple[int, int]],
    offset: int,
) -> KeyPath | None:
    """Return the smallest place that holds ``offset``."""
    found: tuple[int, KeyPath] | None = None
    for path, place in places.items():
        start, end = offsets(place)
        if start <= offset <= end and (found is None or end - start <= found[0]):
            found = end - start, path
    return None if found is None else found[1]


def _words(
    path: KeyPath,
    tables: Mapping[str, object],
    package: Callable[[str], str],
    pattern: Callable[[str, str | None], str],
) -> str:
    match path:
        case ("packages", str(name)):
            return package(name)
        case ("profiles", _, "packages", int()):
            return package(str(_value(tables, path)))
        case ("ignore", int()):
            return pattern(str(_value(tables, path)), None)
        case ("packages", str(name), "ignore", int()):
            return pattern(str(_value(tables, path)), name)
    names = tuple(part for part in path if isinstance(part, str))
    table, name = (names[:-1], names[-1]) if len(names) in (1, 3) else ((), "")
    key = next((key for key in keys_of(table) if key.name == name), None)
    return "" if key is None else describe(key)


def _value(tables: Mapping[str, object], path: KeyPath) -> object:
    value: object = tables
    for part in path:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int):
            value = value[part]
    return value
