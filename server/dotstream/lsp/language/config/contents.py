"""What is in a ``dotstream.toml``: its outline, and what it names, as links."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from lsprotocol import types

from dotstream.config.load import target_path
from dotstream.config.mistakes import readable
from dotstream.fs.files import is_directory
from dotstream.fs.process import environment, known_home
from dotstream.lsp.language.config.diagnostics import packages_directory
from dotstream.lsp.uris import label, to_uri

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dotstream.config.positions import KeyPath, Positions, Range
    from dotstream.lsp.language.abilities import Abilities
    from dotstream.lsp.language.documents import Document
    from dotstream.lsp.language.text import Text


def outline(document: Document) -> list[types.DocumentSymbol]:
    """Return the keys at the top and the tables, each table with its keys."""
    _, positions = readable(document.text.source)
    found: list[types.DocumentSymbol] = []
    tables: dict[KeyPath, types.DocumentSymbol] = {}
    for path in positions.values:
        if any(isinstance(part, int) for part in path):
            continue
        symbol = _symbol(path, positions, document.text)
        if len(path) == 1 and path[0] not in ("packages", "profiles"):
            found.append(symbol)
        elif len(path) == 2:
            tables[path] = symbol
            found.append(symbol)
        elif len(path) == 3:
            table = tables.get(path[:2])
            if table is not None:
                table.children = [*(table.children or ()), symbol]
            else:  # a dotted key, such as packages.zsh.target
                found.append(symbol)
    return found


def _symbol(path: KeyPath, positions: Positions, text: Text) -> types.DocumentSymbol:
    key = positions.keys.get(path) or positions.values[path]
    value = positions.values[path]
    start, end = text.offsets(key)
    low, high = text.offsets(value)
    kind = types.SymbolKind.Module if len(path) == 2 else types.SymbolKind.Property
    if path[0] == "profiles" and len(path) == 2:
        kind = types.SymbolKind.Array
    return types.DocumentSymbol(
        name=str(path[-1]) or '""',
        detail=str(path[0]) if len(path) == 2 else None,
        kind=kind,
        range=text.span(min(start, low), max(end, high)),
        selection_range=text.span(start, end),
    )


def links(document: Document, abilities: Abilities) -> list[types.DocumentLink]:
    """Return the directories that the document names, where they exist."""
    directory = posixpath.dirname(document.path)
    home = known_home(environment())
    if home is None:
        return []
    tips = abilities.has("text_document.document_link.tooltip_support")
    return [
        types.DocumentLink(
            document.text.range(place), to_uri(path), label(path, home) if tips else None
        )
        for place, path in _named(document, directory, home)
        if is_directory(path)
    ]


def _named(document: Document, directory: str, home: str) -> Iterator[tuple[Range, str]]:
    tables, positions = readable(document.text.source)
    for path, place in positions.keys.items():
        if len(path) == 2 and path[0] == "packages" and "/" not in str(path[1]):
            yield place, f"{packages_directory(tables, directory)}/{path[1]}"
    for path, place in positions.values.items():
        if path[-1] == "target" and (len(path) == 1 or (len(path), path[0]) == (3, "packages")):
            table: object = tables
            for part in path[:-1]:
                table = table.get(str(part)) if isinstance(table, dict) else None
            found = _target(table, directory, home)
            if found is not None:
                yield place, found


def _target(table: Mapping[str, object] | object, directory: str, home: str) -> str | None:
    written = table.get("target") if isinstance(table, dict) else None
    if not isinstance(written, str) or "\0" in written:
        return None
    try:
        return target_path(written, directory=directory, home=home, environ=environment())
    except KeyError:
        return None
