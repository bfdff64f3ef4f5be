"""A home with its dotfiles in VS Code, as the README shows it, in four themes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.editors.vscode.codeserver import CodeServer
from tests.editors.vscode.conftest import EXTENSION, SERVER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.editors.vscode.tools import Tools
    from tests.editors.vscode.workbench import Workbench

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]

_CONFIGURATION = """\
target = "~"
never-fold = [".config", ".local/bin"]
"""
_THEMES = {
    "Dark Modern": "vs-dark",
    "Default High Contrast": "hc-black",
    "Default High Contrast Light": "hc-light",
    "Light Modern": "vs",
}
_HOME = {
    ".zshrc": "mine\n",
    "dotfiles/dotstream.toml": _CONFIGURATION,
    "dotfiles/git/dot-config/git/config": "[user]\n",
    "dotfiles/nvim/dot-config/nvim/init.lua": "vim.o.number = true\n",
    "dotfiles/vim/dot-vim/colors/dusk.vim": "set background=dark\n",
    "dotfiles/vim/dot-vimrc": "set number\n",
    "dotfiles/zsh/dot-config/zsh/aliases": "alias l=ls\n",
    "dotfiles/zsh/dot-local/bin/up": "#!/bin/sh\n",
    "dotfiles/zsh/dot-zshrc": "theirs\n",
}


@pytest.fixture(scope="module")
def code_server(
    programs: Tools, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CodeServer]:
    """Return VS Code's server, with a home that has dotfiles."""
    server = CodeServer(
        programs,
        tmp_path_factory.mktemp("pictures"),
        extension=EXTENSION,
        settings={"dotstream.server.path": str(SERVER)},
    )
    for name, text in _HOME.items():
        path = server.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    yield server
    server.stop()


def _wear(code_server: CodeServer, theme: str) -> None:
    """Choose a theme for the folder, which its window takes up."""
    settings = code_server.home / "dotfiles/.vscode/settings.json"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text(json.dumps({"workbench.colorTheme": theme}))


async def test_a_home_is_linked_from_its_dotfiles(
    workbench: Workbench, code_server: CodeServer
) -> None:
    await workbench.page.set_viewport_size({"width": 1160, "height": 640})
    await workbench.open(str(code_server.home / "dotfiles"))
    await workbench.view("Dotfiles")
    await workbench.plan("Manage", "vim")
    await workbench.apply("2 to link")
    await workbench.row("vim, managed").wait_for()
    await workbench.run("View: Close All Editors")
    await workbench.run("Notifications: Clear All Notifications")

    await workbench.plan("Manage", "git", "zsh")
    await workbench.shows("1 conflict")
    await workbench.offers("Back up all", "Show the difference")
    await workbench.row("zsh, unmanaged · 1 conflict").click()
    await workbench.row(".zshrc").wait_for()
    await workbench.picture("readme-plan")

    for theme, style in _THEMES.items():
        _wear(code_server, theme)
        await workbench.page.locator(f".monaco-workbench.{style}").wait_for()
        await workbench.offers("Back up all", "Show the difference")
        await workbench.picture(f"theme-{style}")

    await workbench.click_above("! conflict   .zshrc", "Back up")
    await workbench.shows("~ move       .zshrc")
    _wear(code_server, "Default High Contrast")
    await workbench.page.locator(".monaco-workbench.hc-black").wait_for()
    await workbench.picture("theme-hc-black-settled")
    _wear(code_server, "Light Modern")
    await workbench.page.locator(".monaco-workbench.vs").wait_for()
    await workbench.apply("to ")
    await workbench.said("manage git zsh: 4 linked")
    await workbench.row("zsh, managed").wait_for()
    await workbench.offers("Applied", "Undo")
    await workbench.picture("readme-applied")
    await workbench.nothing_blocks()
    assert (code_server.home / ".zshrc").read_text() == "theirs\n"
