"""Settings: what is wrong is said and not used, and both ways to set them hold together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.editors.nvim.neovim import Neovim

if TYPE_CHECKING:
    from tests.lsp.conftest import World


def setting(nvim: Neovim, name: str) -> object:
    """Return a setting as it is used."""
    return nvim.lua(f"return require('dotstream.config').get().{name}")


@pytest.mark.parametrize(
    ("given", "name", "problem"),
    [
        ("plan = { window = 'x' }", "plan.window", "plan.window: expected a number"),
        ("plan = { max_rows = -1 }", "plan.max_rows", "plan.max_rows: expected a whole number"),
        ("confirm = 'no'", "confirm", "confirm: expected a boolean, got a string"),
        ("cmd = 'dotstream'", "cmd", "cmd: expected a table, got a string"),
        ("cmd = { 1 }", "cmd", "cmd: expected a list of strings"),
        ("cmd = { '' }", "cmd", "cmd: expected a list of strings"),
        ("plan = { open = 'foo bar' }", "plan.open", "plan.open: expected a command"),
        (
            "plan = { signs = { add = 'add' } }",
            "plan.signs.add",
            "plan.signs.add: expected two columns at most",
        ),
        ("plan = { signs = { add = '\\n' } }", "plan.signs.add", "plan.signs.add: expected two"),
        (
            "plan = { keys = { undo = true } }",
            "plan.keys.undo",
            "plan.keys.undo: expected a string",
        ),
    ],
)
def test_what_is_wrong_is_said_and_not_used(
    given: str, name: str, problem: str, world: World
) -> None:
    with Neovim(world.root, setup=f"vim.g.dotstream = {{ {given} }}") as nvim:
        used = setting(nvim, name)
        assert used == nvim.lua(f"return require('dotstream.config').defaults.{name}")
        nvim.wait("#_G.notes > 0")
        assert problem in nvim.notes()[0]
        (told,) = nvim.lua(
            "return require('dotstream.config').problems()"
        )  # by :checkhealth, too
        assert problem in told


def test_both_ways_to_set_hold_together(world: World) -> None:
    setup = "vim.g.dotstream = { confirm = false, root = '~/a', plan = { window = 3 } }"
    with Neovim(world.root, setup=setup) as nvim:
        nvim.lua("require('dotstream').setup({ root = '~/b', plan = { max_rows = 9 } })")
        assert setting(nvim, "confirm") is False
        assert setting(nvim, "root") == "~/b"
        assert setting(nvim, "plan.window") == 3
        assert setting(nvim, "plan.max_rows") == 9
        assert nvim.notes() == []


def test_a_wrong_setup_is_seen_by_the_health_check(nvim: Neovim) -> None:
    nvim.lua("require('dotstream').setup({ plann = 1 })")
    nvim.command("checkhealth dotstream")
    report = "\n".join(nvim.lines())
    assert "there is no option plann" in report
    assert "the settings are right" not in report


def test_a_key_is_turned_off_with_false(world: World) -> None:
    setup = "vim.g.dotstream = { plan = { keys = { close = false, undo = 'U' } } }"
    with Neovim(world.root, setup=setup) as nvim:
        nvim.dotstream("plan manage zsh", "planned")
        assert nvim.lua("return vim.fn.maparg('q', 'n')") == ""
        nvim.command("write")
        nvim.until("applied")
        assert "U undoes" in nvim.bar()
        assert len(nvim.notes()) == 1


def test_without_confirmation_it_is_applied_at_once(world: World) -> None:
    with Neovim(world.root, setup="vim.g.dotstream = { confirm = false }") as nvim:
        nvim.dotstream("manage zsh", "applied")
        assert nvim.asked() == []


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        ("setup(3)", "options: expected table, got number"),
        ("plan()", "request: expected table, got nil"),
        ("plan({ action = 'mange' })", "request.action: expected manage, unmanage"),
        ("plan({ action = 'manage', packages = 'zsh' })", "request.packages: expected a list"),
        ("plan({ action = 'adopt' })", "request.paths: expected what to adopt"),
    ],
)
def test_functions_check_their_arguments(call: str, problem: str, nvim: Neovim) -> None:
    told = nvim.lua(f"return select(2, pcall(function() require('dotstream').{call} end))")
    assert problem in told
