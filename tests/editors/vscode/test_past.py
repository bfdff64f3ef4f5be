"""What was done in VS Code: its history, undo, and a change that a kill cut short."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest
from tests.editors.vscode.large import make_large
from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from tests.editors.vscode.codeserver import CodeServer
    from tests.editors.vscode.workbench import Workbench
    from tests.farm import Farm

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(400)]

BOTH = {".zshrc": "-> ../stow/zsh/dot-zshrc", ".zprofile": "-> ../stow/zsh/dot-zprofile"}


async def test_each_action_of_the_palette_and_what_the_history_says_of_it(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc"})
    await workbench.open(farm.directory)
    await workbench.run_on("Dotstream: Manage…", "zsh")
    await workbench.apply("1 to link")
    await workbench.said("manage zsh: 1 linked")

    farm.make({"stow/zsh/dot-zprofile": "p"})
    await workbench.run_on("Dotstream: Remanage…", "zsh")
    await workbench.shows("+ link       .zprofile")
    await workbench.apply("1 to link")
    await workbench.said("remanage zsh: 1 linked")
    assert farm.home() == BOTH

    await workbench.run_on("Dotstream: Unmanage…", "zsh")
    await workbench.shows("- unlink")
    await workbench.apply("2 to unlink")
    await workbench.said("unmanage zsh: 2 unlinked")
    assert farm.home() == {}

    await workbench.run("Dotstream: History")
    await workbench.choose("unmanage zsh", picture="history")
    await workbench.shows("2 to link")
    await workbench.apply("to ")
    await workbench.said("2 linked")
    await workbench.nothing_blocks()
    assert farm.home() == BOTH


async def test_an_undo_is_cancelled_in_its_notification(
    workbench: Workbench, code_server: CodeServer, farm: Farm
) -> None:
    make_large(f"{farm.directory}/big", 100_000)
    farm.configured(f'target = "{farm.target}"\nfolding = "never"\n')
    await workbench.open(farm.directory)
    await workbench.plan("Manage", "big")
    await workbench.apply("100,000 to link")
    await workbench.said("manage big: 100,000 linked")
    before = snapshot(farm.target)
    await workbench.click("Undo")
    await workbench.shows("100,000 to unlink")
    async with code_server.stopped(lambda: len(os.listdir(farm.target)) < 100) as still:
        await workbench.apply("100,000 to unlink")
        await still
        await workbench.cancel("Applying undo")
    await workbench.said("the target is as it was before")
    await workbench.nothing_blocks()
    assert difference(before, snapshot(farm.target)) == []


async def test_a_change_that_a_kill_cut_short_is_rolled_back_when_the_user_says_so(
    workbench: Workbench, code_server: CodeServer, farm: Farm
) -> None:
    farm.make({"home/.profile": "mine"})
    make_large(f"{farm.directory}/big", 100_000)
    farm.configured(f'target = "{farm.target}"\nfolding = "never"\n')
    before = snapshot(farm.target)
    await workbench.open(farm.directory)
    await workbench.plan("Manage", "big")
    killed = await code_server.server()
    async with code_server.stopped(lambda: os.path.lexists(f"{farm.target}/0050")) as still:
        await workbench.apply("100,000 to link")
        await still
        os.kill(killed, signal.SIGKILL)
    await workbench.until(lambda: code_server.processes("dotstream lsp") not in ([], [killed]))
    left = difference(before, snapshot(farm.target))
    assert 0 < len(left) < 100_000

    asked = workbench.page.locator(".monaco-dialog-box")
    recover = "Dotstream: Recover…"  # is refused by a server that takes long to start
    await workbench.persist(
        lambda: workbench.run(recover), "nothing is asked", until=asked.is_visible, heeding=60_000
    )
    await workbench.picture("recover")
    async with code_server.stopped(lambda: not os.path.lexists(f"{farm.target}/0050")) as still:
        await workbench.decide("Roll It Back", of="manage big was cut short")
        await still
        await workbench.cancel("Recovering")
    await workbench.said("recover again to go on")
    rest = difference(before, snapshot(farm.target))
    assert 0 < len(rest) < len(left)

    await workbench.run(recover)
    await workbench.decide("Roll It Back", of="manage big was cut short")
    await workbench.said("manage big was rolled back")
    await workbench.nothing_blocks()
    assert difference(before, snapshot(farm.target)) == []
    await workbench.run(recover)
    await workbench.said("there is nothing to recover")
