"""The server that VS Code runs: killed, and there again."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.editors.vscode.codeserver import CodeServer
    from tests.editors.vscode.workbench import Workbench
    from tests.farm import Farm

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]


async def test_where_there_is_no_server_the_user_learns_how_to_get_it(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc"})
    farm.make({"stow/.vscode/settings.json": '{"dotstream.server.path": "/nowhere/dotstream"}'})
    farm.configured(f'target = "{farm.target}"\n')
    await workbench.open(farm.directory)
    said = await workbench.said("/nowhere/dotstream")
    await workbench.picture("no-server")
    assert "pipx install --force '" in said

    farm.make({"stow/.vscode/settings.json": "{}"})
    await workbench.press("Retry", of="/nowhere/dotstream")
    await workbench.plan("Manage", "zsh")
    await workbench.shows("1 to link")
    await workbench.nothing_blocks()


async def test_a_server_that_was_killed_is_started_again(
    workbench: Workbench, code_server: CodeServer, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc", "stow/vim/dot-vimrc": "set"})
    farm.configured(f'target = "{farm.target}"\n')
    await workbench.open(farm.directory)
    await workbench.plan("Manage", "zsh")
    await workbench.shows("1 to link")
    (first,) = code_server.processes("dotstream lsp")
    os.kill(first, signal.SIGKILL)
    await workbench.until(lambda: code_server.processes("dotstream lsp") not in ([], [first]))
    await workbench.plan("Manage", "vim")
    await workbench.apply("1 to link")
    await workbench.said("manage vim: 1 linked")
    await workbench.picture("restarted")
    await workbench.nothing_blocks()
    assert farm.home() == {".vimrc": "-> ../stow/vim/dot-vimrc"}
