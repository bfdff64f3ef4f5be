"""The schema of the protocol says what the server knows, word by word."""

from __future__ import annotations

from typing import Any, get_args

import jsonschema
import pytest
from tests.lsp.schema import SCHEMA, Checker
from tests.lsp.test_documented import ERRORS

from dotstream.lsp.protocol import VERSION
from dotstream.lsp.requests.batches import MAX_BATCH
from dotstream.lsp.requests.registry import METHODS
from dotstream.model.history import TransactionState
from dotstream.model.items import OPERATION_KINDS, ConflictKind
from dotstream.model.located import LocatedState
from dotstream.model.status import PackageState

DEFINITIONS = SCHEMA["$defs"]


def _words(name: str, field: str) -> set[Any]:
    found = DEFINITIONS[name]["properties"][field]
    return set(found["enum"]) if "enum" in found else {found["const"]}


def test_it_is_a_schema_of_this_version() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"].endswith(f"-{VERSION}")
    assert DEFINITIONS["OperationBatch"]["properties"]["items"]["maxItems"] == MAX_BATCH


def test_every_method_is_in_it_and_what_streams_says_so() -> None:
    assert METHODS.keys() <= SCHEMA["methods"].keys()
    for name, method in METHODS.items():
        streams = SCHEMA["methods"][name].get("streams")
        assert (streams is None) == (method.rows is None), name
        if streams is not None and method.rows is not None:
            batch = DEFINITIONS[streams["$ref"].rpartition("/")[2]]
            assert batch["properties"]["kind"]["const"] == method.rows.kind


@pytest.mark.parametrize(
    ("name", "field", "words"),
    [
        ("ConflictRow", "conflict", get_args(ConflictKind)),
        ("Transaction", "state", get_args(TransactionState)),
        ("PathStatus", "state", get_args(LocatedState)),
        ("PackageStatus", "state", get_args(PackageState)),
    ],
)
def test_words_are_those_of_the_model(name: str, field: str, words: tuple[str, ...]) -> None:
    assert _words(name, field) == set(words)


def test_every_operation_is_a_row() -> None:
    rows = ("LinkRow", "DirectoryRow", "MoveRow")
    assert set().union(*(_words(name, "op") for name in rows)) == set(OPERATION_KINDS)


def test_every_kind_of_error_is_in_it() -> None:
    known = {
        (
            shape["properties"]["code"]["const"],
            shape["properties"]["data"]["properties"]["kind"]["const"],
        )
        for shape in DEFINITIONS["Error"]["anyOf"]
        if "const" in shape["properties"]["code"]
    }
    assert {(error.rpc_code, error.kind) for error in ERRORS} <= known


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("no/such", {}),
        ("$/progress", {"token": "p", "value": {"kind": "operations", "seq": 1, "items": []}}),
        ("$/progress", {"token": None, "value": {"kind": "end"}}),
        ("dotstream/changed", {"root": "/home/me", "target": "/home/me", "transaction": 1}),
    ],
)
def test_a_message_that_does_not_fit_is_noticed(method: str, params: object) -> None:
    checker = Checker()
    checker.received({"jsonrpc": "2.0", "method": method, "params": params})
    assert checker.problems
