"""A plan in VS Code: shown before anything is changed, and applied as it was shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.snapshot import difference

if TYPE_CHECKING:
    from tests.editors.vscode.codeserver import CodeServer
    from tests.editors.vscode.workbench import Workbench
    from tests.farm import Farm

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(400)]


async def test_what_is_shown_is_applied_and_only_then(workbench: Workbench, farm: Farm) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc", "stow/vim/dot-vimrc": "set", "stow/zsh/bin/z": "#!"})
    before = farm.tree()
    await workbench.open(farm.directory)
    await workbench.plan("Manage", "zsh")
    await workbench.shows("2 to link")
    await workbench.offers("Apply", "Cancel", "Refresh")
    await workbench.picture("planned")
    assert difference(before, farm.tree()) == []
    await workbench.apply("2 to link")
    await workbench.said("manage zsh: 2 linked")
    await workbench.shows("done: 2 linked")
    await workbench.offers("Applied", "Undo")
    await workbench.picture("applied")
    await workbench.nothing_blocks()
    assert farm.home() == {".zshrc": "-> ../stow/zsh/dot-zshrc", "bin": "-> ../stow/zsh/bin"}


async def test_what_a_repository_asks_for_is_shown_and_agreed_to_before_it_counts(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "theirs", "home/.zshrc": "mine"})
    farm.configured(f'target = "{farm.target}"\non-conflict = "backup"\n')
    before = farm.tree()
    await workbench.open(farm.directory, agreed=False)
    await workbench.plan("Manage", "zsh")
    await workbench.shows("1 to link, 1 to move")
    await workbench.offers("Apply")
    await workbench.click("Apply")
    dialog = workbench.page.locator(".monaco-dialog-box")
    await dialog.get_by_text('on-conflict = "backup"').wait_for()
    await workbench.picture("agreement")
    assert difference(before, farm.tree()) == []
    await workbench.decide("Agree", of="Do you agree to that?")
    await workbench.said("manage zsh: 1 linked, 1 moved")
    await workbench.nothing_blocks()
    assert farm.home() == {".zshrc": "-> ../stow/zsh/dot-zshrc"}


async def test_a_plan_gives_its_reasons(workbench: Workbench, farm: Farm) -> None:
    farm.make({"stow/zsh/dot-config/zsh/aliases": "a", "stow/zsh/notes~": "n"})
    farm.configured(f'target = "{farm.target}"\nnever-fold = [".config"]\n')
    await workbench.open(farm.directory)
    await workbench.plan("Manage", "zsh")
    await workbench.shows("+ mkdir      .config/")
    await workbench.hover(".config", "because never-fold names .config")
    await workbench.picture("reason")
    await workbench.run("Dotstream: Toggle Plan Explanations")
    await workbench.shows("left out by")
    await workbench.picture("explained")
    await workbench.apply("1 to link")
    await workbench.said("1 linked")
    await workbench.nothing_blocks()


async def _apply_all(workbench: Workbench, sum_: str) -> None:
    """Apply a plan of 300 files, of which only 100 are shown at first."""
    await workbench.shows(sum_)
    await workbench.offers("Apply")
    await workbench.enter_editor()
    await workbench.move("Control+End", "Ln 106, Col 11")
    # A link is one only some time after its line is there.
    await workbench.editor().locator(".detected-link", has_text="200 more").wait_for()
    await workbench.run("Open Link")
    await workbench.watch(
        lambda look: look.lines != [] and not any("… 200 more" in line for line in look.lines),
        "what is only counted is not had",
    )
    await workbench.picture("more")
    await workbench.to_top()
    text = "\n".join(await workbench.settled(sum_, "Apply"))
    assert [number for number in range(300) if f"file{number:03}" not in text] == []
    await workbench.apply(sum_)


async def test_what_is_only_counted_is_had_at_a_click_also_where_it_is_undone(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({f"stow/big/file{number:03}": "" for number in range(300)})
    farm.configured(f'target = "{farm.target}"\nfolding = "never"\n')
    await workbench.open(farm.directory, settings={"dotstream.plan.maxLines": 100})
    await workbench.plan("Manage", "big")
    await _apply_all(workbench, "300 to link")
    await workbench.press("Undo", of="manage big: 300 linked")
    await _apply_all(workbench, "300 to unlink")
    await workbench.said("300 unlinked")
    await workbench.nothing_blocks()


async def test_what_is_done_at_once_is_done_also_where_another_tab_is_closed_meanwhile(
    workbench: Workbench, code_server: CodeServer, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc"})
    await workbench.open(farm.directory, settings={"dotstream.previewFirst": False})
    await workbench.reveal("dotstream.toml")
    await workbench.ask("Dotstream: Manage…", "zsh")
    tab = workbench.tab("dotstream.toml")
    async with code_server.standing_still():
        await workbench.enter("zsh")
        await workbench.strike(tab, button="middle")
        await tab.wait_for(state="detached")
    await workbench.said("manage zsh: 1 linked")
    await workbench.nothing_blocks()
    assert farm.home() == {".zshrc": "-> ../stow/zsh/dot-zshrc"}


async def test_a_message_about_a_plan_shows_it_also_after_it_was_closed(
    workbench: Workbench, code_server: CodeServer, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc"})
    await workbench.open(farm.directory)
    await workbench.run("Dotstream: Plan")
    await workbench.pick("Manage")
    await workbench.listed("zsh")
    tab = workbench.tab("Plan: manage zsh")
    async with code_server.standing_still():
        await workbench.enter("zsh")
        await tab.wait_for()
        await workbench.reveal("dotstream.toml")
        await workbench.shows("target")
        # Who answers this knows by then that the plan is not in front.
        await workbench.show_log()
    await workbench.said("manage zsh: 1 to link")
    await workbench.strike(tab, button="middle")
    await tab.wait_for(state="detached")
    await workbench.press("Show Plan", of="manage zsh: 1 to link")
    await workbench.shows("+ link       .zshrc")
    await workbench.nothing_blocks()
