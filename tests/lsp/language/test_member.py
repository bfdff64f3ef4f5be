"""A file in a package, or at its place in the target, shows how it stands on its first line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from lsprotocol import types
from tests.lsp.language.desk import PLAIN, Desk, uri

from dotstream.client import Client
from dotstream.model.words import POLICY_WORDS

if TYPE_CHECKING:
    from pathlib import Path


async def lenses(desk: Desk, path: Path) -> list[tuple[str, str]]:
    found = await desk.client.text_document_code_lens_async(
        types.CodeLensParams(types.TextDocumentIdentifier(uri(path)))
    )
    return [(each.command.title, each.command.command) for each in found or () if each.command]


async def actions(
    desk: Desk, path: Path, only: list[types.CodeActionKind | str] | None = None
) -> list[types.CodeAction]:
    found = await desk.client.text_document_code_action_async(
        types.CodeActionParams(
            types.TextDocumentIdentifier(uri(path)),
            types.Range(types.Position(0, 0), types.Position(0, 0)),
            types.CodeActionContext(
                diagnostics=list(desk.client.diagnostics.get(uri(path), ())), only=only
            ),
        )
    )
    return [each for each in found or () if isinstance(each, types.CodeAction)]


async def hover(desk: Desk, path: Path, line: int = 0) -> str | None:
    found = await desk.client.text_document_hover_async(
        types.HoverParams(types.TextDocumentIdentifier(uri(path)), types.Position(line, 0))
    )
    if found is None:
        return None
    assert isinstance(found.contents, types.MarkupContent)
    return found.contents.value


def field(data: Any, name: str) -> Any:
    return data[name] if isinstance(data, dict) else getattr(data, name)


async def test_a_file_that_is_not_linked_yet(desk: Desk, root: Path) -> None:
    path = root / "zsh/dot-zshrc"
    desk.open(path)
    (found,) = await desk.codes(path, "unlinked")
    assert found.severity == types.DiagnosticSeverity.Hint
    assert found.message == "not linked yet as ~/.zshrc"
    assert found.range == types.Range(types.Position(0, 0), types.Position(0, 15))
    assert await lenses(desk, path) == [
        ("not linked as ~/.zshrc", "dotstream.server.plan"),
        ("Link now", "dotstream.server.link"),
    ]
    words = await hover(desk, path)
    assert words is not None
    assert "**zsh**: `~/dotfiles/zsh/dot-zshrc` ↔ `~/.zshrc`" in words
    assert "- link `~/.zshrc` to `dotfiles/zsh/dot-zshrc`" in words
    assert await hover(desk, path, 1) is None
    assert [(each.title, each.kind, each.is_preferred) for each in await actions(desk, path)] == [
        ("Link ~/.zshrc now", "quickfix", True),
        ("Never link ~/.zshrc: add it to ignore", "quickfix", None),
    ]


async def test_a_linked_file_from_both_sides(desk: Desk, root: Path, scratch_home: Path) -> None:
    client = Client(root)
    client.apply(client.plan_manage("zsh"))
    source, target = root / "zsh/dot-zshrc", scratch_home / ".zshrc"
    for path, words in (
        (source, "linked as ~/.zshrc"),
        (target, "linked to ~/dotfiles/zsh/dot-zshrc"),
    ):
        desk.open(path)
        await desk.codes(path)
        assert await lenses(desk, path) == [
            (words, "dotstream.server.plan"),
            ("Unlink", "dotstream.server.unlink"),
        ]
        (action,) = await actions(desk, path)
        assert (action.title, action.kind) == ("Unlink ~/.zshrc", "refactor")
        assert await actions(desk, path, [types.CodeActionKind.QuickFix]) == []


async def test_a_conflict_from_both_sides(desk: Desk, root: Path, scratch_home: Path) -> None:
    source, target = root / "zsh/dot-zshrc", scratch_home / ".zshrc"
    target.write_text("mine\n")
    for path in (source, target):
        desk.open(path)
        (found,) = await desk.codes(path, "conflict")
        assert found.severity == types.DiagnosticSeverity.Error
        assert "package zsh wants a link here, but a file is in its place" in found.message
        assert field(found.data, "root") == uri(root)
        assert field(found.data, "path") == uri(target)
        assert field(found.data, "source") == uri(source)
        assert field(found.data, "package") == "zsh"
        assert set(field(found.data, "choices")) == {"adopt", "backup", "overwrite", "skip"}
        offered = await actions(desk, path)
        assert [each.title for each in offered] == [
            "Adopt ~/.zshrc: move what is there into the package, then link to it",
            "Back up ~/.zshrc: move what is there to the backup area, then link",
            f"Overwrite ~/.zshrc: {POLICY_WORDS['overwrite'].meaning}",
            "Skip ~/.zshrc: leave what is there and do the rest",
            "Show the difference",
            "Never link ~/.zshrc: add it to ignore",
        ]
        preferred = [each.title for each in offered if each.is_preferred]
        assert [title.partition(" ")[0] for title in preferred] == ["Back"]
        assert [title for title, _ in await lenses(desk, path)][1:] == [
            "Adopt",
            "Back up",
            "Overwrite",
            "Skip",
            "Show the difference",
        ]
        words = await hover(desk, path)
        assert words is not None
        assert "Can be settled by" in words


async def test_a_conflict_of_a_directory_above_is_offered_for_what_it_is(
    desk: Desk, root: Path, scratch_home: Path
) -> None:
    for clone in (root / "nvim/dot-config/nvim", scratch_home / ".config/nvim"):
        (clone / ".git").mkdir(parents=True)
        (clone / "init.lua").touch()
    path = scratch_home / ".config/nvim/init.lua"
    desk.open(path)
    await desk.codes(path, "conflict")
    offered = [
        (each.title.partition(":")[0], each.is_preferred) for each in await actions(desk, path)
    ]
    assert offered[:3] == [
        ("Back up ~/.config/nvim", None),
        ("Overwrite ~/.config/nvim", None),
        ("Skip ~/.config/nvim", None),
    ]
    titles = [title for title, _ in await lenses(desk, path)][1:3]
    assert titles == ["Back up all of ~/.config/nvim", "Overwrite all of ~/.config/nvim"]


async def test_the_other_side_of_a_conflict_is_linked(
    desk: Desk, root: Path, scratch_home: Path
) -> None:
    rc, mine = root / "zsh/dot-zshrc", scratch_home / ".zshrc"

    async def links(path: Path) -> list[tuple[types.Range, str | None, str | None]]:
        found = await desk.client.text_document_document_link_async(
            types.DocumentLinkParams(types.TextDocumentIdentifier(uri(path)))
        )
        return [(each.range, each.target, each.tooltip) for each in found or ()]

    desk.open(rc)
    assert await links(rc) == []  # nothing is there yet
    mine.write_text("mine\n")
    desk.open(mine)
    first = types.Range(types.Position(0, 0), types.Position(0, 15))
    assert await links(rc) == [(first, uri(mine), "Open ~/.zshrc")]
    first = types.Range(types.Position(0, 0), types.Position(0, 4))
    assert await links(mine) == [(first, uri(rc), "Open ~/dotfiles/zsh/dot-zshrc")]
    mine.unlink()
    mine.symlink_to(rc)
    desk.save(mine)  # nobody else tells the server of a change out there
    assert await links(mine) == []  # the same file


async def test_a_broken_link(desk: Desk, root: Path, scratch_home: Path) -> None:
    client = Client(root)
    client.apply(client.plan_manage("zsh"))
    (root / "zsh/dot-zshrc").unlink()
    path = scratch_home / ".zshrc"
    desk.open(path, "")
    (found,) = await desk.codes(path, "broken-link")
    assert found.severity == types.DiagnosticSeverity.Warning
    (action,) = await actions(desk, path)
    assert (action.title, action.kind) == ("Remove the broken link ~/.zshrc", "quickfix")


async def test_files_that_are_not_ours_show_nothing(
    desk: Desk, root: Path, scratch_home: Path
) -> None:
    other = scratch_home / "notes.txt"
    other.write_text("x")
    outside = root.parent.parent / "outside.txt"
    outside.write_text("x")
    (root / "README.md").write_text("x")
    for path in (outside, root / "README.md", other):
        desk.open(path)
        await desk.codes(path)
        assert await lenses(desk, path) == []
        assert await hover(desk, path) is None
        assert await actions(desk, path) == []


@pytest.mark.parametrize(
    ("path", "offered"),
    [
        (".inputrc", True),
        (".config/app/rc", True),
        ("projects/app/main.py", False),
        (".vim/plug/.git/HEAD", False),
        (".vim/plug/plug.vim", False),
        (".local/state/dotstream/notes", False),
        ("way/README.md", False),
    ],
)
async def test_what_is_somebodys_configuration_can_be_taken_into_a_package(
    desk: Desk, root: Path, scratch_home: Path, path: str, offered: bool
) -> None:
    (scratch_home / ".vim/plug/.git").mkdir(parents=True)
    (scratch_home / "way").symlink_to(root)
    file = scratch_home / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("x")
    desk.open(file)
    await desk.codes(file)
    titles = [each.title for each in await actions(desk, file)]
    assert titles == ["Adopt this file into a package"] * offered


@pytest.mark.parametrize(
    ("text", "file"),
    [("dotfiles/.bashrc", ".bashrc"), ("dotfiles/.config", ".config/kitty/kitty.conf")],
)
async def test_a_link_that_another_tool_made_into_the_repository_is_not_broken(
    desk: Desk, root: Path, scratch_home: Path, text: str, file: str
) -> None:
    for name in (".bashrc", ".config/kitty/kitty.conf"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x")
    (scratch_home / file.partition("/")[0]).symlink_to(text)
    desk.open(scratch_home / file)
    await desk.codes(scratch_home / file)
    assert await actions(desk, scratch_home / file) == []
    assert await lenses(desk, scratch_home / file) == []


async def test_nothing_is_offered_for_a_link_to_a_package_that_unmanaging_it_would_leave(
    desk: Desk, scratch_home: Path
) -> None:
    """``~/.vim`` leads to the package itself, as dotbot and rcm make it."""
    (scratch_home / ".vim").symlink_to("dotfiles/vim")
    path = scratch_home / ".vim/dot-vim/colors/dusk.vim"
    desk.open(path)
    await desk.codes(path)
    assert [each.title for each in await actions(desk, path)] == []
    assert [command for _, command in await lenses(desk, path)] == ["dotstream.server.plan"]


async def test_hints_stand_in_for_lenses(root: Path) -> None:
    assert PLAIN.text_document is not None
    capabilities = types.ClientCapabilities(
        text_document=types.TextDocumentClientCapabilities(
            inlay_hint=types.InlayHintClientCapabilities()
        )
    )
    everything = types.Range(types.Position(0, 0), types.Position(9, 0))
    path = root / "zsh/dot-zshrc"
    for able, expected in ((capabilities, ["→ not linked as ~/.zshrc"]), (PLAIN, [])):
        desk = await Desk.sit_down(capabilities=able)
        desk.open(path)
        found = await desk.client.text_document_inlay_hint_async(
            types.InlayHintParams(types.TextDocumentIdentifier(uri(path)), everything)
        )
        assert [each.label for each in found or ()] == expected
        await desk.leave()


async def test_names_that_are_not_utf_8_and_two_that_look_alike(
    desk: Desk, root: Path, scratch_home: Path
) -> None:
    first, second = b"zsh/caf\xe9", b"zsh/caf\xe8"
    for name in (first, second):
        (root / os.fsdecode(name)).write_text("x\n")
    (scratch_home / os.fsdecode(b"caf\xe8")).write_text("mine\n")
    paths = [root / os.fsdecode(name) for name in (first, second)]
    for path in paths:
        desk.open(path)
    (found,) = await desk.codes(paths[0], "unlinked")
    assert found.message == "not linked yet as ~/caf\\xe9"
    (found,) = await desk.codes(paths[1], "conflict")
    assert field(found.data, "path") == uri(scratch_home / os.fsdecode(b"caf\xe8"))
    assert field(found.data, "source").endswith("/zsh/caf%E8")


async def test_a_package_directory_that_only_a_link_leads_to(desk: Desk, tmp_path: Path) -> None:
    elsewhere = tmp_path / "other"
    (elsewhere / "tmux").mkdir(parents=True)
    (elsewhere / "tmux/tmux.conf").write_text("x\n")
    target = tmp_path / "etc"
    target.mkdir()
    (elsewhere / "dotstream.toml").write_text(f'target = "{target}"\n')
    client = Client(elsewhere)
    client.agree()
    client.apply(client.plan_manage("tmux"))
    path = target / "tmux.conf"
    desk.open(path)
    await desk.codes(path)
    assert (await lenses(desk, path))[0][0] == f"linked to {elsewhere}/tmux/tmux.conf"


async def test_meant_keys_are_written_by_a_quick_fix(desk: Desk, root: Path) -> None:
    path = root / "dotstream.toml"
    desk.open(path, 'foldign = "always"\nlink = "reltive"\n')
    await desk.codes(path, "unknown-key", "bad-value")
    offered = await actions(desk, path)
    assert [each.title for each in offered] == ["Change to 'folding'", "Change to 'relative'"]
    edit = offered[1].edit
    assert edit is not None
    assert edit.changes is not None
    (change,) = edit.changes[uri(path)]
    assert change.new_text == '"relative"'
    assert change.range.start == types.Position(1, 7)


@pytest.mark.parametrize("scheme", ["untitled:Untitled-1", "git:/home/me/x"])
async def test_documents_that_are_no_files_are_left_alone(desk: Desk, scheme: str) -> None:
    item = types.TextDocumentItem(scheme, "plaintext", 1, "x")
    desk.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    found = await desk.client.text_document_hover_async(
        types.HoverParams(types.TextDocumentIdentifier(scheme), types.Position(0, 0))
    )
    assert found is None


async def test_the_first_line_is_followed_as_it_is_edited(desk: Desk, root: Path) -> None:
    path = root / "zsh/dot-zshrc"
    desk.open(path, "# é\nsecond\n" + "x\n" * 5000)
    (found,) = await desk.codes(path, "unlinked")
    assert found.range.end == types.Position(0, 3)
    far = types.Range(types.Position(4000, 0), types.Position(4000, 1))
    start = types.Range(types.Position(0, 0), types.Position(0, 1))
    desk.edit(path, 2, types.TextDocumentContentChangePartial(far, "y"))
    desk.edit(path, 3, types.TextDocumentContentChangePartial(start, "####"))
    desk.save(path)
    await desk.diagnostics(path, lambda all_: all_[0].range.end == types.Position(0, 6))


async def test_an_editor_that_knows_only_commands_gets_commands(root: Path) -> None:
    capabilities = types.ClientCapabilities(
        text_document=types.TextDocumentClientCapabilities(
            publish_diagnostics=types.PublishDiagnosticsClientCapabilities(),
            code_action=types.CodeActionClientCapabilities(),
        )
    )
    desk = await Desk.sit_down(capabilities=capabilities, folders=[root])
    path = root / "vim/dot-vimrc"
    desk.open(path)
    await desk.codes(path, "unlinked")
    first = types.Range(types.Position(0, 0), types.Position(0, 0))
    found = await desk.client.text_document_code_action_async(
        types.CodeActionParams(
            types.TextDocumentIdentifier(uri(path)), first, types.CodeActionContext([])
        )
    )
    assert found
    assert all(isinstance(each, types.Command) for each in found)
    await desk.leave()
