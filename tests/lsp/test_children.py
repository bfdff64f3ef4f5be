"""``dotstream/children``: a plan as a tree that opens lazily."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from tests.lsp.editor import Editor, uri

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lsp.conftest import World


def level(world: World, *packages: str, **more: Any) -> dict[str, Any]:
    """Return the parameters of a question about one directory."""
    common = {"root": uri(world.root), "target": uri(world.target), "action": "manage"}
    return {**common, "packages": list(packages), **more}


def test_one_level_has_its_own_rows_and_no_more(world: World, editor: Editor) -> None:
    found = editor.ask("dotstream/children", level(world, "vim", "zsh"))
    assert (found["directory"], found["label"]) == (uri(world.target), "~")
    assert (found["next"], found["rows"]) == (None, [])
    vim, vimrc, zshrc = found["items"]
    assert vim == {
        "name": ".vim",
        "path": uri(world.target / ".vim"),
        "label": "~/.vim",
        "source": uri(world.root / "vim/dot-vim"),
        "expandable": True,
        "rows": [
            {
                "op": "make_dir",
                "path": uri(world.target / ".vim"),
                "label": "~/.vim",
                "package": "vim",
                "why": "nothing is folded in this package",
            }
        ],
    }
    assert (vimrc["name"], vimrc["expandable"]) == (".vimrc", False)
    assert [row["op"] for row in zshrc["rows"]] == ["create_link"]
    assert zshrc["source"] == uri(world.root / "zsh/dot-zshrc")


def test_a_tree_opened_completely_is_the_plan(world: World, editor: Editor) -> None:
    (world.target / ".zshrc").write_text("mine")
    world.grow("big", 30)
    params = world.params("big", "vim", "zsh", window=4, partialResultToken="p")
    editor.ask("dotstream/plan", params)

    def opened(directory: str) -> list[dict[str, Any]]:
        asked = level(world, "big", "vim", "zsh", directory=directory)
        rows = []
        for item in editor.ask("dotstream/children", asked)["items"]:
            rows += item["rows"]
            rows += opened(item["path"]) if item["expandable"] else []
        return rows

    assert opened(uri(world.target)) == editor.rows("p")


def test_pages_follow_one_another_to_the_end(world: World, editor: Editor) -> None:
    world.grow("big", 950)
    names: list[str] = []
    offset: int | None = 0
    while offset is not None:
        asked = level(
            world, "big", directory=uri(world.target / "d0000"), offset=offset, limit=300
        )
        page = editor.ask("dotstream/children", asked)
        assert len(page["items"]) <= 300
        names += [item["name"] for item in page["items"]]
        offset = page["next"]
    assert names == [f"f{number:03}" for number in range(950)]


def test_a_huge_directory_comes_in_pages(world: World, editor: Editor, scratch: Path) -> None:
    directory = scratch / "huge"  # where a hundred thousand names are made in a second
    directory.mkdir()
    (world.root / "huge").symlink_to(directory)
    for first in "ab":  # a file has at most 65,000 names on some file systems
        (directory / first).touch()
        for number in range(50_000):
            os.link(directory / first, directory / f"{first}{number:05}")
    page = editor.ask("dotstream/children", level(world, "huge", offset=99_900))
    assert len(page["items"]) == 102
    assert page["next"] is None
    page = editor.ask("dotstream/children", level(world, "huge", limit=1000))
    assert (len(page["items"]), page["next"]) == (1000, 1000)


def test_past_the_end_there_is_nothing(world: World, editor: Editor) -> None:
    page = editor.ask("dotstream/children", level(world, "zsh", offset=7))
    assert (page["items"], page["next"]) == ([], None)


def test_links_that_are_as_wanted_are_told_if_asked(world: World, editor: Editor) -> None:
    editor.ask("dotstream/apply", world.params("zsh"))
    assert editor.ask("dotstream/children", level(world, "zsh"))["items"] == []
    (kept,) = editor.ask("dotstream/children", level(world, "zsh", kept=True))["items"]
    assert [row["op"] for row in kept["rows"]] == ["keep_link"]
    assert kept["rows"][0]["to"] == "dotfiles/zsh/dot-zshrc"


def test_a_conflict_is_in_its_place_with_its_choices(world: World, editor: Editor) -> None:
    (world.target / ".zshrc").write_text("mine")
    (item,) = editor.ask("dotstream/children", level(world, "zsh"))["items"]
    assert (item["rows"][0]["op"], item["rows"][0]["conflict"]) == ("conflict", "real_file")
    options = {"resolutions": {item["path"]: "backup"}}
    (item,) = editor.ask("dotstream/children", level(world, "zsh", options=options))["items"]
    assert [row["op"] for row in item["rows"]] == ["move_file", "create_link"]


def test_an_adopted_file_has_both_moves(world: World, editor: Editor) -> None:
    (world.target / ".vimrc").write_text("mine")
    options = {"onConflict": "adopt"}
    found = editor.ask("dotstream/children", level(world, "vim", options=options))
    ops = {item["name"]: [row["op"] for row in item["rows"]] for item in found["items"]}
    assert ops == {".vim": ["make_dir"], ".vimrc": ["move_file", "move_file", "create_link"]}


def test_a_package_can_be_named_instead_of_a_directory(world: World, editor: Editor) -> None:
    etc = world.target / "etc"
    etc.mkdir()
    (world.root / "dotstream.toml").write_text(f'[packages.zsh]\ntarget = "{etc}"\n')
    asked = {"root": uri(world.root), "action": "manage", "package": "zsh"}
    found = editor.ask("dotstream/children", asked)
    assert found["directory"] == uri(etc)
    assert [item["name"] for item in found["items"]] == [".zshrc"]


def test_in_the_named_layout_the_top_of_a_package_has_its_name(
    world: World, editor: Editor
) -> None:
    (world.root / "dotstream.toml").write_text('layout = "named"\nfolding = "never"\n')
    world.write("dot-tmux/conf")
    asked = {"root": uri(world.root), "action": "manage", "package": "dot-tmux"}
    found = editor.ask("dotstream/children", asked)
    assert found["label"] == "~/.tmux"
    assert [item["name"] for item in found["items"]] == ["conf"]


def test_a_protected_directory_says_why_it_is_left_alone(world: World, editor: Editor) -> None:
    (world.target / ".vim").mkdir()
    (world.target / ".vim/.nonstow").touch()
    found = editor.ask(
        "dotstream/children", level(world, "vim", directory=uri(world.target / ".vim"))
    )
    assert found["items"] == []
    assert [row["op"] for row in found["rows"]] == ["notice"]


def test_unmanage_shows_what_goes(world: World, editor: Editor) -> None:
    editor.ask("dotstream/apply", world.params("vim"))
    found = editor.ask("dotstream/children", level(world, "vim", action="unmanage"))
    ops = {item["name"]: [row["op"] for row in item["rows"]] for item in found["items"]}
    assert ops[".vim"] == ["remove_dir"]
    assert ops[".vimrc"] == ["remove_link"]
    assert found["items"][-1]["source"] == uri(world.root / "vim/dot-vimrc")


def test_a_directory_outside_of_the_target_is_refused(world: World, editor: Editor) -> None:
    error = editor.error("dotstream/children", level(world, "vim", directory="file:///"))
    assert (error["code"], error["data"]["kind"]) == (-32602, "usage")


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("root", None, "required"),
        ("action", None, "required"),
        ("action", "adopt", "expected manage, unmanage or remanage"),
        ("packages", 3, "expected an array"),
        ("profile", [], "expected a string"),
        ("options.folding", {"folding": "x"}, "expected safe, always or never"),
        ("options.onConflict", {"onConflict": "x"}, "expected fail"),
        ("options.resolutions", {"resolutions": []}, "expected an object"),
        ("directory", "/home", "expected a file:// URI"),
        ("package", 1, "expected a string"),
        ("offset", -1, "expected 0 or more"),
        ("limit", 0, "expected 1 or more"),
        ("limit", 1001, "expected 1000 or less"),
        ("kept", "yes", "expected a boolean"),
    ],
)
def test_a_wrong_parameter_is_named(
    world: World, server: Editor, field: str, value: object, problem: str
) -> None:
    params = level(world, "vim") | {field.partition(".")[0]: value}
    error = server.error("dotstream/children", params)
    assert error["code"] == -32602
    assert error["data"] == {"kind": "invalid_params", "field": field}
    assert problem in error["message"]


def test_a_directory_and_a_package_exclude_each_other(world: World, server: Editor) -> None:
    params = level(world, directory=uri(world.target), package="vim")
    assert server.error("dotstream/children", params)["data"]["field"] == "package"
