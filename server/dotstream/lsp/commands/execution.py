"""The server's own commands, for editors without an extension of ours.

A command is answered as soon as it is understood; how it goes is told as progress that the
server itself begins, and how it ended as a message.  They are carried out one after another.
"""

from __future__ import annotations

import asyncio
import logging
from hashlib import blake2b
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from dotstream.errors import Cancelled, DotstreamError
from dotstream.fs.files import read_text, replace_text
from dotstream.fs.process import cache_home, environment, home_directory
from dotstream.lsp.commands.commands import SERVER_COMMANDS
from dotstream.lsp.commands.server_commands import DEEDS, Edit, Outcome, Request
from dotstream.lsp.language.abilities import Abilities
from dotstream.lsp.language.ignore.editing import with_ignored
from dotstream.lsp.language.text import Text
from dotstream.lsp.requests.faults import fault_of
from dotstream.lsp.requests.labels import path_label
from dotstream.lsp.requests.progress import in_words
from dotstream.lsp.uris import to_uri
from dotstream.model.cancel import CancellationToken
from dotstream.model.directory import display

if TYPE_CHECKING:
    from collections.abc import Callable

    from dotstream.lsp.language.background import Background
    from dotstream.lsp.language.documents import Documents
    from dotstream.lsp.protocol import Protocol
    from dotstream.model.events import Progress

__all__ = ["Execution"]

_EVERY = 0.1
"""Seconds between two reports of progress."""

_PATIENCE = 5.0
"""Seconds that the client has to answer before its display is done without."""

_log = logging.getLogger(__name__)


