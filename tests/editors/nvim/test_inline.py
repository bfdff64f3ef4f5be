"""In ordinary buffers: how the file is linked, diagnostics, code actions, hints and lenses."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.editors.nvim.neovim import Neovim

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lsp.conftest import World

ATTACHED = "#vim.lsp.get_clients({ name = 'dotstream', bufnr = 0 }) == 1"
SAID = "(vim.b.dotstream_status or '') ~= ''"


def edit(nvim: Neovim, path: object) -> None:
    """Open a file and wait until a server is attached to it."""
    nvim.command(f"edit {path}")
    nvim.wait(ATTACHED)


def titles(nvim: Neovim) -> list[str]:
    """Return the code actions on the first line."""
    found: list[str] = nvim.lua(
        """
        local client = vim.lsp.get_clients({ name = "dotstream", bufnr = 0 })[1]
        local params = vim.lsp.util.make_range_params(0, client.offset_encoding)
        params.context = { diagnostics = vim.tbl_map(function(diagnostic)
          return diagnostic.user_data.lsp
        end, vim.diagnostic.get(0)) }
        local answer = client:request_sync("textDocument/codeAction", params, 180000, 0)
        return vim.tbl_map(function(action) return action.title end, answer.result or {})
        """
    )
    return found


def act(nvim: Neovim, title: str) -> None:
    """Run the code action whose title begins like this."""
    nvim.lua(
        "local title = ...; vim.lsp.buf.code_action({ apply = true, filter = function(action) "
        "return vim.startswith(action.title, title) end })",
        title,
    )


@pytest.mark.parametrize("first", ["dotstream.toml", "vim/dot-vimrc"])
def test_nothing_is_taken_from_the_tools_of_a_dotfile(first: str, nvim: Neovim) -> None:
    second = {"dotstream.toml": "vim/dot-vimrc"}.get(first, "dotstream.toml")
    edit(nvim, first)
    edit(nvim, second)
    nvim.command("buffer dot-vimrc")
    nvim.wait(SAID)
    assert nvim.lua("return vim.bo.omnifunc") == ""
    assert nvim.lua("return vim.fn.maparg('K', 'n')") == ""
    assert nvim.lua("return vim.bo.tagfunc .. vim.bo.formatexpr") == ""
    nvim.command("buffer dotstream.toml")
    nvim.wait("vim.bo.omnifunc == 'v:lua.vim.lsp.omnifunc'")
    assert nvim.lua("return vim.fn.maparg('K', 'n', false, true).desc") == "vim.lsp.buf.hover()"
    answers = "return #vim.lsp.get_clients({ bufnr = 0, method = 'textDocument/hover' })"
    assert nvim.lua(answers) == 1
    nvim.command("buffer dot-vimrc")
    assert nvim.lua(answers) == 0


def test_a_file_says_where_it_will_be_and_is_linked(nvim: Neovim) -> None:
    edit(nvim, "zsh/dot-zshrc")
    nvim.wait(SAID)
    assert nvim.virtual("dotstream.inline") == ["→ ~/.zshrc · not linked"]
    nvim.command("Dotstream! manage zsh")
    nvim.until("applied")
    nvim.press("q")
    nvim.wait("vim.b.dotstream_status == '→ ~/.zshrc · linked'")
    assert nvim.virtual("dotstream.inline") == ["→ ~/.zshrc · linked"]
    assert nvim.lua("return require('dotstream').statusline()") == "→ ~/.zshrc · linked"


def test_a_linked_file_says_where_it_is_from(world: World, nvim: Neovim) -> None:
    nvim.command("Dotstream! manage zsh")
    nvim.until("applied")
    nvim.press("q")
    edit(nvim, world.target / ".zshrc")
    nvim.wait(SAID)
    assert nvim.virtual("dotstream.inline") == ["← ~/dotfiles/zsh/dot-zshrc · linked"]


@pytest.mark.parametrize("side", ["source", "target"])
def test_a_file_in_a_linked_directory_names_its_other_side(
    side: str, world: World, nvim: Neovim
) -> None:
    nvim.command("Dotstream! manage vim --folding=always")
    nvim.until("applied")
    source, target = (
        world.root / "vim/dot-vim/colors/dusk.vim",
        world.target / ".vim/colors/dusk.vim",
    )
    edit(nvim, source if side == "source" else target)
    nvim.wait(SAID)
    said = {
        "source": "→ ~/.vim/colors/dusk.vim · linked",
        "target": "← ~/dotfiles/vim/dot-vim/colors/dusk.vim · linked",
    }
    assert nvim.virtual("dotstream.inline") == [said[side]]


def test_what_is_not_linked_is_said_once_and_can_be_linked(world: World, nvim: Neovim) -> None:
    edit(nvim, "zsh/dot-zshrc")
    nvim.wait(SAID)
    act(nvim, "Link ")
    nvim.wait("vim.b.dotstream_status == '→ ~/.zshrc · linked'")
    assert (world.target / ".zshrc").is_symlink()
    assert nvim.lua("return vim.diagnostic.get(0)") == []


def test_files_that_are_open_before_the_plugin_is_loaded(world: World) -> None:
    with Neovim(world.root, late="zsh/dot-zshrc") as nvim:
        nvim.wait(SAID)
        assert "not linked" in nvim.virtual("dotstream.inline")[0]


def test_other_files_load_nothing(world: World) -> None:
    (world.target / "notes.txt").write_text("nothing\n")
    with Neovim(world.target, file="notes.txt") as nvim:
        nvim.command("edit other.txt")
        nvim.wait("package.loaded['dotstream.server'] ~= nil")
        assert nvim.lua("return package.loaded['vim.lsp'] == nil")


@pytest.mark.parametrize("name", ["zsh/dot-zshrc", "zsh/plain"])
def test_a_file_that_neovim_is_started_with(name: str, world: World) -> None:
    (world.root / "zsh/plain").write_text("nothing that tells\n")
    with Neovim(world.root, file=name) as nvim:
        nvim.wait(SAID)
        assert "not linked" in nvim.virtual("dotstream.inline")[0]


def test_a_file_without_a_filetype(world: World, nvim: Neovim) -> None:
    (world.root / "zsh/plain").write_text("nothing that tells\n")
    edit(nvim, "zsh/plain")
    assert nvim.lua("return vim.bo.filetype") == ""
    nvim.wait(SAID)


def test_inline_text_can_be_turned_off(world: World, nvim: Neovim) -> None:
    nvim.lua("require('dotstream').setup({ inline = { enable = false } })")
    edit(nvim, world.root / "zsh/dot-zshrc")
    nvim.wait(SAID)
    assert nvim.virtual("dotstream.inline") == []


def test_inlay_hints_count_in_the_configuration(world: World, nvim: Neovim) -> None:
    (world.root / "dotstream.toml").write_text('folding = "never"\n\n[packages.zsh]\n')
    nvim.lua("vim.lsp.inlay_hint.enable(true)")
    edit(nvim, "dotstream.toml")
    nvim.wait("#vim.lsp.inlay_hint.get({ bufnr = 0 }) == 1")


def test_no_server_where_there_is_no_package_directory(world: World, nvim: Neovim) -> None:
    (world.target / "notes.txt").write_text("nothing\n")
    nvim.command(f"cd {world.target}")
    nvim.command("edit notes.txt")
    nvim.command("setfiletype text")
    assert nvim.lua("return #vim.lsp.get_clients({ _uninitialized = true })") == 0


def test_settings_of_stow_in_the_home_directory_start_nothing(scratch_home: Path) -> None:
    (scratch_home / ".stowrc").write_text("--dotfiles\n")
    (scratch_home / "notes.txt").write_text("nothing\n")
    with Neovim(scratch_home) as nvim:
        nvim.command("edit notes.txt")
        assert nvim.lua("return #vim.lsp.get_clients({ _uninitialized = true })") == 0
        assert nvim.lua("return require('dotstream.paths').current_root() == nil")


@pytest.mark.parametrize("side", ["source", "target"])
def test_a_conflict_is_a_diagnostic_with_actions(side: str, world: World, nvim: Neovim) -> None:
    (world.target / ".zshrc").write_text("mine\n")
    edit(nvim, world.root / "zsh/dot-zshrc")
    if side == "target":
        edit(nvim, world.target / ".zshrc")
    nvim.wait("#vim.diagnostic.get(0) == 1")
    nvim.wait("(vim.b.dotstream_status or ''):find('conflict') ~= nil")
    assert titles(nvim)[0].startswith("Adopt ~/.zshrc: ")
    act(nvim, "Back up")
    nvim.wait("(vim.b.dotstream_status or ''):find('linked') ~= nil")
    assert os.readlink(world.target / ".zshrc") == "dotfiles/zsh/dot-zshrc"


def test_a_conflict_is_adopted_by_its_action(world: World, nvim: Neovim) -> None:
    (world.target / ".zshrc").write_text("mine\n")
    edit(nvim, world.root / "zsh/dot-zshrc")
    nvim.wait("#vim.diagnostic.get(0) == 1")
    act(nvim, "Adopt")
    nvim.wait("(vim.b.dotstream_status or ''):find('linked') ~= nil")
    assert (world.target / ".zshrc").is_symlink()
    assert (world.root / "zsh/dot-zshrc").read_text() == "mine\n"


def test_lenses_in_the_configuration_plan_and_apply(world: World, nvim: Neovim) -> None:
    (world.root / "dotstream.toml").write_text('folding = "never"\n\n[packages.zsh]\n')
    edit(nvim, "dotstream.toml")
    nvim.wait("#vim.lsp.codelens.get(0) == 3")
    shown = nvim.lua(
        "return vim.tbl_map(function(lens) return lens.command.title end, "
        "vim.lsp.codelens.get(0))"
    )
    assert shown == ["Plan", "Manage", "Unmanage"]
    nvim.lua("vim.api.nvim_win_set_cursor(0, { 3, 0 })")
    nvim.choose("Plan")
    nvim.lua("vim.lsp.codelens.run()")
    nvim.until("planned")
    assert "manage zsh" in nvim.bar()
    nvim.press("q")
    nvim.choose("Manage", "Apply")
    nvim.lua("vim.lsp.codelens.run()")
    nvim.until("applied")
    assert (world.target / ".zshrc").is_symlink()


def test_a_wrong_key_is_a_diagnostic(world: World, nvim: Neovim) -> None:
    (world.root / "dotstream.toml").write_text('foldin = "never"\n')
    edit(nvim, "dotstream.toml")
    nvim.wait("#vim.diagnostic.get(0) == 1")
    assert nvim.lua("return vim.diagnostic.get(0)[1].source") == "dotstream"


def test_what_gets_out_of_step_is_a_diagnostic_of_the_configuration(
    world: World, nvim: Neovim
) -> None:
    nvim.command("Dotstream! manage zsh")
    nvim.until("applied")
    nvim.command(f"edit {world.root}/zsh/dot-zshrc")
    nvim.wait("#vim.lsp.get_clients({ name = 'dotstream', bufnr = 0 }) == 1")
    world.write("zsh/dot-zlogin")
    nvim.command("doautocmd FocusGained")
    nvim.wait(
        "#vim.tbl_filter(function(d) return d.code == 'out-of-step' end, "
        "vim.diagnostic.get()) == 1"
    )
    nvim.command("Dotstream! remanage")
    nvim.wait(
        "#vim.tbl_filter(function(d) return d.code == 'out-of-step' end, "
        "vim.diagnostic.get()) == 0"
    )
