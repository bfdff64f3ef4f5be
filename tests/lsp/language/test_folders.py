"""Several folders and package directories at once, with targets other than the home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types
from tests.lsp.language.desk import CAPABLE, PLAIN, Desk, uri
from tests.lsp.language.test_member import lenses
from tests.snapshot import difference, snapshot

from dotstream.client import Client

if TYPE_CHECKING:
    from pathlib import Path


async def test_each_file_belongs_to_its_own_package_directory(
    root: Path, scratch_home: Path, tmp_path: Path
) -> None:
    etc, work = tmp_path / "etc", tmp_path / "work"
    etc.mkdir()
    (work / "net").mkdir(parents=True)
    (work / "net/hosts").write_text("theirs\n")
    (work / "dotstream.toml").write_text('target = "../etc"\n')
    (etc / "hosts").write_text("mine\n")
    desk = await Desk.sit_down(capabilities=CAPABLE, folders=[root, work])
    for path in (etc / "hosts", work / "net/hosts"):
        desk.open(path)
        await desk.codes(path, "conflict")
    desk.open(root / "zsh/dot-zshrc")
    await desk.codes(root / "zsh/dot-zshrc", "unlinked")
    assert (await lenses(desk, work / "net/hosts"))[0][0] == f"conflict at {etc}/hosts"
    Client(work).agree()
    before = snapshot(scratch_home, prune=frozenset({".local", ".cache"}))
    argument = {
        "root": uri(work),
        "path": uri(etc / "hosts"),
        "package": "net",
        "policy": "overwrite",
    }
    await desk.client.workspace_execute_command_async(
        types.ExecuteCommandParams("dotstream.server.resolve", [argument])
    )
    await desk.codes(work / "net/hosts")
    assert (etc / "hosts").resolve() == work / "net/hosts"
    after = snapshot(scratch_home, prune=frozenset({".local", ".cache"}))
    assert difference(before, after) == []
    await desk.leave()


async def test_a_package_directory_named_by_the_environment(
    root: Path, scratch_home: Path
) -> None:
    (scratch_home / ".zshrc").write_text("mine\n")
    desk = await Desk.sit_down(capabilities=PLAIN, environ={"DOTSTREAM_DIR": str(root)})
    desk.open(scratch_home / ".zshrc")
    await desk.codes(scratch_home / ".zshrc", "conflict")
    await desk.leave()


async def test_an_old_editor_names_one_root(root: Path, scratch_home: Path) -> None:
    (scratch_home / ".zshrc").write_text("mine\n")
    desk = await Desk.sit_down(capabilities=PLAIN, root=root)
    desk.open(scratch_home / ".zshrc")
    await desk.codes(scratch_home / ".zshrc", "conflict")
    await desk.leave()


async def test_folders_that_are_opened_later_count(root: Path, scratch_home: Path) -> None:
    (scratch_home / ".zshrc").write_text("mine\n")
    desk = await Desk.sit_down(capabilities=CAPABLE)
    desk.open(scratch_home / ".zshrc")
    await desk.codes(scratch_home / ".zshrc")
    added = types.WorkspaceFoldersChangeEvent([types.WorkspaceFolder(uri(root), "dots")], [])
    desk.client.workspace_did_change_workspace_folders(
        types.DidChangeWorkspaceFoldersParams(added)
    )
    await desk.codes(scratch_home / ".zshrc", "conflict")
    await desk.leave()
