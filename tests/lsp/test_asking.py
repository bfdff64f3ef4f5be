"""``dotstream/conflict``: a client that says so is asked about conflicts as they come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.lsp.editor import Editor, uri
from tests.lsp.wires import TRANSPORTS, Server
from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lsp.conftest import World

STATE = frozenset({".local"})  # where journals are kept
ANSWERS = {"dotstream": {"version": 1, "conflicts": True}}


def asking(world: World, *packages: str, **more: Any) -> dict[str, Any]:
    return world.params(*packages, **{"options": {"ask": True}, **more})


def asked(editor: Editor) -> list[dict[str, Any]]:
    """Return what the editor was asked so far."""
    return [each["params"] for each in editor.messages if each.get("method") == ASK]


ASK = "dotstream/conflict"


@pytest.fixture
def answering(world: World) -> Iterator[Editor]:
    """Return an editor that answers, at a target with two conflicts."""
    for name in (".zshrc", ".vimrc"):
        (world.target / name).write_text("mine\n")
    with Editor(experimental=ANSWERS) as connected:
        connected.acks = True
        yield connected
    assert b"Traceback" not in connected.log, connected.log.decode()


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_each_conflict_is_asked_about_and_settled_as_answered(
    world: World, transport: str
) -> None:
    for name in (".zshrc", ".vimrc"):
        (world.target / name).write_text("mine\n")
    before = snapshot(world.target, prune=STATE)
    server = Server(transport)
    with Editor(server=server, experimental=ANSWERS) as editor:
        editor.replies[ASK] = lambda params: {
            "policy": "backup" if params["conflict"]["label"] == "~/.zshrc" else "skip"
        }
        params = asking(world, "vim", "zsh", partialResultToken="p")
        done = editor.ask("dotstream/apply", params)
        assert [each["conflict"]["label"] for each in asked(editor)] == ["~/.vimrc", "~/.zshrc"]
        assert {each["token"] for each in asked(editor)} == {"p"}
        assert done["counts"]["move_file"] == 1
        assert (world.target / ".zshrc").is_symlink()
        assert (world.target / ".vimrc").read_text() == "mine\n"
        editor.ask("dotstream/undo", {"root": uri(world.root)})
    server.end()
    assert difference(before, snapshot(world.target, prune=STATE)) == []


@pytest.mark.parametrize(
    "result", [None, {}, {"policy": None}, {"policy": "x"}, 7, {"policy": 7}]
)
def test_an_answer_that_settles_nothing_leaves_a_conflict(
    world: World, answering: Editor, result: Any
) -> None:
    answering.replies[ASK] = lambda _: result
    plan = answering.ask("dotstream/plan", asking(world, "zsh"))
    assert (plan["conflicts"], plan["counts"]) == (1, {"conflict": 1})


def test_a_refusal_to_answer_leaves_a_conflict(world: World, answering: Editor) -> None:
    request = answering.request("dotstream/plan", asking(world, "zsh"))
    answering.wait(lambda: bool(asked(answering)))
    (message,) = [each for each in answering.messages if each.get("method") == ASK]
    error = {"code": -32601, "message": "no such method"}
    answering.send({"jsonrpc": "2.0", "id": message["id"], "error": error})
    assert answering.answer(request)["result"]["conflicts"] == 1


def test_policies_that_are_named_are_not_asked_about(world: World, answering: Editor) -> None:
    resolutions = {uri(world.target / ".zshrc"): "skip"}
    plan = asking(world, "zsh", options={"ask": True, "resolutions": resolutions})
    assert answering.ask("dotstream/plan", plan)["conflicts"] == 0
    assert asked(answering) == []


def test_who_was_not_asked_for_is_not_asked(world: World, answering: Editor) -> None:
    assert answering.ask("dotstream/plan", world.params("zsh"))["conflicts"] == 1
    assert asked(answering) == []


def test_a_client_that_did_not_say_that_it_answers_is_told(world: World, editor: Editor) -> None:
    error = editor.error("dotstream/plan", asking(world, "zsh"))
    assert error["data"]["field"] == "options.ask"


@pytest.mark.parametrize("way", ["request", "progress", "answer"])
@pytest.mark.parametrize("stream", [False, True])
def test_who_waits_for_an_answer_can_be_cancelled(
    world: World, answering: Editor, way: str, *, stream: bool
) -> None:
    before = snapshot(world.target, prune=STATE)
    if way == "answer":
        answering.replies[ASK] = lambda _: {"cancel": True}
    params = asking(
        world, "vim", "zsh", options={"ask": True, "stream": stream}, workDoneToken="w"
    )
    request = answering.request("dotstream/apply", params)
    answering.wait(lambda: bool(asked(answering)))
    if way == "request":
        answering.cancel(request)
    elif way == "progress":
        answering.notify("window/workDoneProgress/cancel", {"token": "w"})
    assert answering.answer(request)["error"]["code"] == -32800
    assert difference(before, snapshot(world.target, prune=STATE)) == []
    question = next(each for each in answering.messages if each.get("method") == ASK)
    taken_back = [
        each["params"]["id"]
        for each in answering.messages
        if each.get("method") == "$/cancelRequest"
    ]
    assert taken_back == ([] if way == "answer" else [question["id"]])


@pytest.mark.parametrize("end", ["shutdown", "hang up", "vanish"])
def test_a_client_that_never_answers_holds_up_no_end(
    world: World, answering: Editor, end: str
) -> None:
    before = snapshot(world.target, prune=STATE)
    answering.request("dotstream/apply", asking(world, "vim", "zsh"))
    answering.wait(lambda: bool(asked(answering)))
    if end == "shutdown":
        assert answering.ask("shutdown") is None
    elif end == "hang up":
        assert answering.hang_up() == 1
    else:
        assert answering.vanish() == 1
    assert difference(before, snapshot(world.target, prune=STATE)) == []


def test_a_late_answer_is_nothing(world: World, answering: Editor) -> None:
    request = answering.request("dotstream/plan", asking(world, "zsh"))
    answering.wait(lambda: bool(asked(answering)))
    (message,) = [each for each in answering.messages if each.get("method") == ASK]
    answering.cancel(request)
    assert answering.answer(request)["error"]["code"] == -32800
    answering.send({"jsonrpc": "2.0", "id": message["id"], "result": {"policy": "backup"}})
    assert answering.ask("dotstream/plan", world.params("zsh"))["conflicts"] == 1
