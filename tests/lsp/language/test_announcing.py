"""What is announced for which documents: an editor's keys stay its user's everywhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types
from pytest_lsp import client_capabilities
from tests.lsp.language.desk import Desk

if TYPE_CHECKING:
    from pathlib import Path

_OWN = {
    "**/dotstream.toml",
    "**/dotstream.local.toml",
    "**/.stow-local-ignore",
    "**/.stow-global-ignore",
}


async def test_hover_and_completion_are_registered_for_our_own_documents_only(
    root: Path,
) -> None:
    desk = await Desk.sit_down(
        capabilities=client_capabilities("visual_studio_code@v1.65.2"), folders=[root]
    )
    announced = desk.hello.capabilities
    assert announced.hover_provider is None
    assert announced.completion_provider is None
    assert announced.document_symbol_provider is None
    await desk.until(lambda: len(desk.registered) > 2)
    selectors = {
        each.method: {filters["pattern"] for filters in each.register_options["documentSelector"]}
        for each in desk.registered
        if each.register_options is not None
        and each.method != types.WORKSPACE_DID_CHANGE_WATCHED_FILES
    }
    assert selectors == dict.fromkeys(
        (
            types.TEXT_DOCUMENT_HOVER,
            types.TEXT_DOCUMENT_COMPLETION,
            types.TEXT_DOCUMENT_DOCUMENT_SYMBOL,
        ),
        _OWN,
    )
    await desk.leave()


async def test_an_editor_that_takes_no_registrations_has_them_announced(desk: Desk) -> None:
    announced = desk.hello.capabilities
    assert announced.hover_provider
    assert announced.completion_provider
    assert desk.registered == []
