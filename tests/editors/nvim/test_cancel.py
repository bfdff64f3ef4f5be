"""Cancelling: a plan half-way, an apply half-way; and a server that dies."""

from __future__ import annotations

import os
import signal
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tests.editors.nvim.terminal import Terminal
from tests.editors.stopping import stopped
from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from tests.editors.nvim.neovim import Neovim
    from tests.lsp.conftest import World

STATE = frozenset({".local"})  # where journals are kept


def test_a_plan_is_cancelled_half_way(world: World, nvim: Neovim) -> None:
    world.grow("big", 30_000)
    before = snapshot(world.target, prune=STATE)
    nvim.dotstream("plan manage big")
    # The server waits for room then: it has not sent all that is shown.
    nvim.press_when("vim.list_contains(_G.events, 'DotstreamPlanUpdated')", "<C-c>")
    nvim.until("cancelled")
    assert "cancelled" in nvim.bar()
    assert nvim.plan(".model.counts.create_link") < 30_000
    assert len(nvim.lines()) > 1  # what came stays
    assert difference(before, snapshot(world.target, prune=STATE)) == []


def test_an_apply_is_cancelled_half_way_and_taken_back(world: World, nvim: Neovim) -> None:
    world.grow("big", 15_000)
    nvim.dotstream("plan manage big", "planned")
    before = snapshot(world.target, prune=STATE)
    with stopped(nvim.server(), (world.target / "d0000").exists) as still:
        nvim.command("write")
        still()
        nvim.dotstream("cancel")
    nvim.until("cancelled")
    assert difference(before, snapshot(world.target, prune=STATE)) == []
    assert any("rolled back" in note for note in nvim.notes())
    nvim.press("R")
    nvim.until("planned")


def test_a_server_that_is_killed_is_brought_back(nvim: Neovim) -> None:
    nvim.dotstream("plan manage zsh", "planned")
    nvim.choose("Restart")
    nvim.kill_server()
    nvim.wait("#_G.asked > 0")
    assert nvim.asked()[0]["prompt"] == "The dotstream server ended unexpectedly"
    assert "the server ended unexpectedly, killed by signal 9" in nvim.notes()[0]
    nvim.wait("#vim.lsp.get_clients({ name = 'dotstream' }) == 1")
    nvim.press("R")
    nvim.until("planned")


def test_a_server_that_does_not_answer_is_given_up(world: World, nvim: Neovim) -> None:
    nvim.dotstream("plan manage zsh", "planned")
    server = nvim.server()
    os.kill(server, signal.SIGSTOP)
    try:
        nvim.dotstream("plan manage vim", "planning")
        assert "nothing to do" not in nvim.bar()
        nvim.press("<C-c>")
        nvim.wait("vim.iter(_G.notes):any(function(n) return n.text:find('not answer') end)")
        nvim.press("R")
        nvim.dotstream("restart")
        nvim.until("planned")
    finally:
        with suppress(ProcessLookupError):  # another stands in its place
            os.kill(server, signal.SIGCONT)
    nvim.command("write")
    nvim.until("applied")
    assert (world.target / ".vimrc").is_symlink()


def test_leaving_is_possible_where_the_server_does_not_answer(
    world: World, scratch_home: Path
) -> None:
    world.grow("big", 15_000)
    with tempfile.TemporaryDirectory() as sockets:
        terminal = Terminal(scratch_home, world.root, sockets=Path(sockets))
        try:
            terminal.type(":Dotstream plan big<CR>")
            terminal.shows(":w applies")
            with stopped(terminal.server(), (world.target / "d0000").exists) as still:
                terminal.type(":w<CR>")
                still()
                for leave in (":qa<CR>", ":qa!<CR>"):
                    terminal.type(leave)
                    terminal.shows("applying …  CTRL-C cancels")
                    terminal.type("\x03")
                    terminal.shows("cancelling …  CTRL-C again stops waiting")
                    terminal.type("\x03")
                    terminal.hides("stops waiting") if leave == ":qa<CR>" else terminal.ends()
        finally:
            terminal.close()


def test_nothing_to_cancel(nvim: Neovim) -> None:
    nvim.dotstream("cancel")
    assert nvim.notes() == ["dotstream: nothing is running"]
