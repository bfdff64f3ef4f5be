"""An editor at a desk: documents on a real server process, and all that the server sends.

It is pytest-lsp's client, which checks every message against the capabilities that were
announced, with a memory and a way to wait for what comes.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_from_bytes

from lsprotocol import types
from pytest_lsp.client import LanguageClient, make_test_lsp_client

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = ["CAPABLE", "PLAIN", "Desk", "uri"]

_PATIENCE = 30.0

PLAIN = types.ClientCapabilities(
    text_document=types.TextDocumentClientCapabilities(
        publish_diagnostics=types.PublishDiagnosticsClientCapabilities(),
        completion=types.CompletionClientCapabilities(
            completion_item=types.ClientCompletionItemOptions(
                documentation_format=[types.MarkupKind.PlainText]
            )
        ),
        hover=types.HoverClientCapabilities(content_format=[types.MarkupKind.Markdown]),
        document_symbol=types.DocumentSymbolClientCapabilities(
            hierarchical_document_symbol_support=True
        ),
        inlay_hint=types.InlayHintClientCapabilities(),
        code_lens=types.CodeLensClientCapabilities(),
        code_action=types.CodeActionClientCapabilities(
            code_action_literal_support=types.ClientCodeActionLiteralOptions(
                types.ClientCodeActionKindOptions(value_set=[types.CodeActionKind.QuickFix])
            )
        ),
        document_link=types.DocumentLinkClientCapabilities(tooltip_support=True),
    ),
)
"""An editor that knows the features and asks for them, and takes no requests."""

CAPABLE = types.ClientCapabilities(
    text_document=PLAIN.text_document,
    window=types.WindowClientCapabilities(
        work_done_progress=True,
        show_document=types.ShowDocumentClientCapabilities(support=True),
        show_message=types.ShowMessageRequestClientCapabilities(),
    ),
    workspace=types.WorkspaceClientCapabilities(
        workspace_folders=True,
        did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(
            dynamic_registration=True
        ),
        inlay_hint=types.InlayHintWorkspaceClientCapabilities(refresh_support=True),
        code_lens=types.CodeLensWorkspaceClientCapabilities(refresh_support=True),
        apply_edit=True,
    ),
)
"""An editor that takes every request that the server may make."""


def uri(path: str | os.PathLike[str]) -> str:
    """Return the URI of a path, written without the server's help."""
    return "file://" + quote_from_bytes(os.fsencode(path))


