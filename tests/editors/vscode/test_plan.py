"""A plan in VS Code: shown before anything is changed, and applied as it was shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.snapshot import difference

if TYPE_CHECKING:
    from tests.editors.vscode.workbench import Workbench
    from tests.farm import Farm

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]


async def test_what_is_shown_is_applied_and_only_then(workbench: Workbench, farm: Farm) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc", "stow/vim/dot-vimrc": "set", "stow/zsh/bin/z": "#!"})
    farm.configured(f'target = "{farm.target}"\n')
    before = farm.tree()
    await workbench.open(farm.directory)
    await workbench.plan("Manage", "zsh")
    await workbench.shows("2 to link")
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
