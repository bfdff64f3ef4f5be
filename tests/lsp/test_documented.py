"""The reference of the protocol says what the server does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dotstream import errors
from dotstream.lsp.protocol import VERSION
from dotstream.lsp.requests.batches import MAX_BATCH, MAX_WINDOW, UNASKED
from dotstream.lsp.requests.fields import Asked, Fields
from dotstream.lsp.requests.registry import MAX_OTHERS, MAX_STREAMS, METHODS
from dotstream.model.items import OPERATION_KINDS

if TYPE_CHECKING:
    from dotstream.errors import DotstreamError

ERRORS: list[type[DotstreamError]] = [
    error for error in vars(errors).values() if isinstance(error, type) and "kind" in vars(error)
]

PAGE = (Path(__file__).parents[2] / "docs/reference/protocol.md").read_text(encoding="utf-8")
BLOCKS = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]


def test_the_limits_are_those_of_the_server() -> None:
    announced = BLOCKS[0]["capabilities"]["experimental"]["dotstream"]
    assert announced == {
        "version": VERSION,
        "maxWindow": MAX_WINDOW,
        "maxBatch": MAX_BATCH,
        "methods": list(METHODS),
    }
    assert f"the first {UNASKED} rows" in PAGE
    assert f"At most {MAX_STREAMS} requests" in PAGE
    assert f"and {MAX_OTHERS} others" in PAGE


@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_described(method: str) -> None:
    assert f"## `{method}` (request)\n" in PAGE


@pytest.mark.parametrize("method", METHODS)
def test_the_first_example_of_every_method_is_accepted(method: str) -> None:
    section = PAGE.partition(f"## `{method}` (request)\n")[2].partition("\n## ")[0]
    example = re.search(r"```json\n(.*?)```", section, re.DOTALL)
    assert example is not None
    fields = Fields(json.loads(example[1]))
    assert METHODS[method].title(METHODS[method].read(fields))
    assert Asked.of(fields, streams=True).root == "/home/me/dotfiles"


def test_the_example_of_a_plan_is_accepted() -> None:
    asked = Asked.of(Fields(BLOCKS[1]), streams=True)
    params = METHODS["dotstream/plan"].read(Fields(BLOCKS[1]))
    assert params.prefer.resolutions == {"/home/me/.zshrc": "backup"}
    assert (asked.window, asked.partial, asked.work_done) == (8, "p1", "w1")


@pytest.mark.parametrize("error", ERRORS)
def test_every_kind_of_error_is_described_under_its_code(error: type[DotstreamError]) -> None:
    section = re.search(rf"\| {error.rpc_code} (?:.*\n(?:\| \|.*\n)*)", PAGE)
    assert section is not None
    assert f"`{error.kind}`" in section[0]


@pytest.mark.parametrize("kind", [*OPERATION_KINDS, "conflict", "error", "notice"])
def test_every_kind_of_row_is_described(kind: str) -> None:
    assert f"`{kind}`" in PAGE
