"""Inline in ordinary editors: lenses, hints, differences, and help in dotstream.toml."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

if TYPE_CHECKING:
    from tests.editors.vscode.workbench import Workbench
    from tests.farm import Farm

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(400)]


async def test_a_file_says_how_it_is_linked_and_is_linked_at_a_click(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "export EDITOR=vi\n"})
    await workbench.open(farm.directory)
    await workbench.reveal("zsh", "dot-zshrc")
    await workbench.offers("not linked as", "Link now")
    await workbench.click("Link now")
    await workbench.apply("1 to link")
    await workbench.said("1 linked")
    assert farm.home() == {".zshrc": "-> ../stow/zsh/dot-zshrc"}
    await workbench.reveal("dot-zshrc")
    await workbench.watch(
        lambda look: "Unlink" in look.links and look.lenses[0].startswith("linked as"),
        "the file does not say that it is linked",
    )
    await workbench.picture("inline")

    await workbench.click("Unlink")
    await workbench.shows("- unlink     .zshrc")
    assert farm.home() == {".zshrc": "-> ../stow/zsh/dot-zshrc"}
    await workbench.picture("inline-unlink")
    await workbench.apply("1 to unlink")
    await workbench.press("Undo", of="1 unlinked")
    await workbench.apply("1 to link")
    await workbench.until(lambda: farm.home() == {".zshrc": "-> ../stow/zsh/dot-zshrc"})
    await workbench.said("undo 2: 1 linked")
    await workbench.nothing_blocks()


async def test_a_lens_is_about_its_file_alone_and_waits_for_no_plan_where_none_is_wanted(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "theirs\n", "stow/zsh/dot-zprofile": "p\n"})
    farm.make({"home/.zshrc": "mine\n"})
    await workbench.open(farm.directory, settings={"dotstream.previewFirst": False})
    await workbench.reveal("zsh", "dot-zshrc")
    await workbench.click("Back up")
    await workbench.press("Undo", of="1 linked, 1 moved")
    await workbench.said("1 unlinked, 1 moved")
    assert farm.home() == {".zshrc": "file"}
    await workbench.picture("inline-at-once")
    await workbench.nothing_blocks()


async def test_a_file_in_the_way_is_compared_with_that_of_the_package(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "theirs\n", "home/.zshrc": "mine\n"})
    await workbench.open(farm.directory)
    await workbench.reveal("zsh", "dot-zshrc")
    await workbench.click("Show the difference")
    difference = workbench.page.locator(".monaco-diff-editor")
    await expect(difference.locator(".original .view-line").first).to_have_text("mine")
    await expect(difference.locator(".modified .view-line").first).to_have_text("theirs")
    await workbench.picture("difference")
    await workbench.nothing_blocks()


async def test_the_configuration_counts_plans_completes_and_explains(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc"})
    farm.configured(f'target = "{farm.target}"\n\n[packages.zsh]\n')
    await workbench.open(farm.directory)
    await workbench.reveal("dotstream.toml")
    await workbench.offers("Plan", "Manage", "Unmanage")
    await workbench.shows("· 1 change to make")
    await workbench.hover("target", "links")
    await workbench.picture("toml-hover")

    await workbench.click("Manage")
    await workbench.apply("1 to link")
    await workbench.said("manage zsh: 1 linked")
    assert farm.home() == {".zshrc": "-> ../stow/zsh/dot-zshrc"}

    await workbench.reveal("dotstream.toml")
    await workbench.shows("· 1 link")
    await workbench.enter_editor()
    await workbench.page.keyboard.press("Control+End")
    await workbench.complete("on-", "on-conflict")
    await workbench.shows("on-conflict")
    await workbench.picture("toml")
    await workbench.save()
    await workbench.nothing_blocks()


async def test_what_changes_outside_of_the_editor_is_seen(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc\n"})
    await workbench.open(farm.directory)
    await workbench.reveal("zsh", "dot-zshrc")
    await workbench.badge("dot-zshrc", "P")
    await workbench.offers("not linked as")

    # The server watches lists of what to ignore, and tells the editor to ask again.
    farm.make({"stow/zsh/.stow-local-ignore": "dot-zshrc\n"})
    await workbench.offers("not linked: package zsh ignores dot-zshrc")
    await workbench.reveal(".stow-local-ignore")
    await workbench.shows("→ 1 match")
    await workbench.picture("ignore-list")
    await workbench.reveal("dot-zshrc")
    os.unlink(f"{farm.directory}/zsh/.stow-local-ignore")
    await workbench.offers("not linked as")

    # A new file of the package gets its badge.
    farm.make({"stow/zsh/dot-zlogin": "in"})
    await workbench.badge("dot-zlogin", "P")

    # And what the configuration says now, holds.
    farm.configured(f'target = "{farm.target}"\n\n[packages.zsh]\nignore = ["dot-zlogin"]\n')
    await workbench.badge("dot-zlogin", "")
    await workbench.nothing_blocks()
