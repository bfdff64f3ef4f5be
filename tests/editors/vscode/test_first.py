"""A first start of VS Code: a folder that is not trusted, and nothing that is installed."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect
from tests.editors.vscode.codeserver import CodeServer
from tests.editors.vscode.conftest import EXTENSION, SERVER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.editors.vscode.tools import Tools
    from tests.editors.vscode.workbench import Workbench
    from tests.farm import Farm

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def code_server(
    programs: Tools, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CodeServer]:
    """Return VS Code's server as it is at first: it trusts nothing and has no setting."""
    server = CodeServer(
        programs,
        tmp_path_factory.mktemp("first"),
        extension=EXTENSION,
        settings={},
        distrustful=True,
    )
    yield server
    server.stop()


_PYTHON = os.path.realpath(sys.executable)
_OLD = f"""\
#!/bin/sh
[ "$1" = -c ] && exec {sys.executable} -c "import sys; sys.version_info = (3, 9, 2); $2"
echo "SyntaxError: invalid syntax" >&2
exit 1
"""
"""A Python that is older than what the server needs, as far as anybody asks it."""


async def test_trust_comes_first_and_then_the_server_comes_with_the_extension(
    workbench: Workbench, code_server: CodeServer, farm: Farm
) -> None:
    (code_server.home / ".profile").write_text('PATH="$HOME/bin"\n')
    old = code_server.programs / "python3"
    old.write_text(_OLD)
    old.chmod(0o755)
    farm.make({"stow/zsh/dot-zshrc": "rc"})
    await workbench.open_anew(farm.directory)
    await workbench.view("Dotfiles")
    welcome = workbench.page.locator(".sidebar .welcome-view")
    await expect(welcome).to_contain_text("This workspace is not trusted.")
    await workbench.picture("untrusted")
    assert code_server.processes("dotstream lsp") == []

    await workbench.strike(welcome.get_by_text("Manage Workspace Trust"))
    trust = workbench.page.locator(".workspace-trust-editor")
    await workbench.strike(trust.get_by_text("Trust", exact=True))
    # The only Python is too old, which is said.
    await expect(welcome).to_contain_text("needs Python 3.11 or newer")
    await workbench.said("found none on PATH or in the Python extension. Install one and retry.")
    await workbench.status("Dotfiles: no server")
    await workbench.picture("old-python")

    # Nothing is installed but a Python that will do: the extension brings its server along.
    (code_server.programs / "python3.12").symlink_to(_PYTHON)
    await workbench.press("Retry", of="found none on PATH")
    await workbench.row("zsh, unmanaged").wait_for()
    await workbench.picture("bundled")
    await workbench.until(lambda: len(code_server.processes("bundled/dotstream.py lsp")) == 1)
    await workbench.until(lambda: "found by extension" in code_server.logs())

    # One that is installed goes first.
    (code_server.programs / "dotstream").symlink_to(SERVER)
    await workbench.run("Dotstream: Restart Server")
    await workbench.until(lambda: "found by PATH" in code_server.logs())
    await workbench.row("zsh, unmanaged").wait_for()
    await workbench.until(lambda: code_server.processes("bundled/dotstream.py lsp") == [])
    await workbench.nothing_blocks()
