"""What can be written at the cursor in a ``dotstream.toml``."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from lsprotocol import types

from dotstream.config.mistakes import readable
from dotstream.config.schema import Key, keys_of
from dotstream.config.starter import key_text
from dotstream.fs.process import host_name
from dotstream.lsp.language.config.cursor import Cursor, cursor_at
from dotstream.lsp.language.config.diagnostics import package_names, packages_directory
from dotstream.model.directory import display

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dotstream.config.positions import KeyPath
    from dotstream.lsp.language.abilities import Abilities
    from dotstream.lsp.language.documents import Document

TRIGGERS = ("[", ".", '"', "'", "=", " ")
"""What brings up completion without being asked for."""

_SECTIONS = {
    "packages": "Settings of single packages, in tables such as `[packages.zsh]`.",
    "profiles": "Named sets of packages, in tables such as `[profiles.work]`.",
}


def describe(key: Key) -> str:
    """Return the documentation of a key, as Markdown."""
    kinds = {
        "text": "a string",
        "switch": "`true` or `false`",
        "choice": "one of " + ", ".join(f'`"{choice}"`' for choice in key.choices),
        "platforms": "an array of " + ", ".join(f'`"{choice}"`' for choice in key.choices),
        "profiles": "a string or an array of strings",
    }
    takes = kinds.get(key.kind, "an array of strings")
    return f"**{key.name}** = {takes}; default `{key.default}`\n\n{key.doc}"


def complete(
    document: Document, position: types.Position, abilities: Abilities
) -> list[types.CompletionItem]:
    """Return what can be written at a position, in the order in which it is offered."""
    text = document.text
    offset = text.offset(position)
    cursor = cursor_at(text.source, offset)
    tables, _ = readable(text.source)
    known = _World(packages_directory(tables, posixpath.dirname(document.path)), tables)
    place = text.span(cursor.start, offset)
    rest = text.source[offset : offset + 1]
    return [
        types.CompletionItem(
            label=label,
            kind=kind,
            documentation=abilities.documentation(doc) if doc else None,
            sort_text=f"{index:04}",
            filter_text=text.source[cursor.start : cursor.start + len(cursor.quote)] + label,
            text_edit=types.TextEdit(place, _closed(written, cursor, rest)),
        )
        for index, (label, written, kind, doc) in enumerate(_offers(cursor, known))
    ]


_Offer = tuple[str, str, types.CompletionItemKind, str]


class _World:
    """What the file and its directory hold that may be named."""

    def __init__(self, directory: str, tables: Mapping[str, object]) -> None:
        self.directory = directory
        self.tables = tables

    def packages(self) -> list[str]:
        """Return the packages whose names can be written: TOML is UTF-8."""
        return [name for name in package_names(self.directory) if display(name) == name]

    def names(self, *path: str) -> list[str]:
        """Return the keys of a table; none if it is not there."""
        table: object = self.tables
        for part in path:
            table = table.get(part) if isinstance(table, dict) else None
        return list(table) if isinstance(table, dict) else []


def _offers(cursor: Cursor, known: _World) -> Iterator[_Offer]:
    path = (*cursor.table, *cursor.keys)
    if cursor.spot == "header":
        yield from _headers(cursor.keys, known)
    elif cursor.spot == "key":
        yield from _keys(path, known, cursor)
    elif cursor.spot == "value" and path and (cursor.in_array or not cursor.written):
        key = next((key for key in keys_of(path[:-1]) if key.name == path[-1]), None)
        if key is not None:
            yield from _values(key, path, known, cursor)


def _headers(keys: tuple[str, ...], known: _World) -> Iterator[_Offer]:
    module = types.CompletionItemKind.Module
    if not keys:
        for section, doc in _SECTIONS.items():
            yield section, f"{section}.", module, doc
    elif len(keys) == 1:
        names = known.packages() if keys == ("packages",) else []
        have = known.names(*keys)
        if keys == ("profiles",) and "default" not in have:
            yield "default", "default", module, "The profile that is meant where none is named."
        for name in names:
            if name not in have:
                yield name, key_text(name), module, ""


def _keys(path: KeyPath, known: _World, cursor: Cursor) -> Iterator[_Offer]:
    property_ = types.CompletionItemKind.Property
    have = known.names(*map(str, path))
    for key in keys_of(path):
        if key.name not in have or key.name == cursor.typed:
            yield key.name, f"{key.name} = ", property_, describe(key)
    if path == ("packages",):
        for name in known.packages():
            if name not in have:
                yield name, key_text(name), types.CompletionItemKind.Module, ""
    if (not cursor.keys and cursor.table != ()) or path == ():
        for section, doc in _SECTIONS.items():
            yield f"[{section}.…]", f"[{section}.", types.CompletionItemKind.Module, doc


def _values(key: Key, path: KeyPath, known: _World, cursor: Cursor) -> Iterator[_Offer]:
    """Yield values; those for arrays come in brackets where none are open yet."""
    value = types.CompletionItemKind.Value
    if key.kind == "switch":
        for word in ("true", "false"):
            yield word, word, value, describe(key)
        return
    words: list[str] = list(key.choices)
    if key.kind == "packages":
        words = known.packages()
    elif key.kind == "profiles":
        words = [name for name in known.names("profiles") if name != path[1]]
    elif key.kind == "hosts":
        words = [host_name()]
    elif key.kind == "path":
        words = ["~", "~/.config"]
    array = key.kind in ("packages", "platforms", "hosts") or cursor.in_array
    bracketed = array and not cursor.in_array and not cursor.quote
    for word in words:
        if word not in cursor.written:
            quoted = _string(word, cursor.quote)
            yield word, f"[{quoted}]" if bracketed else quoted, value, describe(key)


def _closed(written: str, cursor: Cursor, rest: str) -> str:
    """Return what to write, without a quote that the editor has put behind the cursor."""
    if cursor.quote and rest == cursor.quote[:1] and written.endswith(cursor.quote):
        return written[: -len(cursor.quote)]
    return written


def _string(text: str, quote: str) -> str:
    if quote in ("'", "'''") and "'" not in text:
        return f"{quote}{text}{quote}"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    around = '"""' if quote == '"""' else '"'
    return f"{around}{escaped}{around}"
