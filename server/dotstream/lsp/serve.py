"""``dotstream lsp``: the server's process, on standard input and output."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import signal
from threading import BoundedSemaphore, Thread
from typing import TYPE_CHECKING

from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

import dotstream
from dotstream.fs.channel import Channel
from dotstream.lsp.frames import frames
from dotstream.lsp.language.language import Language
from dotstream.lsp.outbox import Outbox
from dotstream.lsp.protocol import Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["main"]

_PARSE_ERROR = -32700
_AHEAD = 64  # messages read before they are handled
_UNREAD = 8 * 1024 * 1024  # bytes of answers that a client may leave unread


def main(argv: Sequence[str]) -> int:
    """Serve one client on standard input and output until it leaves.

    Args:
        argv: ``--stdio`` is accepted because some clients add it; it changes nothing.

    Returns:
        The exit code: 0 if the client said goodbye, 1 if it just left.
    """
    parser = argparse.ArgumentParser(
        "dotstream lsp", description="The language server, on standard input and output."
    )
    parser.add_argument("--stdio", action="store_true", help="the default; ignored")
    parser.parse_args(argv)
    logging.basicConfig(format="dotstream: %(levelname)s: %(message)s", level=logging.WARNING)
    # At INFO it formats every message; its errors are told to the client, and ours logged.
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
    return asyncio.run(_serve(Channel()))


async def _serve(channel: Channel) -> int:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()

    def post(callback: Callable[..., object], *args: object) -> None:
        """Have the loop call something; from any thread, also when the loop has ended."""
        try:
            loop.call_soon_threadsafe(callback, *args)
        except RuntimeError:
            pass

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stopped.set)
    outbox = Outbox(channel.write, broken=lambda: post(stopped.set))
    server = LanguageServer(
        "dotstream",
        dotstream.__version__,
        protocol_cls=Protocol,
        converter_factory=default_converter,
    )
    protocol = server.protocol
    assert isinstance(protocol, Protocol)  # noqa: S101 - it was just made so
    protocol.attach(outbox, stopped)
    language = Language(server)
    # A daemon: nothing else ends a read from a client that neither writes nor leaves.
    Thread(
        target=_read, args=(channel.read, protocol, outbox, post, stopped), daemon=True
    ).start()
    await stopped.wait()
    language.close()
    await protocol.works.end_all()  # also takes back what a client that left had begun
    await asyncio.to_thread(outbox.close)
    return protocol.exit_code


def _read(
    read: Callable[[], bytes],
    protocol: Protocol,
    outbox: Outbox,
    post: Callable[..., None],
    stopped: asyncio.Event,
) -> None:
    """Read messages and hand them to the event loop, no faster than they are handled."""
    ahead = BoundedSemaphore(_AHEAD)

    def handle(body: bytes | None) -> None:
        try:
            if body is None:
                protocol.refuse(None, _PARSE_ERROR, "headers without a usable Content-Length")
                return
            try:
                message = json.loads(body)
            except (ValueError, RecursionError) as error:
                protocol.refuse(None, _PARSE_ERROR, f"not JSON: {type(error).__name__}")
                return
            protocol.receive(message)
        finally:
            ahead.release()

    for body in frames(read):
        ahead.acquire()
        outbox.wait_for_room(lambda: False, _UNREAD)
        post(handle, body)
    post(stopped.set)
