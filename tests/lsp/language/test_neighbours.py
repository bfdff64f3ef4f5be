"""Several editors at one server: what one of them changes is seen in the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.lsp.editor import Editor, uri
from tests.lsp.wires import Server

if TYPE_CHECKING:
    from pathlib import Path


def codes(editor: Editor, path: Path) -> list[str] | None:
    """Return the codes of the last diagnostics of a file."""
    told = [
        message["params"]["diagnostics"]
        for message in list(editor.messages)
        if message.get("method") == "textDocument/publishDiagnostics"
        and message["params"]["uri"] == uri(path)
    ]
    return [each["code"] for each in told[-1]] if told else None


def test_a_change_of_one_editor_is_seen_in_the_others(root: Path) -> None:
    path = root / "zsh/dot-zshrc"
    server = Server("tcp")
    with Editor(server=server):
        pass  # one that has left
    with (
        Editor(server=server) as first,
        Editor(server=server) as second,
        Editor(server=server, initialize=False) as third,
    ):
        item = {"uri": uri(path), "languageId": "x", "version": 1, "text": "x"}
        first.notify("textDocument/didOpen", {"textDocument": item})
        first.wait(lambda: codes(first, path) == ["unlinked"])
        params = {"root": uri(root), "action": "manage", "packages": ["zsh"]}
        second.ask("dotstream/apply", params)
        first.wait(lambda: codes(first, path) == [])
        assert third.messages == []
    assert server.end() == 0
    assert b"Traceback" not in server.log, server.log.decode()
    assert b"bug" not in server.log, server.log.decode()
