"""A home with its dotfiles in VS Code, as the README shows it, in four themes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.editors.vscode.codeserver import CodeServer
from tests.editors.vscode.conftest import EXTENSION, SERVER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.editors.vscode.tools import Tools
    from tests.editors.vscode.workbench import Workbench
    from tests.farm import Farm

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(400)]

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
_COLOURS = """() => {
    const read = (colour) => {
        const [red, green, blue, alpha = 1] = colour.match(/[\\d.]+/g).map(Number);
        return [red, green, blue, alpha];
    };
    const over = (top, below) =>
        [0, 1, 2].map((at) => top[at] * top[3] + below[at] * (1 - top[3]));
    const light = (colour) => {
        const [red, green, blue] = colour.map((part) => {
            const value = part / 255;
            return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const editor = document.querySelector(".editor-group-container.active .monaco-editor");
    const style = (each) => getComputedStyle(each);
    const plain = read(style(editor.querySelector(".monaco-editor-background")).backgroundColor);
    const stripes = [...editor.querySelectorAll(".view-overlays .cdr")];
    return [...editor.querySelectorAll(".view-line > span > span")].flatMap((each) => {
        const { top, bottom } = each.getBoundingClientRect();
        const middle = (top + bottom) / 2;
        const behind = stripes.filter((stripe) => {
            const box = stripe.getBoundingClientRect();
            return box.top <= middle && middle <= box.bottom;
        }).reduce((below, stripe) => over(read(style(stripe).backgroundColor), below), plain);
        const colour = over(read(style(each).color), behind);
        const [dark, bright] = [light(colour), light(behind)].sort((one, two) => one - two);
        const text = each.textContent.trim();
        return text === "" ? [] : [[text, (bright + 0.05) / (dark + 0.05), colour, behind]];
    });
}"""
"""Each word of the plan in the active editor: its contrast, its colour, what is behind it."""

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


async def _wear(workbench: Workbench, folder: Path, theme: str | None) -> None:
    """Choose a theme for a folder, or that of VS Code; wait until its window has taken it up."""
    settings = folder / ".vscode/settings.json"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text("{}" if theme is None else json.dumps({"workbench.colorTheme": theme}))
    style = "vs" if theme is None else _THEMES[theme]
    await workbench.page.locator(f".monaco-workbench.{style}").wait_for()


def _unclear(words: list[tuple[str, float, list[float], list[float]]]) -> list[str]:
    """Return the words that cannot be read, and those that look alike and must not."""
    looks = {text.split()[-1]: (colour, behind) for text, _, colour, behind in words}
    alike = looks.get("move") == looks.get("conflict")  # also where neither is there
    return [f"{text} {ratio:.1f}" for text, ratio, _, _ in words if ratio < 4.5] + (
        ["move and conflict"] if alike else []
    )


async def test_a_home_is_linked_from_its_dotfiles(
    workbench: Workbench, code_server: CodeServer
) -> None:
    dotfiles = code_server.home / "dotfiles"
    await workbench.open_anew(str(dotfiles))
    await workbench.page.set_viewport_size({"width": 1160, "height": 640})
    await workbench.reveal("zsh", "dot-zshrc")
    await workbench.offers("Show the difference")
    await workbench.quick_fix("Show the difference", picture="readme-fixes")
    await workbench.page.locator(".monaco-diff-editor").wait_for()
    await workbench.run("View: Close All Editors")
    await workbench.view("Dotfiles")
    await workbench.plan("Manage", "vim")
    await workbench.apply("2 to link")
    await workbench.row("vim, managed").wait_for()
    await workbench.run("View: Close All Editors")
    await workbench.run("Notifications: Clear All Notifications")

    await workbench.plan("Manage", "git", "zsh")
    await workbench.shows("1 conflict")
    await workbench.offers("Back up all", "Show the difference")
    row = workbench.row("zsh, unmanaged · 1 conflict")
    await workbench.expand(row, shows=workbench.row(".zshrc"))
    await workbench.picture("readme-plan")

    for theme, style in _THEMES.items():
        await _wear(workbench, dotfiles, theme)
        await workbench.offers("Back up all", "Show the difference")
        await workbench.picture(f"theme-{style}")

    await workbench.click_above("! conflict   .zshrc", "Back up")
    await workbench.shows("~ move       .zshrc")
    await _wear(workbench, dotfiles, "Default High Contrast")
    await workbench.picture("theme-hc-black-settled")
    await _wear(workbench, dotfiles, None)
    await workbench.apply("to ")
    await workbench.said("manage git zsh: 4 linked")
    await workbench.row("zsh, managed").wait_for()
    await workbench.offers("Applied", "Undo")
    await workbench.picture("readme-applied")
    await workbench.nothing_blocks()
    assert (code_server.home / ".zshrc").read_text() == "theirs\n"


async def test_every_word_can_be_read_and_a_move_is_no_conflict_in_any_theme(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make(
        {"stow/zsh/dot-zshrc": "t", "stow/zsh/dot-zlogin": "t", "stow/zsh/dot-zprofile": ""}
    )
    farm.make({"home/.zshrc": "mine", "home/.zlogin": "mine"})
    await workbench.open_anew(farm.directory)
    await workbench.plan("Manage", "zsh")
    await workbench.shows("2 conflicts")
    await workbench.click_above("! conflict   .zlogin", "Back up")
    await workbench.shows("1 conflict")
    await workbench.offers("Back up all")
    for theme, style in _THEMES.items():
        await _wear(workbench, Path(farm.directory), theme)
        await workbench.picture(f"colours-{style}")
        unclear: list[str] = []

        async def is_clear(unclear: list[str] = unclear) -> bool:
            unclear[:] = _unclear(await workbench.page.evaluate(_COLOURS))
            return unclear == []

        assert await workbench.comes(is_clear), f"{theme}: {unclear}"
    await workbench.nothing_blocks()
