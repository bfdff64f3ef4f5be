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
from dotstream.model.history import TransactionState
from dotstream.model.items import OPERATION_KINDS, ConflictKind, OperationKind
from dotstream.model.words import OBSTACLES, REMARKS, WORDS

ROOT = Path(__file__).parents[2]
PACKAGE = Path(dotstream.__file__).parent
CONFLICT_KINDS = get_args(ConflictKind)
CARRIED_OUT = [kind for kind in OPERATION_KINDS if kind != "keep_link"]

ROOMS = [
    "history.undo",
    "store.manifest",
    "store.encoding",
    "transaction.checker",
    "transaction.executor",
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
    assert {*OPERATION_KINDS, *REMARKS, *CONFLICT_KINDS} - words_in(json.loads(text)) == set()


@pytest.mark.parametrize("kind", [*OPERATION_KINDS, *REMARKS])
def test_every_row_is_known_to_the_editors(kind: str) -> None:
    for path in ("vscode/src/protocol/words.ts", "nvim/lua/dotstream/words.lua"):
        text = (ROOT / "extensions" / path).read_text(encoding="utf-8")
        assert re.search(rf"(?m)^  {kind}(:| =) {{$", text), path


def test_every_conflict_is_met_by_something_and_has_its_words() -> None:
    met: set[str] = set()
    for module in (*PACKAGE.glob("planner/*.py"), *PACKAGE.glob("history/*.py")):
        met |= words_of(f"{module.parent.name}.{module.stem}")
    assert set(CONFLICT_KINDS) - met == set()
    assert set(CONFLICT_KINDS) == set(OBSTACLES)


# States -------------------------------------------------------------------------------

TABLE = re.findall(
    r"^\| (none|`\w+`) \|(.*)\|$",
    (ROOT / "docs/explanation/architecture.md")
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
