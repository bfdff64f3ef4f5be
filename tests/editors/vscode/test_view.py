"""What VS Code shows besides plans: the packages and their files, before and after."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect
from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from tests.editors.vscode.codeserver import CodeServer
    from tests.editors.vscode.workbench import Workbench
    from tests.farm import Farm

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(400)]


async def test_badges_follow_an_apply_and_its_undo(workbench: Workbench, farm: Farm) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc", "home/.profile": "mine"})
    before = snapshot(farm.target)
    await workbench.open(farm.directory)
    await workbench.reveal("zsh")
    await workbench.badge("dot-zshrc", "P")

    await workbench.plan("Manage", "zsh")
    await workbench.apply("1 to link")
    await workbench.badge("dot-zshrc", "L")
    await workbench.picture("badges")

    await workbench.press("Undo", of="manage zsh: 1 linked")
    await workbench.shows("- unlink")
    await workbench.apply("1 to unlink")
    await workbench.said("1 unlinked")
    await workbench.badge("dot-zshrc", "P")
    await workbench.nothing_blocks()
    assert difference(before, snapshot(farm.target)) == []


async def test_the_view_lists_packages_and_what_is_in_them(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc", "stow/vim/dot-vimrc": "set", "home/.vimrc": "mine"})
    await workbench.open(farm.directory)
    await workbench.view("Dotfiles")
    await workbench.expand(workbench.row("vim, "), shows=workbench.row(".vimrc"))
    await workbench.picture("view")
    await workbench.act("zsh, unmanaged", "Manage…", plan="1 to link")
    await workbench.apply("1 to link")
    await workbench.row("zsh, managed").wait_for()
    await workbench.picture("view-managed")
    await workbench.nothing_blocks()
    assert farm.home() == {".vimrc": "file", ".zshrc": "-> ../stow/zsh/dot-zshrc"}


async def test_files_and_directories_of_the_view_have_a_menu_and_a_state(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc", "stow/zsh/dot-config/zsh/aliases": "a"})
    farm.make({"stow/zsh/dot-zprofile": "p", "home/.zshrc": "mine", "home/.config/other": "o"})
    farm.configured(f'target = "{farm.target}"\nnever-fold = [".config"]\n')
    await workbench.open(farm.directory)
    await workbench.view("Dotfiles")
    closed = workbench.row(".config, 1 change due")
    await workbench.expand(workbench.row("zsh, unmanaged · 1 conflict"), shows=closed)
    always = ["Reveal in Explorer", "Copy Path"]
    await workbench.menu(".config", lambda offered: offered == always)
    settle = "Settle Conflict…"
    files = [settle, "Open File in Package", "Open File in Target", "Compare with Package"]
    await workbench.menu(
        ".zshrc", lambda offered: offered == [*files, *always], picture="view-menu"
    )
    await workbench.choose_in_menu(".zshrc", "Open File in Target", brings="mine")
    await workbench.shows("mine")
    await workbench.choose_in_menu(".zshrc", settle, brings="Back up")
    assert [title.partition(",")[0] for title in await workbench.listed("Adopt")] == [
        "Adopt",
        "Back up",
        "Overwrite",
        "Skip",
    ]
    await workbench.choose("Back up")
    await workbench.apply("1 to link, 1 to move")
    await workbench.said("1 linked, 1 moved")
    await workbench.row(".zshrc, linked").wait_for()

    # What is linked can be moved out of the package again.
    back = "Move Back out of the Package…"
    await workbench.choose_in_menu(".zshrc, linked", back, brings="1 to move")
    await workbench.apply("to ")
    await workbench.said("1 moved")
    assert farm.home()[".zshrc"] == "file"
    assert farm.read("home/.zshrc") == "rc"
    await workbench.nothing_blocks()


async def test_links_that_are_unwanted_are_shown_and_removed(
    workbench: Workbench, code_server: CodeServer, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc", "stow/tmux/dot-tmux.conf": "t"})
    code_server.manage(farm.directory, "zsh", "tmux")
    shutil.rmtree(f"{farm.directory}/tmux")
    await workbench.open(farm.directory)
    await workbench.view("Dotfiles")
    gone = workbench.row("tmux, unwanted · 1 link; it is gone")
    await gone.wait_for()
    await workbench.picture("unwanted")
    await workbench.act(
        "tmux, unwanted · 1 link; it is gone", "Remove Unwanted Links…", plan="1 to unlink"
    )
    await workbench.apply("1 to unlink")
    await expect(gone).to_have_count(0)
    await workbench.nothing_blocks()
    assert farm.home() == {".zshrc": "-> ../stow/zsh/dot-zshrc"}
