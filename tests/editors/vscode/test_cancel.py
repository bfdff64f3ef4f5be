"""An apply that is cancelled in VS Code leaves the target as it was."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.editors.vscode.large import make_large
from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from tests.editors.vscode.codeserver import CodeServer
    from tests.editors.vscode.workbench import Workbench
    from tests.farm import Farm

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(400)]


async def test_an_apply_is_cancelled_in_its_notification_and_rolled_back(
    workbench: Workbench, code_server: CodeServer, farm: Farm
) -> None:
    farm.make({"home/.profile": "mine", "home/0001/0002": "mine too"})
    make_large(f"{farm.directory}/big", 100_000)
    farm.configured(f'target = "{farm.target}"\nfolding = "never"\non-conflict = "backup"\n')
    before = snapshot(farm.target)
    await workbench.open(farm.directory)
    await workbench.plan("Manage", "big")
    async with code_server.stopped(lambda: os.path.lexists(f"{farm.target}/0002")) as still:
        await workbench.apply("100,000 to link")
        await still
        await workbench.cancel("Applying manage big")
    said = await workbench.said("the target is as it was before")
    await workbench.picture("apply-cancelled")
    workbench.note(f"cancelling an apply: {said}")
    await workbench.shows("ancelled; ")
    await workbench.nothing_blocks()
    assert difference(before, snapshot(farm.target)) == []
