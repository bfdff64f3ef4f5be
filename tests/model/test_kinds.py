"""Every kind of operation, conflict and state has its entry wherever one is needed."""

from __future__ import annotations

import ast
import json
import re
from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest

import dotstream
from dotstream.lsp.requests.rows import conflict_row
from dotstream.model.directory import Directory
from dotstream.model.history import TransactionState
from dotstream.model.items import OPERATION_KINDS, Conflict, ConflictKind, OperationKind
from dotstream.model.words import OBSTACLES, REMARKS, WORDS

ROOT = Path(__file__).parents[2]
PACKAGE = Path(dotstream.__file__).parent
CONFLICT_KINDS: tuple[ConflictKind, ...] = get_args(ConflictKind)
CARRIED_OUT = [kind for kind in OPERATION_KINDS if kind != "keep_link"]

ROOMS = [
    "history.inverses",
    "store.folding",
    "store.encoding",
    "transaction.checker",
    "transaction.actions",
    "transaction.reverter",
]
"""Modules that have to know every operation that is carried out."""


def words_of(module: str) -> set[str]:
    """The strings that stand in a module."""
    source = Path(str(import_module(f"dotstream.{module}").__file__)).read_text(encoding="utf-8")
    return {
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def words_in(document: object) -> set[str]:
    """The strings that stand in a document."""
    if isinstance(document, dict):
        return set().union(*map(words_in, document.values()))
    if isinstance(document, list):
        return set().union(*map(words_in, document))
    return {document} if isinstance(document, str) else set()


def test_every_operation_has_its_words() -> None:
    assert set(get_args(OperationKind)) == set(OPERATION_KINDS) == set(WORDS)


@pytest.mark.parametrize("module", ROOMS)
def test_every_operation_is_known_where_it_matters(module: str) -> None:
    known = words_of(module)
    assert [kind for kind in CARRIED_OUT if not {kind, f"end_{kind}"} & known] == []


@pytest.mark.parametrize("schema", ["protocol", "events"])
def test_every_kind_is_in_the_schemas(schema: str) -> None:
    text = (ROOT / f"docs/reference/{schema}.schema.json").read_text(encoding="utf-8")
    assert {*OPERATION_KINDS, *REMARKS} - words_in(json.loads(text)) == set()


@pytest.mark.parametrize("kind", [*OPERATION_KINDS, *REMARKS])
def test_every_row_is_known_to_the_editors(kind: str) -> None:
    for path in ("vscode/src/protocol/words.ts", "nvim/lua/dotstream/words.lua"):
        text = (ROOT / "extensions" / path).read_text(encoding="utf-8")
        assert re.search(rf"(?m)^  {kind}(:| =) {{$", text), path


# Conflicts ----------------------------------------------------------------------------


def test_every_conflict_is_met_by_something() -> None:
    met: set[str] = set()
    for module in (*PACKAGE.glob("planner/*.py"), *PACKAGE.glob("history/*.py")):
        met |= made_in(module)
    assert set(CONFLICT_KINDS) - met == set()


def made_in(module: Path) -> set[str]:
    """The strings that stand in a module other than to be compared with."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    compared = {
        id(node)
        for test in ast.walk(tree)
        if isinstance(test, ast.Compare)
        for node in ast.walk(test)
    }
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in compared
    }


def conflict(kind: ConflictKind) -> Conflict:
    return Conflict(kind, Directory("/home/me"), "name", "zsh", "/stow/zsh/name", "git", "text")


def test_every_conflict_has_words_and_a_sentence_of_its_own() -> None:
    assert set(CONFLICT_KINDS) == set(OBSTACLES)
    for said in (OBSTACLES, {kind: conflict(kind).message for kind in CONFLICT_KINDS}):
        assert all(said.values())
        assert len(set(said.values())) == len(CONFLICT_KINDS)


@pytest.mark.parametrize(
    ("schema", "name"), [("protocol", "ConflictRow"), ("events", "conflict")]
)
def test_every_conflict_is_a_row_of_the_schemas(schema: str, name: str) -> None:
    text = (ROOT / f"docs/reference/{schema}.schema.json").read_text(encoding="utf-8")
    row = json.loads(text)["$defs"][name]["properties"]
    assert sorted(row["conflict"]["enum"]) == sorted(CONFLICT_KINDS)


@pytest.mark.parametrize("kind", CONFLICT_KINDS)
def test_every_conflict_makes_a_row_as_the_schema_has_it(kind: ConflictKind) -> None:
    text = (ROOT / "docs/reference/protocol.schema.json").read_text(encoding="utf-8")
    schema = json.loads(text)["$defs"]["ConflictRow"]
    row = conflict_row(conflict(kind), "/home/me")
    assert set(row) == set(schema["required"]) == set(schema["properties"]) - {"rivals", "same"}
    assert row["conflict"] == kind


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("vscode/src/protocol/schema.ts", r"(?m)^  readonly conflict\??: (\"changed_since.*);$"),
        ("nvim/lua/dotstream/protocol.lua", r"(?m)^---@field conflict\?? (\"changed_since.*)$"),
    ],
)
def test_every_conflict_is_in_the_editors_types(path: str, field: str) -> None:
    text = (ROOT / "extensions" / path).read_text(encoding="utf-8")
    found = [set(re.findall(r'"(\w+)"', words)) for words in re.findall(field, text)]
    assert found
    assert all(words == set(CONFLICT_KINDS) for words in found)


def test_every_conflict_has_its_words_in_the_editor_that_shows_them() -> None:
    text = (ROOT / "extensions/vscode/src/protocol/words.ts").read_text(encoding="utf-8")
    table = text.partition("export const OBSTACLES")[2].partition("};")[0]
    assert dict(re.findall(r'(?m)^  (\w+): "(.*)",$', table)) == OBSTACLES


# States -------------------------------------------------------------------------------

TABLE = re.findall(
    r"^\| (none|`\w+`) \|(.*)\|$",
    (ROOT / "docs/contributing/architecture.md")
    .read_text(encoding="utf-8")
    .partition("## The transaction")[2]
    .partition("## What is on the disk")[0],
    re.MULTILINE,
)


def test_the_table_of_states_is_complete() -> None:
    states = get_args(TransactionState)
    assert [state.strip("`") for state, _ in TABLE] == ["none", *states]
    assert {len(row.split("|")) for _, row in TABLE} == {8}
    led_to = set(re.findall(r"`(\w+)`", " ".join(row for _, row in TABLE)))
    assert led_to == set(states)


def test_the_table_leads_to_each_state_that_is_written_and_no_other() -> None:
    """A state is written by ``turn``, or by SQL that names it."""
    written: set[str] = set()
    for module in PACKAGE.rglob("*.py"):
        source = module.read_text(encoding="utf-8")
        written |= set(re.findall(r"SET state = '(\w+)'", source))
        for call in ast.walk(ast.parse(source)):
            if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("ournal.turn"):
                written |= _states(call.args[1], source)
    assert written | {"active"} == set(get_args(TransactionState))


def _states(argument: ast.expr, source: str) -> set[str]:
    if isinstance(argument, ast.Constant):
        return {str(argument.value)}
    assert isinstance(argument, ast.Name)
    found = re.findall(rf'{argument.id}: TransactionState = "(\w+)" if .* else "(\w+)"', source)
    return {state for pair in found for state in pair}
