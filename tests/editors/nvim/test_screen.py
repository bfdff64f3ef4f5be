"""What is on the screen, at every width, in dark and in light, in a real terminal."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.editors.nvim.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.editors.nvim.neovim import Neovim
    from tests.lsp.conftest import World

_CONTRAST = """
local function channels(colour)
  return { bit.rshift(colour, 16) % 256, bit.rshift(colour, 8) % 256, colour % 256 }
end
local function luminance(colour)
  local sum = 0
  for index, value in ipairs(channels(colour)) do
    local part = value / 255
    part = part <= 0.03928 and part / 12.92 or ((part + 0.055) / 1.055) ^ 2.4
    sum = sum + part * ({ 0.2126, 0.7152, 0.0722 })[index]
  end
  return sum
end
local found = {}
for _, scheme in ipairs(vim.fn.getcompletion("", "color")) do
  for _, background in ipairs({ "dark", "light" }) do
    vim.o.background = background
    vim.cmd.colorscheme(scheme)
    require("dotstream.highlights").define()
    local normal = vim.api.nvim_get_hl(0, { name = "Normal" })
    for name in pairs(require("dotstream.highlights").LINKS) do
      local is = vim.api.nvim_get_hl(0, { name = name, link = false })
      local over = is.bg or normal.bg or (vim.o.background == "dark" and 0 or 0xffffff)
      local text = is.fg or normal.fg or (vim.o.background == "dark" and 0xffffff or 0)
      if is.reverse then
        over, text = text, over
      end
      local one, other = luminance(over), luminance(text)
      local ratio = (math.max(one, other) + 0.05) / (math.min(one, other) + 0.05)
      if ratio < 2 then
        table.insert(found, ("%s %s %s %.2f"):format(scheme, vim.o.background, name, ratio))
      end
    end
  end
end
return found
"""


@pytest.fixture(params=[80, 100, 200])
def terminal(request: pytest.FixtureRequest, world: World) -> Iterator[Terminal]:
    """Return a Neovim in a terminal of a width, with two conflicts to come."""
    (world.target / ".zshrc").write_text("mine\n")
    (world.target / ".vimrc").write_text("mine too\n")
    with tempfile.TemporaryDirectory() as scratch:  # a socket's path is short
        terminal = Terminal(
            world.target, world.root, sockets=Path(scratch), width=request.param, height=24
        )
        yield terminal
        terminal.close()


def test_what_matters_is_on_the_screen(terminal: Terminal) -> None:
    terminal.type(":Dotstream plan vim zsh<CR>")
    terminal.shows("conflicts  ga settles a conflict")
    terminal.type("]c")
    told = "but a file is in its place"
    terminal.sees(
        lambda screen: (
            "adopt · backup · overwrite · skip" in screen
            and " manage vim zsh  " in screen  # the bar has its beginning
            and screen.count(told) == 2
        )
    )
    terminal.type("zM")
    terminal.sees(lambda screen: told not in screen and "~/  3  2 conflicts" in screen)
    terminal.type("zR")
    terminal.type("gA")
    terminal.shows("All conflicts of this plan that are open")
    terminal.type("2<CR>")
    terminal.shows(":w applies")
    terminal.type(":w<CR>")
    terminal.shows("u undoes")


def test_it_is_asked_over_the_plan(world: World, terminal: Terminal) -> None:
    os.unlink(world.target / ".zshrc")
    terminal.type(":Dotstream manage zsh<CR>")
    screen = terminal.shows("manage zsh: 1 to link?", "link     .zshrc")
    assert "planning" not in screen
    terminal.type("1<CR>")
    terminal.shows("u undoes")


def test_a_missing_program_stops_nobody(world: World) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        terminal = Terminal(
            world.target,
            world.root,
            sockets=Path(scratch),
            width=80,
            path="/usr/bin:/bin",
            file="zsh/dot-zshrc",
        )
        screen = terminal.shows("the program was not found; see :checkhealth dotstream")
        assert "Press ENTER" not in screen
        assert "stack traceback" not in screen
        terminal.type("iy")
        terminal.shows("y# zsh/dot-zshrc")
        terminal.close()


def test_every_colour_can_be_seen_in_every_scheme(nvim: Neovim) -> None:
    assert nvim.lua(_CONTRAST) == []


@pytest.mark.parametrize("terminal", [80], indirect=True)
def test_the_ways_to_settle_the_last_conflict_are_scrolled_to(
    world: World, terminal: Terminal
) -> None:
    for number in range(20):
        (world.root / f"zsh/dot-a{number}").touch()
    terminal.type(":Dotstream plan zsh<CR>")
    terminal.shows("1 conflict  ga settles a conflict")
    terminal.type("]c")
    terminal.shows("adopt · backup · overwrite · skip")


@pytest.mark.parametrize("terminal", [80], indirect=True)
def test_what_is_told_makes_nobody_press_a_key(world: World, terminal: Terminal) -> None:
    terminal.type(":set showcmd ruler<CR>:Dotstream plan vim zsh<CR>")
    terminal.shows("conflicts  ga settles a conflict")
    terminal.type(":w<CR>")
    terminal.shows("dotstream: 2 conflicts are open")
    terminal.type("gA")
    terminal.shows("All conflicts of this plan that are open")
    terminal.type("2<CR>")
    terminal.shows(":w applies")
    terminal.type(":w<CR>")
    terminal.shows("dotstream: manage vim zsh: ")
    terminal.type(":Dotstream! undo<CR>")
    terminal.shows("dotstream: undo 1: ")
    assert "Press ENTER" not in terminal.screen(colours=False)
    assert (world.target / ".zshrc").read_text() == "mine\n"
