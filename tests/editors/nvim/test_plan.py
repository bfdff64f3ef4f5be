"""The plan buffer: rows, groups, bar, marks and keys."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from tests.editors.nvim.neovim import Neovim
    from tests.lsp.conftest import World

STATE = frozenset({".local"})  # where journals are kept


def test_a_plan_is_grouped_by_directory(world: World, nvim: Neovim) -> None:
    before = snapshot(world.target)
    nvim.dotstream("plan manage vim zsh", "planned")
    assert nvim.lines() == [
        "~/",
        "  mkdir    .vim/  (vim)",
        "  link     .vimrc → dotfiles/vim/dot-vimrc  (vim)",
        "  link     .zshrc → dotfiles/zsh/dot-zshrc  (zsh)",
        "~/.vim/",
        "  mkdir    colors/  (vim)",
        "~/.vim/colors/",
        "  link     dusk.vim → ../../dotfiles/vim/dot-vim/colors/dusk.vim  (vim)",
    ]
    assert "manage vim zsh" in nvim.bar()
    assert "3 to link, 2 directories to make" in nvim.bar()
    assert difference(before, snapshot(world.target, prune=STATE)) == []


def test_writing_the_plan_applies_it(world: World, nvim: Neovim) -> None:
    nvim.dotstream("plan manage zsh", "planned")
    nvim.command("write")
    nvim.until("applied")
    assert os.readlink(world.target / ".zshrc") == "dotfiles/zsh/dot-zshrc"
    assert "1 linked" in nvim.bar()
    assert not nvim.lua("return vim.bo.modified")


def test_a_file_that_is_open_is_read_again_once_it_is_a_link(world: World, nvim: Neovim) -> None:
    (world.target / ".zshrc").write_text("mine\n")
    nvim.command(f"edit {world.target}/.zshrc")
    nvim.lua("_G.theirs = vim.api.nvim_get_current_buf()")
    nvim.dotstream("plan manage zsh --on-conflict=backup", "planned")
    nvim.command("write")
    nvim.until("applied")
    nvim.wait("vim.api.nvim_buf_get_lines(_G.theirs, 0, 1, false)[1] == '# zsh/dot-zshrc'")


def test_every_row_has_a_sign_and_colours(nvim: Neovim) -> None:
    nvim.dotstream("plan manage zsh", "planned")
    marks = nvim.marks("dotstream.plan")
    by_row = {mark[1]: mark[3] for mark in marks if mark[3].get("sign_text")}
    assert by_row[1]["sign_text"] == "+ "
    assert by_row[1]["sign_hl_group"] == by_row[1]["hl_group"] == "DotstreamAdd"
    assert nvim.lua("return vim.api.nvim_get_hl(0, { name = 'DotstreamAdd' }).link") == "Added"
    assert nvim.virtual("dotstream.plan") == ["1"]  # beside the heading


def test_directories_are_folds(nvim: Neovim) -> None:
    nvim.dotstream("plan manage vim zsh", "planned")
    levels = nvim.lua("return vim.tbl_map(vim.fn.foldlevel, vim.fn.range(1, vim.fn.line('$')))")
    assert levels == [1] * 8
    nvim.press("ggza")
    assert nvim.lua("return vim.fn.foldclosedend(1)") == 4
    nvim.press("<CR>")  # on a heading it opens and closes the fold
    assert nvim.lua("return vim.fn.foldclosedend(1)") == -1


def test_fillchars_of_the_user_stay(nvim: Neovim) -> None:
    nvim.command("set fillchars=eob:-,foldopen:v")
    nvim.dotstream("plan manage zsh", "planned")
    found = set(nvim.lua("return vim.wo.fillchars").split(","))
    assert {"eob:-", "foldopen:v", "fold: "} <= found


def test_folds_of_long_directories_are_closed_at_the_end(world: World, nvim: Neovim) -> None:
    world.grow("big", 1200)
    nvim.dotstream("plan manage big", "planned")
    lines = nvim.lines()
    first = lines.index("~/d0001/") + 1
    assert nvim.lua("return vim.fn.foldclosed(...)", first) == first
    assert nvim.lua("return vim.fn.foldclosed(1)") == -1


def test_rows_are_visible_before_the_plan_is_complete(world: World, nvim: Neovim) -> None:
    world.grow("big", 20_000)
    nvim.lua(
        """
        _G.early = {}
        vim.api.nvim_create_autocmd("User", {
          pattern = "DotstreamPlanUpdated",
          callback = function(event)
            table.insert(_G.early, {
              state = event.data.state,
              lines = vim.api.nvim_buf_line_count(event.data.buf),
              links = event.data.counts.create_link,
            })
          end,
        })
        """
    )
    nvim.dotstream("plan manage big", "planned")
    early = nvim.lua("return _G.early")
    assert early[0]["state"] == "planning"
    assert early[0]["lines"] > 1
    assert early[0].get("links", 0) < 20_000
    assert list(dict.fromkeys(nvim.events())) == [
        "DotstreamPlanStarted",
        "DotstreamPlanUpdated",
        "DotstreamPlanEnded",
    ]


def test_what_is_left_out_is_counted(world: World, nvim: Neovim) -> None:
    world.grow("big", 3000)
    nvim.dotstream("plan manage big", "planned")
    lines = nvim.lines()
    assert "  … 500 more: <CR> loads them" in lines
    assert sum("f0" in line for line in lines) <= 1500
    assert "3,000 to link" in nvim.bar()


def test_refreshing_plans_anew(world: World, nvim: Neovim) -> None:
    nvim.dotstream("plan manage zsh", "planned")
    world.write("zsh/dot-zprofile")
    nvim.press("R")
    nvim.until("planned")
    assert any(".zprofile" in line for line in nvim.lines())


def test_a_plan_with_nothing_to_do_says_so(nvim: Neovim) -> None:
    nvim.dotstream("plan manage zsh", "planned")
    nvim.command("write")
    nvim.until("applied")
    nvim.press("R")
    nvim.until("planned")
    assert nvim.lines() == ["  nothing to do: everything is as wanted"]
    assert "1 as wanted" in nvim.bar()


def test_a_stale_plan_is_refused_and_made_again(world: World, nvim: Neovim) -> None:
    nvim.dotstream("plan manage zsh", "planned")
    world.write("zsh/dot-zlogin")
    before = snapshot(world.target, prune=STATE)
    nvim.command("write")
    nvim.wait("vim.iter(_G.notes):any(function(n) return n.text:find('planned again') end)")
    nvim.until("planned")
    assert difference(before, snapshot(world.target, prune=STATE)) == []
    assert any(".zlogin" in line for line in nvim.lines())
    nvim.command("write")
    nvim.until("applied")
    assert (world.target / ".zlogin").is_symlink()


def test_an_unfinished_plan_is_not_applied(world: World, nvim: Neovim) -> None:
    world.grow("big", 20_000)
    nvim.lua("vim.cmd('Dotstream plan manage big') vim.cmd.write()")  # at once
    assert "dotstream: the plan is not complete yet" in nvim.notes()
    nvim.until("planned")
    assert not (world.target / "d0000").exists()


def test_closing_the_window_drops_a_plan_without_choices(nvim: Neovim) -> None:
    nvim.dotstream("plan manage zsh", "planned")
    nvim.press("q")
    assert nvim.lua("return next(require('dotstream.plan.session').by_buffer) == nil")
    assert nvim.lua("return vim.fn.getcompletion('dotstream:', 'buffer')") == []


def test_closing_the_window_keeps_a_plan_with_choices(nvim: Neovim) -> None:
    nvim.dotstream("plan manage zsh", "planned")
    nvim.line_with(".zshrc")
    nvim.press("ddq")
    assert nvim.plan(".state") == "planned"
    nvim.dotstream("plan manage zsh", "planned")
    assert "left out" in nvim.virtual("dotstream.plan")


def test_a_plan_that_is_wiped_out_half_way_is_cancelled(world: World, nvim: Neovim) -> None:
    world.grow("big", 20_000)
    nvim.dotstream("plan manage big")
    nvim.wait("#_G.events > 0")
    nvim.command("bwipeout!")
    nvim.wait("require('dotstream.request').summary() == nil")


def test_unmanage_and_remanage(world: World, nvim: Neovim) -> None:
    nvim.dotstream("plan manage zsh vim", "planned")
    nvim.command("write")
    nvim.until("applied")
    world.write("vim/dot-gvimrc")
    nvim.dotstream("plan remanage vim", "planned")
    assert nvim.lines()[1:] == ["  link     .gvimrc → dotfiles/vim/dot-gvimrc  (vim)"]
    nvim.dotstream("plan unmanage zsh", "planned")
    assert nvim.lines() == ["~/", "  unlink   .zshrc (was → dotfiles/zsh/dot-zshrc)  (zsh)"]
    nvim.command("write")
    nvim.until("applied")
    assert not os.path.lexists(world.target / ".zshrc")


def test_asking_first(world: World, nvim: Neovim) -> None:
    nvim.choose("Look")
    nvim.dotstream("manage zsh", "planned")
    nvim.wait("#_G.asked == 1")
    assert nvim.asked()[0]["prompt"] == "manage zsh: 1 to link?"
    assert not os.path.lexists(world.target / ".zshrc")
    nvim.choose("Apply")
    nvim.dotstream("manage zsh", "applied")
    assert (world.target / ".zshrc").is_symlink()


def test_a_bang_does_not_ask(world: World, nvim: Neovim) -> None:
    nvim.command("Dotstream! manage zsh")
    nvim.until("applied")
    assert nvim.asked() == []
    assert (world.target / ".zshrc").is_symlink()
