"""However much an editor asks about a file that it opened, it is looked at once."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING

from lsprotocol import types
from tests.lsp.language.desk import PLAIN, Desk, uri

from dotstream.lsp.language.kept import SECONDS

if TYPE_CHECKING:
    from pathlib import Path

_COUNTING = """\
import os, threading

seen = os.open({seen!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
counted = {{("config/load.py", "load"): b"l", ("planner/locate.py", "locate"): b"p"}}

def note(frame, event, _):
    if event == "call":
        place = frame.f_code.co_filename.rpartition("dotstream/")[2]
        os.write(seen, counted.get((place, frame.f_code.co_qualname), b""))

threading.setprofile(note)
"""
"""What Python runs as it starts: a letter for each configuration that is loaded, and place."""


async def test_it_is_located_and_the_configuration_is_loaded_once(
    root: Path, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    (tmp_path / "sitecustomize.py").write_text(_COUNTING.format(seen=str(seen)))
    environ = {"PYTHONPATH": str(tmp_path)}
    desk = await Desk.sit_down(capabilities=PLAIN, folders=[root], environ=environ)
    path = root / "zsh/dot-zshrc"
    began = monotonic()
    desk.open(path)
    document, top = types.TextDocumentIdentifier(uri(path)), types.Position(0, 0)
    ask = desk.client
    await asyncio.gather(
        desk.codes(path, "unlinked"),
        ask.text_document_hover_async(types.HoverParams(document, top)),
        ask.text_document_code_lens_async(types.CodeLensParams(document)),
        ask.text_document_inlay_hint_async(
            types.InlayHintParams(document, types.Range(top, top))
        ),
        ask.text_document_document_link_async(types.DocumentLinkParams(document)),
        ask.text_document_code_action_async(
            types.CodeActionParams(
                document, types.Range(top, top), types.CodeActionContext(diagnostics=[])
            )
        ),
        ask.text_document_document_symbol_async(types.DocumentSymbolParams(document)),
    )
    most = 1 + int((monotonic() - began) / SECONDS)  # on a busy machine it grows old meanwhile
    await desk.leave()
    found = seen.read_text()
    assert 1 <= found.count("p") <= most
    assert 1 <= found.count("l") <= most
