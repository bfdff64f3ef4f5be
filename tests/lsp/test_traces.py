"""The traces in the documentation, replayed with a real server.

Each trace is an array of messages, sent by ``client`` or expected from ``server``, in order.
``…`` stands for whatever there is, and in a digest that the client sends for the last one.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.lsp.editor import Editor
from tests.lsp.wires import TRANSPORTS, Server

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = (Path(__file__).parents[2] / "docs/reference/protocol-traces.md").read_text("utf-8")
TRACES: list[list[dict[str, Any]]] = [
    json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
]


def _household(home: Path) -> None:
    """Make the world that the page speaks of."""
    for path in ("zsh/dot-zshrc", "vim/dot-vimrc", "vim/dot-vim/colors/dusk.vim"):
        (home / "dotfiles" / path).parent.mkdir(parents=True, exist_ok=True)
        (home / "dotfiles" / path).write_text(f"# {path}\n")
    (home / "dotfiles/dotstream.toml").touch()
    icons = home / "dotfiles/icons/dot-icons"
    icons.mkdir(parents=True)
    for number in range(2000):
        (icons / f"{number:04}.svg").touch()
    (home / ".zshrc").write_text("# my own\n")


def _fits(expected: Any, found: Any) -> bool:
    """Whether a message is as it was written down."""
    if expected == "…":
        return True
    if isinstance(expected, str) and isinstance(found, str):
        pattern = re.escape(expected).replace("…", ".*")
        return re.fullmatch(pattern, found, re.DOTALL) is not None
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(
            _fits(value, found[name]) for name, value in expected.items()
        )
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(_fits, expected, found))
    return bool(expected == found)


def _replay(editor: Editor, home: str) -> Iterator[tuple[Any, Any]]:
    """Send what the client sends, and yield what is expected with what came."""
    digest, seen = "", len(editor.messages)
    for step in (step for trace in TRACES for step in trace):
        text = json.dumps(step, ensure_ascii=False).replace("/home/me", home)
        if "client" in step:
            message = json.loads(text.replace('"digest": "…"', f'"digest": "{digest}"'))
            editor.send({"jsonrpc": "2.0", **message["client"]})
            continue
        editor.wait(lambda seen=seen: len(editor.messages) > seen)  # type: ignore[misc]
        found = editor.messages[seen]
        seen += 1
        digest = found.get("result", {}).get("digest", digest)
        yield {"jsonrpc": "2.0", **json.loads(text)["server"]}, found


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_traces_are_what_happens(scratch_home: Path, transport: str) -> None:
    _household(scratch_home)
    server = Server(transport)
    editor = Editor(server=server)
    editor.messages.clear()
    count = 0
    for expected, found in _replay(editor, str(scratch_home)):
        count += 1
        assert _fits(expected, found), json.dumps(found, ensure_ascii=False)
    assert count == sum("server" in step for trace in TRACES for step in trace)
    editor.leave()
    server.end()
