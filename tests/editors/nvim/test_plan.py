"""The plan buffer: rows, groups, bar, marks and keys."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from tests.editors.nvim.neovim import Neovim
    from tests.lsp.conftest import World

STATE = frozenset({".local"})  # where journals are kept


def test_a_plan_is_grouped_by_directory(world: World, nvim: Neovim) -> None:
    before = snapshot(world.target)
    nvim.dotstream("plan manage vim zsh", "planned")
    assert nvim.lines() == [
        "~/",
        "  mkdir    .vim/  (vim)",
        "  link     .vimrc → dotfiles/vim/dot-vimrc  (vim)",
        "  link     .zshrc → dotfiles/zsh/dot-zshrc  (zsh)",
        "~/.vim/",
        "  mkdir    colors/  (vim)",
        "~/.vim/colors/",
        "  link     dusk.vim → ../../dotfiles/vim/dot-vim/colors/dusk.vim  (vim)",
    ]
    assert "manage vim zsh" in nvim.bar()
    assert "3 to link, 2 mkdir" in nvim.bar()
    assert difference(before, snapshot(world.target, prune=STATE)) == []


def test_writing_the_plan_applies_it(world: World, nvim: Neovim) -> None:
    nvim.dotstream("plan manage zsh", "planned")
    nvim.command("write")
    nvim.until("applied")
    assert os.readlink(world.target / ".zshrc") == "dotfiles/zsh/dot-zshrc"
    assert "1 linked" in nvim.bar()
    assert not nvim.lua("return vim.bo.modified")
