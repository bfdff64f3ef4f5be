"""Conflicts in VS Code: shown as they are, settled by a click, and nothing lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.snapshot import difference

if TYPE_CHECKING:
    from tests.editors.vscode.workbench import Workbench
    from tests.farm import Farm

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(400)]


async def test_a_conflict_is_settled_in_the_plan(workbench: Workbench, farm: Farm) -> None:
    farm.make({"stow/zsh/dot-zshrc": "theirs", "stow/zsh/dot-zprofile": "p"})
    farm.make({"home/.zshrc": "mine"})
    before = farm.tree()
    await workbench.open(farm.directory)
    await workbench.plan("Manage", "zsh")
    await workbench.shows("1 to link; 1 conflict")
    await workbench.shows("! conflict   .zshrc")
    await workbench.offers("Skip", "Back up", "Overwrite", "Adopt", "Show the difference")
    await workbench.picture("conflict")
    assert difference(before, farm.tree()) == []

    await workbench.click_above("! conflict   .zshrc", "Back up")
    await workbench.shows("~ move       .zshrc → the backup area (zsh) · Back up")
    await workbench.offers("Adopt", "Overwrite", "Skip", "Ask again")
    await workbench.offers("Apply")
    await workbench.picture("conflict-settled")
    assert difference(before, farm.tree()) == []

    await workbench.apply("to ")
    await workbench.said("manage zsh: 2 linked")
    await workbench.nothing_blocks()
    assert farm.home() == {
        ".zshrc": "-> ../stow/zsh/dot-zshrc",
        ".zprofile": "-> ../stow/zsh/dot-zprofile",
    }


async def test_a_row_is_left_out_and_a_choice_is_revised(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "theirs", "stow/zsh/dot-zprofile": "p"})
    farm.make({"stow/zsh/dot-inputrc": "theirs", "home/.inputrc": "mine", "home/.zshrc": "mine"})
    await workbench.open(farm.directory)
    await workbench.plan("Manage", "zsh")
    await workbench.shows("1 to link; 2 conflicts")

    await workbench.click_above("! conflict   .inputrc", "Leave out")
    await workbench.shows("left out   .inputrc")
    await workbench.shows("1 to link; 2 conflicts; 1 row left out")
    await workbench.move("F8", "Ln 7, Col 16")
    await workbench.click_above("! conflict   .zshrc", "Overwrite")
    await workbench.shows("~ move       .zshrc → the backup area (zsh) · Overwrite")
    await workbench.click_above("~ move       .zshrc", "Adopt")
    await workbench.shows("~ move       .zshrc → ")
    await workbench.shows("(zsh) · Adopt")
    await workbench.picture("left-out")
    await workbench.apply("1 row left out")
    await workbench.said("manage zsh: 2 linked")
    await workbench.nothing_blocks()
    assert farm.home() == {
        ".inputrc": "file",
        ".zprofile": "-> ../stow/zsh/dot-zprofile",
        ".zshrc": "-> ../stow/zsh/dot-zshrc",
    }
    assert farm.read("stow/zsh/dot-zshrc") == "mine"


async def test_conflicts_are_found_from_their_count_in_the_outline_and_by_ctrl_dot(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "theirs", "home/.zshrc": "mine"})
    farm.make({"stow/zsh/dot-inputrc": "theirs", "home/.inputrc": "mine"})
    await workbench.open(farm.directory)
    await workbench.plan("Manage", "zsh")
    await workbench.shows("2 conflicts")
    await workbench.offers("Back up all")
    await workbench.editor().locator(".detected-link", has_text="2 conflicts").wait_for()
    await workbench.go_to_line(2)
    await workbench.move("End ArrowLeft", "Ln 2, Col 26")
    await workbench.run("Open Link")
    await workbench.status("Ln 5, Col 16")
    await workbench.summon("Control+Shift+O", ".inputrc")
    outline = [entry.partition(" (")[0] for entry in await workbench.listed(".inputrc")]
    assert [name for name in outline if name[0] == "."] == [".inputrc", ".zshrc"]
    await workbench.picture("outline")
    await workbench.pick(".zshrc")
    await workbench.status("Ln 6, Col 1")
    await workbench.summon("Control+.", "Overwrite")
    await workbench.pick("Overwrite")
    await workbench.shows("~ move       .zshrc → the backup area (zsh) · Overwrite")
    await workbench.nothing_blocks()


async def test_conflicts_are_asked_about_as_they_come_where_no_plan_is_wanted(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "theirs", "home/.zshrc": "mine"})
    farm.make({"stow/zsh/dot-inputrc": "theirs", "home/.inputrc": "mine"})
    await workbench.open(farm.directory, settings={"dotstream.previewFirst": False})
    await workbench.run_on("Dotstream: Manage…", "zsh")
    await workbench.choose("Skip", picture="asked")
    await workbench.choose("Back up this and all that follow")
    await workbench.press("Undo", of="manage zsh: 1 linked, 1 moved")
    await workbench.said("1 unlinked, 1 moved")
    await workbench.nothing_blocks()
    assert farm.home() == {".inputrc": "file", ".zshrc": "file"}


async def test_a_conflict_is_settled_by_a_quick_fix_in_the_file(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "theirs", "home/.zshrc": "mine"})
    before = farm.tree()
    await workbench.open(farm.directory)
    await workbench.reveal("zsh", "dot-zshrc")
    await workbench.shows("theirs")
    await workbench.quick_fix("Back up")
    await workbench.shows("~ move       .zshrc")
    await workbench.picture("quick-fix")
    assert difference(before, farm.tree()) == []
    await workbench.apply("to ")
    await workbench.said("1 linked, 1 moved")
    await workbench.nothing_blocks()
    assert farm.home() == {".zshrc": "-> ../stow/zsh/dot-zshrc"}


async def test_a_plan_that_no_longer_holds_is_not_applied(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "theirs", "stow/zsh/dot-zprofile": "p"})
    await workbench.open(farm.directory)
    await workbench.plan("Manage", "zsh")
    await workbench.shows("2 to link")
    farm.make({"stow/zsh/dot-zlogin": "new"})
    before = farm.tree()
    await workbench.apply("2 to link")
    await workbench.said("something has changed; nothing was done")
    await workbench.shows("3 to link; changed since: look at it again")
    await workbench.picture("stale")
    await workbench.nothing_blocks()
    assert difference(before, farm.tree()) == []

    await workbench.shows("+ link       .zlogin")
    await workbench.apply("to ")
    await workbench.said("manage zsh: 3 linked")
    assert sorted(farm.home()) == [".zlogin", ".zprofile", ".zshrc"]


async def test_a_conflict_that_is_new_since_the_plan_is_shown_and_nothing_is_done(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "theirs", "stow/zsh/dot-zprofile": "p"})
    farm.make({"stow/zsh/dot-zlogin": "l", "home/.zlogin": "mine"})
    await workbench.open(farm.directory)
    await workbench.plan("Manage", "zsh")
    await workbench.click_above("! conflict   .zlogin", "Leave out")
    await workbench.shows("2 to link; 1 conflict; 1 row left out")
    farm.make({"home/.zshrc": "new"})
    before = farm.tree()
    await workbench.apply("1 row left out")
    await workbench.shows("1 to link; 2 conflicts; 1 row left out; changed since")
    await workbench.said("something has changed; nothing was done")
    await workbench.picture("stale-conflict")
    assert difference(before, farm.tree()) == []
    await workbench.click_above("! conflict   .zshrc", "Skip")
    await workbench.apply("1 to link")
    await workbench.said("manage zsh: 1 linked")
    await workbench.nothing_blocks()


async def test_names_that_are_not_utf8_are_planned_and_linked(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/odd/caf\udce9": "latin", "stow/odd/new\nline": "n", "stow/odd/100%#;": "p"})
    await workbench.open(farm.directory)
    await workbench.plan("Manage", "odd")
    await workbench.shows("3 to link")
    await workbench.shows(r"caf\xe9")
    await workbench.picture("names")
    await workbench.apply("3 to link")
    await workbench.said("manage odd: 3 linked")
    await workbench.nothing_blocks()
    assert sorted(farm.home()) == ["100%#;", "caf\udce9", "new\nline"]


async def test_files_with_the_same_content_are_said_to_be_so_and_settled_at_once(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "ours", "stow/zsh/dot-zprofile": "p", "home/.zprofile": "p"})
    farm.make({"stow/zsh/dot-zlogin": "l", "home/.zlogin": "l", "home/.zshrc": "mine"})
    await workbench.open(farm.directory)
    await workbench.plan("Manage", "zsh")
    await workbench.shows("3 conflicts")
    await workbench.shows(
        ".zlogin: package zsh wants a link here, but a file with the same content"
    )
    await workbench.offers("Back up the 2 with the same content")
    await workbench.picture("same")
    settled = "2 to link, 2 to move; 1 conflict"
    await workbench.click("Back up the 2 with the same content", shows=settled)
    await workbench.click_above("! conflict   .zshrc", "Skip")
    await workbench.apply("2 to link, 2 to move")
    await workbench.said("manage zsh: 2 linked, 2 moved")
    await workbench.nothing_blocks()
    assert farm.home() == {
        ".zlogin": "-> ../stow/zsh/dot-zlogin",
        ".zprofile": "-> ../stow/zsh/dot-zprofile",
        ".zshrc": "file",
    }
