"""Ignore lists: bad patterns are told where they stand, good ones say what they match."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from tests.lsp.language.desk import Desk, uri
from tests.lsp.language.test_config_packages import hints
from tests.lsp.language.test_member import hover

if TYPE_CHECKING:
    from pathlib import Path


async def test_every_bad_pattern_is_told_with_its_range(desk: Desk, root: Path) -> None:
    path = root / "zsh/.stow-local-ignore"
    desk.open(path, "# é😀\n  broken|*!  # why\nfine\n\\p{L}\n")
    found = await desk.codes(path, "bad-pattern", "bad-pattern")
    assert [each.range for each in found] == [
        types.Range(types.Position(1, 2), types.Position(1, 11)),
        types.Range(types.Position(3, 0), types.Position(3, 5)),
    ]
    assert "nothing to repeat" in found[0].message
    desk.replace(path, 2, "fine\n")
    await desk.codes(path)


async def test_lines_say_how_much_they_match(desk: Desk, root: Path) -> None:
    package = root / "vim"
    for name in ("a.bak", "b.bak", "dot-vim/c.bak", "dot-vim/colors/d.bak", ".stow-local-ignore"):
        (package / name).touch()
    path = package / ".stow-local-ignore"
    desk.open(path, "# backups\n.+\\.bak\n  ^/\\.vim/colors  # not mine\nnothing\n*\n")
    assert await hints(desk, path) == [
        (1, 7, "→ 4 matches"),
        (2, 16, "→ 1 match"),
        (3, 7, "→ 0 matches"),
    ]
    words = await hover(desk, path, 2)
    assert words == "1 match\n\n- `vim/dot-vim/colors`"
    assert await hover(desk, path, 0) is None


async def test_the_global_list_is_counted_in_packages_without_their_own(
    desk: Desk, root: Path, scratch_home: Path
) -> None:
    (root / "vim/.stow-local-ignore").touch()
    path = scratch_home / ".stow-global-ignore"
    path.touch()
    desk.open(path, "dot-.*\n")
    assert await hints(desk, path) == [(0, 6, "→ 1 match")]
    assert await hover(desk, path) == "1 match\n\n- `zsh/dot-zshrc`"


async def test_globs_of_the_configuration_say_what_they_match(desk: Desk, root: Path) -> None:
    path = root / "dotstream.toml"
    desk.open(path, 'ignore = [".*rc"]\n[packages.vim]\nignore = ["/.vim/**"]\n')
    for line, column, words in (
        (0, 12, "2 matches\n\n- `vim/dot-vimrc`\n- `zsh/dot-zshrc`"),
        (2, 12, "1 match\n\n- `vim/dot-vim/colors`"),
    ):
        found = await desk.client.text_document_hover_async(
            types.HoverParams(
                types.TextDocumentIdentifier(uri(path)), types.Position(line, column)
            )
        )
        assert found is not None
        assert isinstance(found.contents, types.MarkupContent)
        assert found.contents.value == words


async def test_globs_of_the_configuration_are_counted_behind_them(desk: Desk, root: Path) -> None:
    path = root / "dotstream.toml"
    desk.open(
        path,
        'ignore = [".*rc", "[", "é😀"]\n'
        "[packages.vim]\n"
        'ignore = [\n  "*.vim",  # colours\n]\n'
        '[packages]\nzsh = { ignore = ["*"] }\nnone = { ignore = ["*", 3] }\n',
    )
    assert [hint for hint in await hints(desk, path) if "match" in hint[2]] == [
        (0, 16, "→ 2 matches"),
        (0, 28, "→ 0 matches"),
        (3, 9, "→ 1 match"),
        (6, 21, "→ 1 match"),
        (7, 22, "→ 0 matches"),
    ]
    assert [hint for hint in await hints(desk, path, 0) if "match" in hint[2]] == [
        (0, 16, "→ 2 matches"),
        (0, 28, "→ 0 matches"),
    ]


async def test_many_files_are_looked_at_up_to_a_limit_or_a_cancellation(
    desk: Desk, root: Path
) -> None:
    package = root / "zsh"
    for number in range(200):
        (package / f"d{number}").mkdir()
    for number in range(20_000):
        (package / f"d{number % 200}/f{number}").touch()
    path = package / ".stow-local-ignore"
    desk.open(path, "f.*\n" * 20)
    everything = types.Range(types.Position(0, 0), types.Position(99, 0))
    params = types.InlayHintParams(types.TextDocumentIdentifier(uri(path)), everything)
    send: Any = desk.client.protocol.send_request
    future = asyncio.wrap_future(send(types.TEXT_DOCUMENT_INLAY_HINT, params, msg_id="first"))
    desk.client.cancel_request(types.CancelParams("first"))
    with pytest.raises(JsonRpcException) as caught:
        await future
    assert caught.value.code == types.LSPErrorCodes.RequestCancelled
    found = await hints(desk, path)
    assert len(found) == 20
    assert {(column, words[-9:]) for _, column, words in found} == {(3, "+ matches")}


async def test_a_list_that_nobody_reads_is_told_and_not_counted(desk: Desk, root: Path) -> None:
    (root / "vim/dot-vim/NOTES").touch()
    for path in (root / "vim/dot-vim/.stow-local-ignore", root / ".stow-global-ignore"):
        path.touch()
        desk.open(path, "NOTES\n*\n")
        (found,) = await desk.codes(path, "unread-list")
        assert found.severity == types.DiagnosticSeverity.Warning
        assert found.message.startswith("this list is not read")
        assert await hints(desk, path) == []


async def test_a_pattern_that_can_never_match_is_told(desk: Desk, root: Path) -> None:
    path = root / "vim/.stow-local-ignore"
    path.touch()
    desk.open(path, "^/\\.vim\n^\\.vim/colors\ncolors/\n^/dot-vim/colors\n")
    found = await desk.codes(path, "dead-pattern", "dead-pattern", "dead-pattern")
    assert [each.range.start.line for each in found] == [1, 2, 3]
