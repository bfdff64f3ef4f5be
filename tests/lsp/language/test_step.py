"""What is managed is compared with its packages, and told of where the client wants that."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

import pytest_asyncio
from lsprotocol import types
from tests.lsp.language.desk import CAPABLE, Desk, uri

from dotstream.client import Client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest_asyncio.fixture
async def watching(root: Path) -> AsyncIterator[Desk]:
    """Return an editor that wants to know; the package zsh is managed."""
    client = Client(root)
    client.apply(client.plan_manage("zsh"))
    capabilities = deepcopy(CAPABLE)
    capabilities.experimental = {"dotstream": {"version": 1, "watch": True}}
    found = await Desk.sit_down(capabilities=capabilities, folders=[root])
    yield found
    await found.leave()


def touched(desk: Desk) -> None:
    """Say that files came or went."""
    desk.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([]))


async def told(desk: Desk, root: Path, *messages: str) -> None:
    """Wait until just this is said about the configuration."""
    where = uri(root / "dotstream.toml")
    wanted = [f"out of step: {each}; remanage brings the links up to date" for each in messages]

    def said() -> bool:
        found = desk.client.diagnostics.get(where)
        return found is not None and [each.message for each in found] == wanted

    await desk.until(said)


async def test_a_package_that_gains_and_loses_a_file(watching: Desk, root: Path) -> None:
    (root / "zsh/dot-zlogin").write_text("\n")
    touched(watching)
    await told(watching, root, "1 change")
    (root / "zsh/dot-zshrc").unlink()
    touched(watching)
    await told(watching, root, "2 changes")
    client = Client(root)
    client.apply(client.plan_remanage())
    touched(watching)
    await told(watching, root)


async def test_what_is_in_the_way_is_a_warning(
    watching: Desk, root: Path, scratch_home: Path
) -> None:
    (root / "zsh/dot-zlogin").write_text("\n")
    (scratch_home / ".zlogin").write_text("mine\n")
    touched(watching)
    await told(watching, root, "1 conflict")
    (found,) = watching.client.diagnostics[uri(root / "dotstream.toml")]
    assert found.severity == types.DiagnosticSeverity.Warning
    assert found.code == "out-of-step"


async def test_it_stands_beside_what_is_wrong_with_the_configuration(
    watching: Desk, root: Path
) -> None:
    (root / "zsh/dot-zlogin").write_text("\n")
    touched(watching)
    await told(watching, root, "1 change")
    configuration = root / "dotstream.toml"
    watching.open(configuration, 'foldin = "never"\n')
    await watching.codes(configuration, "unknown-key", "out-of-step")
    watching.close(configuration)
    await told(watching, root, "1 change")


async def test_a_package_that_is_not_managed_is_no_business_of_anybody(
    watching: Desk, root: Path
) -> None:
    (root / "vim/dot-gvimrc").write_text("\n")
    (root / "zsh/dot-zlogin").write_text("\n")
    touched(watching)
    await told(watching, root, "1 change")


async def test_nobody_is_told_unasked(capable: Desk, root: Path) -> None:
    client = Client(root)
    client.apply(client.plan_manage("zsh"))
    (root / "zsh/dot-zlogin").write_text("\n")
    touched(capable)
    path = root / "vim/dot-vimrc"
    capable.open(path)
    await capable.codes(path, "unlinked")
    assert uri(root / "dotstream.toml") not in capable.client.diagnostics
