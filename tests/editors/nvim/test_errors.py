"""What goes wrong is said where a person sees it, with what to do about it."""

from __future__ import annotations

import fcntl
import os
import sys
from typing import TYPE_CHECKING

import pytest
from tests.docs.pages import ROOT
from tests.editors.nvim.neovim import Neovim

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lsp.conftest import World

OLD_SERVER = """
import json, sys
while header := sys.stdin.buffer.readline():
    length = int(header.split()[1])
    sys.stdin.buffer.readline()
    asked = json.loads(sys.stdin.buffer.read(length))
    if asked.get("method") == "exit":
        break
    if "id" not in asked:
        continue
    answer = {"jsonrpc": "2.0", "id": asked["id"]}
    if asked["method"] == "initialize":
        answer["result"] = {"capabilities": {}}
    else:
        answer["error"] = {"code": -32601, "message": "no such method"}
    body = json.dumps(answer).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\\r\\n\\r\\n%b" % (len(body), body))
    sys.stdout.buffer.flush()
"""


def test_a_missing_server_is_told_how_to_be_installed(world: World) -> None:
    with Neovim(world.root, path="/usr/bin:/bin") as nvim:
        nvim.dotstream("plan manage zsh")
        (note,) = nvim.notes()
        assert note == "dotstream: the program was not found; see :checkhealth dotstream"
        assert nvim.lines() == ["  there is no server"]


def test_opening_a_file_without_a_server_says_so_once(world: World) -> None:
    with Neovim(world.root, path="/usr/bin:/bin") as nvim:
        nvim.command("edit dotstream.toml")
        nvim.command("edit zsh/dot-zshrc")
        assert len(nvim.notes()) == 1


def test_a_server_that_is_too_old(world: World, tmp_path: Path) -> None:
    script = tmp_path / "old.py"
    script.write_text(OLD_SERVER)
    setup = f"vim.g.dotstream = {{ cmd = {{ '{sys.executable}', '{script}' }} }}"
    with Neovim(world.root, setup=setup) as nvim:
        nvim.dotstream("plan manage zsh", "failed")
        nvim.wait("#_G.notes > 1")
        notes = nvim.notes()
        assert notes[0] == "dotstream: the server is too old; see :checkhealth dotstream"
        assert f"pipx install --force '{ROOT}'" in notes[1]


def test_a_server_that_does_not_start_says_why_and_asks_nothing(
    world: World, tmp_path: Path
) -> None:
    script = tmp_path / "broken.py"
    script.write_text("import sys; sys.exit('dotstream: the extra lsp was not found here')")
    setup = f"vim.g.dotstream = {{ cmd = {{ '{sys.executable}', '{script}' }} }}"
    with Neovim(world.root, setup=setup) as nvim:
        nvim.command("edit zsh/dot-zshrc")
        nvim.wait("#_G.notes > 0")
        nvim.command("edit vim/dot-vimrc")
        nvim.dotstream("plan manage zsh", "failed")
        nvim.wait("#_G.notes > 1")
        briefly, wholly = nvim.notes()
        told = "dotstream: the server does not start: the extra lsp was not found here"
        room = nvim.lua("return vim.v.echospace")
        assert briefly == f"{told[: room - 1]}…"  # nobody has to press a key for it
        assert wholly == told
        assert nvim.asked() == []


def test_a_package_that_does_not_exist(nvim: Neovim) -> None:
    nvim.dotstream("plan manage zhs", "failed")
    assert "zhs" in nvim.notes()[0]
    assert "did you mean zsh?" in nvim.notes()[0]
    assert "failed  R plans again" in nvim.bar()


def test_a_wrong_configuration(world: World, nvim: Neovim) -> None:
    (world.root / "dotstream.toml").write_text('foldin = "never"\n')
    nvim.dotstream("plan manage zsh", "failed")
    assert "dotstream.toml" in nvim.notes()[0]
    assert "folding" in nvim.notes()[0]


def test_a_lock_that_is_held(world: World, nvim: Neovim) -> None:
    nvim.dotstream("plan manage zsh", "planned")
    held = os.open(world.target, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        nvim.command("write")
        nvim.wait("#_G.notes > 0")
        assert "wait for it, then try again" in nvim.notes()[0]
        nvim.until("planned")
    finally:
        os.close(held)
    nvim.command("write")
    nvim.until("applied")


def test_a_plan_waits_for_another_that_this_neovim_applies(world: World, nvim: Neovim) -> None:
    world.grow("big", 50_000)
    nvim.dotstream("plan manage big", "planned")
    nvim.lua("_G.big = vim.api.nvim_get_current_buf()")
    nvim.press("gg")
    nvim.command("tabnew")
    nvim.dotstream("plan manage zsh", "planned")
    nvim.lua(
        """
        local big = require("dotstream.plan.session").by_buffer[_G.big]
        local zsh = vim.api.nvim_get_current_buf()
        vim.api.nvim_buf_call(_G.big, vim.cmd.write)
        vim.wait(60000, function()
          return big.note:find("^[1-9]") or big.state == "applied"
        end, 1)
        vim.api.nvim_buf_call(zsh, vim.cmd.write)
        """
    )
    nvim.wait("#_G.notes == 2")
    assert nvim.notes() == [
        "dotstream: manage big: 50,000 linked, 50 directories made",
        "dotstream: manage zsh: 1 linked",
    ]


def test_all_plans_are_written_at_once(world: World, nvim: Neovim) -> None:
    for package in ("zsh", "vim"):
        nvim.dotstream(f"plan manage {package}", "planned")
        nvim.command("tabnew")
    nvim.command("wall")
    nvim.wait("#_G.notes == 2")
    assert (world.target / ".zshrc").is_symlink(), nvim.notes()
    assert (world.target / ".vimrc").is_symlink(), nvim.notes()


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("frobnicate", "there is no :Dotstream frobnicate"),
        ("plan --nope=1", "there is no flag --nope"),
        ("plan --profile", "--profile needs a value"),
        ("undo abc", "undo takes one number"),
        ("undo 1 2", "undo takes one number"),
        ("history 3", "history does not take 3"),
    ],
)
@pytest.mark.parametrize("bang", ["", "!"])
def test_a_wrong_command(bang: str, words: str, problem: str, nvim: Neovim) -> None:
    nvim.command(f"Dotstream{bang} {words}")
    assert problem in nvim.notes()[0]


def test_no_package_directory(scratch_home: Path) -> None:
    with Neovim(scratch_home) as nvim:
        nvim.dotstream("plan manage zsh")
        assert "there is no package directory here" in nvim.notes()[0]


def test_settings_that_do_not_exist(world: World) -> None:
    setup = "vim.g.dotstream = { plan = { max_row = 5 }, inline = 3 }"
    with Neovim(world.root, setup=setup) as nvim:
        nvim.dotstream("plan manage zsh", "planned")
        assert "there is no option plan.max_row" in nvim.notes()[0]
        assert "inline: expected a table, got a number" in nvim.notes()[0]