class Desk:
    """One editor with one server.

    Attributes:
        shown: what the server asked to show, in order.
        refreshes: the refresh requests by method.
        registered: what the server registered later.
        said: the messages for people.
        edits: what was to be changed in open files.
    """

    def __init__(self, client: LanguageClient) -> None:
        self.client = client
        self.shown: list[types.ShowDocumentParams] = []
        self.refreshes: dict[str, int] = {}
        self.registered: list[types.Registration] = []
        self.edits: list[types.WorkspaceEdit] = []
        self.said: list[types.ShowMessageParams] = []
        self.progress: list[tuple[Any, Any]] = []
        self._waiting: list[asyncio.Future[None]] = []
        self._take_over()

    @classmethod
    async def sit_down(
        cls,
        *,
        capabilities: types.ClientCapabilities = PLAIN,
        folders: Sequence[Path] = (),
        root: Path | None = None,
        environ: dict[str, str] | None = None,
    ) -> Desk:
        """Start a server and shake hands."""
        client = make_test_lsp_client()
        desk = cls(client)
        await client.start_io(
            sys.executable,
            "-m",
            "dotstream",
            "lsp",
            "--stdio",
            env={**os.environ, **(environ or {})},
        )
        desk.hello = await client.initialize_session(
            types.InitializeParams(
                capabilities=capabilities,
                root_uri=None if root is None else uri(root),
                workspace_folders=[
                    types.WorkspaceFolder(uri(folder), folder.name) for folder in folders
                ],
            )
        )
        return desk

    hello: types.InitializeResult

    async def leave(self) -> None:
        """Say goodbye."""
        await self.client.shutdown_session()
        await self.client.stop()  # type: ignore[no-untyped-call]

    # Documents -------------------------------------------------------------------------

    def open(self, path: str | os.PathLike[str], text: str | None = None) -> str:
        """Open a file, with unsaved text if there is one, and return its URI."""
        if text is None:
            with open(path, encoding="utf-8", errors="replace", newline="") as file:
                text = file.read()
        address = uri(path)
        item = types.TextDocumentItem(address, "plaintext", 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return address

    def edit(
        self,
        path: str | os.PathLike[str],
        version: int,
        *changes: types.TextDocumentContentChangeEvent,
    ) -> None:
        """Edit an open file."""
        document = types.VersionedTextDocumentIdentifier(version, uri(path))
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(document, list(changes))
        )

    def replace(self, path: str | os.PathLike[str], version: int, text: str) -> None:
        """Replace the text of an open file."""
        self.edit(path, version, types.TextDocumentContentChangeWholeDocument(text))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Tell that a file was saved."""
        self.client.text_document_did_save(
            types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri(path)))
        )

    def close(self, path: str | os.PathLike[str]) -> None:
        """Close a file."""
        self.client.text_document_did_close(
            types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri(path)))
        )

    # What comes ------------------------------------------------------------------------

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something holds, looked at after every message."""

        async def wait() -> None:
            while not condition():
                future = asyncio.get_running_loop().create_future()
                self._waiting.append(future)
                await future

        await asyncio.wait_for(wait(), _PATIENCE)

    async def diagnostics(
        self,
        path: str | os.PathLike[str],
        accept: Callable[[Sequence[types.Diagnostic]], bool] = lambda _: True,
    ) -> Sequence[types.Diagnostic]:
        """Return the diagnostics of a file when there are some that are accepted."""
        known = self.client.diagnostics
        address = uri(path)
        await self.until(lambda: address in known and accept(known[address]))
        return known[address]

    async def codes(
        self, path: str | os.PathLike[str], *codes: str
    ) -> Sequence[types.Diagnostic]:
        """Return the diagnostics of a file when they have just these codes."""
        return await self.diagnostics(
            path, lambda found: [each.code for each in found] == list(codes)
        )

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def _take_over(self) -> None:
        # lsprotocol takes every action that has a command for a command.
        converter = self.client.protocol._converter

        def action(given: Any, _: Any) -> Any:
            kind = types.Command if isinstance(given["command"], str) else types.CodeAction
            return converter.structure(given, kind)

        converter.register_structure_hook(
            types.Command | types.CodeAction,
            lambda given, kind: action({"command": None, **given}, kind),
        )
        features = self.client.protocol.fm._features

        def feature(method: str, take: Callable[[Any], Any]) -> None:
            features.pop(method, None)

            def handler(params: Any = None) -> Any:
                answer = take(params)
                self._wake()
                return answer

            self.client.feature(method)(handler)

        def publish(params: types.PublishDiagnosticsParams) -> None:
            self.client.diagnostics[params.uri] = params.diagnostics

        def show(params: types.ShowDocumentParams) -> types.ShowDocumentResult:
            self.shown.append(params)
            return types.ShowDocumentResult(success=True)

        def refresh(method: str) -> Callable[[Any], None]:
            def count(_params: Any) -> None:
                self.refreshes[method] = self.refreshes.get(method, 0) + 1

            return count

        def report(params: types.ProgressParams) -> None:
            self.progress.append((params.token, params.value))

        feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, publish)
        feature(types.WINDOW_SHOW_DOCUMENT, show)

        def edit(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
            self.edits.append(params.edit)
            return types.ApplyWorkspaceEditResult(applied=True)

        feature(types.WORKSPACE_APPLY_EDIT, edit)
        feature(types.WINDOW_SHOW_MESSAGE, self.said.append)
        feature(types.PROGRESS, report)
        feature(types.WINDOW_WORK_DONE_PROGRESS_CREATE, lambda _: None)
        feature(
            types.CLIENT_REGISTER_CAPABILITY,
            lambda params: self.registered.extend(params.registrations),
        )
        for method in (types.WORKSPACE_INLAY_HINT_REFRESH, types.WORKSPACE_CODE_LENS_REFRESH):
            feature(method, refresh(method))
