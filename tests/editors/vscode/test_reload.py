"""A window that is loaded anew: plans are made again, and what was half done is rolled back."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.editors.vscode.large import make_large

if TYPE_CHECKING:
    from tests.editors.vscode.codeserver import CodeServer
    from tests.editors.vscode.workbench import Workbench
    from tests.farm import Farm

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(400)]


async def test_two_plans_at_once_are_two_and_are_planned_again_after_a_reload(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc", "stow/vim/dot-vimrc": "set"})
    await workbench.open_anew(farm.directory)
    await workbench.plan("Manage", "zsh")
    await workbench.shows("+ link       .zshrc")
    await workbench.plan("Manage", "vim")
    await workbench.shows("+ link       .vimrc")
    await workbench.to_tab("Plan: manage zsh")
    await workbench.shows("+ link       .zshrc")

    await workbench.reload()
    await workbench.tab("Plan: manage zsh").wait_for()
    await workbench.tab("Plan: manage vim").wait_for()
    # Whichever is in front is planned again, and can be applied.
    await workbench.apply("1 to link")
    await workbench.said("1 linked")
    await workbench.picture("reloaded")
    await workbench.nothing_blocks()
    assert sorted(farm.home()) in ([".vimrc"], [".zshrc"])


async def test_a_reload_in_the_middle_of_an_apply_leaves_nothing_half_done(
    workbench: Workbench, code_server: CodeServer, farm: Farm
) -> None:
    make_large(f"{farm.directory}/big", 100_000)
    farm.configured(f'target = "{farm.target}"\nfolding = "never"\n')
    await workbench.open_anew(farm.directory)
    await workbench.plan("Manage", "big")
    await workbench.shows("100,000 to link")
    applying = await code_server.server()
    async with code_server.stopped(lambda: os.path.lexists(f"{farm.target}/0001")) as still:
        await workbench.apply("100,000 to link")
        await still
        await workbench.page.reload()  # torn down in the middle
    # Whether it comes to its end before it learns of that is up to the machine.
    await workbench.until(lambda: applying not in code_server.processes("dotstream lsp"))
    await workbench.run("Dotstream: Refresh Plan")
    links = sum(len(files) for _, _, files in os.walk(farm.target))
    assert links in (0, 100_000)
    await workbench.shows("100,000 to link" if links == 0 else "nothing to do; 100,000 unchanged")
    await workbench.nothing_blocks()
