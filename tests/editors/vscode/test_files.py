"""Files in VS Code: adopted into a package, and dotstream.toml with the help it gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.editors.vscode.workbench import Workbench
    from tests.farm import Farm

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]


async def test_the_open_file_is_adopted_into_a_new_package(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc", "home/.profile": "mine"})
    farm.configured(f'target = "{farm.target}"\n')
    await workbench.open(farm.root)
    await workbench.reveal("home", ".profile")
    await workbench.shows("mine")
    await workbench.run("Dotstream: Adopt")
    await workbench.answer("sh")
    await workbench.shows("~ move       .profile")
    await workbench.picture("adopt")
    await workbench.apply("to ")
    await workbench.said("1 linked")
    await workbench.nothing_blocks()
    assert farm.home() == {".profile": "-> ../stow/sh/dot-profile"}
    assert farm.read("stow/sh/dot-profile") == "mine"


async def test_a_wrong_key_in_the_configuration_is_mended_by_a_quick_fix(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc"})
    farm.configured(f'foldin = "never"\ntarget = "{farm.target}"\n')
    await workbench.open(farm.directory)
    await workbench.reveal("dotstream.toml")
    await workbench.shows("foldin")
    await workbench.quick_fix("Change to 'folding'")
    await workbench.shows('folding = "never"')
    await workbench.picture("configuration")
    await workbench.nothing_blocks()
