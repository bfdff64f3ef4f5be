"""Files in VS Code: adopted into a package, and dotstream.toml with the help it gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.editors.vscode.codeserver import CodeServer
    from tests.editors.vscode.workbench import Workbench
    from tests.farm import Farm

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(400)]


async def test_the_open_file_is_adopted_into_a_new_package(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc", "home/.profile": "mine"})
    await workbench.open(farm.root)
    await workbench.reveal("home", ".profile")
    await workbench.shows("mine")
    await workbench.run("Dotstream: Adopt")
    await workbench.answer("sh")
    await workbench.shows("~ move       .profile")
    tab = workbench.tab("Plan: adopt .profile into sh")
    seen = (await tab.inner_text()).replace("\n", "")  # which a tab sets in two pieces
    assert "adopt\xa0.profile into sh" in seen
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


async def test_only_what_is_in_no_package_can_be_adopted_in_a_home(
    workbench: Workbench, code_server: CodeServer, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc", "home/dot-other": "", "home/.profile": "mine"})
    code_server.manage(farm.directory, "zsh")
    adopt = "Adopt into a Package…"
    await workbench.open(farm.root)
    await workbench.view("Dotfiles")
    await workbench.row("zsh, managed").wait_for()
    await workbench.view("Explorer")
    await workbench.reveal("home")
    await workbench.menu(".profile", lambda offered: adopt in offered, picture="adopt-menu")
    await workbench.menu(".zshrc", lambda offered: adopt not in offered)
    await workbench.reveal("stow", "zsh")
    await workbench.menu("dot-zshrc", lambda offered: adopt not in offered)
    await workbench.nothing_blocks()


async def test_a_git_repository_is_adopted_as_one_where_that_is_wanted(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc", "home/.tool/.git/HEAD": "ref: refs/heads/main\n"})
    farm.make({"home/.tool/.git/objects/.keep": "", "home/.tool/.git/refs/.keep": ""})
    farm.make({"home/.tool/run": "#!"})
    await workbench.open(farm.root)
    await workbench.view("Dotfiles")
    await workbench.row("zsh, unmanaged").wait_for()
    await workbench.view("Explorer")
    await workbench.reveal("home")
    await workbench.choose_in_menu(".tool", "Adopt into a Package…", brings="zsh")
    await workbench.answer("tool")
    await workbench.shows("a git repository of its own")
    await workbench.picture("repository")
    await workbench.click("Move it as one", shows="~ move       .tool")
    await workbench.apply("to ")
    await workbench.said("adopt .tool into tool: ")
    await workbench.nothing_blocks()
    assert farm.home().get(".tool") == "-> ../stow/tool/dot-tool"
