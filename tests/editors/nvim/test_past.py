"""What was done: history, undo from each place, and a change that a kill cut short."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.editors.stopping import stopped
from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from tests.editors.nvim.neovim import Neovim
    from tests.lsp.conftest import World

STATE = frozenset({".local"})  # where journals are kept


def manage(nvim: Neovim, *packages: str) -> None:
    nvim.command(f"Dotstream! manage {' '.join(packages)}")
    nvim.until("applied")


def test_what_was_applied_is_undone_in_its_plan(world: World, nvim: Neovim) -> None:
    before = snapshot(world.target, prune=STATE)
    manage(nvim, "zsh", "vim")
    assert "u undoes" in nvim.bar()
    nvim.choose("Yes")
    nvim.press("u")
    nvim.until("undone")
    assert nvim.asked()[0]["prompt"] == "Undo manage zsh vim, transaction 1?"
    assert "undone" in nvim.bar()
    assert difference(before, snapshot(world.target, prune=STATE)) == []


def test_undo_asks_and_may_be_refused(world: World, nvim: Neovim) -> None:
    manage(nvim, "zsh")
    nvim.choose("No")
    nvim.press("u")
    assert nvim.plan(".state") == "applied"
    assert (world.target / ".zshrc").is_symlink()


def test_an_undo_is_a_plan_that_is_written(world: World, nvim: Neovim) -> None:
    before = snapshot(world.target, prune=STATE)
    manage(nvim, "zsh")
    nvim.choose("Look")
    nvim.dotstream("undo", "planned")
    nvim.wait("vim.iter(_G.asked):any(function(a) return a.prompt:find('undo 1') end)")
    bar = "require('dotstream.plan.window').bar()"
    nvim.wait(f"{bar}:find('(manage zsh)', 1, true)")  # it is looked up meanwhile
    assert " undo 1 (manage zsh)  1 to unlink  :w applies" in nvim.bar()
    assert nvim.lines() == ["~/", "  unlink   .zshrc (was → dotfiles/zsh/dot-zshrc)  (zsh)"]
    nvim.command("write")
    nvim.until("applied")
    assert difference(before, snapshot(world.target, prune=STATE)) == []


def test_the_history_lists_and_undoes(world: World, nvim: Neovim) -> None:
    manage(nvim, "zsh")
    manage(nvim, "vim")
    nvim.dotstream("history")
    nvim.wait("vim.api.nvim_buf_get_name(0):find('history') ~= nil")
    newest, oldest = nvim.lines()
    assert newest.endswith("manage vim: 2 linked, 2 directories made")
    assert oldest.endswith("manage zsh: 1 linked")
    nvim.line_with("manage zsh")
    nvim.press("u")
    nvim.until("planned")
    assert "undo 1" in nvim.bar()
    nvim.command("write")
    nvim.until("applied")
    assert not (world.target / ".zshrc").exists()
    assert (world.target / ".vimrc").is_symlink()


def test_a_history_without_anything(nvim: Neovim) -> None:
    nvim.dotstream("history")
    nvim.wait("vim.api.nvim_buf_get_name(0):find('history') ~= nil")
    assert nvim.lines() == ["nothing has been done yet"]


def test_an_apply_that_a_kill_cut_short_is_taken_back(world: World, nvim: Neovim) -> None:
    world.grow("big", 15_000)
    nvim.dotstream("plan manage big", "planned")
    before = snapshot(world.target, prune=STATE)
    nvim.choose("Restart", "Roll it back")
    with stopped(nvim.server(), (world.target / "d0000").exists) as still:
        nvim.command("write")
        still()
        nvim.kill_server()
    nvim.wait("vim.iter(_G.notes):any(function(n) return n.text:find('rolled back') end)")
    assert [asked["prompt"] for asked in nvim.asked()] == [
        "The dotstream server ended unexpectedly",
        "manage big (transaction 1) was cut short",
    ]
    assert nvim.plan(".state") == "failed"
    assert difference(before, snapshot(world.target, prune=STATE)) == []


def test_an_apply_that_a_kill_cut_short_is_carried_to_its_end(world: World, nvim: Neovim) -> None:
    world.grow("big", 15_000)
    nvim.dotstream("plan manage big", "planned")
    with stopped(nvim.server(), (world.target / "d0000").exists) as still:
        nvim.command("write")
        still()
        nvim.kill_server()
    nvim.until("failed")
    nvim.choose("Finish it")
    nvim.dotstream("recover")
    nvim.wait("vim.iter(_G.notes):any(function(n) return n.text:find('finished') end)")
    assert (world.target / "d0014/f999").is_symlink()


def test_there_is_nothing_to_recover(nvim: Neovim) -> None:
    nvim.dotstream("recover")
    nvim.wait("#_G.notes > 0")
    assert nvim.notes() == ["dotstream: nothing was cut short; nothing to recover"]
