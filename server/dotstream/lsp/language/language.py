"""Everything that any editor asks for, registered with the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

from dotstream.lsp.language import answers, config_completion
from dotstream.lsp.language.abilities import Abilities
from dotstream.lsp.language.answers import Session
from dotstream.lsp.language.background import Background
from dotstream.lsp.language.commands import Commands
from dotstream.lsp.language.config_packages import PackageCounts
from dotstream.lsp.language.documents import Document, Documents
from dotstream.lsp.uris import path_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pygls.lsp.server import LanguageServer

__all__ = ["Language"]

_TYPING = 0.15
"""Seconds without a key before what is typed is looked at."""


class Language:
    """The ordinary features of one connection.

    Args:
        server: asked for the client's capabilities, and told of what is found.
    """

    def __init__(self, server: LanguageServer) -> None:
        self._server = server
        self._documents = Documents()
        self._background = Background()
        self._counts = PackageCounts()
        self._register()

    def close(self) -> None:
        """End what is being worked on."""
        self._background.close()

    @property
    def _session(self) -> Session:
        abilities = Abilities(self._server.client_capabilities)
        commands = Commands(abilities.commands())
        return Session(abilities, commands, self._counts, tuple(self._folders()))

    def _folders(self) -> Iterator[str]:
        """Yield what the editor has open; its oldest way to say so is one root."""
        workspace = self._server.protocol.workspace
        uris = [folder.uri for folder in workspace.folders.values()]
        for uri in uris or [workspace.root_uri or ""]:
            try:
                yield path_of(uri)
            except ValueError:
                continue

    def _register(self) -> None:
        triggers = list(config_completion.TRIGGERS)
        events: dict[str, Callable[[Any], None]] = {
            types.TEXT_DOCUMENT_DID_OPEN: self._opened,
            types.TEXT_DOCUMENT_DID_CHANGE: self._changed,
            types.TEXT_DOCUMENT_DID_SAVE: self._saved,
            types.TEXT_DOCUMENT_DID_CLOSE: self._closed,
        }
        questions: dict[str, tuple[Callable[..., Any], Any]] = {
            types.TEXT_DOCUMENT_COMPLETION: (
                answers.completions,
                types.CompletionOptions(trigger_characters=triggers),
            ),
            types.TEXT_DOCUMENT_HOVER: (answers.hover, None),
            types.TEXT_DOCUMENT_DOCUMENT_SYMBOL: (answers.symbols, None),
            types.TEXT_DOCUMENT_INLAY_HINT: (answers.inlay_hints, None),
            types.TEXT_DOCUMENT_CODE_LENS: (answers.lenses, None),
            types.TEXT_DOCUMENT_CODE_ACTION: (
                answers.actions,
                types.CodeActionOptions(
                    code_action_kinds=[
                        types.CodeActionKind.QuickFix,
                        types.CodeActionKind.Refactor,
                    ]
                ),
            ),
        }
        for method, take in events.items():
            # pygls' own would answer first, and keep the documents its own way.
            self._server.protocol.fm.builtin_features.pop(method, None)
            self._server.feature(method)(_taking(take))
        for method, (answer, options) in questions.items():
            self._server.feature(method, options)(self._answering(answer))

    def _answering(self, answer: Callable[..., Any]) -> Callable[..., Any]:
        """Return a request's handler: it answers about a document that is open."""

        async def ask(params: Any) -> Any:
            document = self._documents.find(params.text_document.uri)
            if document is None:
                return None
            session = self._session
            return await self._background.try_run(
                lambda cancel: answer(session, document, params, cancel), None
            )

        return ask

    # Documents -------------------------------------------------------------------------

    def _opened(self, params: types.DidOpenTextDocumentParams) -> None:
        codec = self._server.protocol.workspace.position_codec
        document = self._documents.open(params.text_document, codec)
        if document is not None:
            self._look_at(document, 0)

    def _changed(self, params: types.DidChangeTextDocumentParams) -> None:
        known = params.text_document
        document = self._documents.change(known.uri, known.version, params.content_changes)
        if document is not None and document.kind != "member":
            self._look_at(document, _TYPING)

    def _saved(self, params: types.DidSaveTextDocumentParams) -> None:
        document = self._documents.find(params.text_document.uri)
        if document is not None:
            self._look_at(document, 0)

    def _closed(self, params: types.DidCloseTextDocumentParams) -> None:
        document = self._documents.close(params.text_document.uri)
        if document is not None:
            self._background.drop(("diagnose", document.path))
            self._publish(document, [])

    # Diagnostics -----------------------------------------------------------------------

    def _look_at(self, document: Document, delay: float) -> None:
        async def look() -> None:
            session = self._session
            found = await self._background.try_run(
                lambda cancel: answers.diagnostics(session, document, cancel), None
            )
            now = self._documents.at(document.path)
            if found is not None and now is not None and now.version == document.version:
                self._publish(document, found)

        self._background.later(("diagnose", document.path), delay, look)

    def _publish(self, document: Document, found: list[types.Diagnostic]) -> None:
        self._server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(document.uri, found, document.version)
        )


def _taking(take: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return a method as a function, which pygls can put its notes on."""

    def taking(params: Any) -> None:
        take(params)

    return taking
