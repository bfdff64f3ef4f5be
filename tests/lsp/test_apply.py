"""``dotstream/apply``: what was previewed is what is done, or nothing is."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest
from tests.long import by_length
from tests.lsp.editor import Editor, uri
from tests.snapshot import difference, snapshot
from tests.systems import any_bytes, processes

if TYPE_CHECKING:
    from tests.lsp.conftest import World

STATE = frozenset({".local"})  # where journals are kept


@pytest.mark.parametrize("stream", [False, True])
def test_apply_makes_what_the_plan_showed(world: World, editor: Editor, stream: bool) -> None:
    params = world.params("zsh", "vim", window=4, partialResultToken="p")
    shown = editor.ask("dotstream/plan", params)
    again = {**params, "partialResultToken": "a", "digest": shown["digest"]}
    result = editor.ask("dotstream/apply", {**again, "options": {"stream": stream}})
    assert editor.rows("a") == editor.rows("p")
    assert result["digest"] == shown["digest"]
    assert result["counts"] == shown["counts"] == {"make_dir": 2, "create_link": 3}
    assert result["applied"] == 5
    assert isinstance(result["transaction"], int)
    assert (world.target / ".zshrc").readlink() == type(world.root)("dotfiles/zsh/dot-zshrc")
    assert (world.target / ".vim/colors/dusk.vim").read_text().startswith("# vim/")


def test_applying_twice_finds_nothing_to_do(world: World, editor: Editor) -> None:
    editor.ask("dotstream/apply", world.params("zsh"))
    before = snapshot(world.target, prune=STATE)
    result = editor.ask("dotstream/apply", world.params("zsh"))
    assert (result["counts"], result["applied"], result["unchanged"]) == ({}, 0, 1)
    assert result["transaction"] is None
    assert snapshot(world.target, prune=STATE) == before


def test_unmanage_takes_away_what_manage_made(world: World, editor: Editor) -> None:
    before = snapshot(world.target, prune=STATE)
    editor.ask("dotstream/apply", world.params("zsh"))
    editor.ask("dotstream/apply", world.params("zsh", action="unmanage"))
    assert not difference(before, snapshot(world.target, prune=STATE))


def test_a_stale_preview_is_refused_and_nothing_changes(world: World, editor: Editor) -> None:
    shown = editor.ask("dotstream/plan", world.params("zsh"))
    world.write("zsh/dot-zshenv")
    before = snapshot(world.target, prune=STATE)
    params = world.params("zsh", digest=shown["digest"], window=4, partialResultToken="a")
    error = editor.error("dotstream/apply", params)
    assert error["code"] == -32801
    assert error["data"]["kind"] == "stale_plan"
    assert error["data"]["expected"] == shown["digest"]
    assert editor.values("a")[-1]["reason"] == "failed"
    assert not difference(before, snapshot(world.target, prune=STATE))


def test_a_conflict_is_shown_and_nothing_changes(world: World, editor: Editor) -> None:
    (world.target / ".zshrc").write_text("mine")
    before = snapshot(world.target, prune=STATE)
    params = world.params("vim", "zsh", window=4, partialResultToken="a")
    error = editor.error("dotstream/apply", params)
    assert error["code"] == -32803
    choices = ["adopt", "backup", "overwrite", "skip"]
    remedy = "choose_policy"
    assert error["data"] == {
        "kind": "conflict", "remedy": remedy, "total": 1, "choices": choices
    }  # fmt: skip
    assert error["message"].endswith(f"with options.onConflict: {', '.join(choices)}")
    assert [row["op"] for row in editor.rows("a")][-1] == "conflict"
    assert not difference(before, snapshot(world.target, prune=STATE))


@any_bytes
def test_names_that_are_not_unicode_are_linked(world: World, editor: Editor) -> None:
    name = b"caf\xe9"
    os.close(os.open(os.path.join(os.fsencode(world.root / "zsh"), name), os.O_CREAT))
    editor.ask("dotstream/apply", world.params("zsh"))
    link = os.readlink(os.path.join(os.fsencode(world.target), name))
    assert link == b"dotfiles/zsh/caf\xe9"


class _Left(NamedTuple):
    """What a server holds on to.

    Attributes:
        files: descriptors.
        log: bytes of write-ahead logs.
        memory: KiB that are in use.
    """

    files: int
    log: int
    memory: int

    @classmethod
    def of(cls, world: World, editor: Editor) -> _Left:
        process = f"/proc/{editor.process.pid}"
        with open(f"{process}/status", encoding="ascii") as status:
            memory = next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))
        logs = sum(log.stat().st_size for log in world.target.rglob("*-wal"))
        return cls(len(os.listdir(f"{process}/fd")), logs, memory)


@processes
def test_many_changes_leave_no_file_open_no_log_and_no_memory(
    world: World, editor: Editor
) -> None:
    def change(*, undo: bool) -> None:
        for action in ("manage", "unmanage"):
            editor.ask("dotstream/apply", world.params("vim", "zsh", action=action))
        if undo:
            editor.ask("dotstream/undo", {"root": uri(world.root)})
            editor.ask("dotstream/undo", {"root": uri(world.root)})
            editor.ask("dotstream/doctor", {"root": uri(world.root)})

    cycles = by_length(40, 5_000)
    for number in range(cycles // 10):
        change(undo=number % 10 == 0)
    before = _Left.of(world, editor)
    for number in range(cycles):
        change(undo=number % 10 == 9)
    after = _Left.of(world, editor)
    assert after[:2] == before[:2]
    assert after.memory < before.memory + 2048, (before, after)
    sys.stdout.write(f"{cycles:,} cycles: {before} -> {after}\n")


def test_progress_begins_rises_and_ends(world: World, editor: Editor) -> None:
    world.grow("big", 3000)
    editor.ask("dotstream/apply", world.params("big", workDoneToken="w"))
    begin, *reports, end = editor.values("w")
    assert begin == {
        "kind": "begin",
        "title": "Manage big",
        "cancellable": True,
        "percentage": 0,
    }
    told = [report["percentage"] for report in reports if "percentage" in report]
    assert told == sorted(told)
    assert {report["kind"] for report in reports} <= {"report"}
    assert end == {"kind": "end", "message": "3,003 operations"}


def test_a_plan_never_invents_a_percentage(world: World, editor: Editor) -> None:
    world.grow("big", 3000)
    params = world.params("big", workDoneToken="w", partialResultToken="p", window=1)
    editor.ask("dotstream/plan", params)
    assert not [value for value in editor.values("w") if "percentage" in value]


def test_a_second_apply_is_told_who_holds_the_target(world: World, editor: Editor) -> None:
    world.grow("big", 3000)
    editor.acks = False
    first = world.params("big", window=1, partialResultToken="a", options={"stream": True})
    request = editor.request("dotstream/apply", first)
    editor.wait(lambda: editor.batches == 1)
    error = editor.error("dotstream/apply", world.params("zsh"))
    assert error["data"]["kind"] == "locked"
    assert str(editor.process.pid) in error["data"]["holder"]
    assert error["data"]["path"] == uri(world.target)
    editor.cancel(request)
    editor.answer(request)
