"""The server that VS Code runs: killed, and there again."""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest
from tests.editors.vscode.conftest import SERVER

if TYPE_CHECKING:
    from tests.editors.vscode.codeserver import CodeServer
    from tests.editors.vscode.workbench import Workbench
    from tests.farm import Farm

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(400)]


async def test_where_there_is_no_server_the_user_learns_how_to_get_it(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc"})
    farm.make({"stow/.vscode/settings.json": '{"dotstream.server.path": "/nowhere/dotstream"}'})
    await workbench.open_anew(farm.directory)
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
    await workbench.open(farm.directory)
    await workbench.plan("Manage", "zsh")
    await workbench.shows("1 to link")
    first = await code_server.server()
    os.kill(first, signal.SIGKILL)
    await workbench.until(lambda: code_server.processes("dotstream lsp") not in ([], [first]))
    await workbench.plan("Manage", "vim")
    await workbench.apply("1 to link")
    await workbench.said("manage vim: 1 linked")
    await workbench.picture("restarted")
    await workbench.nothing_blocks()
    assert farm.home() == {".vimrc": "-> ../stow/vim/dot-vimrc"}


async def test_a_plan_outlives_a_server_that_is_started_anew_for_other_settings(
    workbench: Workbench, code_server: CodeServer, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "theirs", "home/.zshrc": "mine"})
    settings = {"dotstream.onConflict": "backup", "dotstream.server.path": str(SERVER)}
    await workbench.open_anew(farm.directory)
    await workbench.ask("Dotstream: Manage…", "zsh")
    first = await code_server.server()
    async with code_server.standing_still():
        await workbench.enter("zsh")
        await workbench.shows("planning…")
        farm.make({"stow/.vscode/settings.json": json.dumps(settings)})
        await workbench.until(lambda: code_server.processes("dotstream lsp") not in ([], [first]))
    await workbench.shows("1 to link, 1 to move; planned again after the server restarted")
    await workbench.apply("1 to link, 1 to move")
    await workbench.until(lambda: farm.home() == {".zshrc": "-> ../stow/zsh/dot-zshrc"})
    await workbench.nothing_blocks()


async def test_a_folder_that_vanishes_in_the_middle_of_a_plan_is_missed_and_found_again(
    workbench: Workbench, code_server: CodeServer, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc"})
    await workbench.open_anew(farm.directory)
    await workbench.ask("Dotstream: Manage…", "zsh")
    async with code_server.standing_still():
        await workbench.enter("zsh")
        await workbench.shows("planning…")
        os.rename(farm.directory, f"{farm.root}/elsewhere")
    await workbench.shows("failed: ")
    await workbench.picture("vanished")
    os.rename(f"{farm.root}/elsewhere", farm.directory)
    await workbench.click("Refresh", shows="1 to link")
    await workbench.apply("1 to link")
    await workbench.said("manage zsh: 1 linked")
    await workbench.nothing_blocks()
    assert farm.home() == {".zshrc": "-> ../stow/zsh/dot-zshrc"}


_OLD = """\
#!{python}
import json, sys
while line := sys.stdin.buffer.readline():
    length = int(line.split(b":")[1])
    sys.stdin.buffer.readline()
    message = json.loads(sys.stdin.buffer.read(length))
    if "id" in message:
        result = {{"capabilities": {{}}}} if message["method"] == "initialize" else None
        text = json.dumps({{"jsonrpc": "2.0", "id": message["id"], "result": result}})
        sys.stdout.write(f"Content-Length: {{len(text)}}\\r\\n\\r\\n{{text}}")
        sys.stdout.flush()
"""
_BROKEN = (
    "#!/bin/sh\necho 'Traceback:' >&2\necho \"ImportError: no module 'attrs'\" >&2\nexit 1\n"
)


@pytest.mark.parametrize(
    ("script", "reason", "button"),
    [
        (_BROKEN, "does not run: ImportError: no module 'attrs'", "Show Log"),
        (_OLD.format(python=sys.executable), "does not run: it speaks version 0", "Update…"),
    ],
    ids=["broken", "old"],
)
async def test_a_server_that_is_of_no_use_says_why_first_and_what_helps(
    workbench: Workbench, farm: Farm, script: str, reason: str, button: str
) -> None:
    program = f"{farm.root}/server"
    farm.make({"server": script, "stow/zsh/dot-zshrc": "rc"})
    os.chmod(program, 0o700)
    farm.make({"stow/.vscode/settings.json": json.dumps({"dotstream.server.path": program})})
    await workbench.open_anew(farm.directory)
    await workbench.said(reason)
    await workbench.picture(f"server-{button.rstrip('…')}")
    await workbench.press(button, of=reason)
    await workbench.page.locator(".part.panel").wait_for()  # the log, or a terminal
    await workbench.nothing_blocks()
