"""The pages on events and their schema say the same, and what doctor writes fits both."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, get_args

import jsonschema
import pytest
from tests.cli.process import dotstream, events, household
from tests.docs.pages import ROOT

from dotstream.cli.report.json_events import SCHEMA
from dotstream.model.finding import FINDING_KINDS, Severity
from dotstream.model.history import TransactionState
from dotstream.model.items import OPERATION_KINDS, ConflictKind

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (ROOT / "docs/reference/events.md").read_text()
DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs/reference/events.schema.json").read_text())
DEFINITIONS = DOCUMENT["$defs"]
EVENTS = {
    name: each["properties"]
    for name, each in DEFINITIONS.items()
    if "type" in each.get("properties", {})
}


def types() -> set[str]:
    """The types of events that the schema knows."""
    found: set[str] = set()
    for properties in EVENTS.values():
        kind = properties["type"]
        found |= {kind["const"]} if "const" in kind else set(kind["enum"])
    return found


def rows() -> dict[str, str]:
    """The tables of the page: what is said of each type."""
    return dict(re.findall(r"(?m)^\| `(\w+)` \| (.*) \|$", PAGE))


def test_every_shape_can_occur() -> None:
    assert [each["$ref"].rpartition("/")[2] for each in DOCUMENT["oneOf"]] != []
    assert {each["$ref"].rpartition("/")[2] for each in DOCUMENT["oneOf"]} == set(EVENTS)


def test_the_page_describes_every_type_and_no_other() -> None:
    assert set(rows()) | {"hello"} == types()
    assert f"schema **{SCHEMA}**" in PAGE
    assert DOCUMENT["$id"].endswith(f"-{SCHEMA}")


@pytest.mark.parametrize("name", sorted(set(EVENTS) - {"hello"}))
def test_the_page_names_every_field(name: str) -> None:
    fields = set(EVENTS[name]) - {"type", "seq"}
    assert sorted(field for field in fields if f"`{field}`" not in rows()[name]) == []


@pytest.mark.parametrize(
    ("event", "field", "words"),
    [
        ("finding", "kind", FINDING_KINDS),
        ("finding", "severity", get_args(Severity)),
        ("transaction", "state", get_args(TransactionState)),
        ("conflict", "conflict", get_args(ConflictKind)),
        ("operation", "op", [kind for kind in OPERATION_KINDS if kind != "keep_link"]),
    ],
)
def test_words_are_those_of_the_model(event: str, field: str, words: tuple[str, ...]) -> None:
    assert sorted(EVENTS[event][field]["enum"]) == sorted(words)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), ["finding", "finding", "checkup"]),
        (("--fix",), ["records", "finding", "checkup"]),
        (("--fix", "-n"), ["finding", "finding", "checkup"]),
        (("--rebuild",), ["records", "finding", "finding", "checkup"]),
    ],
    ids=["look", "fix", "dry", "rebuild"],
)
def test_doctor_keeps_to_the_schema(
    scratch_home: Path, words: tuple[str, ...], expected: list[str]
) -> None:
    root = household(scratch_home)
    assert dotstream("manage", "--all", cwd=root).code == 0
    (root / "zsh/dot-zshrc").unlink()
    (scratch_home / ".vimrc").unlink()
    (scratch_home / ".vimrc").write_text("mine")
    stream = events("doctor", *words, cwd=root)
    validator = jsonschema.Draft202012Validator(DOCUMENT)
    for event in stream:
        validator.validate(event)
    own = [event["type"] for event in stream if event["type"] in set(expected)]
    assert own == expected
    assert {"plan", "hello", "finished"} & {event["type"] for event in stream} == (
        {"plan", "hello", "finished"} if "--fix" in words else {"hello", "finished"}
    )
