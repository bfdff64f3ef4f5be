"""The tab of a plan in VS Code: split, moved, closed and opened again; files saved beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.editors.vscode.workbench import Workbench
    from tests.farm import Farm

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(400)]


async def test_a_plan_is_the_same_in_whichever_tab_it_is(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc"})
    await workbench.open(farm.directory)
    await workbench.plan("Manage", "zsh")
    await workbench.shows("1 to link")
    await workbench.run("View: Split Editor Right")
    await workbench.page.locator(".editor-group-container").nth(1).wait_for()
    farm.make({"stow/zsh/dot-zprofile": "p"})
    await workbench.run("Dotstream: Refresh Plan")
    await workbench.shows("2 to link")
    both = workbench.page.locator(".monaco-editor .view-line", has_text="2 to link")
    await both.nth(1).wait_for()
    await workbench.picture("split")

    # One of them is closed, and the other moved: it is the plan all the same.
    await workbench.run("View: Revert and Close Editor")
    await workbench.reveal("dotstream.toml")
    await workbench.shows("target")
    await workbench.to_tab("Plan: manage zsh")
    await workbench.shows("2 to link")
    await workbench.run("View: Move Editor into Right Group")
    farm.make({"stow/zsh/dot-zlogin": "l"})
    await workbench.run("Dotstream: Refresh Plan")
    await workbench.shows("3 to link")

    # Closed and asked for again, it is of now.
    await workbench.run("View: Revert and Close Editor")
    await workbench.tab("Plan: manage zsh").wait_for(state="detached")
    farm.make({"stow/zsh/dot-zshenv": "e"})
    await workbench.plan("Manage", "zsh")
    await workbench.shows("4 to link")
    await workbench.shows("+ link       .zshenv")
    await workbench.apply("4 to link")
    await workbench.said("manage zsh: 4 linked")
    await workbench.nothing_blocks()
    assert sorted(farm.home()) == [".zlogin", ".zprofile", ".zshenv", ".zshrc"]


async def test_what_is_saved_while_a_plan_of_it_is_shown_counts_before_it_is_applied(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc", "stow/zsh/notes": "n", "home/.profile": "mine"})
    await workbench.open(farm.root)
    await workbench.plan("Manage", "zsh")
    await workbench.shows("2 to link")
    await workbench.reveal("stow", "dotstream.toml")
    await workbench.shows("target")
    await workbench.write('ignore = ["notes"]\n')
    await workbench.to_tab("Plan: manage zsh")
    await workbench.apply("2 to link")
    await workbench.said("something has changed; nothing was done")
    await workbench.shows("1 to link; changed since: look at it again")
    assert farm.home() == {".profile": "file"}
    await workbench.apply("1 to link")
    await workbench.said("manage zsh: 1 linked")

    # A file that is to be adopted is looked at again too, and what was saved last is adopted.
    await workbench.reveal("home", ".profile")
    await workbench.shows("mine")
    await workbench.run("Dotstream: Adopt")
    await workbench.answer("sh")
    await workbench.shows("~ move       .profile")
    await workbench.to_tab(".profile")
    await workbench.shows("mine")
    await workbench.write("still ")
    await workbench.to_tab("Plan: adopt .profile into sh")
    await workbench.apply("1 to move")
    await workbench.shows("changed since: look at it again")
    assert farm.home()[".profile"] == "file"
    await workbench.apply("1 to move")
    await workbench.said("adopt .profile into sh: ")
    assert farm.home()[".profile"] == "-> ../stow/sh/dot-profile"
    assert farm.read("stow/sh/dot-profile") == "still mine"
    await workbench.nothing_blocks()
