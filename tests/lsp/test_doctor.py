"""``dotstream/doctor``: what is wrong, and fixing it."""

from __future__ import annotations

import shlex
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from tests.lsp.editor import Editor, uri

from dotstream.lsp.requests.doctor import MAX_FINDINGS

if TYPE_CHECKING:
    from tests.lsp.conftest import World


def about(world: World, **more: Any) -> dict[str, Any]:
    """Return the parameters of a check-up."""
    return {"root": uri(world.root), "target": uri(world.target), **more}


@pytest.fixture
def ill(world: World, editor: Editor) -> World:
    """Return a world where a file of a package is gone and a link was taken away."""
    editor.ask("dotstream/apply", world.params("zsh", "vim"))
    (world.root / "zsh/dot-zshrc").unlink()
    (world.target / ".vimrc").unlink()
    return world


def test_nothing_is_wrong_at_first(world: World, editor: Editor) -> None:
    found = editor.ask("dotstream/doctor", about(world))
    assert found == {"counts": {}, "findings": 0, "fixed": 0, "items": [], "omitted": 0}


def test_what_is_wrong_is_told_with_what_mends_it(ill: World, editor: Editor) -> None:
    found = editor.ask("dotstream/doctor", about(ill))
    assert found["counts"] == {"broken_link": 1, "missing_link": 1}
    assert (found["findings"], found["fixed"], found["omitted"]) == (2, 0, 0)
    (broken,) = [item for item in found["items"] if item["kind"] == "broken_link"]
    assert broken["path"] == uri(ill.target / ".zshrc")
    assert (broken["label"], broken["severity"]) == ("~/.zshrc", "error")
    assert (broken["package"], broken["fixable"]) == ("zsh", True)
    assert "which is gone" in broken["message"]


def test_the_command_that_mends_it_can_be_run_anywhere(ill: World, editor: Editor) -> None:
    found = editor.ask("dotstream/doctor", about(ill, mode="deep", depth=5, skip=["a b"]))
    by_kind = {item["kind"]: item["command"] for item in found["items"]}
    command = by_kind["broken_link"]
    assert command.endswith("doctor --fix --scan deep --depth 5 --skip 'a b'")
    words = shlex.split(command)[1:]
    subprocess.run([sys.executable, "-m", "dotstream", *words], check=True, cwd="/")
    assert editor.ask("dotstream/doctor", about(ill))["findings"] == 0


def test_findings_stream_in_batches_of_their_own(ill: World, editor: Editor) -> None:
    params = about(ill, window=2, partialResultToken="d", workDoneToken="w")
    found = editor.ask("dotstream/doctor", params)
    assert found == {
        "counts": {"broken_link": 1, "missing_link": 1},
        "findings": 2,
        "fixed": 0,
        "omitted": 0,
    }
    assert {value["kind"] for value in editor.values("d")[:-1]} == {"findings"}
    assert editor.values("d")[-1]["counts"] == found["counts"]
    assert sorted(row["kind"] for row in editor.rows("d")) == ["broken_link", "missing_link"]
    assert editor.values("w")[-1]["message"] == "2 findings"


def test_fix_mends_and_tells_what_is_left(ill: World, editor: Editor) -> None:
    (ill.target / ".vim/colors/dusk.vim").unlink()
    (ill.target / ".vim/colors/dusk.vim").write_text("mine")
    found = editor.ask("dotstream/doctor", about(ill, fix=True))
    assert found["fixed"] >= 2
    assert found["counts"] == {"replaced_link": 1}
    assert (ill.target / ".vimrc").is_symlink()
    assert not (ill.target / ".zshrc").is_symlink()
    assert (ill.target / ".vim/colors/dusk.vim").read_text() == "mine"
    told = editor.ask("dotstream/history", about(ill))["transactions"]
    assert told[0]["action"] == "doctor"


def test_more_than_fit_in_an_answer_are_counted(world: World, editor: Editor) -> None:
    world.grow("big", 1500)
    editor.ask("dotstream/apply", world.params("big"))
    for link in [*(world.target / "d0000").iterdir(), *(world.target / "d0001").iterdir()]:
        link.unlink()
        link.write_text("")
    found = editor.ask("dotstream/doctor", about(world))
    assert (found["findings"], len(found["items"])) == (1500, MAX_FINDINGS)
    assert found["omitted"] == 500


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("root", 7, "expected a string"),
        ("mode", "full", "expected off, scoped or deep"),
        ("depth", -1, "expected 0 or more"),
        ("depth", 3, "only the mode deep"),
        ("skip", "x", "expected an array"),
        ("skip", ["x"], "only the mode deep"),
        ("fix", "yes", "expected a boolean"),
        ("window", 0, "expected 1 or more"),
        ("partialResultToken", {}, "expected a string"),
    ],
)
def test_a_wrong_parameter_is_named(
    world: World, server: Editor, field: str, value: object, problem: str
) -> None:
    error = server.error("dotstream/doctor", about(world) | {field: value})
    assert error["code"] == -32602
    assert error["data"] == {"kind": "invalid_params", "field": field}
    assert problem in error["message"]


def test_a_check_up_can_be_cancelled(world: World, editor: Editor) -> None:
    world.grow("big", 1500)
    editor.ask("dotstream/apply", world.params("big"))
    for link in (world.target / "d0000").iterdir():
        link.unlink()
        link.write_text("")
    editor.acks = False
    request = editor.request("dotstream/doctor", about(world, window=1, partialResultToken="d"))
    editor.wait(lambda: bool(editor.rows("d")))
    editor.cancel(request)
    assert editor.answer(request)["error"]["code"] == -32800
