"""The whole of it with the capabilities that real editors announce.

The client refuses what the editor did not say that it can take.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lsprotocol import types
from pytest_lsp import client_capabilities
from tests.lsp.language.desk import Desk, uri
from tests.lsp.language.test_commands import order
from tests.lsp.language.test_config_packages import hints
from tests.lsp.language.test_member import actions, hover, lenses

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["neovim@v0.11.0", "emacs@v29.1", "visual-studio-code@v1.65.2"])
async def test_an_editor_takes_everything_it_is_sent(
    root: Path, scratch_home: Path, name: str
) -> None:
    editor, _, version = name.partition("@")
    capabilities = client_capabilities(f"{editor.replace('-', '_')}@{version}")
    desk = await Desk.sit_down(capabilities=capabilities, folders=[root])
    member, target, configuration = (
        root / "zsh/dot-zshrc",
        scratch_home / ".zshrc",
        root / "dotstream.toml",
    )
    target.write_text("mine\n")
    for path in (member, target):
        desk.open(path)
        await desk.codes(path, "conflict")
        await hover(desk, path)
        await lenses(desk, path)
        await actions(desk, path)
    desk.open(configuration, '[packages.zsh]\nhosts = [\n[profiles.a]\npackages = ["zhs"]\n')
    await desk.codes(configuration, "broken-toml", "no-such-package")
    await actions(desk, configuration)
    await hints(desk, configuration)
    document = types.TextDocumentIdentifier(uri(configuration))
    await desk.client.text_document_completion_async(
        types.CompletionParams(document, types.Position(0, 0))
    )
    await desk.client.text_document_document_symbol_async(types.DocumentSymbolParams(document))
    await desk.client.text_document_document_link_async(types.DocumentLinkParams(document))
    said = await order(
        desk, "resolve", root=uri(root), path=uri(target), package="zsh", policy="backup"
    )
    assert said == "Back up ~/.zshrc: 2 operations"
    await desk.codes(member)
    await order(desk, "plan", root=uri(root), packages=["vim"])
    await desk.leave()
