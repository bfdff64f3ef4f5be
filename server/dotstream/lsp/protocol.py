"""The protocol: every message that comes in is looked at here, every request answered.

pygls does what is ordinary LSP.  Three of its habits are unfit for us and are overridden:
a request whose parameters do not fit is never answered, a handler that runs on a thread
cannot be cancelled, and tracebacks go out on the wire.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakSet

from cattrs import transform_error
from cattrs.errors import BaseValidationError
from lsprotocol import types
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInvalidParams,
    JsonRpcMethodNotFound,
    JsonRpcServerNotInitialized,
)
from pygls.protocol import LanguageServerProtocol, lsp_method

from dotstream.fs.process import is_alive
from dotstream.lsp.language.abilities import Abilities
from dotstream.lsp.language.registering import withdraw
from dotstream.lsp.messages import message as written
from dotstream.lsp.peer import Peer
from dotstream.lsp.requests.batches import MAX_BATCH, MAX_WINDOW
from dotstream.lsp.requests.commands import CANCEL, COMMANDS, PREFIX
from dotstream.lsp.requests.faults import BUG, INTERNAL_ERROR, INVALID_REQUEST, fault_of
from dotstream.lsp.requests.registry import METHODS, Registry

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from dotstream.lsp.messages import JSON
    from dotstream.lsp.requests.call import Call
    from dotstream.lsp.requests.running import Outcome
    from dotstream.lsp.transport.outbox import Outbox

VERSION = 1
"""Version of our own methods; goes up when a client could break."""

ACK = "dotstream/ack"
"""What a client gives a stream credit with; the only message that any thread may take."""

_WATCHING = 3.0
"""Seconds between two looks at the client's process."""

_log = logging.getLogger(__name__)

_connected: WeakSet[Protocol] = WeakSet()
"""The connections of this process; used on the event loop only."""


def tell(changed: dict[str, JSON]) -> None:
    """Tell every client of this process that something was changed."""
    for protocol in list(_connected):
        protocol.tell_changed(changed)


