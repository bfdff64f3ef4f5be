"""Which packages a command of VS Code is for: typed, seen with their state, or a profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.editors.vscode.codeserver import CodeServer
    from tests.editors.vscode.workbench import Workbench
    from tests.farm import Farm

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(400)]


async def test_packages_are_chosen_by_their_state_by_typing_or_by_a_profile(
    workbench: Workbench, code_server: CodeServer, farm: Farm
) -> None:
    farm.make(
        {"stow/zsh/dot-zshrc": "rc", "stow/vim/dot-vimrc": "set", "stow/git/dot-gitconfig": ""}
    )
    farm.configured(f'target = "{farm.target}"\n\n[profiles.desk]\npackages = ["git"]\n')
    code_server.manage(farm.directory, "vim")
    await workbench.open(farm.directory)
    await workbench.view("Dotfiles")
    await workbench.row("git, unmanaged · 1 change due").wait_for()
    await workbench.row("vim, managed").wait_for()
    await workbench.row("zsh, unmanaged · 1 change due").wait_for()

    entries = [
        "desk, git, Profiles",
        "git, unmanaged · 1 change due, Packages",
        "vim, managed · 1 link",
        "zsh, unmanaged · 1 change due",
    ]
    await workbench.lists("Dotstream: Manage…", entries)
    await workbench.picture("choosing")
    await workbench.enter("zsh")
    await workbench.apply("1 to link")
    await workbench.row("zsh, managed").wait_for()

    entries = ["desk, git, Profiles", "vim, managed · 1 link, Packages", "zsh, managed · 1 link"]
    await workbench.lists("Dotstream: Unmanage…", entries)
    await workbench.enter("vim")
    await workbench.apply("1 to unlink")
    await workbench.row("vim, unmanaged").wait_for()

    await workbench.ask("Dotstream: Manage…", "desk")
    await workbench.enter("desk")
    await workbench.tab("Plan: manage profile desk").wait_for()
    await workbench.apply("1 to link")
    await workbench.row("git, managed").wait_for()
    await workbench.nothing_blocks()
    assert sorted(farm.home()) == [".gitconfig", ".zshrc"]
