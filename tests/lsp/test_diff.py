"""``dotstream/diff``: a package's file beside what is in its place."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from tests.lsp.editor import Editor, uri

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lsp.conftest import World


def asked(world: World, path: Path, **more: Any) -> dict[str, Any]:
    """Return the parameters of a comparison."""
    return {"root": uri(world.root), "target": uri(world.target), "path": uri(path), **more}


def written(world: World, ours: bytes, theirs: bytes) -> Path:
    """Write both sides, and return the one in the target."""
    (world.root / "zsh/dot-zshrc").write_bytes(ours)
    (world.target / ".zshrc").write_bytes(theirs)
    return world.target / ".zshrc"


def test_text_is_compared_from_the_target_to_the_package(world: World, editor: Editor) -> None:
    path = written(world, b"one\ntwo\n", b"one\nmine\n")
    expected = {
        "source": uri(world.root / "zsh/dot-zshrc"),
        "sourceLabel": "~/dotfiles/zsh/dot-zshrc",
        "target": uri(path),
        "targetLabel": "~/.zshrc",
        "kind": "text",
        "diff": "--- ~/.zshrc\n+++ ~/dotfiles/zsh/dot-zshrc\n"
        "@@ -1,2 +1,2 @@\n one\n-mine\n+two\n",
        "truncated": False,
    }
    assert editor.ask("dotstream/diff", asked(world, path)) == expected
    assert editor.ask("dotstream/diff", asked(world, world.root / "zsh/dot-zshrc")) == expected


def test_a_missing_last_newline_is_shown(world: World, editor: Editor) -> None:
    path = written(world, b"x\n", b"x")
    found = editor.ask("dotstream/diff", asked(world, path))
    assert found["diff"].endswith("-x\n\\ No newline at end of file\n+x\n")


def test_bytes_that_are_not_unicode_are_shown_and_sent_whole(
    world: World, editor: Editor
) -> None:
    path = written(world, b"caf\xe9\n", b"cafe\n")
    found = editor.ask("dotstream/diff", asked(world, path))
    assert found["diff"].endswith("-cafe\n+caf\\xe9\n")


def test_only_newlines_end_a_line(world: World, editor: Editor) -> None:
    path = written(world, b"a\x0cb\r\n", b"a\x0cc\r\n")
    found = editor.ask("dotstream/diff", asked(world, path))
    assert found["diff"].endswith("@@ -1 +1 @@\n-a\x0cc\r\n+a\x0cb\r\n")


@pytest.mark.parametrize(
    ("ours", "theirs", "kind"),
    [(b"x\n", b"x\n", "same"), (b"\0a", b"\0b", "binary"), (b"", b"", "same")],
)
def test_what_is_equal_or_no_text_has_no_diff(
    world: World, editor: Editor, ours: bytes, theirs: bytes, kind: str
) -> None:
    found = editor.ask("dotstream/diff", asked(world, written(world, ours, theirs)))
    assert (found["kind"], found["diff"]) == (kind, None)


def test_a_link_is_the_same_file(world: World, editor: Editor) -> None:
    (world.root / "zsh/dot-zshrc").write_bytes(b"x" * 300_000)
    editor.ask("dotstream/apply", world.params("zsh"))
    found = editor.ask("dotstream/diff", asked(world, world.target / ".zshrc"))
    assert (found["kind"], found["truncated"]) == ("same", False)


def test_directories_and_missing_files_and_pipes_are_told(world: World, editor: Editor) -> None:
    path = world.target / ".zshrc"
    assert editor.ask("dotstream/diff", asked(world, path))["kind"] == "missing"
    path.mkdir()
    assert editor.ask("dotstream/diff", asked(world, path))["kind"] == "directory"
    path.rmdir()
    os.mkfifo(path)
    assert editor.ask("dotstream/diff", asked(world, path))["kind"] == "binary"


@pytest.mark.parametrize("line", [b"x", b"x\n"])
def test_long_files_are_compared_by_their_beginning(
    world: World, editor: Editor, line: bytes
) -> None:
    path = written(world, line * 300_000, b"mine\n" + line * 300_000)
    found = editor.ask("dotstream/diff", asked(world, path))
    assert (found["kind"], found["truncated"]) == ("text", True)
    assert len(found["diff"]) < 2_000_000


def test_a_comparison_that_takes_long_can_be_cancelled(world: World, editor: Editor) -> None:
    """Every pair of lines is swapped, which is the hardest there is: seconds of work."""
    pairs = [(f"{number}\n", f"{number + 1}\n") for number in range(0, 4000, 2)]
    ours = "".join(one + other for one, other in pairs).encode()
    theirs = "".join(other + one for one, other in pairs).encode()
    request = editor.request("dotstream/diff", asked(world, written(world, ours, theirs)))
    editor.error("no/such/method", {})  # it has begun
    editor.cancel(request)
    assert editor.answer(request)["error"]["data"]["kind"] == "cancelled"


def test_a_path_that_is_nobodys_is_refused(world: World, editor: Editor) -> None:
    (world.target / "mine").touch()
    error = editor.error("dotstream/diff", asked(world, world.target / "mine"))
    assert (error["code"], error["data"]["kind"]) == (-32602, "usage")
    assert "no package" in error["message"]


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("root", None, "required"),
        ("path", None, "required"),
        ("path", "/home/me", "expected a file:// URI"),
        ("target", 3, "expected a string"),
        ("workDoneToken", [], "expected a string"),
    ],
)
def test_a_wrong_parameter_is_named(
    world: World, server: Editor, field: str, value: object, problem: str
) -> None:
    error = server.error("dotstream/diff", asked(world, world.target / "x") | {field: value})
    assert error["code"] == -32602
    assert error["data"] == {"kind": "invalid_params", "field": field}
    assert problem in error["message"]