class Protocol(LanguageServerProtocol):
    """LSP with our methods beside it."""

    def attach(self, outbox: Outbox, stopped: asyncio.Event, greeted: asyncio.Event) -> None:
        """Connect to a client.

        Args:
            outbox: takes what goes out.
            stopped: set when the client says that the server may end, or is gone.
            greeted: set when the client has said hello.
        """
        self.set_writer(outbox, include_headers=False)
        self.peer: Peer = Peer(outbox)
        self.registry: Registry = Registry(self.peer, outbox, self.answer, self._called)
        self._outbox = outbox
        self._stopped = stopped
        self._greeted = greeted
        self._announced = False
        self.listeners: list[Callable[[], None]] = []  # called when something was changed
        for name in (*COMMANDS, CANCEL):
            self.fm.command(PREFIX + name)(self._commanding(name))
        _connected.add(self)

    def _commanding(self, name: str) -> Callable[..., None]:
        """Return what takes a command: it is answered as soon as it is understood."""

        def take(*arguments: Any) -> None:
            if name == CANCEL:
                self.registry.cancel_commands()
            else:
                self.registry.command(name, arguments[0] if arguments else None)

        return take

    def _called(self, call: Call) -> None:
        """Tell everybody what a call changed, or look again at what it has hidden."""
        if call.changed is not None:
            tell(call.changed)
        elif call.skipped:
            self.look_again()

    def look_again(self) -> None:
        """Have what is shown looked at anew."""
        for listener in self.listeners:
            listener()

    @property
    def exit_code(self) -> int:
        """What the process ends with: 0 if the client said goodbye first."""
        return 0 if self._shutdown else 1

    # Coming in -------------------------------------------------------------------------

    def receive(self, message: object) -> None:
        """Take one message; whatever is wrong with a request, it is answered."""
        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
            self.refuse(None, INVALID_REQUEST, "not a JSON-RPC 2.0 message")
            return
        request_id, method = message.get("id"), message.get("method")
        if "id" not in message or ("method" not in message and request_id is not None):
            try:
                self._take(message)
            except Exception as error:  # noqa: BLE001 - the boundary; nobody waits for an answer
                self._log_ignored(method, error)
            return
        if isinstance(request_id, bool) or not isinstance(request_id, str | int):
            self.refuse(None, INVALID_REQUEST, "the id of a request is a string or an integer")
            return
        try:
            self._request(request_id, method, message)
        except Exception as error:  # noqa: BLE001 - the boundary
            self.answer(request_id, fault_of(error))

    def _request(self, request_id: str | int, method: object, message: dict[str, Any]) -> None:
        if not isinstance(method, str):
            raise _invalid_request("the method of a request is a string")
        if request_id in self.registry or request_id in self._request_futures:
            raise _invalid_request(f"request {request_id!r} is still being worked on")
        if self._shutdown:
            raise _invalid_request("the server is shut down")
        if self._greeted.is_set() == (method == types.INITIALIZE):
            if self._greeted.is_set():
                raise _invalid_request("the server is initialized already")
            raise JsonRpcServerNotInitialized("the first request has to be initialize")
        if method in METHODS:
            self.registry.request(request_id, method, message.get("params"))
        elif method in self.fm.builtin_features or method in self.fm.features:
            self.handle_message(self._structured(method, message))
        else:
            raise JsonRpcMethodNotFound(f"no method {method!r}", data={"method": method})

    def _take(self, message: dict[str, Any]) -> None:
        """Take a notification, or the client's answer to a request of ours."""
        method = message.get("method")
        if method == types.EXIT:
            self._stopped.set()
        elif method == ACK:
            self.registry.acknowledge(message.get("params"))
        elif not isinstance(method, str):
            if not self.peer.take(message) and message.get("id") in self._request_futures:
                self.handle_message(self.structure_message(message))
        elif method == types.CANCEL_REQUEST or self._greeted.is_set():
            known = method in self.fm.builtin_features or method in self.fm.features
            if known or method == types.CANCEL_REQUEST:
                self.handle_message(self._structured(method, message))

    def _structured(self, method: str, message: dict[str, Any]) -> Any:
        """Return an ordinary message as its type."""
        try:
            return self._converter.structure(message, cast("type", self.get_message_type(method)))
        except (BaseValidationError, TypeError, ValueError, KeyError) as error:
            problems = transform_error(error, path="")
            raise JsonRpcInvalidParams(
                "; ".join(problem.replace(" @ .", " at ") for problem in problems),
                data={"kind": "invalid_params"},
            ) from None

    def _handle_cancel_notification(self, msg_id: object) -> None:
        if isinstance(msg_id, str | int) and not self.registry.cancel(msg_id):
            super()._handle_cancel_notification(msg_id)

    def _log_ignored(self, method: object, error: Exception) -> None:
        if isinstance(error, JsonRpcException):
            _log.warning("ignored %s: %s", method or "a response", error)
        else:
            _log.error("ignored %s", method or "a response", exc_info=error)

    def get_message_type(  # type: ignore[override] # a function instead of its cache
        self, method: str
    ) -> type[Any] | None:
        """Return the type of a message; pygls' own keeps every connection in a cache."""
        return cast("tuple[type[Any] | None]", types.METHOD_TO_TYPES.get(method, (None,)))[0]

    # Going out -------------------------------------------------------------------------

    def answer(self, request_id: str | int | None, outcome: Outcome) -> None:
        """Send the answer to a request."""
        if not isinstance(outcome, types.ResponseError):
            self._outbox.write(written(id=request_id, result=outcome))
            return
        error: dict[str, JSON] = {"code": int(outcome.code), "message": outcome.message}
        if outcome.data is not None:
            error["data"] = cast("JSON", outcome.data)
        self._outbox.write(written(id=request_id, error=error))

    def refuse(self, request_id: str | int | None, code: int, message: str) -> None:
        """Answer with an error."""
        self.answer(request_id, types.ResponseError(code, message))

    def _send_response(
        self,
        msg_id: str | int,
        result: Any | None = None,
        error: types.ResponseError | None = None,
    ) -> None:
        if error is not None and error.code == INTERNAL_ERROR:
            trace = error.data.get("traceback", ()) if isinstance(error.data, dict) else ()
            _log.error("request %r: %s\n%s", msg_id, error.message, "".join(trace))
            error = types.ResponseError(INTERNAL_ERROR, BUG, {"kind": "bug"})
        super()._send_response(msg_id, result, error)

    def tell_changed(self, changed: dict[str, JSON]) -> None:
        """Tell the client that something was changed, if it said that it knows of us."""
        if self._announced:
            self.peer.notify("dotstream/changed", changed)
        self.look_again()

    # Ordinary LSP with additions -------------------------------------------------------

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(
        self, params: types.InitializeParams
    ) -> Generator[Any, Any, types.InitializeResult]:
        """Say hello, and which version of our methods there is, with its limits."""
        result = yield from super().lsp_initialize(params)
        result.capabilities.experimental = {
            "dotstream": {
                "version": VERSION,
                "maxWindow": MAX_WINDOW,
                "maxBatch": MAX_BATCH,
                "methods": list(METHODS),
            }
        }
        offered = params.capabilities.experimental
        self.peer.abilities = Abilities(params.capabilities)
        withdraw(result.capabilities, self.peer.abilities)
        ours = offered.get("dotstream") if isinstance(offered, dict) else None
        self._announced = bool(ours)
        said = ours if isinstance(ours, dict) else {}
        self.peer.answers_conflicts = said.get("conflicts") is True
        self.peer.watches = said.get("watch") is True
        self._greeted.set()
        if params.process_id is not None and is_alive(params.process_id):
            self._watch(params.process_id)
        return result

    def _watch(self, process: int) -> None:
        """End when the client's process is gone, though somebody else has its pipe open."""
        if not is_alive(process):
            self._stopped.set()
        elif not self._stopped.is_set():
            asyncio.get_running_loop().call_later(_WATCHING, self._watch, process)

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *args: Any) -> Generator[Any, Any, None]:
        """End every request, and answer only when each has rolled back what it did."""
        yield self.registry.end_all, (), None
        yield from super().lsp_shutdown(*args)

    @lsp_method(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def lsp_work_done_progress_cancel(self, params: types.WorkDoneProgressCancelParams) -> None:
        """Stop what the client no longer wants to wait for."""
        self.registry.cancel_progress(params.token)


def _invalid_request(message: str) -> JsonRpcException:
    return JsonRpcException(message, INVALID_REQUEST)
