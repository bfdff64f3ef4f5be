"""The window around the plans: several folders, the status bar, the log, the walkthrough."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect
from tests.farm import Farm

if TYPE_CHECKING:
    from tests.editors.vscode.workbench import Workbench

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]


async def test_several_folders_are_several_package_directories(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc"})
    farm.configured(f'target = "{farm.target}"\n')
    other = Farm(f"{farm.root}/other")
    other.make({"stow/vim/dot-vimrc": "set"})
    other.configured(f'target = "{other.target}"\n')
    await workbench.open_folders(farm.directory, other.directory)
    await workbench.view("Dotfiles")
    await workbench.row("zsh, unmanaged").wait_for()
    await workbench.row("vim, unmanaged").wait_for()
    await workbench.picture("several")

    await workbench.run("Dotstream: Manage…")
    await workbench.choose(f"{other.root}")
    await workbench.tick("vim")
    await workbench.press("Apply", of="manage vim: 1 to link")
    await workbench.row("vim, managed").wait_for()
    await workbench.nothing_blocks()
    assert other.home() == {".vimrc": "-> ../stow/vim/dot-vimrc"}
    assert farm.home() == {}


async def test_the_status_bar_the_log_and_the_walkthrough(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc", "stow/vim/dot-vimrc": "set", "home/.vimrc": "mine"})
    farm.make({"stow/.vscode/settings.json": '{"dotstream.trace.server": "messages"}'})
    farm.configured(f'target = "{farm.target}"\n')
    await workbench.open(farm.directory)
    item = await workbench.status("Dotfiles: 1 conflict")
    await item.click()
    await workbench.row("zsh, unmanaged").wait_for()

    await workbench.run("Developer: Set Log Level...")
    await workbench.answer("Dotstream")
    await workbench.choose("Trace")
    await workbench.run("Dotstream: Status")
    await workbench.run("Dotstream: Show Log")
    log = workbench.page.locator(".part.panel .monaco-editor")
    await expect(log.locator(".view-line", has_text="'dotstream/").first).to_be_visible()
    await workbench.picture("log")
    await workbench.run("View: Hide Panel")

    await workbench.run("Welcome: Open Walkthrough...")
    await workbench.choose("Link your dotfiles")
    start = workbench.page.locator(".gettingStartedContainer")
    await expect(start.get_by_text("Preview a change").first).to_be_visible()
    await workbench.picture("walkthrough")
    await workbench.nothing_blocks()
