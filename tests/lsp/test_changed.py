"""``dotstream/changed``: those who announced themselves hear of every change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.lsp.editor import Editor, uri
from tests.lsp.wires import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lsp.conftest import World

ANNOUNCED = {"experimental": {"dotstream": {"version": 1}}}


@pytest.fixture
def listener(world: World) -> Iterator[Editor]:  # noqa: ARG001 - HOME is set by then
    """Return an editor that knows of our methods."""
    with Editor(initialize=False) as connected:
        connected.ask("initialize", {"processId": None, "capabilities": ANNOUNCED})
        connected.notify("initialized", {})
        yield connected


def told(editor: Editor) -> list[Any]:
    """Return what came, once everything before it has been answered."""
    editor.error("no/such/method", {})
    return [
        message["params"]
        for message in editor.messages
        if message.get("method") == "dotstream/changed"
    ]


def test_a_change_and_its_undo_are_told(world: World, listener: Editor) -> None:
    about = {"root": uri(world.root), "target": uri(world.target)}
    applied = listener.ask("dotstream/apply", world.params("zsh"))["transaction"]
    assert told(listener) == [about | {"transaction": applied}]
    undone = listener.ask("dotstream/undo", about)["transaction"]
    assert told(listener)[1:] == [about | {"transaction": undone}]


def test_what_changes_nothing_is_not_told(world: World, listener: Editor) -> None:
    listener.ask("dotstream/plan", world.params("zsh"))
    (world.target / ".zshrc").write_text("mine")
    listener.error("dotstream/apply", world.params("zsh"))
    listener.ask("dotstream/recover", {"root": uri(world.root), "target": uri(world.target)})
    assert told(listener) == []


def test_who_did_not_announce_itself_hears_nothing(world: World, editor: Editor) -> None:
    editor.ask("dotstream/apply", world.params("zsh"))
    assert told(editor) == []


@pytest.mark.parametrize("offered", [[], {"dotstream": None}, {"other": 1}, "dotstream"])
def test_other_announcements_mean_nothing(world: World, offered: Any) -> None:
    with Editor(initialize=False) as editor:
        capabilities = {"experimental": offered}
        editor.ask("initialize", {"processId": None, "capabilities": capabilities})
        editor.ask("dotstream/apply", world.params("zsh"))
        assert told(editor) == []


def test_every_client_of_a_server_hears_what_one_of_them_changed(world: World) -> None:
    server = Server("tcp")
    with Editor(server=server) as silent, Editor(server=server, initialize=False) as other:
        other.ask("initialize", {"processId": None, "capabilities": ANNOUNCED})
        applied = silent.ask("dotstream/apply", world.params("zsh"))["transaction"]
        other.wait(
            lambda: any(
                message.get("method") == "dotstream/changed"
                and message["params"]["transaction"] == applied
                for message in other.messages
            )
        )
        assert told(silent) == []
    assert server.end() == 0


def test_a_change_that_is_taken_back_is_not_told(world: World, listener: Editor) -> None:
    world.grow("big", 3000)
    params = world.params("big", window=1, partialResultToken="a", options={"stream": True})
    request = listener.request("dotstream/apply", params)
    listener.wait(lambda: listener.batches == 1)
    listener.cancel(request)
    assert listener.answer(request)["error"]["code"] == -32800
    assert told(listener) == []


def test_what_a_check_up_mends_is_told(world: World, listener: Editor) -> None:
    about = {"root": uri(world.root), "target": uri(world.target)}
    listener.ask("dotstream/apply", world.params("zsh"))
    (world.target / ".zshrc").unlink()
    listener.ask("dotstream/doctor", about | {"fix": True})
    assert len(told(listener)) == 2
