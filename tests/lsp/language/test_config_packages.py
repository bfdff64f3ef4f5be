"""Beside the packages of a dotstream.toml stand their counts, and what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lsprotocol import types
from tests.lsp.language.desk import PLAIN, Desk, uri
from tests.systems import MACOS

from dotstream.client import Client

if TYPE_CHECKING:
    from pathlib import Path


async def hints(desk: Desk, path: Path, lines: int = 100) -> list[tuple[int, int, str]]:
    found = await desk.client.text_document_inlay_hint_async(
        types.InlayHintParams(
            types.TextDocumentIdentifier(uri(path)),
            types.Range(types.Position(0, 0), types.Position(lines, 0)),
        )
    )
    assert found is not None
    return [(each.position.line, each.position.character, str(each.label)) for each in found]


async def test_counts_stand_behind_the_tables(desk: Desk, root: Path, scratch_home: Path) -> None:
    client = Client(root)
    client.apply(client.plan_manage("zsh"))
    (scratch_home / ".vimrc").write_text("mine")
    path = root / "dotstream.toml"
    here, other = ("darwin", "linux") if MACOS else ("linux", "darwin")
    elsewhere = f'[packages.mac]\nplatforms = ["{other}"]\n'
    text = f"[packages.zsh]\n[packages.vim] # é\n{elsewhere}[packages.none]\n"
    desk.open(path, text)
    path.write_text(elsewhere)
    assert await hints(desk, path) == [
        (0, 14, "→ ~ · 1 link"),
        (1, 18, "→ ~ · 1 change to make, 1 conflict"),
        (2, 14, f"it is for {other}, and this is {here}"),
        (4, 15, "there is no such directory"),
    ]
    assert await hints(desk, path, 0) == [(0, 14, "→ ~ · 1 link")]


async def test_hover_tells_of_a_package(desk: Desk, root: Path) -> None:
    path = root / "dotstream.toml"
    desk.open(path, '[profiles.a]\npackages = ["zsh"]\n')
    found = await desk.client.text_document_hover_async(
        types.HoverParams(types.TextDocumentIdentifier(uri(path)), types.Position(1, 14))
    )
    assert found is not None
    assert isinstance(found.contents, types.MarkupContent)
    assert found.contents.value == "**zsh**: `~/dotfiles/zsh`\n\n→ ~ · 1 change to make"
    assert found.range == types.Range(types.Position(1, 12), types.Position(1, 17))


@pytest.mark.parametrize("own", [False, True])
async def test_lenses_carry_commands(root: Path, own: bool) -> None:
    capabilities = types.ClientCapabilities(text_document=PLAIN.text_document)
    if own:
        commands = {"plan": "dotstream.plan"}
        capabilities.experimental = {"dotstream": {"version": 1, "commands": commands}}
    desk = await Desk.sit_down(capabilities=capabilities)
    path = root / "dotstream.toml"
    desk.open(path, "[packages.zsh]\n[packages.none]\n")
    found = await desk.client.text_document_code_lens_async(
        types.CodeLensParams(types.TextDocumentIdentifier(uri(path)))
    )
    assert found is not None
    commands_ = [each.command for each in found]
    assert [(each.title, each.command) for each in commands_ if each] == [
        ("Plan", "dotstream.plan" if own else "dotstream.server.plan"),
        ("Manage", "dotstream.server.apply"),
        ("Unmanage", "dotstream.server.apply"),
    ]
    assert {each.range.start.line for each in found} == {0}
    command = commands_[2]
    assert command is not None
    assert list(command.arguments or ()) == [
        {
            "root": uri(root),
            "package": "zsh",
            "packages": ["zsh"],
            "label": "zsh",
            "action": "unmanage",
        }
    ]
    await desk.leave()
