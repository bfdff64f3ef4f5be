"""Stopping: cancelled requests, clients that leave, servers that are told to end."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest
from tests.lsp.editor import Editor
from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from tests.lsp.conftest import World

STATE = frozenset({".local"})  # where journals are kept


def applying(world: World, editor: Editor, **more: object) -> int:
    """Start an apply that has changed the target by the time this returns."""
    world.grow("big", 5000)
    editor.acks = False
    params = world.params("big", window=1, partialResultToken="p", options={"stream": True})
    request = editor.request("dotstream/apply", {**params, **more})
    editor.follow("p", 3000)
    return request


def test_a_cancelled_plan_says_done_and_answers(world: World, editor: Editor) -> None:
    world.grow("big", 20_000)
    request = editor.request(
        "dotstream/plan", world.params("big", window=2, partialResultToken="p")
    )
    editor.wait(lambda: editor.batches > 2)
    editor.cancel(request)
    error = editor.answer(request)["error"]
    assert error["code"] == -32800
    assert error["data"]["kind"] == "cancelled"
    assert error["data"]["rolledBack"] == 0
    last = editor.values("p")[-1]
    assert (last["kind"], last["reason"]) == ("done", "cancelled")
    assert len(editor.rows("p")) < 20_000


def test_a_plan_that_waits_for_its_client_can_be_cancelled(world: World, editor: Editor) -> None:
    world.grow("big", 2000)
    editor.acks = False
    request = editor.request(
        "dotstream/plan", world.params("big", window=1, partialResultToken="p")
    )
    editor.wait(lambda: editor.batches == 1)
    editor.cancel(request)
    assert editor.answer(request)["error"]["code"] == -32800


def test_a_plan_that_is_complete_but_not_read_can_be_cancelled(
    world: World, editor: Editor
) -> None:
    """The last rows wait for credit when the plan behind them has ended already."""
    world.grow("big", 20)
    editor.acks = False
    params = world.params("big", window=1, partialResultToken="p")
    request = editor.request("dotstream/plan", params)
    editor.wait(lambda: editor.batches == 1)
    editor.cancel(request)
    assert editor.answer(request)["error"]["code"] == -32800
    assert editor.values("p")[-1]["reason"] == "cancelled"


def test_an_apply_that_is_done_but_not_read_keeps_what_it_did(
    world: World, editor: Editor
) -> None:
    world.grow("big", 20)
    editor.acks = False
    params = world.params("big", window=1, partialResultToken="p")
    request = editor.request("dotstream/apply", params)
    about = {"root": params["root"], "target": params["target"]}
    while not any(
        transaction["state"] == "committed"
        for transaction in editor.ask("dotstream/history", about)["transactions"]
    ):
        pass
    editor.cancel(request)
    result = editor.answer(request)["result"]
    assert result["applied"] == 21
    assert result["omitted"] == 20
    assert editor.values("p")[-1]["reason"] == "complete"
    assert (world.target / "d0000/f019").is_symlink()


def test_a_request_cancelled_before_it_began_is_answered(world: World, editor: Editor) -> None:
    params = world.params("zsh", window=1, partialResultToken="p")
    request = editor.request("dotstream/plan", params)
    editor.cancel(request)
    answer = editor.answer(request)
    assert "result" in answer or answer["error"]["code"] == -32800
    assert editor.values("p")[-1]["kind"] == "done"


def test_cancelling_nothing_changes_nothing(editor: Editor) -> None:
    for request in (99, "never", None, {"a": 1}):
        editor.notify("$/cancelRequest", {"id": request})
    editor.notify("$/cancelRequest", None)
    assert editor.error("no/such/method", {})["code"] == -32601


def test_a_cancelled_apply_leaves_the_target_as_it_was(world: World, editor: Editor) -> None:
    world.grow("other", 1)
    before = snapshot(world.target, prune=STATE | {"dotfiles"})
    request = applying(world, editor)
    assert (world.target / "d0000/f000").is_symlink()
    editor.cancel(request)
    error = editor.answer(request)["error"]
    assert error["code"] == -32800
    assert error["data"]["rolledBack"] > 0
    assert editor.values("p")[-1]["reason"] == "cancelled"
    assert not difference(before, snapshot(world.target, prune=STATE | {"dotfiles"}))


def test_the_progress_display_of_the_editor_can_cancel_a_plan(
    world: World, editor: Editor
) -> None:
    world.grow("big", 5000)
    editor.acks = False
    params = world.params("big", window=1, partialResultToken="p", workDoneToken="w")
    request = editor.request("dotstream/plan", params)
    editor.wait(lambda: editor.batches == 1)
    editor.notify("window/workDoneProgress/cancel", {"token": "other"})
    editor.notify("window/workDoneProgress/cancel", {"token": "w"})
    assert editor.answer(request)["error"]["code"] == -32800
    assert editor.values("p")[-1]["reason"] == "cancelled"
    assert editor.values("w")[-1]["kind"] == "end"


def test_the_progress_display_of_the_editor_can_cancel(world: World, editor: Editor) -> None:
    before = snapshot(world.target, prune=STATE | {"dotfiles"})
    request = applying(world, editor, workDoneToken="w")
    editor.notify("window/workDoneProgress/cancel", {"token": "w"})
    assert editor.answer(request)["error"]["code"] == -32800
    assert editor.values("w")[-1]["kind"] == "end"
    assert not difference(before, snapshot(world.target, prune=STATE | {"dotfiles"}))


@pytest.mark.parametrize("how", ["hang up", "shut down", "terminate"])
def test_an_apply_whose_client_leaves_is_taken_back(world: World, how: str) -> None:
    before = snapshot(world.target, prune=STATE | {"dotfiles"})
    editor = Editor()
    request = applying(world, editor)
    assert (world.target / "d0000/f000").is_symlink()
    if how == "hang up":
        assert editor.hang_up() == 1
    elif how == "shut down":
        editor.ask("shutdown")
        assert editor.answer(request)["error"]["code"] == -32800
        assert editor.leave() == 0
    else:
        editor.process.send_signal(signal.SIGTERM)
        assert editor.hang_up() == 1
    assert not difference(before, snapshot(world.target, prune=STATE | {"dotfiles"}))
    assert b"Traceback" not in editor.log
