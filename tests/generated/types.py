"""The protocol's schema as types of TypeScript and Lua."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from tests.generated.words import NOTE

from dotstream.model.options import ACTIONS, FOLDINGS, POLICIES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["lua", "typescript"]

_Kind: TypeAlias = "Mapping[str, Any]"
_LISTS = {"Action": ACTIONS, "Folding": FOLDINGS, "Policy": POLICIES}
_NAMED: dict[frozenset[str | None], str] = {
    frozenset(words): name for name, words in _LISTS.items()
}
_FOR_THE_WIRE = {"Error", "Hello", "Progress", "WorkDone"}
"""Definitions that the editors' own libraries have."""


class _Language(NamedTuple):
    """How a language writes types.

    Attributes:
        named: another definition.
        words: one of several words; ``None`` is among them where it may be null.
        names: what the schema's simple types are called.
        bar: what stands between one of several.
        array, table: of such values.
        fields: an object with these fields; whether each is optional.
    """

    named: Callable[[str], str]
    words: Callable[[list[str | None]], str]
    names: Mapping[str, str]
    bar: str
    array: str
    table: str
    fields: Callable[[Mapping[str, tuple[str, bool]]], str]


def typescript(schema: str) -> str:
    """Return the module ``protocol/schema.ts``."""
    found = json.loads(schema)
    parts = [
        f"/** What travels between the extension and `dotstream lsp`. {NOTE} */",
        f'import type {{ {", ".join(_LISTS)} }} from "./words";\n',
        f"export const PROTOCOL_VERSION = {found['$id'].rpartition('-')[2]};\n",
    ]
    for name, kind, fields in _definitions(found):
        parts.append(f"/** {kind['description']} */")
        if fields is None:
            parts.append(f"export type {_path_uri(name)} = {_written(kind, _TYPESCRIPT)};\n")
        else:
            inside = _lines(fields, _TYPESCRIPT, "  readonly {}{}: {};\n")
            parts.append(f"export interface {name} {{\n{inside}}}\n")
    return "\n".join(parts)


def lua(schema: str) -> str:
    """Return the module of types ``dotstream.protocol``, which is never loaded."""
    found = json.loads(schema)
    parts = [f"---@meta\n\n--- What travels between the plugin and `dotstream lsp`. {NOTE}\n"]
    for name, kind, fields in _definitions(found):
        parts.append(f"--- {kind['description']}")
        if fields is None:
            parts.append(f"---@alias dotstream.{name} {_written(kind, _LUA)}\n")
        else:
            inside = _lines(fields, _LUA, "---@field {}{} {}\n")
            parts.append(f"---@class (exact) dotstream.{name}\n{inside}")
    return "\n".join(parts)


_Fields: TypeAlias = "Mapping[str, tuple[_Kind, bool]]"


def _definitions(schema: _Kind) -> list[tuple[str, _Kind, _Fields | None]]:
    """Return names, what they are, and the fields of those that are objects."""
    known = schema["$defs"]
    return [
        (name, kind, _fields(kind, known, asked=name.endswith("Params")))
        for name, kind in known.items()
        if name not in _FOR_THE_WIRE
    ]


def _fields(kind: _Kind, known: _Kind, *, asked: bool) -> _Fields | None:
    """Return the fields of an object, and whether they may be missing.

    Of one of several objects: those of all together.  What is asked for need not be null,
    because it can be left out.
    """
    if "oneOf" in kind:
        kinds = [known[each["$ref"].rpartition("/")[2]] for each in kind["oneOf"]]
    elif "properties" in kind:
        kinds = [kind]
    else:
        return None
    merged: dict[str, list[_Kind]] = {}
    for each in kinds:
        for name, what in each["properties"].items():
            merged.setdefault(name, []).append(_not_null(what) if asked else what)
    return {
        name: (_either(whats), not all(name in each.get("required", ()) for each in kinds))
        for name, whats in merged.items()
    }


def _not_null(kind: _Kind) -> _Kind:
    if "anyOf" in kind:
        (kind,) = [each for each in kind["anyOf"] if each != {"type": "null"}]
        return kind
    found = dict(kind)
    if "enum" in kind:
        found["enum"] = [word for word in kind["enum"] if word is not None]
    if isinstance(kind.get("type"), list):
        found["type"] = [each for each in kind["type"] if each != "null"]
    if "properties" in kind:
        found["properties"] = {name: _not_null(what) for name, what in kind["properties"].items()}
    return found


def _either(kinds: list[_Kind]) -> _Kind:
    """Return what any of several kinds is."""
    words = [word for kind in kinds for word in _words(kind)]
    return {"enum": words} if words else kinds[0]


def _words(kind: _Kind) -> list[str | None]:
    return [kind["const"]] if "const" in kind else list(kind.get("enum", ()))


def _lines(fields: _Fields, language: _Language, line: str) -> str:
    return "".join(
        line.format(name, "?" if missing else "", _written(kind, language))
        for name, (kind, missing) in fields.items()
    )


def _written(kind: _Kind, language: _Language) -> str:
    """Return a type as a language writes it."""
    if "$ref" in kind:
        return language.named(kind["$ref"].rpartition("/")[2])
    if words := _words(kind):
        return language.words(words)
    if "anyOf" in kind:
        return language.bar.join(_written(each, language) for each in kind["anyOf"])
    types = kind.get("type", "any")
    return language.bar.join(
        _simple(each, kind, language) for each in ([types] if isinstance(types, str) else types)
    )


def _simple(name: str, kind: _Kind, language: _Language) -> str:
    if name == "array":
        inside = _written(kind["items"], language)
        one = f"({inside})" if language.bar in inside and inside[0] != "{" else inside
        return language.array.format(one)
    if name == "object" and "properties" in kind:
        required = kind.get("required", ())
        return language.fields(
            {
                each: (_written(what, language), each not in required)
                for each, what in kind["properties"].items()
            }
        )
    if name == "object":
        return language.table.format(_written(kind.get("additionalProperties", {}), language))
    return language.names.get(name, name)


def _path_uri(name: str) -> str:
    """Return a definition's name; ``Uri`` is something else in VS Code."""
    return "PathUri" if name == "Uri" else name


def _words_of_typescript(words: list[str | None]) -> str:
    name = _NAMED.get(frozenset(words) - {None})
    shown = [name] if name else [json.dumps(word) for word in words if word is not None]
    return " | ".join([*shown, "null"] if None in words else shown)


_TYPESCRIPT = _Language(
    named=_path_uri,
    words=_words_of_typescript,
    names={"integer": "number", "any": "unknown"},
    bar=" | ",
    array="readonly {}[]",
    table="Readonly<Record<string, {}>>",
    fields=lambda fields: (
        "{ "
        + "; ".join(
            f"readonly {name}{'?' if missing else ''}: {kind}"
            for name, (kind, missing) in fields.items()
        )
        + " }"
    ),
)

_LUA = _Language(
    named=lambda name: f"dotstream.{name}",
    words=lambda words: "|".join("nil" if word is None else json.dumps(word) for word in words),
    names={"null": "nil"},
    bar="|",
    array="{}[]",
    table="table<string, {}>",
    fields=lambda fields: (
        "{ "
        + ", ".join(
            f"{name}{'?' if missing else ''}: {kind}" for name, (kind, missing) in fields.items()
        )
        + " }"
    ),
)
