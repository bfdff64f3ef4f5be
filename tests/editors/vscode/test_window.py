"""The window around the plans: several folders, the status bar, the log, the walkthrough."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect
from tests.farm import Farm
from tests.snapshot import difference

if TYPE_CHECKING:
    from tests.editors.vscode.codeserver import CodeServer
    from tests.editors.vscode.workbench import Workbench

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(400)]


async def test_several_folders_are_several_package_directories(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc"})
    other = Farm(f"{farm.root}/other")
    other.make({"stow/vim/dot-vimrc": "set", "home/.vimrc": "mine"})
    other.make({"stow/.vscode/settings.json": '{"dotstream.onConflict": "backup"}'})
    other.configured(f'target = "{other.target}"\n')
    await workbench.open_folders(farm.directory, other.directory)
    await workbench.view("Dotfiles")
    await workbench.row("zsh, unmanaged").wait_for()
    await workbench.row("vim, ").wait_for()
    await workbench.picture("several")

    await workbench.run_on("Dotstream: Manage…", "vim", root=other.root)
    await workbench.apply("1 to link, 1 to move")  # as the settings of that folder have it
    await workbench.row("vim, managed").wait_for()
    assert other.home() == {".vimrc": "-> ../stow/vim/dot-vimrc"}
    assert farm.home() == {}

    # A folder that is taken out of the window takes its packages along, but not its plan.
    await workbench.run_on("Dotstream: Manage…", "zsh", root=farm.root)
    await workbench.shows("1 to link")
    await workbench.run("Workspaces: Remove Folder from Workspace...")
    await workbench.choose(f"{farm.root}")
    await workbench.row("zsh, ").wait_for(state="detached")
    await workbench.row("vim, managed").wait_for()
    await workbench.apply("1 to link")
    await workbench.until(lambda: farm.home() == {".zshrc": "-> ../stow/zsh/dot-zshrc"})
    await workbench.nothing_blocks()


async def test_a_folder_that_is_missing_or_cannot_be_read_takes_nothing_from_the_others(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc"})
    broken = Farm(f"{farm.root}/broken")
    broken.make({"stow/vim/dot-vimrc": "set"})
    broken.configured("target = 7\n")
    closed = Farm(f"{farm.root}/closed")
    closed.configured("")
    os.chmod(closed.directory, 0)
    loop = f"{farm.root}/loop"
    os.symlink("loop", loop)
    await workbench.open_folders(
        f"{farm.root}/gone", closed.directory, loop, farm.directory, broken.directory
    )
    await workbench.view("Dotfiles")
    await workbench.row("zsh, unmanaged").wait_for()
    wrong = workbench.page.locator(".sidebar .monaco-list-row", has_text="target must be")
    await expect(wrong).to_be_visible()
    await workbench.picture("missing-folder")
    await workbench.nothing_blocks()
    os.chmod(closed.directory, 0o700)


async def test_a_window_without_dotfiles_is_left_in_peace(
    workbench: Workbench, code_server: CodeServer, farm: Farm
) -> None:
    farm.make({"project/main.py": "print()\n", "home/.vimrc": "mine"})
    await workbench.open_anew(f"{farm.root}/project")
    await workbench.reveal("main.py")
    await workbench.shows("print()")
    await expect(workbench.page.locator(".statusbar-item", has_text="Dotfiles")).to_have_count(0)
    await workbench.until(lambda: code_server.processes("dotstream lsp") == [])

    # It is there at once when somebody asks for it.
    await workbench.view("Dotfiles")
    welcome = workbench.page.locator(".sidebar .welcome-view")
    await expect(welcome).to_contain_text("No package directory is open")
    await workbench.picture("no-dotfiles")
    await workbench.nothing_blocks()


async def test_only_what_is_managed_is_warned_about_and_what_others_change_is_seen(
    workbench: Workbench, code_server: CodeServer, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc", "stow/vim/dot-vimrc": "set", "home/.vimrc": "mine"})
    farm.make({"stow/zsh/dot-config/zsh/aliases": "a", "home/.config/other": "o"})
    farm.configured(f'target = "{farm.target}"\nnever-fold = [".config"]\n')
    code_server.manage(farm.directory, "zsh")
    await workbench.open(farm.directory)
    await workbench.view("Dotfiles")
    await workbench.row("vim, unmanaged · 1 conflict").wait_for()
    await workbench.row("zsh, managed").wait_for()
    item = await workbench.status("Dotfiles")
    assert "conflict" not in await item.inner_text()
    await workbench.picture("unmanaged-conflict")

    # What somebody takes out of the target, at its top or further below, is missed.
    await workbench.until(lambda: code_server.watches(farm.target))
    await workbench.until(lambda: code_server.watches(f"{farm.target}/.config"))
    os.unlink(f"{farm.target}/.zshrc")
    await workbench.row("zsh, partial · 1 change due").wait_for()
    os.unlink(f"{farm.target}/.config/zsh")
    await workbench.row("zsh, unmanaged").wait_for()
    code_server.dotstream(farm.directory, "manage", "zsh")
    await workbench.row("zsh, managed").wait_for()
    os.unlink(f"{farm.target}/.zshrc")
    farm.make({"home/.zshrc": "mine"})
    await workbench.row("zsh, 1 conflict").wait_for()
    await workbench.status("Dotfiles: 1 conflict")
    await workbench.picture("managed-conflict")
    await workbench.nothing_blocks()


async def test_what_no_watcher_sees_is_seen_when_the_window_has_the_focus_again(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-config/zsh/aliases": "a", "home/.config/zsh/other": "o"})
    await workbench.open(farm.directory)
    await workbench.view("Dotfiles")
    await workbench.row("zsh, unmanaged · 1 change due").wait_for()
    async with workbench.left():
        farm.make({"home/.config/zsh/aliases": "mine"})
    await workbench.row("zsh, unmanaged · 1 conflict").wait_for()
    await workbench.nothing_blocks()


async def test_two_windows_have_a_plan_each_and_one_that_is_of_before_the_other_says_so(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc", "stow/zsh/dot-zprofile": "p"})
    farm.make({"stow/vim/dot-vimrc": "set"})
    await workbench.open(farm.directory)
    await workbench.plan("Manage", "vim")
    await workbench.shows("1 to link")
    async with workbench.another() as other:
        await other.open(farm.directory)
        for window in (workbench, other):
            await window.plan("Manage", "zsh")
            await window.shows("2 to link")
        assert await workbench.tab("Plan: manage vim").count() == 1
        assert await other.tab("Plan: manage vim").count() == 0
        await workbench.apply("2 to link")
        await workbench.said("manage zsh: 2 linked")
        await other.shows("2 to link")

        # The plan of the other window is of before that: it is made again, and nothing is done.
        before = farm.tree()
        await other.apply("2 to link")
        await other.said("something has changed; nothing was done")
        await other.shows("nothing to do; 2 unchanged; changed since: look at it again")
        await other.view("Dotfiles")
        await other.row("zsh, managed").wait_for()
        await other.picture("two-windows")
        await other.nothing_blocks()
        assert difference(before, farm.tree()) == []

        # And what it does is seen in the first.
        await other.plan("Manage", "vim")
        await other.apply("1 to link")
        await other.said("manage vim: 1 linked")
        await workbench.view("Dotfiles")
        await workbench.row("vim, managed").wait_for()
    await workbench.nothing_blocks()
    assert sorted(farm.home()) == [".vimrc", ".zprofile", ".zshrc"]


async def test_the_status_bar_and_the_log(workbench: Workbench, farm: Farm) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc", "stow/vim/dot-vimrc": "set"})
    await workbench.open(farm.directory, settings={"dotstream.trace.server": "messages"})
    await workbench.strike(await workbench.status("Dotfiles"))
    await workbench.row("zsh, unmanaged").wait_for()

    await workbench.run("Developer: Set Log Level...")
    await workbench.answer("Dotstream")
    await workbench.choose("Trace")
    log = await workbench.show_log()
    traced = log.locator(".view-line", has_text="'dotstream/").first
    await workbench.persist(
        lambda: workbench.run("Dotstream: Status"), "nothing is traced", until=traced.is_visible
    )
    await workbench.picture("log")
    await workbench.run("View: Hide Panel")

    await workbench.nothing_blocks()


async def test_a_server_that_never_answers_keeps_nobody_waiting(
    workbench: Workbench, farm: Farm
) -> None:
    program = f"{farm.root}/server"
    farm.make({"server": "#!/bin/sh\nexec sleep 3600\n", "stow/zsh/dot-zshrc": "rc"})
    os.chmod(program, 0o700)
    farm.make({"stow/.vscode/settings.json": json.dumps({"dotstream.server.path": program})})
    await workbench.open_anew(farm.directory)
    await workbench.status("Dotfiles")
    await workbench.show_log()
    await workbench.run("View: Hide Panel")
    await workbench.run("Dotstream: Doctor")
    await workbench.said("The dotstream server is not running (starting).")
    # The extension is there, as the list of those that run says.
    await workbench.run("Developer: Show Running Extensions")
    running = workbench.page.locator(
        ".runtime-extensions-editor .extension", has_text="dotstream"
    )
    await expect(running).to_contain_text(re.compile(r"Activation: \d+\s*ms"))
    await workbench.picture("activated")
    await workbench.nothing_blocks()


async def test_the_walkthrough_ticks_what_has_happened(workbench: Workbench, farm: Farm) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc"})
    await workbench.open_anew(farm.directory)
    await workbench.walkthrough("server", "folder")
    await workbench.picture("walkthrough")
    await workbench.reveal("dotstream.toml")
    await workbench.plan("Manage", "zsh")
    await workbench.shows("+ link       .zshrc")
    await workbench.walkthrough("server", "folder", "plan")
    await workbench.to_tab("Plan: manage zsh")
    await workbench.apply("1 to link")
    await workbench.press("Undo", of="1 linked")
    await workbench.apply("1 to unlink")
    await workbench.said("1 unlinked")
    await workbench.walkthrough("server", "folder", "plan", "apply", "undo")
    await workbench.picture("walkthrough-ticked")
    await workbench.nothing_blocks()
