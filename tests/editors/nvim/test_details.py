"""What the shell says with -v and the like: reasons, what is the same, what is not wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.editors.nvim.neovim import Neovim
    from tests.lsp.conftest import World


def explained(nvim: Neovim, text: str) -> list[str]:
    """Press K on the line that holds a text; return what the window beside it says."""
    nvim.line_with(text)
    nvim.press("K")
    window = nvim.lua(
        "return vim.iter(vim.api.nvim_list_wins()):find(function(w) "
        "return vim.api.nvim_win_get_config(w).relative ~= '' end)"
    )
    found: list[str] = nvim.lua(
        "return vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(...), 0, -1, false)", window
    )
    return found


def test_a_row_says_all_there_is_to_say(nvim: Neovim) -> None:
    nvim.dotstream("plan manage zsh", "planned")
    assert explained(nvim, ".zshrc") == [
        "link ~/.zshrc",
        "  package    zsh",
        "  to         dotfiles/zsh/dot-zshrc",
    ]
    nvim.press("K")  # goes there
    assert nvim.lua("return vim.api.nvim_win_get_config(0).relative") != ""
    nvim.press("q")
    assert nvim.lua("return vim.bo.filetype") == "dotstreamplan"


@pytest.mark.parametrize("text", ["mkdir    .vim/", "~/.vim/"])
def test_why_a_directory_is_no_link(text: str, world: World, nvim: Neovim) -> None:
    (world.root / "dotstream.toml").write_text('never-fold = [".vim"]\n')
    nvim.dotstream("plan manage vim", "planned")
    assert explained(nvim, text) == [
        "make directory ~/.vim",
        "  package    vim",
        "  why        never-fold names .vim",
    ]


def test_a_directory_that_is_there_has_no_row_of_its_own(nvim: Neovim) -> None:
    nvim.dotstream("plan manage zsh", "planned")
    nvim.line_with("~/")
    nvim.press("K")
    assert nvim.notes() == ["dotstream: nothing is done to this directory itself"]


def test_a_conflict_says_what_each_policy_does(world: World, nvim: Neovim) -> None:
    (world.target / ".zshrc").write_text("mine\n")
    nvim.dotstream("plan manage zsh", "planned")
    found = explained(nvim, ".zshrc")
    assert found[0] == "conflict ~/.zshrc"
    assert "  source     ~/dotfiles/zsh/dot-zshrc" in found
    assert any(line.startswith("  why        ") for line in found)
    assert "  skip       leave what is there and do the rest" in found
    nvim.choose("skip")
    nvim.press("ga")
    nvim.until("planned")


def test_what_an_ignore_rule_leaves_out_is_listed_with_the_rule(
    world: World, nvim: Neovim
) -> None:
    world.write("zsh/notes.bak")
    (world.root / "dotstream.toml").write_text('ignore = ["*.bak"]\n')
    nvim.dotstream("plan manage zsh", "planned")
    assert not any("notes.bak" in line for line in nvim.lines())
    nvim.dotstream("plan manage zsh --verbose", "planned")
    found = explained(nvim, "notes.bak")
    assert found[0].startswith("note ~/")
    assert "dotstream.toml" in " ".join(found)
    nvim.command("write")
    nvim.until("applied")


def test_files_that_are_the_same_are_settled_at_once(world: World, nvim: Neovim) -> None:
    (world.target / ".zshrc").write_text("# zsh/dot-zshrc\n")
    (world.target / ".vimrc").write_text("mine\n")
    nvim.dotstream("plan manage zsh vim", "planned")
    assert any("with the same content" in text for text in nvim.virtual("dotstream.plan"))
    nvim.choose("same")
    nvim.press("gA")
    nvim.until("planned")
    assert "1 conflict" in nvim.bar()
    assert any("move     .zshrc" in line for line in nvim.lines())
    nvim.press("u")
    nvim.until("planned")
    assert "2 conflicts" in nvim.bar()
    nvim.dotstream("plan manage zsh --same", "planned")
    nvim.command("write")
    nvim.until("applied")
    assert (world.target / ".zshrc").is_symlink()


def test_a_file_is_moved_out_of_its_package_again(world: World, nvim: Neovim) -> None:
    nvim.command("Dotstream! manage zsh")
    nvim.until("applied")
    nvim.dotstream(f"plan adopt --out {world.target}/.zshrc", "planned")
    assert "adopt ~/.zshrc out of its package" in nvim.bar()
    assert nvim.asked() == []
    nvim.command("write")
    nvim.until("applied")
    assert (world.target / ".zshrc").read_text() == "# zsh/dot-zshrc\n"
    assert not (world.target / ".zshrc").is_symlink()
    assert not (world.root / "zsh/dot-zshrc").exists()


def test_a_clone_is_adopted_whole(world: World, nvim: Neovim) -> None:
    (world.root / "dotstream.toml").write_text("")
    clone = world.target / ".vim/pack/mine"
    (clone / ".git").mkdir(parents=True)
    (clone / ".git/HEAD").write_text("ref: refs/heads/main\n")
    (clone / "plugin.vim").write_text("\n")
    nvim.dotstream(f"plan adopt --package=vim {world.target}/.vim/pack", "planned")
    assert any("git repository" in text for text in nvim.virtual("dotstream.plan"))
    nvim.dotstream(f"plan adopt --package=vim --whole {world.target}/.vim/pack", "planned")
    nvim.command("write")
    nvim.until("applied")
    assert (world.root / "vim/dot-vim/pack/mine/plugin.vim").exists()


def test_links_of_a_package_that_is_gone_are_listed_and_removed(
    world: World, nvim: Neovim
) -> None:
    nvim.command("Dotstream! manage")
    nvim.until("applied")
    (world.root / "zsh/dot-zshrc").unlink()
    (world.root / "zsh").rmdir()
    nvim.dotstream("status")
    nvim.wait("vim.wo.winbar:find('2 packages') ~= nil")
    row = nvim.lines()[-1]
    assert row.split()[:2] == ["zsh", "unwanted"]
    assert "1 link; it is gone" in row
    nvim.line_with("unwanted")
    nvim.press("<CR>")
    nvim.until("planned")
    assert any("unlink   .zshrc" in line for line in nvim.lines())
    nvim.command("write")
    nvim.until("applied")
    assert not (world.target / ".zshrc").is_symlink()


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("plan manage zsh --out", "are for adopt"),
        ("adopt --out --package=zsh ~/.zshrc", "--out moves files into no package"),
        ("plan --same=yes", "--same takes no value"),
    ],
)
def test_flags_that_do_not_belong(words: str, problem: str, nvim: Neovim) -> None:
    nvim.dotstream(words)
    assert problem in nvim.notes()[0]
