"""A dotstream.toml is checked as it is typed, every mistake with its exact range."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lsprotocol import types
from tests.lsp.language.desk import PLAIN, Desk

if TYPE_CHECKING:
    from pathlib import Path


def span(found: types.Diagnostic) -> tuple[int, int, int, int]:
    start, end = found.range.start, found.range.end
    return start.line, start.character, end.line, end.character


async def test_every_mistake_of_unsaved_text_is_told(desk: Desk, root: Path) -> None:
    path = root / "dotstream.toml"
    desk.open(path, 'foldign = "safe"\nlink = "reltive"\nignore = ["ok", "[a"]\ntarget =\n')
    found = await desk.codes(path, "unknown-key", "bad-value", "bad-pattern", "broken-toml")
    assert [span(each) for each in found] == [
        (0, 0, 0, 7),
        (1, 7, 1, 16),
        (2, 16, 2, 20),
        (3, 0, 3, 8),
    ]
    assert {each.source for each in found} == {"dotstream"}
    assert found[0].message == "unknown key 'foldign' (did you mean 'folding'?)"
    assert (root / "dotstream.toml").read_text() == 'folding = "never"\n'


@pytest.mark.parametrize(
    ("encoding", "columns"),
    [
        (types.PositionEncodingKind.Utf8, (22, 26)),
        (types.PositionEncodingKind.Utf16, (19, 23)),
        (types.PositionEncodingKind.Utf32, (18, 22)),
    ],
)
async def test_columns_are_in_the_clients_units(
    root: Path, encoding: types.PositionEncodingKind, columns: tuple[int, int]
) -> None:
    capabilities = types.ClientCapabilities(
        text_document=PLAIN.text_document,
        general=types.GeneralClientCapabilities(position_encodings=[encoding]),
    )
    desk = await Desk.sit_down(capabilities=capabilities)
    assert desk.hello.capabilities.position_encoding == encoding
    path = root / "dotstream.toml"
    desk.open(path, 'link = "relative"\r\nignore = ["é😀", "[a"]\r\n')
    (found,) = await desk.codes(path, "bad-pattern")
    assert span(found) == (1, columns[0] - 2, 1, columns[1] - 2)
    # The same place edited in the client's own units: the pattern is completed.
    at = types.Position(1, columns[1] - 3)
    desk.edit(path, 2, types.TextDocumentContentChangePartial(types.Range(at, at), "]"))
    await desk.codes(path)
    await desk.leave()


async def test_the_one_package_of_a_repository_is_called_by_a_dot(desk: Desk, root: Path) -> None:
    path = root / "dotstream.toml"
    desk.open(path, 'layout = "single"\n[packages."."]\nafter = ["true"]\n[packages.zsh]\n')
    (found,) = await desk.codes(path, "no-such-package")
    assert span(found) == (3, 10, 3, 13)
    desk.replace(path, 2, '[packages."."]\nafter = ["true"]\n')
    await desk.codes(path, "bad-name")


async def test_edits_are_followed_and_closing_clears(desk: Desk, root: Path) -> None:
    path = root / "dotstream.toml"
    desk.open(path, 'folding = "safe"\n')
    await desk.codes(path)
    start, end = types.Position(0, 11), types.Position(0, 15)
    change = types.TextDocumentContentChangePartial(types.Range(start, end), "saef")
    desk.edit(path, 2, change)
    (found,) = await desk.codes(path, "bad-value")
    assert found.data == {"better": "safe"}
    desk.replace(path, 3, "[packages.zsh]\nhosts = 1\n")
    await desk.diagnostics(path, lambda found: [*map(span, found)] == [(1, 8, 1, 9)])
    desk.close(path)
    await desk.codes(path)


async def test_what_only_this_machine_tells_is_a_warning(desk: Desk, root: Path) -> None:
    path = root / "dotstream.toml"
    desk.open(
        path,
        'target = "~/dotfiles/vim/dot-vimrc"\n[packages.zhs]\ntarget = "$NOT_SET_HERE/x"\n'
        '[profiles.all]\npackages = ["vim", "vimm"]\n',
    )
    found = await desk.codes(
        path, "no-such-package", "no-such-package", "no-such-target", "bad-value"
    )
    assert [span(each) for each in found] == [
        (1, 10, 1, 13),
        (4, 19, 4, 25),
        (0, 9, 0, 35),
        (2, 9, 2, 26),
    ]
    assert [each.severity for each in found] == [types.DiagnosticSeverity.Warning] * 3 + [
        types.DiagnosticSeverity.Error
    ]
    assert "did you mean 'zsh'?" in found[0].message
    assert found[2].message.startswith("~/dotfiles/vim/dot-vimrc is not a directory")


async def test_a_target_that_is_still_to_be_made_is_no_warning(desk: Desk, root: Path) -> None:
    path = root / "dotstream.toml"
    desk.open(path, 'target = "~/nowhere"\n')
    (found,) = await desk.codes(path, "no-such-target")
    assert found.severity == types.DiagnosticSeverity.Information
    assert found.message == "~/nowhere is not there yet; it is made with its first link"


async def test_packages_are_looked_for_where_the_file_says(desk: Desk, root: Path) -> None:
    (root / "stow/nvim").mkdir(parents=True)
    path = root / "dotstream.toml"
    desk.open(path, 'directory = "stow"\n[packages.nvim]\ntarget = "$NOPE"\n[packages.zsh]\n')
    missing, target = sorted(
        await desk.codes(path, "no-such-package", "bad-value"),
        key=lambda one: -one.range.start.line,
    )
    assert missing.message == f"there is no package 'zsh' in {root}/stow"
    assert target.message.startswith("the variable $NOPE is not set (set it, write ${NOPE:-def")


async def test_the_local_file_is_checked_with_what_it_overrides(desk: Desk, root: Path) -> None:
    (root / "dotstream.toml").write_text('[profiles.base]\npackages = ["zsh"]\n')
    path = root / "dotstream.local.toml"
    desk.open(path, '[profiles.a]\nextends = "base"\n[profiles.b]\nextends = "bsae"\n')
    (found,) = await desk.codes(path, "bad-value")
    assert found.message == "there is no profile 'bsae' (did you mean 'base'?)"
