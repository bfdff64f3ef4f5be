"""Choices about a plan: rows left out, conflicts settled over a range, and taken back."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.editors.nvim.neovim import Neovim
    from tests.lsp.conftest import World


@pytest.fixture
def conflicts(world: World, nvim: Neovim) -> Neovim:
    """Return a Neovim that shows a plan with two conflicts."""
    (world.target / ".zshrc").write_text("mine\n")
    (world.target / ".vimrc").write_text("mine too\n")
    nvim.dotstream("plan manage zsh vim", "planned")
    return nvim


def settle(nvim: Neovim, keys: str, policy: str) -> None:
    """Press keys that ask for a policy, answer, and wait for the plan that comes of it."""
    begun = nvim.events().count("DotstreamPlanStarted")
    nvim.choose(policy)
    nvim.press(keys)
    nvim.wait(
        "vim.iter(_G.events):filter(function(e) return e == 'DotstreamPlanStarted' end)"
        ":fold(0, function(n) return n + 1 end) > a[1]",
        begun,
    )
    nvim.until("planned")


def write(nvim: Neovim) -> None:
    """Write the plan, and wait until it is applied."""
    nvim.command("write")
    nvim.until("applied")


def test_a_row_is_left_out_and_put_back(world: World, nvim: Neovim) -> None:
    nvim.dotstream("plan manage zsh vim", "planned")
    nvim.line_with(".zshrc")
    nvim.press("dd")
    assert "1 left out" in nvim.bar()
    assert nvim.virtual("dotstream.plan").count("left out") == 1
    nvim.press("dd")
    assert "left out" not in nvim.bar()
    nvim.press("dd")
    write(nvim)
    assert not os.path.lexists(world.target / ".zshrc")
    assert (world.target / ".vimrc").is_symlink()
    assert nvim.notes()[-1].endswith("manage zsh vim: 2 linked, 2 directories made")
    nvim.choose("Yes")
    nvim.press("u")
    nvim.until("undone")
    assert not os.path.lexists(world.target / ".vimrc")


@pytest.mark.parametrize("keys", ["dd", "zcdd"])
def test_a_directory_is_left_out_with_all_that_is_below(
    keys: str, world: World, nvim: Neovim
) -> None:
    nvim.dotstream("plan manage zsh vim", "planned")
    nvim.line_with("~/.vim/")
    nvim.press(keys)
    write(nvim)
    assert not os.path.lexists(world.target / ".vim/colors")
    assert (world.target / ".zshrc").is_symlink()


def test_a_range_is_left_out(world: World, nvim: Neovim) -> None:
    nvim.dotstream("plan manage zsh vim", "planned")
    nvim.line_with(".vimrc")
    nvim.press("Vjd")
    assert "2 left out" in nvim.bar()
    write(nvim)
    assert not os.path.lexists(world.target / ".zshrc")
    assert not os.path.lexists(world.target / ".vimrc")
    assert (world.target / ".vim/colors/dusk.vim").is_symlink()


@pytest.mark.parametrize(("keys", "count"), [("2dd", 2), ("dj", 2), ("dG", 5), ("ddj.", 2)])
def test_leaving_out_is_an_operator(keys: str, count: int, nvim: Neovim) -> None:
    nvim.dotstream("plan manage zsh vim", "planned")
    nvim.line_with(".vimrc")
    nvim.press(keys)
    assert f"{count} left out" in nvim.bar()


def test_conflicts_that_are_only_counted_are_left_out_with_their_directory(
    world: World, nvim: Neovim
) -> None:
    world.grow("big", 2000)
    shutil.copytree(world.root / "big", world.target, dirs_exist_ok=True)
    nvim.dotstream("plan manage big zsh", "planned")
    assert "2,000 conflicts" in nvim.bar()
    for directory in ("~/d0000/", "~/d0001/"):
        nvim.line_with(directory)
        nvim.press("zcdd")
    write(nvim)
    assert not (world.target / "d0001/f999").is_symlink()
    assert (world.target / ".zshrc").is_symlink()


def test_a_conflict_that_is_left_out_is_in_nobodys_way(world: World, conflicts: Neovim) -> None:
    conflicts.line_with(".vimrc")
    conflicts.press("Vjd")
    write(conflicts)
    assert (world.target / ".zshrc").read_text() == "mine\n"
    assert (world.target / ".vim/colors/dusk.vim").is_symlink()


def test_conflicts_of_a_range_are_settled_alike(world: World, conflicts: Neovim) -> None:
    settle(conflicts, "ggVGga", "backup")
    assert conflicts.asked()[0]["prompt"] == "These 2 conflicts"
    assert "2 to move" in conflicts.bar()
    write(conflicts)
    assert (world.target / ".zshrc").is_symlink()
    assert (world.target / ".vimrc").is_symlink()


def test_the_rest_is_settled_and_earlier_choices_stay(world: World, conflicts: Neovim) -> None:
    conflicts.line_with(".zshrc")
    settle(conflicts, "ga", "adopt")
    settle(conflicts, "gA", "backup")
    write(conflicts)
    assert (world.root / "zsh/dot-zshrc").read_text() == "mine\n"
    assert (world.root / "vim/dot-vimrc").read_text() == "# vim/dot-vimrc\n"
    assert (world.target / ".vimrc").is_symlink()


@pytest.mark.parametrize("policy", ["backup", "overwrite", "adopt", "skip"])
def test_a_conflict_that_is_settled_is_opened_again(policy: str, conflicts: Neovim) -> None:
    conflicts.line_with(".zshrc")
    settle(conflicts, "ga", policy)
    assert "1 conflict" in conflicts.bar()
    assert ".zshrc" in conflicts.lua("return vim.api.nvim_get_current_line()")
    settle(conflicts, "ga", "again")
    assert "2 conflicts" in conflicts.bar()


def test_choices_are_undone_and_made_again(conflicts: Neovim) -> None:
    conflicts.line_with(".zshrc")
    settle(conflicts, "ga", "backup")
    conflicts.line_with(".vimrc")
    conflicts.press("dd")
    conflicts.press("u")
    assert "left out" not in conflicts.bar()
    conflicts.press("u")
    conflicts.wait("true")
    conflicts.until("planned")
    assert "2 conflicts" in conflicts.bar()
    conflicts.press("u")
    assert "there is nothing to undo" in conflicts.notes()[-1]
    conflicts.press("<C-r>")
    conflicts.until("planned")
    conflicts.press("<C-r>")
    assert "1 conflict" in conflicts.bar()
    assert "1 left out" in conflicts.bar()


def test_planning_again_keeps_the_cursor_the_folds_and_the_choices(
    world: World, nvim: Neovim
) -> None:
    nvim.dotstream("plan manage zsh vim", "planned")
    nvim.line_with("~/.vim/colors/")
    nvim.press("zc")
    nvim.line_with(".zshrc")
    nvim.press("dd")
    world.write("vim/dot-gvimrc")
    nvim.press("R")
    nvim.until("planned")
    assert ".zshrc" in nvim.lua("return vim.api.nvim_get_current_line()")
    assert "1 left out" in nvim.bar()
    line = nvim.lines().index("~/.vim/colors/") + 1
    assert nvim.lua("return vim.fn.foldclosed(...)", line) == line


def test_conflicts_go_into_the_quickfix_list(world: World, conflicts: Neovim) -> None:
    conflicts.press("gq")
    found = conflicts.lua(
        "return vim.tbl_map(function(i) return vim.api.nvim_buf_get_name(i.bufnr) end, "
        "vim.fn.getqflist())"
    )
    assert found == [str(world.target / ".vimrc"), str(world.target / ".zshrc")]


def test_being_asked_about_each_conflict(world: World, nvim: Neovim) -> None:
    (world.target / ".zshrc").write_text("mine\n")
    (world.target / ".vimrc").write_text("mine too\n")
    nvim.choose("backup", "adopt")
    nvim.dotstream("plan manage zsh vim --on-conflict=ask", "planned")
    assert [asked["prompt"].split(":")[0] for asked in nvim.asked()] == ["~/.vimrc", "~/.zshrc"]
    assert "conflict" not in nvim.bar()
    write(nvim)
    assert (world.root / "zsh/dot-zshrc").read_text() == "mine\n"
    assert (world.root / "vim/dot-vimrc").read_text() == "# vim/dot-vimrc\n"
    assert (world.target / ".vimrc").is_symlink()


def test_a_question_is_left_open_or_stops_the_plan(world: World, nvim: Neovim) -> None:
    (world.target / ".zshrc").write_text("mine\n")
    nvim.choose("open")
    nvim.dotstream("plan manage zsh --on-conflict=ask", "planned")
    assert "1 conflict" in nvim.bar()
    nvim.choose("cancel")
    nvim.press("R")
    nvim.until("cancelled")


def test_what_a_repository_asks_for_is_agreed_to_first(world: World, nvim: Neovim) -> None:
    (world.target / ".zshrc").write_text("mine\n")
    (world.root / "dotstream.toml").write_text('on-conflict = "overwrite"\n')
    nvim.dotstream("plan manage zsh", "planned")
    nvim.choose("Change nothing")
    nvim.command("write")
    nvim.wait("#_G.asked == 1")
    assert 'on-conflict = "overwrite"' in nvim.asked()[0]["prompt"]
    nvim.wait("#_G.notes > 0")
    assert (world.target / ".zshrc").read_text() == "mine\n"
    nvim.choose("Agree")
    write(nvim)
    assert (world.target / ".zshrc").is_symlink()
