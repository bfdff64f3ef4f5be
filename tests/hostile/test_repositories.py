"""Whatever a stranger's repository holds, every command and every request is answered.

The guard of a minute is for what would never end.  A few scenes each day, and all of them with
``DOTSTREAM_LONG=1``; ``python -m tests.bench.hostile`` measures the slowest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.hostile.answers import answer
from tests.hostile.repositories import COMMANDS, Scene, prepare, scenes
from tests.long import LONG
from tests.lsp.editor import Editor, uri

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EVERY = 1 if LONG else 9
SCENES = list(scenes())
_BUG = -32603
_EXIT_CODES = {0, 1, 2, 3, 4, 5, 130}


@pytest.fixture
def home(scratch_home: Path) -> Path:
    """A home with a package ``z`` in ``dots``."""
    prepare(scratch_home)
    return scratch_home


@pytest.mark.parametrize("scene", SCENES[::EVERY], ids=lambda scene: scene.name)
def test_every_command_ends_with_a_sentence(home: Path, scene: Scene) -> None:
    scene.make(home)
    number = SCENES.index(scene)
    chosen = (
        COMMANDS
        if LONG
        else [COMMANDS[(number * 5 + step * 7) % len(COMMANDS)] for step in range(3)]
    )
    for words in chosen:
        exit_code, said = answer(home, *words)
        assert exit_code in _EXIT_CODES, (words, said[-500:])


@pytest.fixture(scope="module")
def editor() -> Iterator[Editor]:
    """An editor whose server meets all of them."""
    with Editor() as connected:
        connected.acks = True
        yield connected
    assert b"Traceback" not in connected.log, connected.log.decode()


@pytest.mark.parametrize("scene", SCENES[4::EVERY], ids=lambda scene: scene.name)
def test_every_request_is_answered(home: Path, editor: Editor, scene: Scene) -> None:
    scene.make(home)
    root = uri(home / "dots")
    asked: list[tuple[str, dict[str, Any]]] = [
        ("dotstream/plan", {"root": root, "action": "manage", "packages": ["z"]}),
        ("dotstream/packages", {"root": root}),
        ("dotstream/status", {"root": root}),
        ("dotstream/doctor", {"root": root}),
        ("dotstream/diff", {"root": root, "path": uri(home / "dots/z/member")}),
    ]
    for name in ("dotstream.toml", "z/.stow-local-ignore"):
        asked += _opened(editor, home / "dots" / name)
    waiting = [editor.request(method, params) for method, params in asked]
    for request, (method, _) in zip(waiting, asked, strict=True):
        answer = editor.answer(request)
        assert answer.get("error", {}).get("code") != _BUG, (method, answer)


def _opened(editor: Editor, path: Path) -> list[tuple[str, dict[str, Any]]]:
    """Open a file as editors do, and return what they ask about it."""
    if not path.is_file() or path.stat().st_size > 2_000_000:
        return []
    text = path.read_text(errors="replace")
    document = {"uri": uri(path)}
    item = {**document, "languageId": "toml", "version": 1, "text": text}
    editor.notify("textDocument/didOpen", {"textDocument": item})
    place = {"line": 0, "character": 12}
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 50, "character": 0}}
    return [
        ("textDocument/hover", {"textDocument": document, "position": place}),
        ("textDocument/inlayHint", {"textDocument": document, "range": whole}),
        ("textDocument/completion", {"textDocument": document, "position": place}),
        ("textDocument/documentSymbol", {"textDocument": document}),
    ]
