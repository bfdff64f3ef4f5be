"""A million operations in VS Code: rows at once, a live renderer, a Cancel that works."""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import TYPE_CHECKING

import pytest
from tests.editors.vscode.figures import trace, traced, watched
from tests.editors.vscode.large import make_large
from tests.farm import QUICK, Farm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.editors.vscode.codeserver import CodeServer
    from tests.editors.vscode.workbench import Workbench

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(400)]

_FROZEN = 500
"""Milliseconds of CPU in one task that a user would call frozen; usual are 30 to 40."""


_BEGINNING = 200_000
"""Bytes that the server has sent when the first rows of a plan are among them."""


@pytest.fixture(scope="module")
def million() -> Iterator[Farm]:
    """Return a farm with the package ``big`` of a million files, none of them linked."""
    # A link takes an inode of a RAM disk, which others may be using too.
    room = QUICK is not None and os.statvfs(QUICK).f_favail > 1_200_000
    made = tempfile.mkdtemp(prefix="dotstream-test-", dir=QUICK if room else None)
    farm = Farm(f"{made}/farm")
    make_large(f"{farm.directory}/big", 1_000_000)
    farm.configured(f'target = "{farm.target}"\nfolding = "never"\n')
    yield farm
    shutil.rmtree(made)


async def test_the_renderer_never_stops_while_a_million_rows_come(
    workbench: Workbench, million: Farm
) -> None:
    await workbench.open(million.directory)
    async with watched(workbench.page) as frames:
        await workbench.run("Dotstream: Plan")
        await workbench.pick("Manage")
        await trace(workbench.page)
        await workbench.tick("big")
        await workbench.shows("+ link         0000")
        await workbench.said("Planning manage big")
        took = await workbench.shows("1,000,000 to link")
    tasks = await traced(workbench.page)
    workbench.note(f"planning 1,000,000 operations: {took:.1f} s; {frames}; {tasks}")
    await workbench.picture("million-planned")
    assert tasks.times[0] < _FROZEN
    assert os.listdir(million.target) == []


async def test_20000_links_are_planned_about_as_fast_as_in_the_shell(
    workbench: Workbench, code_server: CodeServer, farm: Farm
) -> None:
    make_large(f"{farm.directory}/big", 20_000)
    farm.configured(f'target = "{farm.target}"\nfolding = "never"\n')
    code_server.agree(farm.directory)
    shell = code_server.dotstream(farm.directory, "plan", "manage", "big")
    await workbench.open(farm.directory)
    await workbench.run("Dotstream: Plan")
    await workbench.pick("Manage")
    await trace(workbench.page)
    await workbench.tick("big")
    shown = await workbench.shows("20,000 to link")
    offered = await workbench.offers("Apply")
    tasks = await traced(workbench.page)
    workbench.note(
        f"20,000 links: {shell:.2f} s in the shell, {shown:.2f} s here, {offered:.2f} s until "
        f"Apply is offered; {tasks}"
    )
    await workbench.nothing_blocks()


async def test_rows_are_there_long_before_the_plan_is_which_is_cancelled_in_its_notification(
    workbench: Workbench, code_server: CodeServer, million: Farm
) -> None:
    await workbench.open(million.directory)
    await workbench.ask("Dotstream: Manage…", "big")
    server = await code_server.server()
    before = code_server.sent(server)
    async with code_server.stopped(
        lambda: code_server.sent(server) > before + _BEGINNING
    ) as still:
        await workbench.enter("big")
        await still
        await workbench.watch(
            lambda look: (
                any("+ link         0000" in line for line in look.lines)
                and "planning…" in look.lines
            ),
            "no rows are shown before the plan is complete",
        )
        await workbench.picture("million-planning")
        await workbench.cancel("Planning manage big")
    async with watched(workbench.page) as frames:
        await workbench.shows("ancelled")
    workbench.note(f"cancelling a plan: {frames}")
    await workbench.picture("plan-cancelled")
    await workbench.gone("Planning manage big")
    await workbench.nothing_blocks()
    assert os.listdir(million.target) == []
