"""``dotstream lsp``: the server's process, on the transport that was asked for."""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import re
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from dotstream.lsp.transport.signals import leave

if TYPE_CHECKING:
    from collections.abc import Coroutine

LOOPBACK = "127.0.0.1"

_written = re.compile(r"(?:(?:\[([^]]+)\]|([^:]+)):)?([0-9]{1,5})", re.ASCII).fullmatch


class Address(NamedTuple):
    """A host, which may be a name, and a port from 0 to 65535."""

    host: str
    port: int

    def __str__(self) -> str:
        """Return it as it is written."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @classmethod
    def of(cls, text: str) -> Address:
        """Read ``HOST:PORT``, ``[IPV6]:PORT`` or ``PORT``.

        Raises:
            argparse.ArgumentTypeError: it is none of these.
        """
        match = _written(text)
        if match is None or int(match[3]) > 65535:
            raise argparse.ArgumentTypeError(
                f"{text!r} is not an address; write HOST:PORT, [IPV6]:PORT or PORT, up to 65535"
            )
        return cls(match[1] or match[2] or LOOPBACK, int(match[3]))


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command's arguments."""
    found = argparse.ArgumentParser(
        "dotstream lsp",
        description="Start the language server: for one editor on standard input and output, "
        "or for several on a Unix socket, a TCP or a WebSocket port.",
        epilog="A Unix socket is yours alone. An ADDRESS is HOST:PORT or just PORT, which is on "
        "127.0.0.1. Port 0 picks a free one; standard error tells which, and the token that a "
        "web page needs for a WebSocket. Other users of this machine are refused. From other "
        "machines, whoever can connect to a TCP port can change your files.",
    )
    ways = found.add_mutually_exclusive_group()
    ways.add_argument("--stdio", action="store_true", help="the default")
    ways.add_argument("--unix", metavar="PATH", help="listen for LSP on a Unix socket")
    ways.add_argument("--tcp", metavar="ADDRESS", type=Address.of, help="listen for LSP on TCP")
    ways.add_argument("--ws", metavar="ADDRESS", type=Address.of, help="listen for WebSockets")
    return found


def main(argv: list[str]) -> int:
    """Serve until the client leaves; where there may be several, until a signal ends it.

    Args:
        argv: the arguments after ``lsp``.

    Returns:
        The exit code. On standard input and output 0 if the client said goodbye and 1 if
        it just left; on the others 0, or 1 if it cannot listen there.
    """
    options = parser().parse_args(argv)
    logging.basicConfig(format="dotstream: %(levelname)s: %(message)s", level=logging.WARNING)
    # At INFO it formats every message; its errors are told to the client, and ours logged.
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
    if options.unix is not None or options.tcp is not None:
        from dotstream.lsp.transport import link, listening

        scheme = "tcp" if options.unix is None else "unix"
        where = options.tcp if options.unix is None else options.unix
        return _run(listening.serve(scheme, where, link.framed))
    if options.ws is not None:
        from secrets import token_urlsafe

        from dotstream.lsp.transport import listening, websocket

        token = token_urlsafe(16)
        made = partial(websocket.WebSocket, token=token)
        return _run(listening.serve("ws", options.ws, made, token=token))
    from dotstream.lsp.transport.connection import serve_pipes

    return _run(serve_pipes())


def _run(serving: Coroutine[Any, Any, int]) -> int:
    """Serve to the end, with all that was imported left out of what the collector looks at."""
    gc.freeze()
    gc.enable()
    return leave(asyncio.run(serving))