class Execution:
    """Carries out commands.

    Args:
        done: called with the request and the outcome of each command.
    """

    def __init__(
        self,
        protocol: Protocol,
        background: Background,
        documents: Documents,
        done: Callable[[Request, Outcome], None],
    ) -> None:
        self._protocol = protocol
        self._background = background
        self._documents = documents
        self._done = done
        self._turn = asyncio.Lock()
        self._numbers = count(1)
        self._running: dict[str, CancellationToken] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        for name in SERVER_COMMANDS:
            protocol.fm.command(f"dotstream.server.{name}")(self._taking(name))

    def _taking(self, name: str) -> Callable[..., None]:
        def take(*arguments: Any) -> None:
            if name == "cancel":
                self.cancel()
                return
            request = Request.of(arguments[0] if arguments else None)
            task = asyncio.get_running_loop().create_task(self._run(name, request))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        return take

    def cancel(self, token: str | int | None = None) -> None:
        """Ask commands to stop: the one that tells its progress on ``token``, or all."""
        for name, running in self._running.items():
            if token in (None, name):
                running.cancel()

    async def end(self) -> None:
        """Ask every command to stop, and wait until each has rolled back what it did."""
        self.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    # One command -----------------------------------------------------------------------

    async def _run(self, name: str, request: Request) -> None:
        token, cancel = f"dotstream-{next(self._numbers)}", CancellationToken()
        self._running[token] = cancel
        try:
            async with self._turn:
                shown = await self._begin(token, name, request)
                outcome, kind = await self._work(name, request, cancel, token if shown else None)
                if shown:
                    self._report(token, {"kind": "end", "message": outcome.message})
            await self._tell(outcome, kind, request)
            self._done(request, outcome)
        except Exception:  # noqa: BLE001 - the boundary; nobody waits for an answer
            _log.exception("a bug in dotstream: the command %s failed", name)
            self._say("an internal error, which is a bug in dotstream", types.MessageType.Error)
        finally:
            del self._running[token]

    async def _work(
        self, name: str, request: Request, cancel: CancellationToken, shown: str | None
    ) -> tuple[Outcome, types.MessageType]:
        """Carry out a command; what is foreseen to go wrong becomes a message."""
        next_report = monotonic() + _EVERY

        def tell(progress: Progress) -> None:  # called by the thread that works
            nonlocal next_report
            if shown is not None and monotonic() >= next_report:
                next_report = monotonic() + _EVERY
                self._report(shown, {"kind": "report", "message": in_words(progress)})

        try:
            if cancel.cancelled:
                return Outcome("Cancelled; nothing was changed"), types.MessageType.Warning
            outcome = await self._background.run(
                lambda token: DEEDS[name](request, token, tell), cancel
            )
            if outcome.edit is not None:
                return await self._edit(outcome.edit), types.MessageType.Info
            return outcome, types.MessageType.Info
        except Cancelled as error:
            return Outcome(fault_of(error).message), types.MessageType.Warning
        except (DotstreamError, JsonRpcException, OSError) as error:
            return Outcome(fault_of(error).message), types.MessageType.Error

    async def _edit(self, edit: Edit) -> Outcome:
        """Write into a file, through the editor if it can: there it can be undone."""
        document = self._documents.at(edit.path)
        codec = self._protocol.workspace.position_codec
        if document is not None:
            text = document.text
        else:
            text = Text(await self._background.run(lambda _: read_text(edit.path) or ""), codec)
        offset, addition = with_ignored(text.source, edit.package, edit.pattern)
        message = f"Added {edit.pattern!r} to ignore of package {edit.package}"
        if document is not None and self._abilities.has("workspace.apply_edit"):
            change = types.TextEdit(text.span(offset, offset), addition)
            answer = await self._ask(
                types.WORKSPACE_APPLY_EDIT,
                types.ApplyWorkspaceEditParams(
                    types.WorkspaceEdit(changes={document.uri: [change]}), message
                ),
            )
            if answer is not None and answer.applied:
                return Outcome(f"{message}; save {path_label(edit.path)}")
            return Outcome("The editor did not take the change")
        after = text.source[:offset] + addition + text.source[offset:]
        await self._background.run(lambda _: replace_text(edit.path, after))
        return Outcome(message, changed=True)

    # The client ------------------------------------------------------------------------

    @property
    def _abilities(self) -> Abilities:
        return Abilities(self._protocol.client_capabilities)

    async def _ask(self, method: str, params: object) -> Any:
        """Ask the client for something; ``None`` if it refuses or does not answer."""
        try:
            future = self._protocol.send_request_async(method, params)
            return await asyncio.wait_for(future, _PATIENCE)
        except (JsonRpcException, TimeoutError) as error:
            _log.info("%s: %s", method, error)
            return None

    async def _begin(self, token: str, name: str, request: Request) -> bool:
        """Begin progress; false if the client does not show any."""
        if not self._abilities.has("window.work_done_progress"):
            return False
        create = types.WorkDoneProgressCreateParams(token)
        try:
            future = self._protocol.send_request_async(
                types.WINDOW_WORK_DONE_PROGRESS_CREATE, create
            )
            await asyncio.wait_for(future, _PATIENCE)
        except (JsonRpcException, TimeoutError):
            return False
        about = display(", ".join(request.packages[:3]))
        title = f"{name.capitalize()} {about}".strip()
        self._report(token, {"kind": "begin", "title": title, "cancellable": True})
        return True

    def _report(self, token: str, value: dict[str, Any]) -> None:
        self._protocol.notify(types.PROGRESS, types.ProgressParams(token, value))

    def _say(self, message: str, kind: types.MessageType) -> None:
        params = types.ShowMessageParams(kind, message)
        self._protocol.notify(types.WINDOW_SHOW_MESSAGE, params)

    async def _tell(self, outcome: Outcome, kind: types.MessageType, request: Request) -> None:
        """Tell a person how it ended, and show what there is to see."""
        message, page = outcome.message, outcome.page
        if page is not None:
            path = await self._background.run(lambda _: _write(request.root, *page))
            shown = None
            if self._abilities.has("window.show_document.support"):
                show = types.ShowDocumentParams(to_uri(path), take_focus=True)
                shown = await self._ask(types.WINDOW_SHOW_DOCUMENT, show)
            if shown is None or not shown.success:
                message = f"{message}; " if message else ""
                message += f"it is written to {path_label(path)}"
        if message:
            self._say(message, kind)


def _write(root: str, name: str, text: str) -> str:
    """Write a page where pages of its package directory are kept, and return its path."""
    place = blake2b(root.encode("utf-8", "surrogateescape"), digest_size=6).hexdigest()
    environ = environment()
    path = f"{cache_home(environ, home_directory(environ))}/{place}/{name}"
    replace_text(path, text)
    return path
