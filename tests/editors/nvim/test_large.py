"""Plans that are larger than the buffer: bounded, and the rest loaded when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.editors.nvim.neovim import Neovim

if TYPE_CHECKING:
    from tests.lsp.conftest import World


def test_the_buffer_and_the_memory_are_bounded(world: World, nvim: Neovim) -> None:
    world.grow("big", 60_000)
    nvim.screen(120, 40)
    nvim.dotstream("plan manage zsh vim", "planned")
    before = nvim.memory()
    nvim.dotstream("plan manage big", "planned")
    assert "60,000 to link" in nvim.bar()
    lines = nvim.lines()
    assert len(lines) < 10_200
    assert nvim.plan(".model.kept") <= 10_000
    assert nvim.memory() - before < 100
    assert sum(line.startswith("~/d") for line in lines) == 60  # every directory has its share
    assert lines.count("  … 875 more: <CR> loads them") == 60


def test_one_large_package_leaves_room_for_the_others(world: World) -> None:
    world.grow("aaa", 3000)
    setup = "vim.g.dotstream = { plan = { max_rows = 200 } }"
    with Neovim(world.root, setup=setup) as nvim:
        nvim.dotstream("plan manage aaa vim zsh", "planned")
        lines = nvim.lines()
        assert "  link     .zshrc → dotfiles/zsh/dot-zshrc  (zsh)" in lines
        assert any("dusk.vim" in line for line in lines)
        assert nvim.plan(".model.kept") <= 200


def test_the_rest_of_a_directory_is_loaded(world: World, nvim: Neovim) -> None:
    world.grow("big", 2500)
    nvim.dotstream("plan manage big", "planned")
    first = nvim.line_with("… 500 more: <CR> loads them")
    nvim.press("zo<CR>")
    nvim.wait("not vim.api.nvim_buf_get_lines(0, a[1] - 1, a[1], false)[1]:find('…')", first)
    lines = nvim.lines()
    assert sum(line.startswith("  link     f") for line in lines) == 1000 + 500 + 500
    assert "  link     f999 → ../dotfiles/big/d0000/f999  (big)" in lines


def test_rows_that_are_not_sent_are_counted_and_conflicts_are_shown(world: World) -> None:
    world.grow("big", 3000)
    (world.target / "d0002").mkdir()
    (world.target / "d0002/f999").write_text("mine\n")
    with Neovim(world.root, setup="vim.g.dotstream = { plan = { max_rows = 60 } }") as nvim:
        nvim.dotstream("plan manage big", "planned")
        assert "3,001 changes, 1 conflict" in nvim.bar()
        lines = nvim.lines()
        assert any("conflict f999" in line for line in lines)
        assert "more rows in further directories" in lines[-1]
        first = nvim.line_with("  … more: <CR> loads them")
        assert any(text.endswith("+") for text in nvim.virtual("dotstream.plan"))
        nvim.press("zo<CR>")
        nvim.wait("not vim.api.nvim_buf_get_lines(0, a[1] - 1, a[1], false)[1]:find('…')", first)
        nvim.choose("skip")
        nvim.press("gg]cga")
        nvim.until("planned")
        nvim.command("write")
        nvim.until("applied")
    assert (world.target / "d0002/f998").is_symlink()


def test_directories_that_did_not_fit_are_opened_one_by_one(world: World) -> None:
    world.grow("big", 4000)
    with Neovim(world.root, setup="vim.g.dotstream = { plan = { max_rows = 15 } }") as nvim:
        nvim.dotstream("plan manage big", "planned")
        nvim.line_with("further directories")
        nvim.press("zR<CR>")
        nvim.wait(
            "vim.iter(vim.api.nvim_buf_get_lines(0, 0, -1, false)):any(function(line) "
            "return line == '  ▸ d0003/' end)"
        )
        nvim.line_with("▸ d0003/")
        nvim.press("zR<CR>")
        nvim.wait(
            "vim.iter(vim.api.nvim_buf_get_lines(0, 0, -1, false)):any(function(line) "
            "return line == '~/d0003/' end)"
        )
        assert "  link     f999 → ../dotfiles/big/d0003/f999  (big)" in nvim.lines()
        assert nvim.lua("return vim.api.nvim_get_current_line()") == "~/d0003/"
        nvim.command("write")
        nvim.until("applied")
        assert (world.target / "d0003/f999").is_symlink()
