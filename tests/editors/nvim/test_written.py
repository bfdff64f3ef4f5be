"""The help and the README say what the plugin does: every command, option, key and event."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest
from tests.editors.nvim.neovim import PLUGIN, Neovim
from tests.editors.nvim.written import PAGES, written

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lsp.conftest import World

HELP = (PLUGIN / "doc/dotstream.txt").read_text()
README = (PLUGIN / "README.md").read_text()
SOURCE = "\n".join(path.read_text() for path in sorted(PLUGIN.rglob("*.lua")))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_is_repeated_is_as_in_the_source(page: Path) -> None:
    assert page.read_text() == written(page), "run python -m tests.editors.nvim.written"


def test_every_command_is_explained(nvim: Neovim) -> None:
    names = nvim.lua("return require('dotstream.command').names()")
    assert set(re.findall(r"\*:Dotstream-(\w+)\*", HELP)) == set(names)
    assert [name for name in names if f"`{name}`" not in README] == []


def test_every_flag_is_explained(nvim: Neovim) -> None:
    assert set(re.findall(r"(?m)^    (--[\w-]+=?)", HELP)) == set(
        nvim.complete("Dotstream plan --")
    )


def test_every_key_is_explained(nvim: Neovim) -> None:
    keys = nvim.lua("return require('dotstream.config').defaults.plan.keys")
    told = re.findall(r"(?m)^    (\S+) +`(\w+)`", HELP)
    assert {name: key for key, name in told} == keys
    assert nvim.lua("return vim.tbl_count(require('dotstream.plan.keys').ACTIONS)") == len(keys)


def test_every_event_is_explained() -> None:
    sent = set(re.findall(r'"(Dotstream(?:Plan|Applied|Changed|Server)\w*)"', SOURCE))
    assert set(re.findall(r"(?m)^    (Dotstream\w+) {2,}\S.*[a-z]", HELP)) >= sent


def test_the_tags_are_built_and_help_opens(tmp_path: Path, nvim: Neovim) -> None:
    committed = (PLUGIN / "doc/tags").read_text()
    (tmp_path / "dotstream.txt").write_text(HELP)
    nvim.command(f"helptags {tmp_path}")
    assert (tmp_path / "tags").read_text() == committed
    for tag in ("dotstream", ":Dotstream-plan", "dotstream-plan-keys", "dotstream.statusline()"):
        nvim.command(f"help {tag}")
        assert nvim.lua("return vim.fn.expand('%:t')") == "dotstream.txt"
    nvim.dotstream("plan manage zsh", "planned")
    nvim.press("g?")
    assert nvim.lua("return vim.fn.expand('%:t')") == "dotstream.txt"


def test_nothing_is_loaded_at_start(nvim: Neovim) -> None:
    loaded = "return vim.tbl_filter(function(n) return vim.startswith(n, 'dotstream') end, ...)"
    assert nvim.lua(loaded, nvim.lua("return vim.tbl_keys(package.loaded)")) == []


def test_a_copy_in_the_package_path_works(world: World) -> None:
    place = world.target / ".local/share/nvim/site/pack/dotstream/start/dotstream"
    shutil.copytree(PLUGIN, place)
    setup = f"vim.opt.rtp:remove('{PLUGIN}'); vim.opt.packpath:prepend('{place.parents[3]}')"
    with Neovim(world.root, setup=setup) as nvim:
        nvim.command(f"set rtp-={PLUGIN}")
        nvim.command("packloadall")
        nvim.dotstream("plan manage zsh", "planned")
        found = nvim.lua("return vim.api.nvim_get_runtime_file('lua/dotstream/init.lua', true)")
        assert found == [str(place / "lua/dotstream/init.lua")]


def test_settings_of_the_client(world: World) -> None:
    setup = "vim.lsp.config('dotstream', { filetypes = { 'toml' } })"
    with Neovim(world.root, setup=setup) as nvim:
        nvim.command("edit zsh/dot-zshrc")
        nvim.command("setfiletype zsh")
        nvim.command("edit dotstream.toml")
        nvim.wait("#vim.lsp.get_clients({ name = 'dotstream', bufnr = 0 }) == 1")
        client = "vim.lsp.get_clients({ name = 'dotstream' })[1]"
        assert nvim.lua(f"return vim.tbl_count({client}.attached_buffers)") == 1


def test_the_server_is_not_started_if_that_is_turned_off(world: World) -> None:
    with Neovim(world.root, setup="vim.g.dotstream = { enable = false }") as nvim:
        nvim.command("edit dotstream.toml")
        assert nvim.lua("return vim.lsp.is_enabled('dotstream')") is False


def test_keys_can_be_changed_and_turned_off(world: World) -> None:
    setup = "vim.g.dotstream = { plan = { keys = { refresh = 'gr', close = '' } } }"
    with Neovim(world.root, setup=setup) as nvim:
        nvim.dotstream("plan manage zsh", "planned")
        mapped = nvim.lua(
            "return vim.tbl_map(function(map) return map.lhs end, "
            "vim.api.nvim_buf_get_keymap(0, 'n'))"
        )
        assert "gr" in mapped
        assert not {"R", "q"} & set(mapped)
