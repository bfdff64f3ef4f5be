"""Everything that any editor asks for, registered with the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

from dotstream.lsp.commands.commands import Commands
from dotstream.lsp.commands.execution import Execution
from dotstream.lsp.language import features as answers
from dotstream.lsp.language.abilities import Abilities
from dotstream.lsp.language.background import Background
from dotstream.lsp.language.config import completion as config_completion
from dotstream.lsp.language.config.packages import PackageCounts
from dotstream.lsp.language.documents import Document, Documents
from dotstream.lsp.language.features import Session
from dotstream.lsp.language.watching import watched
from dotstream.lsp.protocol import tell
from dotstream.lsp.uris import path_of, to_uri

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dotstream.lsp.commands.server_commands import Outcome, Request
    from dotstream.lsp.protocol import Protocol

__all__ = ["Language"]

_TYPING = 0.15
"""Seconds without a key before what is typed is looked at."""


_REFRESHES = {
    types.WORKSPACE_INLAY_HINT_REFRESH: "workspace.inlay_hint.refresh_support",
    types.WORKSPACE_CODE_LENS_REFRESH: "workspace.code_lens.refresh_support",
}
"""Requests that have the client ask again, and what it says if it takes them."""


class Language:
    """The ordinary features of one connection.

    Args:
        protocol: asked for the client's capabilities, and told of what is found.
    """

    def __init__(self, protocol: Protocol) -> None:
        self._protocol = protocol
        self._documents = Documents()
        self._background = Background()
        self._counts = PackageCounts()
        self._skipped: set[str] = set()
        self._published: dict[str, list[types.Diagnostic]] = {}
        self._execution = Execution(protocol, self._background, self._documents, self._done)
        self._register()

    async def end(self) -> None:
        """End what is being worked on, and wait for what has to be rolled back."""
        if self.changed in self._protocol.listeners:
            self._protocol.listeners.remove(self.changed)
        await self._execution.end()
        self._background.close()

    @property
    def _session(self) -> Session:
        abilities = Abilities(self._protocol.client_capabilities)
        commands = Commands(abilities.commands())
        folders, skipped = tuple(self._folders()), frozenset(self._skipped)
        return Session(abilities, commands, self._counts, folders, skipped)

    def _folders(self) -> Iterator[str]:
        """Yield what the editor has open; its oldest way to say so is one root."""
        workspace = self._protocol.workspace
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
            types.WORKSPACE_DID_CHANGE_WATCHED_FILES: self._files_changed,
            types.INITIALIZED: self._initialized,
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
            types.TEXT_DOCUMENT_DOCUMENT_LINK: (answers.links, None),
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
        cancelled = types.WINDOW_WORK_DONE_PROGRESS_CANCEL
        others = self._protocol.fm.builtin_features[cancelled]

        def cancel(params: types.WorkDoneProgressCancelParams) -> None:
            self._execution.cancel(params.token)
            others(params)

        self._protocol.fm.builtin_features[cancelled] = cancel
        for method, take in events.items():
            # pygls' own would answer first, and keep the documents its own way.
            self._protocol.fm.builtin_features.pop(method, None)
            self._protocol.fm.feature(method)(_taking(take))
        folders = types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS  # pygls keeps the list
        self._protocol.fm.feature(folders)(_taking(lambda _: self.changed()))
        for method, (answer, options) in questions.items():
            self._protocol.fm.feature(method, options)(self._answering(answer))

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
        codec = self._protocol.workspace.position_codec
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
        if document is None:
            return
        if document.kind == "member":
            self._counts.forget()
            self._look_at(document, 0)
        else:
            self.changed()

    def _closed(self, params: types.DidCloseTextDocumentParams) -> None:
        document = self._documents.close(params.text_document.uri)
        if document is not None:
            self._background.drop(("diagnose", document.path))
            self._publish(document, [])
            del self._published[document.path]

    # What changed ----------------------------------------------------------------------

    def changed(self) -> None:
        """Look at everything again: packages, target or configuration changed."""
        self._counts.forget()
        for document in self._documents:
            self._look_at(document, 0)
        self._refresh()

    def _refresh(self) -> None:
        """Have the client ask again for what it shows."""
        abilities = Abilities(self._protocol.client_capabilities)
        for method, ability in _REFRESHES.items():
            if abilities.has(ability):
                self._protocol.send_request(method, None)

    def _done(self, request: Request, outcome: Outcome) -> None:
        if outcome.skipped is not None:
            self._skipped.add(outcome.skipped)
        if outcome.changed:
            tell(  # us too
                {
                    "root": to_uri(request.root),
                    "target": to_uri(request.client.target),
                    "transaction": outcome.transaction,
                }
            )
        elif outcome.skipped is not None:
            self.changed()

    def _files_changed(self, _params: types.DidChangeWatchedFilesParams) -> None:
        async def look() -> None:
            self.changed()

        self._background.later("files changed", _TYPING, look)

    def _initialized(self, _params: types.InitializedParams) -> None:
        """Follow changes, and have the client watch what answers depend on, if it can."""
        self._protocol.listeners.append(self.changed)
        abilities = Abilities(self._protocol.client_capabilities)
        watching = "workspace.did_change_watched_files"
        if not abilities.has(f"{watching}.dynamic_registration"):
            return
        folders = tuple(self._folders())
        relative = abilities.has(f"{watching}.relative_pattern_support")

        async def ask() -> None:
            watchers = await self._background.run(lambda _: watched(folders, relative=relative))
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
            registration = types.Registration("dotstream-files", method, options)
            self._protocol.send_request(
                types.CLIENT_REGISTER_CAPABILITY, types.RegistrationParams([registration])
            )

        self._background.later("register", 0, ask)

    # Diagnostics -----------------------------------------------------------------------

    def _look_at(self, document: Document, delay: float) -> None:
        async def look() -> None:
            session = self._session
            found = await self._background.try_run(
                lambda cancel: answers.diagnostics(session, document, cancel), None
            )
            now = self._documents.at(document.path)
            if found is None or now is None or now.version != document.version:
                return
            before = self._published.get(document.path)
            self._publish(document, found)
            if document.kind == "member" and before is not None and before != found:
                self._refresh()

        self._background.later(("diagnose", document.path), delay, look)

    def _publish(self, document: Document, found: list[types.Diagnostic]) -> None:
        self._published[document.path] = found
        self._protocol.notify(
            types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS,
            types.PublishDiagnosticsParams(document.uri, found, document.version),
        )


def _taking(take: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return a method as a function, which pygls can put its notes on."""

    def taking(params: Any) -> None:
        take(params)

    return taking
