"""``dotstream.model.words`` for the editors, in their languages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from dotstream import __version__
from dotstream.model.options import ACTIONS, FOLDINGS
from dotstream.model.words import (
    OBSTACLES,
    POLICY_WORDS,
    REMARKS,
    SOURCE,
    WORDS,
    PolicyWords,
    Words,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NOTE", "lua", "settings", "table", "typescript"]

NOTE = "Made by `python -m tests.generated`."

_ROWS: dict[str, Words] = {**dict[str, Words](WORDS.items()), **REMARKS}
_POLICIES = dict[str, PolicyWords](POLICY_WORDS.items())


def typescript() -> str:
    """Return the module ``protocol/words.ts``."""
    parts = [
        f"/** What rows and policies are called, and where dotstream comes from. {NOTE} */",
        f"export const VERSION = {_quoted(__version__)};\n",
        "/** What pipx is given once dotstream is published. */",
        f"export const SOURCE = {_quoted(SOURCE)} as string;\n",
        _union("Action", ACTIONS),
        _union("Folding", FOLDINGS),
        _union("Policy", _POLICIES),
        _union("Op", _ROWS),
        _union("Effect", dict.fromkeys(words.effect for words in _ROWS.values())),
        _interface("Words", Words),
        "/** Operations come first, in the order in which they are counted for a person. */",
        _record("WORDS", "Op", "Words", _ROWS),
        _interface("PolicyWords", PolicyWords),
        _record("POLICIES", "Policy", "PolicyWords", _POLICIES),
        "/** Conflicts in a few words; the server's sentence is too long for a tree. */",
        "export const OBSTACLES: Readonly<Record<string, string>> = {\n"
        + "".join(f"  {kind}: {_quoted(words)},\n" for kind, words in OBSTACLES.items())
        + "};",
    ]
    return "\n".join(parts) + "\n"


def lua() -> str:
    """Return the module ``dotstream.words``."""
    parts = [
        f"--- What rows and policies are called, and where dotstream comes from. {NOTE}",
        "local M = {}",
        "",
        f"M.VERSION = {_quoted(__version__)}",
        "",
        "--- What pip and pipx are given once dotstream is published.",
        f"M.SOURCE = {_quoted(SOURCE)}",
        "",
        f"M.ACTIONS = {_sequence(ACTIONS)}",
        f"M.FOLDINGS = {_sequence(FOLDINGS)}",
        f"M.POLICIES = {_sequence(_POLICIES)}",
        "",
        "--- Operations, in the order in which they are counted for a person.",
        f"M.OPERATIONS = {{\n{''.join(f'  {_quoted(kind)},{chr(10)}' for kind in WORDS)}}}",
        "",
        "---@class (exact) dotstream.RowWords",
        *(f"---@field {name} string" for name in Words._fields),
        "",
        "---@type table<string, dotstream.RowWords>",
        f"M.WORDS = {_table(_ROWS)}",
        "",
        "---@class (exact) dotstream.PolicyWords",
        *(f"---@field {name} string" for name in PolicyWords._fields),
        "",
        "---@type table<string, dotstream.PolicyWords>",
        f"M.MEANINGS = {_table(_POLICIES)}",
        "",
        "return M",
    ]
    return "\n".join(parts) + "\n"


def settings(package: str) -> str:
    """Return VS Code's ``package.json`` of this version, policies as in this table."""
    found = json.loads(package)
    found["version"] = __version__
    policy = found["contributes"]["configuration"]["properties"]["dotstream.onConflict"]
    policy["enum"] = ["configured", *_POLICIES]
    policy["enumDescriptions"] = ["As dotstream.toml says."] + [
        f"{words.meaning[0].upper()}{words.meaning[1:]}." for words in _POLICIES.values()
    ]
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def table() -> str:
    """Return the policies as rows of Markdown."""
    rows = [f"| `{policy}` | {words.meaning} |" for policy, words in _POLICIES.items()]
    return "\n".join(["| policy | what happens |", "|---|---|", *rows]) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _union(name: str, words: Mapping[str, object] | tuple[str, ...]) -> str:
    line = f"export type {name} = {' | '.join(map(_quoted, words))};"
    if len(line) <= 100:
        return line + "\n"
    return f"export type {name} =\n" + "\n".join(f"  | {_quoted(each)}" for each in words) + ";\n"


def _interface(name: str, fields: type[NamedTuple]) -> str:
    inside = "".join(
        f"  readonly {field}: {'Effect' if field == 'effect' else 'string'};\n"
        for field in fields._fields
    )
    return f"export interface {name} {{\n{inside}}}\n"


def _record(name: str, key: str, value: str, rows: Mapping[str, NamedTuple]) -> str:
    inside = "".join(f"  {kind}: {_fields(words, ': ', '  ')},\n" for kind, words in rows.items())
    return f"export const {name}: Readonly<Record<{key}, {value}>> = {{\n{inside}}};\n"


def _table(rows: Mapping[str, NamedTuple]) -> str:
    inside = "".join(
        f"  {kind} = {_fields(words, ' = ', '  ')},\n" for kind, words in rows.items()
    )
    return f"{{\n{inside}}}"


def _fields(words: NamedTuple, sign: str, indent: str) -> str:
    fields = words._asdict().items()
    inside = "".join(f"{indent}  {name}{sign}{_quoted(text)},\n" for name, text in fields)
    return f"{{\n{inside}{indent}}}"


def _sequence(words: Mapping[str, object] | tuple[str, ...]) -> str:
    return f"{{ {', '.join(map(_quoted, words))} }}"
