"""The README and the how-to are done as they stand: installed, then used for the first time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from tests.docs.pages import blocks
from tests.editors.nvim.neovim import PLUGIN, ROOT
from tests.lsp.conftest import World

if TYPE_CHECKING:
    from pathlib import Path

    from tests.editors.nvim.neovim import Neovim

README = (PLUGIN / "README.md").read_text()
HOW_TO = (ROOT / "docs/how-to/use-in-neovim.md").read_text()

_FIRST_USE = """
vim.schedule(function()
  vim.cmd("Dotstream plan")
  local function state()
    local session = require("dotstream.plan.session").by_buffer[vim.api.nvim_get_current_buf()]
    return session and session.state
  end
  vim.wait(60000, function() return state() == "planned" end)
  local plan = vim.api.nvim_buf_get_lines(0, 0, -1, false)
  vim.cmd.write()
  vim.wait(60000, function() return state() == "applied" end)
  vim.cmd.help("dotstream")
  vim.fn.writefile({ vim.json.encode({ plan = plan, help = vim.fn.expand("%:t") }) }, "told")
  vim.cmd.qall({ bang = true })
end)
"""


def shell_block(page: str, words: str) -> str:
    """Return the only block of a page for the shell that has these words."""
    (found,) = (
        each.text for each in blocks(page) if each.language == "sh" and words in each.text
    )
    return found


@pytest.mark.parametrize("page", [README, HOW_TO], ids=["readme", "how-to"])
def test_a_user_without_a_plugin_manager_copies_it_and_applies_a_plan(
    page: str, scratch_home: Path
) -> None:
    world = World(scratch_home)
    programs = os.path.dirname(sys.executable)
    environ = {
        "HOME": str(scratch_home),
        "PATH": f"{programs}:{os.environ['PATH']}",
        "LC_ALL": "C.UTF-8",
    }
    done = shell_block(page, "start").replace("pipx install .\n", "")  # it is on PATH already
    subprocess.run(["sh", "-ec", done], cwd=ROOT, env=environ, check=True, capture_output=True)
    (world.root / "use.lua").write_text(_FIRST_USE)
    subprocess.run(
        ["nvim", "--headless", "-i", "NONE", "-n", "zsh/dot-zshrc", "-S", "use.lua"],
        cwd=world.root,
        env=environ,
        check=True,
        capture_output=True,
    )
    told: dict[str, Any] = json.loads((world.root / "told").read_text())
    assert "  link     .zshrc → dotfiles/zsh/dot-zshrc  (zsh)" in told["plan"]
    assert told["help"] == "dotstream.txt"
    assert (scratch_home / ".zshrc").resolve() == world.root / "zsh/dot-zshrc"


def test_the_defaults_of_the_readme_are_settings_that_are_right(nvim: Neovim) -> None:
    (defaults,) = (
        each.text for each in blocks(README) if each.language == "lua" and "max_rows" in each.text
    )
    nvim.lua(f"require('dotstream').setup({defaults})")
    assert nvim.lua("return require('dotstream.config').problems()") == []
    assert nvim.lua(
        "local config = require('dotstream.config'); "
        "return vim.deep_equal(config.get(), config.defaults)"
    )


def test_every_recipe_in_lua_is_lua(nvim: Neovim) -> None:
    recipes = [each.text for each in blocks(README) if each.language == "lua"]
    assert len(recipes) == 4
    for recipe in recipes:
        assert nvim.lua("return (loadstring('return ' .. ...) or loadstring(...)) ~= nil", recipe)
