"""What VS Code shows besides plans: the packages and their files, before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from tests.editors.vscode.workbench import Workbench
    from tests.farm import Farm

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]


async def test_badges_follow_an_apply_and_its_undo(workbench: Workbench, farm: Farm) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc", "home/.profile": "mine"})
    farm.configured(f'target = "{farm.target}"\n')
    before = snapshot(farm.target)
    await workbench.open(farm.directory)
    await workbench.reveal("zsh")
    await workbench.badge("dot-zshrc", "P")

    await workbench.plan("Manage", "zsh")
    await workbench.apply("1 to link")
    await workbench.badge("dot-zshrc", "L")
    await workbench.picture("badges")

    await workbench.press("Undo", of="manage zsh: 1 linked")
    await workbench.shows("- unlink")
    await workbench.apply("1 to unlink")
    await workbench.said("1 unlinked")
    await workbench.badge("dot-zshrc", "P")
    await workbench.nothing_blocks()
    assert difference(before, snapshot(farm.target)) == []


async def test_the_view_lists_packages_and_what_is_in_them(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc", "stow/vim/dot-vimrc": "set", "home/.vimrc": "mine"})
    farm.configured(f'target = "{farm.target}"\n')
    await workbench.open(farm.directory)
    await workbench.view("Dotfiles")
    await workbench.row("vim, ").click()
    await workbench.row(".vimrc").wait_for()
    await workbench.picture("view")
    await workbench.row("zsh, unmanaged").hover()
    await workbench.row("zsh, unmanaged").get_by_label("Manage…").click()
    await workbench.apply("1 to link")
    await workbench.row("zsh, managed").wait_for()
    await workbench.picture("view-managed")
    await workbench.nothing_blocks()
    assert farm.home() == {".vimrc": "file", ".zshrc": "-> ../stow/zsh/dot-zshrc"}
