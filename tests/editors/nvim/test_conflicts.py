"""Conflicts: how they stand out, and each way to settle them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.editors.nvim.neovim import Neovim
    from tests.lsp.conftest import World


@pytest.fixture
def conflict(world: World, nvim: Neovim) -> Neovim:
    """Return a Neovim that shows a plan with one conflict, the cursor on it."""
    (world.target / ".zshrc").write_text("mine\n")
    nvim.dotstream("plan manage zsh vim", "planned")
    nvim.press("]c")
    return nvim


def test_a_conflict_says_what_is_in_the_way(conflict: Neovim) -> None:
    assert "1 conflict" in conflict.bar()
    row = conflict.lua("return vim.api.nvim_get_current_line()")
    assert row == "  conflict .zshrc ← ~/dotfiles/zsh/dot-zshrc"
    told = " ".join(conflict.virtual("dotstream.plan"))
    assert "a file is in its place" in told
    for policy in ("adopt", "backup", "overwrite", "skip"):
        assert policy in told
    signs = [mark[3].get("sign_text") for mark in conflict.marks("dotstream.plan")]
    assert signs.count("! ") == 1


@pytest.mark.parametrize("policy", ["adopt", "backup", "overwrite", "skip"])
def test_a_conflict_is_settled_by_each_policy(
    policy: str, world: World, conflict: Neovim
) -> None:
    conflict.choose(policy)
    conflict.press("ga")
    conflict.wait("#_G.asked == 1")
    assert ".zshrc" in conflict.asked()[0]["prompt"]
    conflict.until("planned")
    assert "conflict" not in conflict.bar()
    conflict.command("write")
    conflict.until("applied")
    theirs, ours = world.target / ".zshrc", world.root / "zsh/dot-zshrc"
    assert theirs.is_symlink() == (policy != "skip")
    assert (ours.read_text() == "mine\n") == (policy == "adopt")
    assert (theirs.read_text() == "mine\n") == (policy in {"skip", "adopt"})
    assert (world.target / ".vimrc").is_symlink()


def test_all_conflicts_are_settled_alike(world: World, conflict: Neovim) -> None:
    (world.target / ".vimrc").write_text("mine too\n")
    conflict.press("R")
    conflict.until("planned")
    assert "2 conflicts" in conflict.bar()
    conflict.choose("backup")
    conflict.press("gA")
    conflict.until("planned")
    assert "2 to move" in conflict.bar()
    conflict.command("write")
    conflict.until("applied")
    assert (world.target / ".zshrc").is_symlink()
    assert (world.target / ".vimrc").is_symlink()


def test_the_cursor_goes_from_conflict_to_conflict(world: World, conflict: Neovim) -> None:
    (world.target / ".vimrc").write_text("mine too\n")
    conflict.press("R")
    conflict.until("planned")
    row = "return vim.api.nvim_get_current_line()"
    conflict.press("gg]c")
    assert ".vimrc" in conflict.lua(row)
    conflict.press("]c")
    assert ".zshrc" in conflict.lua(row)
    conflict.press("]c")
    assert ".vimrc" in conflict.lua(row)
    conflict.press("[c")
    assert ".zshrc" in conflict.lua(row)


def test_a_plan_with_conflicts_is_not_applied(world: World, conflict: Neovim) -> None:
    conflict.command("write")
    conflict.wait("#_G.notes > 0")
    conflict.until("planned")
    assert "1 conflict is open: ga settles it" in conflict.notes()[-1]
    assert (world.target / ".zshrc").read_text() == "mine\n"
    assert not (world.target / ".vimrc").exists()


def test_a_conflict_that_arises_before_it_is_written_is_shown(world: World, nvim: Neovim) -> None:
    nvim.dotstream("plan manage zsh vim", "planned")
    (world.target / ".zshrc").write_text("mine\n")
    nvim.command("write")
    nvim.wait("vim.iter(_G.notes):any(function(n) return n.text:find('planned again') end)")
    nvim.until("planned")
    assert "1 conflict  ga settles" in nvim.bar()
    assert nvim.lua("return vim.api.nvim_get_current_line()").startswith("  conflict .zshrc")
    assert not (world.target / ".vimrc").exists()
    nvim.choose("skip")
    nvim.press("ga")
    nvim.until("planned")
    nvim.command("write")
    nvim.until("applied")
    assert (world.target / ".vimrc").is_symlink()


def test_a_policy_of_the_command(world: World, nvim: Neovim) -> None:
    (world.target / ".zshrc").write_text("mine\n")
    nvim.dotstream("plan manage zsh --on-conflict=backup", "planned")
    assert "1 to move" in nvim.bar()


def test_no_conflict_under_the_cursor(conflict: Neovim) -> None:
    conflict.press("ggga")
    assert "there is no conflict here" in conflict.notes()[-1]
