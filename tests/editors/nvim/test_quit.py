"""Writing and quitting: a plan that waits is modified, and what was written is finished."""

from __future__ import annotations

import fcntl
import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.editors.nvim.neovim import Neovim
from tests.editors.nvim.terminal import until
from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.lsp.conftest import World


@pytest.fixture
def locked(world: World) -> Iterator[None]:
    """Hold the lock of the target, as another dotstream would."""
    held = os.open(world.target, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    yield
    os.close(held)


def modified(nvim: Neovim) -> bool:
    """Return whether the current buffer is modified."""
    found: bool = nvim.lua("return vim.bo.modified")
    return found


def tried(nvim: Neovim, command: str) -> str:
    """Give a command that fails, and return what Vim says."""
    found: str = nvim.lua("return select(2, pcall(vim.cmd, ...))", command)
    return found


def gone(nvim: Neovim, keys: str) -> None:
    """Type keys that end Neovim, and wait until it has ended."""
    pid: int = nvim.lua("return vim.uv.os_getpid()")
    with pytest.raises((OSError, EOFError)):
        nvim.press(keys)  # which gets no answer
    ps = ["ps", "-p", str(pid)]
    until(lambda: subprocess.run(ps, check=False, capture_output=True).returncode != 0)


def test_a_plan_is_modified_while_it_waits(nvim: Neovim) -> None:
    nvim.dotstream("plan manage zsh", "planned")
    assert modified(nvim)
    nvim.command("write")
    nvim.until("applied")
    assert not modified(nvim)
    nvim.press("R")
    nvim.until("planned")
    assert not modified(nvim)  # there is nothing to do


@pytest.mark.parametrize("keys", [":wq<CR>", ":x<CR>", "ZZ"])
def test_writing_and_closing_applies_and_tells(keys: str, world: World, nvim: Neovim) -> None:
    nvim.dotstream("plan manage zsh", "planned")
    nvim.press(keys)
    assert nvim.lua("return #vim.api.nvim_list_wins()") == 1
    nvim.wait("#_G.notes > 0")
    assert nvim.notes() == ["dotstream: manage zsh: 1 linked"]
    assert (world.target / ".zshrc").is_symlink()
    assert nvim.lua("return next(require('dotstream.plan.session').by_buffer) == nil")


@pytest.mark.parametrize(
    "keys", [":wq<CR>", ":x<CR>", "ZZ", ":wqa<CR>", ":xa<CR>", ":confirm qa<CR>y"]
)
def test_leaving_waits_for_what_was_written(keys: str, world: World, nvim: Neovim) -> None:
    world.grow("big", 3000)
    nvim.dotstream("plan manage zsh big", "planned")
    nvim.command("only")
    gone(nvim, keys)
    assert (world.target / ".zshrc").is_symlink()
    assert (world.target / "d0002/f999").is_symlink()


@pytest.mark.parametrize("keys", [":wq<CR>", ":wqa<CR>", "ZZ"])
@pytest.mark.usefixtures("locked")
def test_what_does_not_end_well_keeps_neovim_open(keys: str, world: World, nvim: Neovim) -> None:
    nvim.dotstream("plan manage zsh", "planned")
    nvim.command("only")
    nvim.lua("pcall(vim.api.nvim_feedkeys, ..., 'mx', false)", nvim.keys(keys))
    nvim.wait("#_G.notes > 0")
    assert "wait for it, then try again" in nvim.notes()[0]
    assert nvim.plan(".state") == "planned"
    assert modified(nvim)
    assert not os.path.lexists(world.target / ".zshrc")


def test_conflicts_keep_neovim_open(world: World, nvim: Neovim) -> None:
    (world.target / ".zshrc").write_text("mine\n")
    nvim.dotstream("plan manage zsh", "planned")
    assert modified(nvim)
    nvim.command("only")
    nvim.lua("pcall(vim.api.nvim_feedkeys, ..., 'mx', false)", nvim.keys(":wq<CR>"))
    assert "1 conflict is open" in nvim.notes()[0]
    assert nvim.plan(".state") == "planned"
    assert nvim.events().count("DotstreamPlanStarted") == 1  # it was not planned again


def test_quitting_is_refused_while_a_plan_waits(nvim: Neovim) -> None:
    nvim.dotstream("plan manage zsh", "planned")
    assert "E37" in tried(nvim, "quit")
    assert "No write since last change" in tried(nvim, "qall")
    nvim.command("quit!")
    assert nvim.lua("return next(require('dotstream.plan.session').by_buffer) == nil")


def test_q_in_the_last_window_leaves_what_was_there_before(world: World, nvim: Neovim) -> None:
    nvim.command(f"edit {world.root}/zsh/dot-zshrc")
    nvim.dotstream("plan manage zsh", "planned")
    nvim.command("only")
    nvim.press("q")
    assert nvim.lua("return vim.fn.expand('%:t')") == "dot-zshrc"
    assert nvim.lua("return next(require('dotstream.plan.session').by_buffer) == nil")


@pytest.mark.parametrize("words", ["plan manage zsh", "status", "history"])
def test_q_in_the_only_window_there_ever_was(words: str, nvim: Neovim) -> None:
    nvim.dotstream(words)
    nvim.wait("vim.startswith(vim.api.nvim_buf_get_name(0), 'dotstream://')")
    nvim.wait("vim.fn.getline(1) ~= '' and not vim.wo.winbar:find('looking')")
    nvim.command("only | bwipeout 1")
    nvim.press("q")
    assert nvim.lua("return vim.api.nvim_buf_get_name(0)") == ""
    assert nvim.lines() == [""]


def test_a_hidden_plan_goes_on_waiting(world: World, nvim: Neovim) -> None:
    nvim.dotstream("plan manage zsh", "planned")
    nvim.command(f"edit {world.root}/zsh/dot-zshrc")
    assert "No write since last change" in tried(nvim, "qall")
    nvim.dotstream("plan manage zsh", "planned")
    nvim.command("write")
    nvim.until("applied")


def test_the_rows_of_a_range_are_written_alone(world: World, nvim: Neovim) -> None:
    nvim.dotstream("plan manage zsh vim", "planned")
    line = nvim.line_with(".vimrc")
    nvim.command(f"{line}write!")
    nvim.wait("vim.iter(_G.notes):any(function(n) return n.text:find('1 linked') end)")
    nvim.until("planned")
    assert (world.target / ".vimrc").is_symlink()
    assert not os.path.lexists(world.target / ".zshrc")
    assert any(".zshrc" in line for line in nvim.lines())
    assert not any(".vimrc" in line for line in nvim.lines())


@pytest.mark.parametrize(
    ("command", "lines"), [("write {}", slice(None)), ("2,3write {}", slice(1, 3))]
)
def test_a_plan_that_is_written_to_a_file_is_text_there(
    command: str, lines: slice, world: World, nvim: Neovim, tmp_path: Path
) -> None:
    nvim.dotstream("plan manage zsh vim", "planned")
    before = snapshot(world.target)
    place = f"{tmp_path}/a\\ plan.txt"
    nvim.command(command.format(place))
    assert (tmp_path / "a plan.txt").read_text().splitlines() == nvim.lines()[lines]
    assert difference(before, snapshot(world.target)) == []
    assert nvim.plan(".state") == "planned"
    assert modified(nvim)
    assert "E13" in tried(nvim, f"write {place}")


@pytest.mark.parametrize("option", ["autowrite", "autowriteall"])
def test_what_vim_writes_by_itself_is_asked_about(
    option: str, world: World, nvim: Neovim
) -> None:
    nvim.screen(80, 24)  # where nobody can answer, the answer is no
    nvim.command(f"set {option}")
    nvim.dotstream("plan manage zsh", "planned")
    nvim.press(":make<CR>n")
    assert nvim.plan(".state") == "planned"
    assert modified(nvim)
    nvim.press(":write<CR>y")
    nvim.until("applied")
    assert (world.target / ".zshrc").is_symlink()


def test_reading_the_buffer_again_plans_again(world: World, nvim: Neovim) -> None:
    nvim.dotstream("plan manage zsh", "planned")
    world.write("zsh/dot-zprofile")
    nvim.command("edit!")
    nvim.until("planned")
    assert any(".zprofile" in line for line in nvim.lines())
    assert "manage zsh" in nvim.bar()
    nvim.command("write")
    nvim.until("applied")


def test_a_session_plans_again(world: World, nvim: Neovim, tmp_path: Path) -> None:
    nvim.dotstream("plan manage zsh --folding=always", "planned")
    name = nvim.lua("return vim.api.nvim_buf_get_name(0)")
    assert name == f"dotstream://{world.root}//manage zsh --folding=always"
    nvim.command(f"mksession {tmp_path}/Session.vim")
    with Neovim(world.root) as other:
        other.command(f"silent source {tmp_path}/Session.vim")
        other.until("planned")
        assert other.plan(".request.options") == {"folding": "always"}
        other.lua("vim.fn.win_gotoid(vim.fn.bufwinid(...))", other.plan(".buffer.bufnr"))
        assert any(".zshrc" in line for line in other.lines())
        other.command("write")
        other.until("applied")


def test_a_new_conflict_is_shown_and_can_be_settled(world: World, nvim: Neovim) -> None:
    nvim.dotstream("plan manage zsh vim", "planned")
    (world.target / ".zshrc").write_text("mine\n")
    nvim.command("write")
    nvim.wait("vim.iter(_G.notes):any(function(n) return n.text:find('planned again') end)")
    nvim.until("planned")
    assert "1 conflict" in nvim.bar()
    nvim.wait("vim.api.nvim_get_current_line():find('.zshrc', 1, true) ~= nil")
    nvim.choose("backup")
    nvim.press("ga")
    nvim.wait("#_G.asked > 0")
    nvim.until("planned")
    nvim.command("write")
    nvim.until("applied")
    assert (world.target / ".zshrc").is_symlink()


def test_what_a_command_does_not_take_is_refused(world: World, nvim: Neovim) -> None:
    nvim.command("Dotstream! manage zsh")
    nvim.until("applied")
    for words, problem in {
        "undo abc": "undo takes one number",
        "undo 1 2": "undo takes one number",
        "history 5": "history does not take 5",
        "doctor fax": "doctor takes fix, not fax",
    }.items():
        nvim.command(f"Dotstream! {words}")
        assert problem in nvim.notes()[-1]
    assert (world.target / ".zshrc").is_symlink()
