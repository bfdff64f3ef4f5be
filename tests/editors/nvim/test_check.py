"""Doctor, both sides of a link, progress, and the check of the plugin's own health."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.docs.pages import ROOT
from tests.editors.nvim.neovim import Neovim

if TYPE_CHECKING:
    from tests.lsp.conftest import World

QUICKFIX = """
return vim.tbl_map(function(item)
  return { vim.api.nvim_buf_get_name(item.bufnr), item.text, item.type }
end, vim.fn.getqflist())
"""


def test_doctor_fills_the_quickfix_list_and_mends(world: World, nvim: Neovim) -> None:
    nvim.command("Dotstream! manage zsh vim")
    nvim.until("applied")
    (world.target / ".zshrc").unlink()
    nvim.dotstream("doctor")
    nvim.wait("#_G.notes > 1")
    assert "doctor: 1 finding" in nvim.notes()[-1]
    ((path, text, kind),) = nvim.lua(QUICKFIX)
    assert path == str(world.target / ".zshrc")
    assert "dotstream" in text
    assert kind in {"E", "W"}
    assert nvim.lua("return vim.bo.buftype") == "quickfix"
    nvim.command("cclose")
    nvim.dotstream("doctor fix")
    nvim.wait("#_G.notes > 2")
    assert nvim.notes()[-1] == "dotstream: doctor: 1 fixed, no problems left"
    nvim.dotstream("doctor")
    nvim.wait("vim.iter(_G.notes):any(function(n) return n.text:find('no problems found') end)")


def test_the_quickfix_list_of_others_stays_where_nothing_is_found(nvim: Neovim) -> None:
    nvim.command("cexpr ['a:1:theirs']")
    nvim.dotstream("doctor")
    nvim.wait("vim.iter(_G.notes):any(function(n) return n.text:find('no problems found') end)")
    assert nvim.lua("return vim.fn.getqflist()[1].text") == "theirs"


def test_a_row_opens_its_source(world: World, nvim: Neovim) -> None:
    nvim.dotstream("plan manage zsh", "planned")
    nvim.line_with(".zshrc")
    nvim.press("<CR>")
    nvim.wait("vim.api.nvim_buf_get_name(0) == a[1]", str(world.root / "zsh/dot-zshrc"))


def test_a_conflict_is_opened_and_compared(world: World, nvim: Neovim) -> None:
    (world.target / ".zshrc").write_text("mine\n")
    nvim.dotstream("plan manage zsh", "planned")
    nvim.press("]cgd")
    nvim.wait("vim.fn.tabpagenr('$') == 2")
    shown = nvim.lua(
        "return vim.tbl_map(function(window) return { "
        "vim.api.nvim_buf_get_name(vim.api.nvim_win_get_buf(window)), vim.wo[window].diff } end, "
        "vim.api.nvim_tabpage_list_wins(0))"
    )
    assert shown == [
        [str(world.target / ".zshrc"), True],
        [str(world.root / "zsh/dot-zshrc"), True],
    ]
    nvim.command("tabclose")
    nvim.press("<CR>")
    nvim.wait("vim.api.nvim_buf_get_name(0) == a[1]", str(world.root / "zsh/dot-zshrc"))


def test_the_choice_to_compare_comes_with_the_policies(world: World, nvim: Neovim) -> None:
    (world.target / ".zshrc").write_text("mine\n")
    nvim.dotstream("plan manage zsh", "planned")
    nvim.choose("diff")
    nvim.press("]cga")
    nvim.wait("vim.fn.tabpagenr('$') == 2")


def test_the_file_that_is_open_is_compared(world: World, nvim: Neovim) -> None:
    (world.target / ".zshrc").write_text("mine\n")
    nvim.command("edit zsh/dot-zshrc")
    nvim.dotstream("diff")
    nvim.wait("vim.fn.tabpagenr('$') == 2")
    nvim.command("tabclose")
    (world.target / ".zshrc").write_text((world.root / "zsh/dot-zshrc").read_text())
    nvim.dotstream("diff")
    nvim.wait("#_G.notes > 0")
    assert "are the same" in nvim.notes()[-1]


def test_progress_is_the_editors_own(world: World, nvim: Neovim) -> None:
    world.grow("big", 5000)
    nvim.lua(
        """
        _G.progress = {}
        vim.api.nvim_create_autocmd("LspProgress", {
          callback = function(event)
            table.insert(_G.progress, event.data.params.value)
            _G.line = require("dotstream").statusline()
          end,
        })
        """
    )
    nvim.dotstream("plan manage big", "planned")
    nvim.command("write")
    nvim.until("applied")
    nvim.wait("#vim.tbl_filter(function(v) return v.kind == 'end' end, _G.progress) == 2")
    kinds = [value["kind"] for value in nvim.lua("return _G.progress")]
    assert kinds.count("begin") == kinds.count("end") == 2
    assert {value["kind"] for value in nvim.lua("return _G.progress")} <= {
        *("begin", "report", "end")
    }
    assert nvim.lua("return _G.line").startswith(("manage big", "plan manage big"))
    nvim.wait("require('dotstream').statusline() == ''")


def test_the_health_check(world: World, nvim: Neovim) -> None:
    nvim.command("checkhealth dotstream")
    report = "\n".join(nvim.lines())
    version = nvim.lua("return tostring(vim.version())")
    assert f"OK Neovim {version}" in report
    assert "OK the settings are right" in report
    assert "OK dotstream 0.1.0" in report
    assert "OK the server answers, with version 1 of the protocol" in report
    assert f"OK package directory: {world.root}" in report


def test_the_health_check_of_what_is_wrong(world: World) -> None:
    setup = "vim.g.dotstream = { plann = 1 }"
    with Neovim(world.root, setup=setup, path="/usr/bin:/bin") as nvim:
        nvim.command("checkhealth dotstream")
        report = "\n".join(nvim.lines())
        assert "WARNING settings: there is no option plann" in report
        assert "ERROR dotstream was not found" in report
        assert f"or install it: pipx install --force '{ROOT}'" in report
