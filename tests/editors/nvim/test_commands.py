"""The command: completion, and every sub-command that is not a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.editors.nvim.terminal import until

if TYPE_CHECKING:
    from tests.editors.nvim.neovim import Neovim
    from tests.lsp.conftest import World

COMMANDS = [
    *(
        "adopt",
        "cancel",
        "diff",
        "doctor",
        "history",
        "install",
        "log",
        "manage",
        "plan",
        "recover",
    ),
    *("remanage", "restart", "status", "undo", "unmanage"),
]


def test_commands_are_completed(nvim: Neovim) -> None:
    assert nvim.complete("Dotstream ") == COMMANDS
    assert nvim.complete("Dotstream re") == ["recover", "remanage", "restart"]


def test_the_same_command_is_the_same_buffer_and_the_same_window(nvim: Neovim) -> None:
    for _ in range(2):
        nvim.dotstream("plan manage zsh", "planned")
        nvim.dotstream("plan manage vim", "planned")
        nvim.command("wincmd p")
    assert nvim.lua("return #vim.api.nvim_list_wins()") == 2
    plans = "return #vim.fn.getcompletion('dotstream:', 'buffer')"
    assert nvim.lua(plans) == 1  # what nothing was decided about is dropped for the next


def test_a_list_is_brought_up_to_date_by_an_apply(nvim: Neovim) -> None:
    nvim.dotstream("status")
    nvim.wait("vim.wo.winbar:find('2 packages') ~= nil")
    nvim.command("Dotstream! manage zsh")
    nvim.until("applied")
    nvim.lua("vim.fn.win_gotoid(vim.fn.bufwinid('//status'))")
    nvim.wait("vim.fn.search('^zsh *managed') > 0")


@pytest.mark.parametrize("words", ["plan manage zsh", "status", "history"])
def test_modifiers_say_where_a_window_is(words: str, nvim: Neovim) -> None:
    nvim.command(f"tab Dotstream {words} | let g:after = 1")
    nvim.wait("vim.startswith(vim.api.nvim_buf_get_name(0), 'dotstream://')")
    assert nvim.lua("return { vim.g.after, vim.fn.tabpagenr('$'), vim.fn.winnr('$') }") == [
        1,
        2,
        1,
    ]
    nvim.command("tabonly | only | enew")
    nvim.command(f"vertical Dotstream {words}")
    nvim.wait("vim.startswith(vim.api.nvim_buf_get_name(0), 'dotstream://')")
    assert nvim.lua("return vim.fn.winlayout()[1]") == "row"


def test_a_window_that_keeps_its_buffer_keeps_it(nvim: Neovim) -> None:
    nvim.dotstream("status")
    nvim.command("set winfixbuf")
    nvim.dotstream("plan manage zsh", "planned")
    nvim.dotstream("history")
    nvim.wait("vim.api.nvim_buf_get_name(0):find('history') ~= nil")
    assert nvim.lua("return vim.fn.winnr('$')") == 4


@pytest.mark.parametrize("command", ["manage", "unmanage", "remanage", "status"])
def test_packages_are_completed(command: str, nvim: Neovim) -> None:
    nvim.start()
    assert nvim.complete(f"Dotstream {command} ") == ["vim", "zsh"]
    assert nvim.complete(f"Dotstream {command} z") == ["zsh"]
    assert nvim.complete(f"Dotstream {command} zsh ") == ["vim"]


def test_actions_and_packages_of_a_plan_are_completed(nvim: Neovim) -> None:
    nvim.start()
    assert nvim.complete("Dotstream plan ") == [
        *("manage", "unmanage", "remanage", "adopt"),
        *("vim", "zsh"),
    ]
    assert nvim.complete("Dotstream plan unmanage v") == ["vim"]


def test_completion_does_not_wait_for_a_server_that_starts(world: World, nvim: Neovim) -> None:
    (world.root / ".git").mkdir()
    assert nvim.complete("Dotstream manage ") == ["vim", "zsh"]


def test_packages_of_another_directory_are_completed(world: World, nvim: Neovim) -> None:
    other = world.target / "other"
    (other / "tmux").mkdir(parents=True)
    (other / "dotstream.toml").touch()
    assert nvim.complete(f"Dotstream manage --dir={other} ") == ["tmux"]


def test_a_buffer_of_a_file_manager_says_where_one_is(world: World, nvim: Neovim) -> None:
    nvim.command(f"cd {world.target}")
    nvim.lua("vim.api.nvim_buf_set_name(0, ...)", f"oil://{world.root}/zsh/")
    nvim.dotstream("plan manage zsh", "planned")
    assert nvim.plan(".request.root") == str(world.root)


def test_flags_and_their_values_are_completed(world: World, nvim: Neovim) -> None:
    (world.root / "dotstream.toml").write_text('[profiles.work]\npackages = ["zsh"]\n')
    nvim.start()
    work = ["--profile=work"]  # what the server says late is for the next time
    until(lambda: nvim.complete("Dotstream manage --profile=") == work)
    assert nvim.complete("Dotstream manage --f") == ["--folding="]
    assert nvim.complete("Dotstream manage --folding=a") == ["--folding=always"]
    assert nvim.complete("Dotstream manage --on-conflict=b") == ["--on-conflict=backup"]
    assert nvim.complete("Dotstream adopt --package=z") == ["--package=zsh"]
    assert nvim.complete("Dotstream manage --dir=vim") == ["--dir=vim/"]


def test_files_are_completed_for_adopt(nvim: Neovim) -> None:
    assert nvim.complete("Dotstream adopt zsh/") == ["zsh/dot-zshrc"]
    assert nvim.complete("Dotstream plan adopt dotstream") == ["dotstream.toml"]


def test_without_packages_everything_is_planned(nvim: Neovim) -> None:
    nvim.dotstream("plan", "planned")
    assert "3 to link" in nvim.bar()


def test_without_packages_the_default_profile_is_planned(world: World, nvim: Neovim) -> None:
    (world.root / "dotstream.toml").write_text('[profiles.default]\npackages = ["zsh"]\n')
    nvim.dotstream("plan", "planned")
    assert len(nvim.lines()) == 2


def test_a_profile_is_planned(world: World, nvim: Neovim) -> None:
    (world.root / "dotstream.toml").write_text('[profiles.work]\npackages = ["zsh"]\n')
    nvim.dotstream("plan manage --profile=work", "planned")
    assert "manage profile work" in nvim.bar()
    assert len(nvim.lines()) == 2


def test_another_directory_and_target(world: World, nvim: Neovim) -> None:
    other = world.target / "elsewhere"
    other.mkdir()
    nvim.command("cd /")
    nvim.dotstream(f"plan manage zsh --dir={world.root} --target={other}", "planned")
    assert nvim.lines()[0] == "~/elsewhere/"


def test_folding_of_the_command(nvim: Neovim) -> None:
    nvim.dotstream("plan manage vim --folding=always", "planned")
    assert any(".vim → dotfiles/vim/dot-vim" in line for line in nvim.lines())


def test_status_lists_packages_and_plans_them(world: World, nvim: Neovim) -> None:
    (world.target / ".zshrc").write_text("mine\n")
    nvim.dotstream("status")
    nvim.wait("vim.wo.winbar:find('2 packages') ~= nil")
    vim, zsh = nvim.lines()
    assert vim.split()[:2] == ["vim", "unmanaged"]
    assert zsh.split()[:2] == ["zsh", "conflict"]
    assert "1 conflict" in zsh
    nvim.line_with("vim")
    nvim.press("<CR>")
    nvim.until("planned")
    assert "manage vim" in nvim.bar()


def test_status_of_some_packages_and_refreshing_it(world: World, nvim: Neovim) -> None:
    nvim.dotstream("status zsh")
    nvim.wait("vim.wo.winbar:find('1 package') ~= nil")
    assert nvim.lines()[0].split()[:2] == ["zsh", "unmanaged"]
    nvim.command("Dotstream! manage zsh")
    nvim.until("applied")
    nvim.press("q")
    nvim.lua("vim.fn.win_gotoid(vim.fn.bufwinid('//status zsh'))")
    nvim.press("R")
    nvim.wait("vim.api.nvim_get_current_line():find(' managed') ~= nil")
    assert "1 link" in nvim.lines()[0]
    nvim.press("x")
    nvim.until("planned")
    assert "unmanage zsh" in nvim.bar()
    assert (world.target / ".zshrc").is_symlink()


def test_the_log_is_opened(nvim: Neovim) -> None:
    nvim.dotstream("log")
    assert nvim.lua("return vim.api.nvim_buf_get_name(0)").endswith("lsp.log")


def test_the_server_is_restarted(world: World, nvim: Neovim) -> None:
    nvim.command(f"edit {world.root}/zsh/dot-zshrc")
    nvim.wait("#vim.lsp.get_clients({ name = 'dotstream', bufnr = 0 }) == 1")
    first = nvim.lua("return vim.lsp.get_clients({ name = 'dotstream' })[1].id")
    nvim.dotstream("restart")
    nvim.wait("vim.iter(_G.notes):any(function(n) return n.text:find('restarted') end)")
    nvim.wait(
        "vim.iter(vim.lsp.get_clients({ name = 'dotstream', bufnr = 0 })):map("
        "function(client) return client.id end):all(function(id) return id ~= a[1] end)"
        " and #vim.lsp.get_clients({ name = 'dotstream', bufnr = 0 }) == 1",
        first,
    )
    assert nvim.asked() == []


def test_adopting_the_file_that_is_open(world: World, nvim: Neovim) -> None:
    (world.target / ".zprofile").write_text("mine\n")
    nvim.lua("vim.g.dotstream = { root = ... }", str(world.root))
    nvim.command(f"cd {world.target}")
    nvim.command(f"edit {world.target}/.zprofile")
    nvim.choose("zsh", "Apply")
    nvim.dotstream("adopt", "applied")
    assert [asked["prompt"].split(":")[0] for asked in nvim.asked()] == [
        "Adopt into which package?",
        "adopt ~/.zprofile into zsh",
    ]
    assert (world.root / "zsh/dot-zprofile").read_text() == "mine\n"
    assert (world.target / ".zprofile").is_symlink()


def test_adopting_files_by_name(world: World, nvim: Neovim) -> None:
    (world.target / ".zlogin").write_text("mine\n")
    nvim.dotstream(f"plan adopt --package=zsh {world.target}/.zlogin", "planned")
    assert "adopt ~/.zlogin into zsh" in nvim.bar()
    assert nvim.lines()[1].startswith("  move     .zlogin → ")
    assert nvim.asked() == []
