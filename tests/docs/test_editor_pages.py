"""The recipes for other editors are well-formed, and the page on features says what there is."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any, get_args

import pytest
from tests.docs.pages import ROOT, blocks

from dotstream.config.faults import FaultCode
from dotstream.lsp.language.ignore.matching import MOST_LOOKED_AT
from dotstream.lsp.requests.commands import CANCEL, COMMANDS
from dotstream.lsp.requests.registry import METHODS
from dotstream.lsp.requests.telling import MOST_LINES
from dotstream.lsp.transport.serve import parser

RECIPES = (ROOT / "docs/how-to/use-other-editors.md").read_text()
FEATURES = (ROOT / "docs/reference/editors.md").read_text()

OTHER_CODES = (
    "broken-toml",
    "repeated-key",
    "no-such-package",
    "no-such-target",
    "conflict",
    "unlinked",
    "broken-link",
    "out-of-step",
)
MARKERS = ["dotstream.toml", ".stowrc", ".stow"]


def recipe(language: str) -> str:
    (found,) = [block.text for block in blocks(RECIPES) if block.language == language]
    return found


def command_of(language: str) -> list[str]:
    """Return the server's command line in a recipe."""
    text = recipe(language)
    if language == "helix":
        server = tomllib.loads(text)["language-server"]["dotstream"]
        return [server["command"], *server["args"]]
    if language == "json":
        client: dict[str, Any] = json.loads(text)["clients"]["dotstream"]
        return list(client["command"])
    if language == "kate":
        one, other = json.loads(text)["servers"].values()
        assert one["rootIndicationFileNames"] == other["rootIndicationFileNames"] == MARKERS
        assert one["command"] == other["command"]
        return list(one["command"])
    if language == "kak":
        found = re.search(r"lsp_servers %\{\n(.*?)\n    \}", text, re.DOTALL)
        assert found
        server = tomllib.loads(found[1])["dotstream"]
        assert server["root_globs"] == MARKERS
        return [server["command"], *server["args"]]
    return re.findall(r'"([^"]*)"', text.split(". (", 1)[1].split(")", 1)[0])


@pytest.mark.parametrize("language", ["helix", "elisp", "json", "kak", "kate"])
def test_a_recipe_starts_the_server(language: str) -> None:
    program, lsp, *arguments = command_of(language)
    assert (program, lsp) == ("dotstream", "lsp")
    assert parser().parse_args(arguments).stdio


def test_helix_knows_the_package_directories() -> None:
    languages = tomllib.loads(recipe("helix"))["language"]
    assert languages[-1]["roots"] == MARKERS
    assert all("dotstream" in language["language-servers"] for language in languages)


def test_the_emacs_recipe_closes_what_it_opens() -> None:
    code = re.sub(r'"(?:\\.|[^"\\])*"', '""', recipe("elisp"))
    assert code.count("(") == code.count(")")


def test_every_command_is_documented() -> None:
    assert set(re.findall(r"`dotstream\.server\.(\w+)`", FEATURES)) == {*COMMANDS, CANCEL}
    assert {command.method for command in COMMANDS.values()} <= METHODS.keys()


def test_every_code_is_documented() -> None:
    codes = {*get_args(FaultCode), *OTHER_CODES}
    assert {code for code in codes if f"`{code}`" not in FEATURES} == set()


def test_the_limits_are_documented() -> None:
    assert f"{MOST_LINES:,} lines at most" in FEATURES
    assert f"{MOST_LOOKED_AT:,} names are looked at" in FEATURES
