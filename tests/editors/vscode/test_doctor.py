"""The check-up in VS Code: what is wrong, said and fixed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.editors.vscode.workbench import Workbench
    from tests.farm import Farm

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(400)]


async def test_what_the_doctor_finds_is_mended_at_a_click(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc", "stow/zsh/dot-zprofile": "p"})
    await workbench.open(farm.directory)
    await workbench.run("Dotstream: Doctor")
    await workbench.shows("Doctor: no problems found")
    await workbench.plan("Manage", "zsh")
    await workbench.apply("2 to link")
    await workbench.said("manage zsh: 2 linked")

    os.unlink(f"{farm.target}/.zshrc")
    os.unlink(f"{farm.directory}/zsh/dot-zprofile")
    await workbench.run("Dotstream: Doctor")
    await workbench.shows("Doctor: 2 findings")
    await workbench.shows("! .zprofile")
    await workbench.shows("! .zshrc")
    await workbench.offers("Fix 2 findings", "Reveal", "In a terminal")
    await workbench.picture("doctor")
    await workbench.click("Fix 2 findings")
    await workbench.shows("Doctor: no problems found; 2 fixed")
    await workbench.barred("2 things fixed. Nothing is left.")
    await workbench.nothing_blocks()
    assert farm.home() == {".zshrc": "-> ../stow/zsh/dot-zshrc"}
