"""``dotstream/plan``: rows, counts, summary."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from tests.lsp.editor import Editor, uri
from tests.snapshot import snapshot
from tests.systems import any_bytes

if TYPE_CHECKING:
    from tests.lsp.conftest import World


def test_initialize_announces_our_methods_with_their_limits(editor: Editor) -> None:
    assert editor.initialized["serverInfo"]["name"] == "dotstream"
    announced = editor.initialized["capabilities"]["experimental"]["dotstream"]
    methods = announced.pop("methods")
    assert announced == {"version": 1, "maxWindow": 64, "maxBatch": 1024}
    assert {"dotstream/plan", "dotstream/apply"} <= set(methods)


def test_a_plan_streams_its_rows_and_answers_with_the_sum(world: World, editor: Editor) -> None:
    before = snapshot(world.target)
    result = editor.ask(
        "dotstream/plan", world.params("zsh", "vim", window=8, partialResultToken="p")
    )
    assert editor.rows("p") == [
        {
            "op": "make_dir",
            "path": uri(world.target / ".vim"),
            "label": "~/.vim",
            "why": "nothing is folded in this package",
            "package": "vim",
        },
        {
            "op": "make_dir",
            "path": uri(world.target / ".vim/colors"),
            "label": "~/.vim/colors",
            "why": "nothing is folded in this package",
            "package": "vim",
        },
        {
            "op": "create_link",
            "path": uri(world.target / ".vim/colors/dusk.vim"),
            "label": "~/.vim/colors/dusk.vim",
            "to": "../../dotfiles/vim/dot-vim/colors/dusk.vim",
            "package": "vim",
        },
        {
            "op": "create_link",
            "path": uri(world.target / ".vimrc"),
            "label": "~/.vimrc",
            "to": "dotfiles/vim/dot-vimrc",
            "package": "vim",
        },
        {
            "op": "create_link",
            "path": uri(world.target / ".zshrc"),
            "label": "~/.zshrc",
            "to": "dotfiles/zsh/dot-zshrc",
            "package": "zsh",
        },
    ]
    assert result.pop("elapsed") > 0
    assert len(result.pop("digest")) == 32
    assert result == {
        "counts": {"make_dir": 2, "create_link": 3},
        "unchanged": 0,
        "conflicts": 0,
        "errors": 0,
        "omitted": 0,
    }
    assert snapshot(world.target) == before


def test_batches_are_numbered_count_up_and_end_with_done(world: World, editor: Editor) -> None:
    world.grow("big", 2000)
    editor.ask("dotstream/plan", world.params("big", window=4, partialResultToken=7))
    *batches, done = editor.values(7)
    assert [batch["seq"] for batch in batches] == list(range(1, len(batches) + 1))
    seen: Counter[str] = Counter()
    for batch in batches:
        seen.update(row["op"] for row in batch["items"])
        assert batch["counts"] == seen
        assert len(batch["items"]) <= 1024
    assert done == {
        "kind": "done",
        "reason": "complete",
        "seq": len(batches),
        "counts": {"make_dir": 2, "create_link": 2000},
    }


def test_the_first_row_is_sent_alone_and_at_once(world: World, editor: Editor) -> None:
    world.grow("big", 2000)
    editor.ask("dotstream/plan", world.params("big", window=4, partialResultToken="p"))
    assert len(editor.values("p")[0]["items"]) == 1


def test_the_answer_comes_after_every_batch(world: World, editor: Editor) -> None:
    world.grow("big", 1000)
    request = editor.request(
        "dotstream/plan", world.params("big", window=2, partialResultToken="p")
    )
    editor.answer(request)
    assert editor.messages[-1].get("id") == request
    assert editor.messages[-2]["params"]["value"]["kind"] == "done"


def test_conflicts_are_rows_that_say_what_can_be_done(world: World, editor: Editor) -> None:
    (world.target / ".zshrc").write_text("mine")
    result = editor.ask("dotstream/plan", world.params("zsh", window=1, partialResultToken="p"))
    (row,) = editor.rows("p")
    assert row["op"] == "conflict"
    assert row["conflict"] == "real_file"
    assert row["path"] == uri(world.target / ".zshrc")
    assert row["source"] == uri(world.root / "zsh/dot-zshrc")
    assert "a file is in its place" in row["message"]
    assert "backup" in row["choices"]
    assert result["conflicts"] == 1


def test_a_resolution_for_one_path_settles_its_conflict(world: World, editor: Editor) -> None:
    (world.target / ".zshrc").write_text("mine")
    options = {"resolutions": {uri(world.target / ".zshrc"): "backup"}}
    result = editor.ask("dotstream/plan", world.params("zsh", options=options))
    assert result["conflicts"] == 0
    assert result["counts"]["move_file"] == 1


def test_what_cannot_be_linked_is_a_row_and_the_rest_goes_on(
    world: World, editor: Editor
) -> None:
    os.mkfifo(world.root / "zsh/dot-pipe")
    result = editor.ask("dotstream/plan", world.params("zsh", window=1, partialResultToken="p"))
    assert [row["op"] for row in editor.rows("p")][-1] == "create_link"
    assert result["errors"] + result["counts"].get("notice", 0) == 1


def test_adopt_takes_paths(world: World, editor: Editor) -> None:
    (world.target / ".gitconfig").write_text("[user]\n")
    params = world.params(
        "git", action="adopt", paths=[uri(world.target / ".gitconfig")], window=1
    )
    editor.ask("dotstream/plan", {**params, "partialResultToken": "p"})
    moved = next(row for row in editor.rows("p") if row["op"] == "move_file")
    assert moved["path"] == uri(world.target / ".gitconfig")
    assert moved["to"] == str(world.root / "git/dot-gitconfig")


def test_adopt_moves_a_file_out_of_its_package_again(world: World, editor: Editor) -> None:
    editor.ask("dotstream/apply", world.params("zsh", window=1))
    params = world.params(action="adopt", paths=[uri(world.target / ".zshrc")], out=True)
    result = editor.ask("dotstream/apply", params)
    assert result["counts"] == {"remove_link": 1, "move_file": 1}
    assert not (world.target / ".zshrc").is_symlink()


def test_adopt_leaves_a_git_repository_unless_it_is_asked_for_whole(
    world: World, editor: Editor
) -> None:
    (world.target / ".emacs.d/.git").mkdir(parents=True)
    params = world.params(
        "emacs",
        action="adopt",
        paths=[uri(world.target / ".emacs.d")],
        options={"folding": "safe"},
    )
    assert editor.ask("dotstream/plan", params)["counts"] == {"notice": 1}
    result = editor.ask("dotstream/plan", {**params, "whole": True})
    assert result["counts"] == {"make_dir": 1, "move_file": 1, "create_link": 1}


@pytest.mark.parametrize("name", [b"caf\xe9", b"a\nb", b"50%", b"#;?", "naïve".encode(), b" "])
def test_names_of_any_bytes_travel_exactly(world: World, editor: Editor, name: bytes) -> None:
    os.close(os.open(os.path.join(os.fsencode(world.root / "zsh"), name), os.O_CREAT))
    editor.ask("dotstream/plan", world.params("zsh", window=1, partialResultToken="p"))
    path = os.path.join(os.fsencode(world.target), name)
    row = next(row for row in editor.rows("p") if row["path"] == uri(os.fsdecode(path)))
    row["label"].encode()  # no lone surrogate
    row["to"].encode()
    assert row["label"].isprintable()


@any_bytes
def test_a_root_whose_name_is_not_unicode_can_be_planned(world: World, editor: Editor) -> None:
    root = os.fsdecode(os.path.join(os.fsencode(world.target), b"dot\xe9"))
    world.root.rename(root)
    result = editor.ask("dotstream/plan", {**world.params("zsh"), "root": uri(root)})
    assert result["counts"] == {"create_link": 1}


def test_works_with_output_buffered_and_not(world: World, output: dict[str, str | None]) -> None:
    world.grow("big", 5000)
    with Editor(environ=output) as editor:
        editor.acks = True
        request = editor.request(
            "dotstream/plan", world.params("big", window=8, partialResultToken="p")
        )
        for _ in range(50):  # answers between the frames of the stream
            assert editor.error("no/such/method", {})["code"] == -32601
        assert editor.answer(request)["result"]["counts"]["create_link"] == 5000
        assert len(editor.rows("p")) == 5005
