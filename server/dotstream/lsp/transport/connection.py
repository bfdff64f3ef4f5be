"""One client: a thread that reads, the event loop that answers, a thread that writes.

All transports go this way.  What is read and not yet handled, and what is answered and not
yet taken, is bounded: a client that floods the server or does not read waits, alone.
"""

from __future__ import annotations

import asyncio
import json
import logging
from threading import Condition, Thread
from typing import TYPE_CHECKING, Any

from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

import dotstream
import dotstream.config.load  # here, and not while the first plan is waited for
from dotstream.fs.channel import Channel
from dotstream.lsp.language.language import Language
from dotstream.lsp.protocol import ACK, Protocol
from dotstream.lsp.transport.link import Link
from dotstream.lsp.transport.outbox import Outbox
from dotstream.lsp.transport.signals import on_end

if TYPE_CHECKING:
    from collections.abc import Callable

_PARSE_ERROR = -32700
_log = logging.getLogger(__name__)
_UNREAD = 8 * 1024 * 1024  # bytes of answers that a client may leave unread


async def converse(link: Link, stopped: asyncio.Event, greeted: asyncio.Event) -> int:
    """Serve one client until it leaves or ``stopped`` is set, and roll back what it began.

    Args:
        greeted: set when the client has said hello.

    Returns:
        The exit code: 0 if the client said goodbye, 1 if it just left.
    """
    loop = asyncio.get_running_loop()

    def post(callback: Callable[..., object], *args: object) -> None:
        """Have the loop call something; from any thread, also when the loop has ended."""
        try:
            loop.call_soon_threadsafe(callback, *args)
        except RuntimeError:
            pass

    outbox = Outbox(link, broken=lambda: post(stopped.set))
    server = _server()
    protocol = server.protocol
    assert isinstance(protocol, Protocol)  # noqa: S101 - it was just made so
    protocol.attach(outbox, stopped, greeted)
    language = Language(protocol)
    reader = Thread(
        target=_read, args=(link, protocol, outbox, post, stopped), name="reader", daemon=True
    )  # a daemon: nothing else ends a read from a client that neither writes nor leaves
    reader.start()
    await stopped.wait()
    await protocol.registry.end_all()  # also rolls back what a client that left had begun
    language.end()
    outbox.put(link.farewell())
    await asyncio.to_thread(outbox.close)
    link.close()
    return protocol.exit_code


def _server() -> LanguageServer:
    return LanguageServer(
        "dotstream",
        dotstream.__version__,
        protocol_cls=Protocol,
        converter_factory=default_converter,
    )


async def serve_pipes() -> int:
    """Serve the editor that started this process, on standard input and output.

    Returns:
        0 if it said goodbye, 1 if not.
    """
    stopped, pipes = asyncio.Event(), Channel()
    on_end(stopped.set)
    return await converse(Link(pipes.read, pipes.write), stopped, asyncio.Event())


class _Ahead:
    """The messages that are read and not yet handled: so many, and so many bytes."""

    _MESSAGES = 64
    _BYTES = 1024 * 1024

    def __init__(self) -> None:
        self._messages = self._bytes = 0
        self._changed = Condition()

    def enter(self, size: int) -> None:
        """Wait until one more may be read; a message of any size may be, by itself."""
        with self._changed:
            self._changed.wait_for(
                lambda: (
                    not self._messages
                    or (self._messages < self._MESSAGES and self._bytes < self._BYTES)
                )
            )
            self._messages += 1
            self._bytes += size

    def leave(self, size: int) -> None:
        """Note that one is handled."""
        with self._changed:
            self._messages -= 1
            self._bytes -= size
            self._changed.notify()


def _read(
    link: Link,
    protocol: Protocol,
    outbox: Outbox,
    post: Callable[..., None],
    stopped: asyncio.Event,
) -> None:
    """Read messages and hand them to the event loop, no faster than they are handled.

    Acknowledgements are taken here: what they give credit to is no business of the loop's.
    """
    ahead = _Ahead()

    def handle(take: Callable[[Any], None], what: object, size: int) -> None:
        try:
            if not stopped.is_set():  # what was to be cancelled is; nothing new is begun
                take(what)
        finally:
            ahead.leave(size)

    def refuse(reason: object) -> None:
        _log.warning("refused %s", reason)
        protocol.refuse(None, _PARSE_ERROR, str(reason))

    for body in link.messages(outbox.put):
        size = 0 if isinstance(body, str) else len(body)
        ahead.enter(size)
        outbox.wait_for_room(lambda: False, _UNREAD)
        try:
            message = _parsed(body)
        except ValueError as error:
            post(handle, refuse, error, size)
            continue
        if isinstance(message, dict) and message.get("method") == ACK:
            handle(protocol.receive, message, size)
        else:
            post(handle, protocol.receive, message, size)
    post(stopped.set)


def _parsed(body: bytes | str) -> object:
    """Return the JSON of a message.

    Raises:
        ValueError: it is no message, and why.
    """
    if isinstance(body, str):
        raise ValueError(body)  # noqa: TRY004 - it says what is wrong
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON: {type(error).__name__}") from None
