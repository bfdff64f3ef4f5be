"""``dotstream/history``, ``undo`` and ``recover``: what was done, and going back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from tests.lsp.editor import Editor, uri
from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from tests.lsp.conftest import World

STATE = frozenset({".local"})  # where journals are kept


def about(world: World, **more: Any) -> dict[str, Any]:
    """Return the parameters of a request."""
    return {"root": uri(world.root), "target": uri(world.target), **more}


def test_history_is_empty_at_first_and_makes_nothing(world: World, editor: Editor) -> None:
    before = snapshot(world.target)
    assert editor.ask("dotstream/history", about(world)) == {"transactions": []}
    assert not difference(before, snapshot(world.target))


def test_history_tells_the_newest_first(world: World, editor: Editor) -> None:
    first = editor.ask("dotstream/apply", world.params("zsh"))["transaction"]
    second = editor.ask("dotstream/apply", world.params("vim"))["transaction"]
    told = editor.ask("dotstream/history", about(world))["transactions"]
    assert [each["id"] for each in told] == [second, first]
    began = told[0].pop("began")
    assert told[0] == {
        "id": second,
        "action": "manage",
        "packages": ["vim"],
        "state": "committed",
        "operations": 4,
        "counts": {"make_dir": 2, "create_link": 2},
        "undoable": True,
        "undoes": None,
        "undoneBy": None,
    }
    assert datetime.fromisoformat(began).utcoffset() is not None
    (last,) = editor.ask("dotstream/history", about(world, limit=1))["transactions"]
    assert last["id"] == second


def test_undo_takes_the_last_change_back(world: World, editor: Editor) -> None:
    editor.ask("dotstream/apply", world.params("zsh"))
    before = snapshot(world.target, prune=STATE)
    applied = editor.ask("dotstream/apply", world.params("vim"))["transaction"]
    params = about(world, dryRun=True, window=4, partialResultToken="p")
    shown = editor.ask("dotstream/undo", params)
    assert shown["undone"] == applied
    assert "transaction" not in shown
    assert [row["op"] for row in editor.rows("p")].count("remove_link") == 2
    params = about(world, digest=shown["digest"], window=4, partialResultToken="u")
    result = editor.ask("dotstream/undo", params)
    assert (result["undone"], result["applied"]) == (applied, 4)
    assert editor.rows("u") == editor.rows("p")
    assert not difference(before, snapshot(world.target, prune=STATE))
    told = editor.ask("dotstream/history", about(world))["transactions"]
    assert (told[0]["undoes"], told[0]["action"]) == (applied, "undo")
    assert (told[1]["state"], told[1]["undoable"]) == ("undone", False)
    assert told[1]["undoneBy"] == result["transaction"]


def test_an_undo_by_number_can_be_undone_itself(world: World, editor: Editor) -> None:
    applied = editor.ask("dotstream/apply", world.params("zsh"))["transaction"]
    after = snapshot(world.target, prune=STATE)
    undo = editor.ask("dotstream/undo", about(world, transaction=applied))["transaction"]
    assert not (world.target / ".zshrc").is_symlink()
    editor.ask("dotstream/undo", about(world, transaction=undo))
    assert not difference(after, snapshot(world.target, prune=STATE))


def test_a_stale_undo_is_refused_and_nothing_changes(world: World, editor: Editor) -> None:
    editor.ask("dotstream/apply", world.params("zsh"))
    shown = editor.ask("dotstream/undo", about(world, dryRun=True))
    editor.ask("dotstream/apply", world.params("vim"))
    before = snapshot(world.target, prune=STATE)
    error = editor.error("dotstream/undo", about(world, digest=shown["digest"]))
    assert (error["code"], error["data"]["kind"]) == (-32801, "stale_plan")
    assert not difference(before, snapshot(world.target, prune=STATE))


def test_what_changed_since_stops_an_undo_or_is_skipped(world: World, editor: Editor) -> None:
    editor.ask("dotstream/apply", world.params("vim"))
    (world.target / ".vimrc").unlink()
    (world.target / ".vimrc").write_text("mine")
    error = editor.error("dotstream/undo", about(world))
    assert (error["code"], error["data"]["kind"]) == (-32803, "conflict")
    assert (world.target / ".vim").is_dir()
    editor.ask("dotstream/undo", about(world, options={"onConflict": "skip"}))
    assert (world.target / ".vimrc").read_text() == "mine"
    assert not (world.target / ".vim").exists()


def test_with_nothing_to_undo_that_is_said(world: World, editor: Editor) -> None:
    error = editor.error("dotstream/undo", about(world))
    assert (error["code"], error["data"]["kind"]) == (-32602, "usage")
    assert "nothing to undo" in error["message"]


@pytest.mark.parametrize(
    ("method", "field", "value", "problem"),
    [
        ("history", "root", None, "required"),
        ("history", "limit", 0, "expected 1 or more"),
        ("history", "limit", 1001, "expected 1000 or less"),
        ("undo", "transaction", "7", "expected an integer"),
        ("undo", "dryRun", 1, "expected a boolean"),
        ("undo", "digest", 1, "expected a string"),
        ("undo", "options.onConflict", {"onConflict": "backup"}, "expected fail or skip"),
        ("undo", "window", 0, "expected 1 or more"),
        ("undo", "partialResultToken", 0.5, "expected a string"),
        ("recover", "target", "here", "expected a file:// URI"),
        ("recover", "resume", "no", "expected a boolean"),
        ("recover", "dryRun", {}, "expected a boolean"),
    ],
)
def test_a_wrong_parameter_is_named(
    world: World, server: Editor, method: str, field: str, value: object, problem: str
) -> None:
    params = about(world) | {field.partition(".")[0]: value}
    error = server.error(f"dotstream/{method}", params)
    assert error["code"] == -32602
    assert error["data"] == {"kind": "invalid_params", "field": field}
    assert problem in error["message"]


def test_a_dry_run_takes_no_digest(world: World, server: Editor) -> None:
    error = server.error("dotstream/undo", about(world, dryRun=True, digest="x"))
    assert error["data"]["field"] == "digest"


def test_a_cancelled_undo_leaves_the_target_as_it_was(world: World, editor: Editor) -> None:
    world.grow("big", 3000)
    editor.ask("dotstream/apply", world.params("big"))
    before = snapshot(world.target, prune=STATE | {"dotfiles"})
    editor.acks = False
    request = editor.request("dotstream/undo", about(world, window=1, partialResultToken="u"))
    editor.wait(lambda: bool(editor.rows("u")))
    editor.cancel(request)
    assert editor.answer(request)["error"]["code"] == -32800
    assert not difference(before, snapshot(world.target, prune=STATE | {"dotfiles"}))


def killed(world: World) -> None:
    """Have a server be killed in the middle of an apply."""
    world.grow("big", 5000)
    editor = Editor()
    params = world.params("big", window=1, partialResultToken="p", options={"stream": True})
    editor.request("dotstream/apply", params)
    editor.follow("p", 3000)
    editor.process.kill()
    editor.hang_up()
    assert (world.target / "d0000/f000").is_symlink()


def test_recover_tells_what_was_cut_short_and_takes_it_back(world: World, editor: Editor) -> None:
    before = snapshot(world.target, prune=STATE | {"dotfiles"})
    killed(world)
    found = editor.ask("dotstream/recover", about(world, dryRun=True))
    unfinished = found.pop("unfinished")
    assert (unfinished["action"], unfinished["packages"]) == ("manage", ["big"])
    assert (unfinished["state"], unfinished["undoable"]) == ("active", False)
    assert found == {"recovered": None, "resumed": False, "reverted": 0, "left": []}
    done = editor.ask("dotstream/recover", about(world, workDoneToken="w"))
    assert done["recovered"]["id"] == unfinished["id"]
    assert (done["unfinished"], done["resumed"], done["left"]) == (None, False, [])
    assert done["reverted"] > 0
    assert editor.values("w")[0]["title"] == "Recover"
    assert not difference(before, snapshot(world.target, prune=STATE | {"dotfiles"}))


def test_recover_carries_a_plan_that_is_complete_to_its_end(world: World, editor: Editor) -> None:
    world.grow("big", 60_000)
    dying = Editor()
    dying.request("dotstream/apply", world.params("big", workDoneToken="w"))
    dying.wait(lambda: any(value.get("percentage") for value in dying.values("w")))
    dying.process.kill()
    dying.hang_up()
    done = editor.ask("dotstream/recover", about(world, resume=True))
    assert (done["resumed"], done["reverted"], done["left"]) == (True, 0, [])
    assert (world.target / "d0059/f999").is_symlink()
    (told,) = editor.ask("dotstream/history", about(world))["transactions"]
    assert (told["state"], told["operations"]) == ("committed", 60_060)


def test_recover_takes_what_was_not_planned_to_its_end_back_all_the_same(
    world: World, editor: Editor
) -> None:
    before = snapshot(world.target, prune=STATE | {"dotfiles"})
    killed(world)
    done = editor.ask("dotstream/recover", about(world, resume=True))
    assert not done["resumed"]
    assert done["reverted"] > 0
    assert not difference(before, snapshot(world.target, prune=STATE | {"dotfiles"}))


def test_with_nothing_unfinished_recover_does_nothing(world: World, editor: Editor) -> None:
    nothing: dict[str, Any] = {
        "unfinished": None,
        "recovered": None,
        "resumed": False,
        "reverted": 0,
        "left": [],
    }
    assert editor.ask("dotstream/recover", about(world, dryRun=True)) == nothing
    assert editor.ask("dotstream/recover", about(world, resume=True)) == nothing


def test_recover_waits_for_nobody(world: World, editor: Editor) -> None:
    world.grow("big", 3000)
    editor.acks = False
    params = world.params("big", window=1, partialResultToken="a", options={"stream": True})
    request = editor.request("dotstream/apply", params)
    editor.wait(lambda: editor.batches == 1)
    assert editor.ask("dotstream/recover", about(world, dryRun=True))["unfinished"] is None
    assert editor.error("dotstream/recover", about(world))["data"]["kind"] == "locked"
    assert editor.error("dotstream/undo", about(world))["code"] in (-32602, -32803)
    editor.cancel(request)
    editor.answer(request)
