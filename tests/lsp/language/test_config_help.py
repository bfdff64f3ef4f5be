"""Completion, hover and outline of a dotstream.toml that is being written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lsprotocol import types
from tests.lsp.language.desk import Desk, uri

from dotstream.config.schema import PACKAGE, PROFILE, TOP

if TYPE_CHECKING:
    from pathlib import Path


def position(text: str) -> tuple[str, types.Position]:
    """Return a text without its ``|``, and where that was."""
    before = text[: text.index("|")]
    return text.replace("|", "", 1), types.Position(
        before.count("\n"), len(before.rpartition("\n")[2])
    )


async def completed(desk: Desk, path: Path, text: str) -> dict[str, str]:
    """Return the text after each completion at the ``|``, by label."""
    text, at = position(text)
    desk.open(path, text)
    found = await desk.client.text_document_completion_async(
        types.CompletionParams(types.TextDocumentIdentifier(uri(path)), at)
    )
    assert isinstance(found, types.CompletionList)
    after = {}
    for item in found.items:
        edit = item.text_edit
        assert isinstance(edit, types.TextEdit)
        lines = text.split("\n")
        line = lines[edit.range.start.line]
        lines[edit.range.start.line] = (
            line[: edit.range.start.character] + edit.new_text + line[edit.range.end.character :]
        )
        after[item.label] = "\n".join(lines)
    return after


@pytest.mark.parametrize(
    ("text", "label", "after"),
    [
        ("on-|", "on-conflict", "on-conflict = "),
        ("folding = |", "safe", 'folding = "safe"'),
        ('folding = "n|"', "never", 'folding = "never"'),
        ("folding = 'n|", "never", "folding = 'never'"),
        ("dotfiles = |", "false", "dotfiles = false"),
        ("[pa|", "packages", "[packages."),
        ("[packages.|]", "zsh", "[packages.zsh]"),
        ("[packages.zsh]\nplat|", "platforms", "[packages.zsh]\nplatforms = "),
        ("[packages.zsh]\nplatforms = |", "linux", '[packages.zsh]\nplatforms = ["linux"]'),
        ('[profiles.a]\npackages = ["|"]', "vim", '[profiles.a]\npackages = ["vim"]'),
        ('[profiles.a]\npackages = ["vim", |]', "zsh", '[profiles.a]\npackages = ["vim", "zsh"]'),
        (
            "[profiles.a]\n[profiles.b]\nextends = |",
            "a",
            '[profiles.a]\n[profiles.b]\nextends = "a"',
        ),
        ("packages.zsh = { on-|", "on-conflict", "packages.zsh = { on-conflict = "),
        ("[packages.|", "my dots", '[packages."my dots"'),
    ],
)
@pytest.mark.asyncio(loop_scope="module")
async def test_keys_values_and_names_are_completed(
    shared: Desk, shared_root: Path, text: str, label: str, after: str
) -> None:
    found = await completed(shared, shared_root / "dotstream.toml", text)
    assert found[label] == after


async def test_what_is_there_already_is_not_offered_again(desk: Desk, root: Path) -> None:
    found = await completed(desk, root / "dotstream.toml", 'link = "absolute"\n|')
    assert "link" not in found
    assert {key.name for key in TOP} - set(found) == {"link"}
    found = await completed(desk, root / "dotstream.toml", '[profiles.a]\npackages = ["vim", |')
    assert list(found) == ["zsh"]


@pytest.mark.parametrize(
    "text", ["# on-|", 'target = "x" # |', 'hosts = "|', "[a.b.|", 'link = "absolute"|']
)
@pytest.mark.asyncio(loop_scope="module")
async def test_nothing_is_offered_where_nothing_fits(
    shared: Desk, shared_root: Path, text: str
) -> None:
    assert await completed(shared, shared_root / "dotstream.toml", text) == {}


async def hovered(desk: Desk, path: Path, text: str) -> str:
    text, at = position(text)
    desk.open(path, text)
    found = await desk.client.text_document_hover_async(
        types.HoverParams(types.TextDocumentIdentifier(uri(path)), at)
    )
    assert found is None or isinstance(found.contents, types.MarkupContent)
    return "" if found is None else found.contents.value  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("table", "key"),
    [("", key) for key in TOP]
    + [("[packages.zsh]\n", key) for key in PACKAGE]
    + [("[profiles.a]\n", key) for key in PROFILE],
)
@pytest.mark.asyncio(loop_scope="module")
async def test_every_key_is_explained(
    shared: Desk, shared_root: Path, table: str, key: object
) -> None:
    name, default, doc = key.name, key.default, key.doc  # type: ignore[attr-defined]
    text = f"{table}{name[:2]}|{name[2:]} = {default}\n"
    words = await hovered(shared, shared_root / "dotstream.toml", text)
    assert doc in words
    assert f"default `{default}`" in words


async def test_hover_on_nothing_says_nothing(desk: Desk, root: Path) -> None:
    assert await hovered(desk, root / "dotstream.toml", 'link = "relative"\n\n|\n') == ""


async def test_the_outline_has_tables_with_their_keys(desk: Desk, root: Path) -> None:
    path = root / "dotstream.toml"
    desk.open(
        path,
        'link = "relative"\n[packages.zsh]\nhosts = ["a"]\n[profiles.b]\npackages = []\nx =\n',
    )
    found = await desk.client.text_document_document_symbol_async(
        types.DocumentSymbolParams(types.TextDocumentIdentifier(uri(path)))
    )
    assert found is not None
    outline = {
        each.name: [child.name for child in each.children or ()]
        for each in found
        if isinstance(each, types.DocumentSymbol)
    }
    assert outline == {"link": [], "zsh": ["hosts"], "b": ["packages"]}


async def test_packages_and_targets_are_links(desk: Desk, root: Path, scratch_home: Path) -> None:
    path = root / "dotstream.toml"
    desk.open(path, 'target = "~"\n[packages.zsh]\ntarget = "$NONE"\n[packages.none]\n')
    found = await desk.client.text_document_document_link_async(
        types.DocumentLinkParams(types.TextDocumentIdentifier(uri(path)))
    )
    assert [(each.range.start.line, each.target, each.tooltip) for each in found or ()] == [
        (1, uri(root / "zsh"), "~/dotfiles/zsh"),
        (0, uri(scratch_home), "~"),
    ]
