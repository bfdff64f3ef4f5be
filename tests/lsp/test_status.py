"""``dotstream/packages`` and ``dotstream/status``: what there is, and how far it is linked."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from tests.lsp.editor import Editor, uri
from tests.systems import any_bytes

if TYPE_CHECKING:
    from tests.lsp.conftest import World

CONFIGURATION = """\
folding = "never"

[packages.yabai]
platforms = ["sunos"]
required = true

[profiles.base]
packages = ["zsh"]

[profiles.default]
packages = ["vim"]
extends = ["base"]
"""


def about(world: World, **more: Any) -> dict[str, Any]:
    """Return the parameters of a question."""
    return {"root": uri(world.root), "target": uri(world.target), **more}


def test_packages_come_with_profiles_and_reasons(world: World, editor: Editor) -> None:
    (world.root / "dotstream.toml").write_text(CONFIGURATION)
    world.write("yabai/yabairc")
    found = editor.ask("dotstream/packages", {"root": uri(world.root)})
    assert found["root"] == uri(world.root)
    assert found["rootLabel"] == "~/dotfiles"
    assert (found["target"], found["targetLabel"]) == (uri(world.target), "~")
    assert found["configuration"] == uri(world.root / "dotstream.toml")
    assert [package["name"] for package in found["packages"]] == ["vim", "yabai", "zsh"]
    vim, yabai, _ = found["packages"]
    assert vim == {
        "name": "vim",
        "path": uri(world.root / "vim"),
        "target": uri(world.target),
        "active": True,
        "reason": None,
        "required": False,
    }
    assert (yabai["active"], yabai["required"]) == (False, True)
    assert "sunos" in yabai["reason"]
    assert found["profiles"] == [
        {"name": "base", "packages": ["zsh"]},
        {"name": "default", "packages": ["zsh", "vim"]},
    ]


def test_without_a_configuration_there_is_none(world: World, editor: Editor) -> None:
    (world.root / "dotstream.toml").unlink()
    found = editor.ask("dotstream/packages", about(world))
    assert (found["configuration"], found["profiles"]) == (None, [])


def test_a_wrong_configuration_is_told_with_its_line(world: World, editor: Editor) -> None:
    (world.root / "dotstream.toml").write_text("\nfoldings = true\n")
    error = editor.error("dotstream/packages", about(world))
    assert (error["code"], error["data"]["kind"], error["data"]["line"]) == (-32602, "config", 2)


@any_bytes
def test_package_names_that_are_not_unicode_come_through(world: World, editor: Editor) -> None:
    os.mkdir(os.path.join(os.fsencode(world.root), b"caf\xe9"))
    found = editor.ask("dotstream/packages", about(world))
    assert found["packages"][0]["name"] == "caf\\xe9"
    assert found["packages"][0]["path"].endswith("/dotfiles/caf%E9")


def test_status_tells_how_far_each_package_is(world: World, editor: Editor) -> None:
    editor.ask("dotstream/apply", world.params("zsh", "vim"))
    world.write("vim/dot-gvimrc")
    world.write("git/dot-gitconfig")
    (world.target / ".gitconfig").write_text("mine")
    found = editor.ask("dotstream/status", about(world))
    assert found["omitted"] == 0
    states = {package["name"]: package["state"] for package in found["packages"]}
    assert states == {"git": "conflict", "vim": "partial", "zsh": "managed"}
    assert found["packages"][1] == {
        "name": "vim",
        "path": uri(world.root / "vim"),
        "target": uri(world.target),
        "state": "partial",
        "links": 2,
        "changes": 1,
        "conflicts": 0,
        "errors": 0,
    }


def test_packages_whose_links_are_not_to_be_any_more_are_told(
    world: World, editor: Editor
) -> None:
    editor.ask("dotstream/apply", world.params("zsh", "vim"))
    shutil.rmtree(world.root / "zsh")
    found = editor.ask("dotstream/status", about(world))
    assert [package["name"] for package in found["packages"]] == ["vim"]
    (zsh,) = found["unwanted"]
    assert (zsh["name"], zsh["reason"]) == ("zsh", "it is gone")
    assert [each["target"] for each in zsh["links"]] == [uri(world.target)]
    assert editor.ask("dotstream/status", about(world, packages=["vim"]))["unwanted"] == []
    editor.ask("dotstream/apply", {**about(world), "action": "remanage"})
    assert editor.ask("dotstream/status", about(world))["unwanted"] == []


def test_status_streams_packages_one_by_one(world: World, editor: Editor) -> None:
    params = about(world, packages=["zsh", "vim"], window=2, partialResultToken="s")
    found = editor.ask("dotstream/status", params)
    assert found == {"packages": [], "omitted": 0, "unwanted": []}
    assert [value["kind"] for value in editor.values("s")][-1] == "done"
    assert {value["kind"] for value in editor.values("s")[:-1]} == {"statuses"}
    assert [row["name"] for row in editor.rows("s")] == ["zsh", "vim"]
    assert editor.values("s")[-1]["counts"] == {"unmanaged": 2}


def test_status_counts_packages_in_the_progress_display(world: World, editor: Editor) -> None:
    editor.ask("dotstream/status", about(world, workDoneToken="w"))
    assert editor.values("w")[0]["title"] == "Look at packages"
    assert editor.values("w")[-1] == {"kind": "end", "message": "2 packages"}


def test_a_path_knows_its_other_side(world: World, editor: Editor) -> None:
    editor.ask("dotstream/apply", world.params("zsh"))
    source, target = world.root / "zsh/dot-zshrc", world.target / ".zshrc"
    found = editor.ask("dotstream/status", about(world, paths=[uri(source), uri(target)]))
    for place, role, answer in zip(
        (source, target), ("source", "target"), found["paths"], strict=True
    ):
        assert answer == {
            "path": uri(place),
            "role": role,
            "package": "zsh",
            "source": uri(source),
            "sourceLabel": "~/dotfiles/zsh/dot-zshrc",
            "target": uri(target),
            "targetLabel": "~/.zshrc",
            "state": "linked",
            "broken": False,
            "message": "linked to package zsh",
        }


def test_paths_that_are_nobodys_and_paths_in_conflict_are_told(
    world: World, editor: Editor
) -> None:
    (world.target / ".zshrc").write_text("mine")
    (world.target / "other").write_text("mine")
    paths = [uri(world.target / ".zshrc"), uri(world.target / "other")]
    conflict, other = editor.ask("dotstream/status", about(world, paths=paths))["paths"]
    assert (conflict["state"], conflict["package"]) == ("conflict", "zsh")
    assert "a file is in its place" in conflict["message"]
    assert (other["state"], other["role"], other["source"]) == ("other", None, None)


def test_no_paths_are_no_packages_either(world: World, editor: Editor) -> None:
    assert editor.ask("dotstream/status", about(world, paths=[]))["paths"] == []


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("root", "file:///no/such/place", "not a directory"),
        ("target", 1, "expected a string"),
        ("packages", "vim", "expected an array"),
        ("packages[0]", [1], "expected a string"),
        ("paths", "file:///x", "expected an array"),
        ("paths[0]", ["/home"], "expected a file:// URI"),
        ("paths", ["file:///x"] * 1001, "at most 1000"),
        ("window", 0, "1 or more"),
        ("partialResultToken", [], "expected a string"),
        ("workDoneToken", {}, "expected a string"),
    ],
)
def test_a_wrong_parameter_is_named(
    world: World, server: Editor, field: str, value: object, problem: str
) -> None:
    params = about(world) | {field.partition("[")[0]: value}
    error = server.error("dotstream/status", params)
    assert error["code"] == -32602
    assert error["data"] == {"kind": "invalid_params", "field": field}
    assert problem in error["message"]


def test_packages_and_paths_exclude_each_other(world: World, editor: Editor) -> None:
    error = editor.error("dotstream/status", about(world, packages=["vim"], paths=["file:///x"]))
    assert error["data"]["field"] == "packages"


def test_a_status_can_be_cancelled(world: World, editor: Editor) -> None:
    for number in range(300):
        world.write(f"p{number:03}/file")
    editor.acks = False
    request = editor.request("dotstream/status", about(world, window=1, partialResultToken="s"))
    editor.wait(lambda: bool(editor.rows("s")))
    editor.cancel(request)
    assert editor.answer(request)["error"]["code"] == -32800
    assert editor.values("s")[-1]["reason"] == "cancelled"


def test_reads_go_on_while_an_apply_is_under_way(world: World, editor: Editor) -> None:
    world.grow("big", 3000)
    editor.acks = False
    params = world.params("big", window=1, partialResultToken="a", options={"stream": True})
    request = editor.request("dotstream/apply", params)
    editor.wait(lambda: editor.batches == 1)
    states = editor.ask("dotstream/status", about(world, packages=["zsh"]))["packages"]
    assert states[0]["state"] == "unmanaged"
    assert editor.ask("dotstream/packages", about(world))["packages"]
    editor.cancel(request)
    editor.answer(request)
