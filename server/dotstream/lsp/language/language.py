"""Everything that any editor asks for, registered with the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

from dotstream.lsp.language import features
from dotstream.lsp.language.abilities import Commands
from dotstream.lsp.language.background import Background
from dotstream.lsp.language.config.packages import PackageCounts
from dotstream.lsp.language.features import Workspace
from dotstream.lsp.language.kept import Kept
from dotstream.lsp.language.registering import COMPLETION, registrations, watched
from dotstream.lsp.language.step import Step, look
from dotstream.lsp.uris import path_of, to_uri

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dotstream.lsp.language.documents import Document
    from dotstream.lsp.language.subject import Subject
    from dotstream.lsp.protocol import Protocol

_TYPING = 0.15
"""Seconds without a key before what is typed is looked at."""

_SHARE = 20
"""Between two looks at all that is managed it rests so many times as long as one takes."""

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
        self._peer = protocol.peer
        self._documents = protocol.peer.documents
        self._background = Background()
        self._counts = PackageCounts()
        self._subjects: Kept[str, Subject | None] = Kept()
        self._published: dict[str, list[types.Diagnostic]] = {}
        self._step = Step({}, 0)
        self._register()

    def end(self) -> None:
        """End what is being worked on."""
        if self.changed in self._protocol.listeners:
            self._protocol.listeners.remove(self.changed)
        self._background.close()

    @property
    def _workspace(self) -> Workspace:
        abilities = self._peer.abilities
        commands = Commands(abilities.commands())
        folders, skipped = tuple(self._folders()), frozenset(self._peer.skipped)
        return Workspace(abilities, commands, self._counts, self._subjects, folders, skipped)

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
        events: dict[str, Callable[[Any], None]] = {
            types.TEXT_DOCUMENT_DID_OPEN: self._opened,
            types.TEXT_DOCUMENT_DID_CHANGE: self._changed,
            types.TEXT_DOCUMENT_DID_SAVE: self._saved,
            types.TEXT_DOCUMENT_DID_CLOSE: self._closed,
            types.WORKSPACE_DID_CHANGE_WATCHED_FILES: self._files_changed,
            types.INITIALIZED: self._initialized,
        }
        questions: dict[str, tuple[Callable[..., Any], Any]] = {
            types.TEXT_DOCUMENT_COMPLETION: (features.completions, COMPLETION),
            types.TEXT_DOCUMENT_HOVER: (features.hover, None),
            types.TEXT_DOCUMENT_DOCUMENT_SYMBOL: (features.symbols, None),
            types.TEXT_DOCUMENT_INLAY_HINT: (features.inlay_hints, None),
            types.TEXT_DOCUMENT_CODE_LENS: (features.lenses, None),
            types.TEXT_DOCUMENT_DOCUMENT_LINK: (features.links, None),
            types.TEXT_DOCUMENT_CODE_ACTION: (
                features.actions,
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
            workspace = self._workspace
            return await self._background.try_run(
                lambda cancel: answer(workspace, document, params, cancel), None
            )

        return ask

    # Documents -------------------------------------------------------------------------

    def _opened(self, params: types.DidOpenTextDocumentParams) -> None:
        codec = self._protocol.workspace.position_codec
        self._subjects.forget()  # whoever opens a file may have come back from a terminal
        document = self._documents.open(params.text_document, codec)
        if document is not None:
            self._look_at(document, 0)

    def _changed(self, params: types.DidChangeTextDocumentParams) -> None:
        known = params.text_document
        self._subjects.forget()
        document = self._documents.change(known.uri, known.version, params.content_changes)
        if document is not None and document.kind != "member":
            self._look_at(document, _TYPING)

    def _saved(self, params: types.DidSaveTextDocumentParams) -> None:
        document = self._documents.find(params.text_document.uri)
        if document is None:
            return
        if document.kind == "member":
            self._forget()
            self._look_at(document, 0)
            self._compare()
        else:
            self.changed()

    def _closed(self, params: types.DidCloseTextDocumentParams) -> None:
        self._subjects.forget()
        document = self._documents.close(params.text_document.uri)
        if document is not None:
            self._background.drop(("diagnose", document.path))
            self._published[document.path] = []
            self._publish(document.path, document)
            del self._published[document.path]

    # What changed ----------------------------------------------------------------------

    def changed(self) -> None:
        """Look at everything again: packages, target or configuration changed."""
        self._forget()
        for document in self._documents:
            self._look_at(document, 0)
        self._refresh()
        self._compare()

    def _compare(self) -> None:
        """Tell what is out of step, if the client wants to know; after a rest."""
        if not self._peer.watches:
            return
        folders = tuple(self._folders())

        async def compare() -> None:
            step = await self._background.run(lambda cancel: look(folders, cancel))
            before, self._step = self._step.found, step
            for path in before.keys() | step.found.keys():
                if before.get(path, []) != step.found.get(path, []):
                    self._publish(path)

        self._background.later("compare", max(_TYPING, _SHARE * self._step.took), compare)

    def _forget(self) -> None:
        self._counts.forget()
        self._subjects.forget()

    def _refresh(self) -> None:
        """Have the client ask again for what it shows."""
        abilities = self._peer.abilities
        for method, ability in _REFRESHES.items():
            if abilities.has(ability):
                self._protocol.send_request(method, None)

    def _files_changed(self, _params: types.DidChangeWatchedFilesParams) -> None:
        async def look() -> None:
            self.changed()

        self._background.later("files changed", _TYPING, look)

    def _initialized(self, _params: types.InitializedParams) -> None:
        """Follow changes, and register with the client what it lets us register."""
        self._protocol.listeners.append(self.changed)
        self._compare()
        abilities = self._peer.abilities
        self._have_registered(registrations(abilities))
        watching = "workspace.did_change_watched_files"
        if not abilities.has(f"{watching}.dynamic_registration"):
            return
        folders = tuple(self._folders())
        relative = abilities.has(f"{watching}.relative_pattern_support")

        async def ask() -> None:
            watchers = await self._background.run(lambda _: watched(folders, relative=relative))
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
            self._have_registered([types.Registration("dotstream-files", method, options)])

        self._background.later("register", 0, ask)

    def _have_registered(self, wanted: list[types.Registration]) -> None:
        if wanted:
            self._protocol.send_request(
                types.CLIENT_REGISTER_CAPABILITY, types.RegistrationParams(wanted)
            )

    # Diagnostics -----------------------------------------------------------------------

    def _look_at(self, document: Document, delay: float) -> None:
        async def look() -> None:
            workspace = self._workspace
            found = await self._background.try_run(
                lambda cancel: features.diagnostics(workspace, document, cancel), None
            )
            now = self._documents.at(document.path)
            if found is None or now is None or now.version != document.version:
                return
            before = self._published.get(document.path)
            self._published[document.path] = found
            self._publish(document.path, document)
            if document.kind == "member" and before is not None and before != found:
                self._refresh()

        self._background.later(("diagnose", document.path), delay, look)

    def _publish(self, path: str, document: Document | None = None) -> None:
        """Send what there is to say about a path, whether it is open or not."""
        document = document or self._documents.at(path)
        found = [*self._published.get(path, []), *self._step.found.get(path, [])]
        uri = to_uri(path) if document is None else document.uri
        version = None if document is None else document.version
        self._protocol.notify(
            types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS,
            types.PublishDiagnosticsParams(uri, found, version),
        )


def _taking(take: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return a method as a function, which pygls can put its notes on."""

    def taking(params: Any) -> None:
        take(params)

    return taking
