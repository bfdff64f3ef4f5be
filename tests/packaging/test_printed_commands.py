"""Whatever says how dotstream is installed says what works from there."""

from __future__ import annotations

import re
import subprocess

import pytest
from tests.docs.pages import ROOT
from tests.editors.nvim.neovim import Neovim
from tests.packaging.surroundings import Surroundings, printed_by_vscode

_INSTALLS = re.compile(r"(?:pipx?|uv tool|uv pip) install ([^\n]*)")
_FROM_THE_INDEX = re.compile(r"(?:^|[\s'\"])dotstream(?:\[|[=<>~]=|['\"]?\s|['\"]?$)")
_BESIDES = ("tests/", "docs/news/", "extensions/vscode/package-lock.json")


def _tracked() -> list[str]:
    told = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [path for path in told.stdout.splitlines() if not path.startswith(_BESIDES)]


def _installs(path: str) -> list[str]:
    try:
        return _INSTALLS.findall((ROOT / path).read_text(encoding="utf-8"))
    except UnicodeDecodeError:  # a picture
        return []


def test_nothing_says_to_install_what_is_on_no_index() -> None:
    said = {path: _installs(path) for path in _tracked()}
    assert not [
        (path, words)
        for path, all_words in said.items()
        for words in all_words
        if _FROM_THE_INDEX.search(words)
    ]


@pytest.mark.parametrize("text", ["dotstream", "'dotstream[lsp]'", '"dotstream[lsp]==1"'])
def test_that_would_be_noticed(text: str) -> None:
    assert _FROM_THE_INDEX.search(text)


def test_what_neovim_says_installs_the_checkout_it_is_part_of(surroundings: Surroundings) -> None:
    with Neovim(surroundings.home, path="/usr/bin:/bin") as nvim:
        surroundings.carries_out(nvim.lua("return require('dotstream.errors').install()"))


def test_what_vs_code_says_installs_the_wheel_it_brings_along(surroundings: Surroundings) -> None:
    extension = ROOT / "extensions/vscode"
    surroundings.carries_out(printed_by_vscode(extension / "bundled/dotstream.py"))


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "docs/how-to/use-in-neovim.md",
        "docs/how-to/use-in-vscode.md",
        "docs/how-to/use-other-editors.md",
        "extensions/nvim/README.md",
        "extensions/nvim/doc/dotstream.txt",
        "extensions/vscode/README.md",
        "extensions/vscode/walkthrough/server.md",
    ],
)
def test_what_a_page_says_works_in_the_checkout(page: str, surroundings: Surroundings) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    commands = re.findall(
        r"^ *(\S*pipx? install .*|python3 -m venv .*|mkdir -p ~/\.local/bin|ln -sf? ~.*bin.*)$",
        text,
        re.MULTILINE,
    )
    assert commands
    surroundings.carries_out("\n".join(commands))
