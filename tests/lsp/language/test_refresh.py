"""What is shown follows what changes: on save, on watched files, and after any change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types
from tests.lsp.language.desk import Desk, uri

from dotstream.client import Client

if TYPE_CHECKING:
    from pathlib import Path


async def test_saving_looks_again(capable: Desk, root: Path, scratch_home: Path) -> None:
    path = root / "zsh/dot-zshrc"
    capable.open(path)
    await capable.codes(path, "unlinked")
    (scratch_home / ".zshrc").write_text("mine")
    capable.save(path)
    await capable.codes(path, "conflict")
    await capable.until(lambda: len(capable.refreshes) == 2)
    assert set(capable.refreshes.values()) == {1}


async def test_watched_files_are_registered_and_followed(capable: Desk, root: Path) -> None:
    await capable.until(lambda: bool(capable.registered))
    (registration,) = capable.registered
    assert registration.method == types.WORKSPACE_DID_CHANGE_WATCHED_FILES
    path = root / "zsh/dot-zshrc"
    capable.open(path)
    await capable.codes(path, "unlinked")
    client = Client(root)
    client.apply(client.plan_manage("zsh"))
    change = types.FileEvent(uri(root / "dotstream.toml"), types.FileChangeType.Changed)
    capable.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([change]))
    await capable.codes(path)


async def test_a_configuration_that_is_saved_changes_what_files_show(
    capable: Desk, root: Path
) -> None:
    path, configuration = root / "zsh/dot-zshrc", root / "dotstream.toml"
    capable.open(path)
    await capable.codes(path, "unlinked")
    capable.open(configuration)
    configuration.write_text('[packages.zsh]\nignore = [".zshrc"]\n')
    capable.save(configuration)
    await capable.codes(path)


async def test_an_apply_of_our_own_methods_is_followed(capable: Desk, root: Path) -> None:
    path = root / "zsh/dot-zshrc"
    capable.open(path)
    await capable.codes(path, "unlinked")
    params = {"root": uri(root), "action": "manage", "packages": ["zsh"]}
    send: Any = capable.client.protocol.send_request_async
    await send("dotstream/apply", params)
    await capable.codes(path)
    assert capable.refreshes[types.WORKSPACE_CODE_LENS_REFRESH] >= 1


async def test_editors_that_take_no_requests_get_none(desk: Desk, root: Path) -> None:
    path = root / "zsh/dot-zshrc"
    desk.open(path)
    desk.save(path)
    await desk.codes(path, "unlinked")
    assert (desk.refreshes, desk.registered) == ({}, [])
