"""The outline of a ``dotstream.toml``: its keys and tables, for the editor's list of symbols."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from dotstream.config.mistakes import readable

if TYPE_CHECKING:
    from dotstream.config.positions import KeyPath, Positions
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
