"""Whatever says how dotstream is installed says what works from there."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING

import pytest
from tests.docs.pages import ROOT
from tests.editors.nvim.neovim import Neovim
from tests.packaging.surroundings import (
    Surroundings,
    one,
    own_files,
    printed_by_neovim,
    printed_by_vscode,
    run,
    unpacked,
)

if TYPE_CHECKING:
    from pathlib import Path

_INSTALLS = re.compile(r"(?:pipx?|uv tool|uv pip) install ([^\n`]*)")
_FROM_THE_INDEX = re.compile(r"(?:^|[\s'\"])dotstream(?:\[|[=<>~]=|['\"]?\s|['\"]?$)")
_INSTALLING = re.compile(
    r"^ *(\S*pipx? install .*|python3 -m venv .*|mkdir -p ~/\.local/bin|ln -sf ~.*bin.*)$",
    re.MULTILINE,
)
_PAGES = sorted(path for path in own_files(ROOT) if path.endswith((".md", ".txt")))
_BESIDES = ("tests/", "docs/news/", "extensions/vscode/package-lock.json")


def _texts() -> list[str]:
    return [path for path in own_files(ROOT) if not path.startswith(_BESIDES)]


def _installs(path: str) -> list[str]:
    try:
        return _INSTALLS.findall((ROOT / path).read_text(encoding="utf-8"))
    except UnicodeDecodeError:  # a picture
        return []


def _commands(page: str) -> list[str]:
    return _INSTALLING.findall((ROOT / page).read_text(encoding="utf-8"))


def test_nothing_says_to_install_what_is_on_no_index() -> None:
    said = {path: _installs(path) for path in _texts()}
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


def test_what_vs_code_says_installs_the_wheel_it_brings_along(
    dist: Path, surroundings: Surroundings
) -> None:
    with zipfile.ZipFile(one(dist, "*.vsix")) as archive:
        archive.extractall(surroundings.home / "it's here")
    bundled = surroundings.home / "it's here/extension/bundled/dotstream.py"
    surroundings.carries_out(printed_by_vscode(bundled))


def test_what_the_packed_plugin_says_installs_the_wheel_it_brings_along(
    dist: Path, surroundings: Surroundings
) -> None:
    plugin = unpacked(one(dist, "dotstream.nvim-*.tar.gz"), surroundings.home / "it's here")
    surroundings.carries_out(printed_by_neovim(plugin))


@pytest.mark.parametrize("page", [page for page in _PAGES if _commands(page)])
def test_what_a_page_says_works_in_the_checkout(page: str, surroundings: Surroundings) -> None:
    surroundings.carries_out("\n".join(_commands(page)))


def test_what_is_said_to_add_a_missing_library_adds_it(surroundings: Surroundings) -> None:
    surroundings.carries_out("python3 -m venv ~/.local && ~/.local/bin/pip install .")
    (surroundings.home / "dotfiles/.dotbootstrap.yaml").write_text("map: {}\n")
    init = ["bash", "-uc", "cd ~/dotfiles && dotstream init --from-dot 2>&1 || true"]
    said = run(init, env=surroundings.environment)
    (command,) = re.findall(r"needs PyYAML: (.*)", said)
    run(["bash", "-euc", command], env=surroundings.environment)
    assert "PyYAML" not in run(init, env=surroundings.environment)
