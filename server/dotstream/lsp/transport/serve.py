"""``dotstream lsp``: the server's process, on the transport that was asked for."""

from __future__ import annotations

import argparse
import asyncio
import logging

from dotstream.lsp.transport.address import Address
from dotstream.lsp.transport.signals import leave

__all__ = ["main", "parser"]


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command's arguments."""
    found = argparse.ArgumentParser(
        "dotstream lsp",
        description="Start the language server: for one editor on standard input and output, "
        "or for several on a TCP or WebSocket port.",
        epilog="An ADDRESS is HOST:PORT or just PORT, which is on 127.0.0.1. Port 0 picks a "
        "free one; standard error tells which. Whoever can connect to the port can "
        "change your files, so leave it on this machine.",
    )
    ways = found.add_mutually_exclusive_group()
    ways.add_argument("--stdio", action="store_true", help="the default")
    ways.add_argument("--tcp", metavar="ADDRESS", type=Address.of, help="listen for LSP on TCP")
    ways.add_argument("--ws", metavar="ADDRESS", type=Address.of, help="listen for WebSockets")
    return found


def main(argv: list[str]) -> int:
    """Serve until the client leaves, or on a port until a signal says that it is enough.

    Args:
        argv: the arguments after ``lsp``.

    Returns:
        The exit code. On standard input and output 0 if the client said goodbye and 1 if
        it just left; on a port 0, or 1 if it cannot listen there.
    """
    options = parser().parse_args(argv)
    logging.basicConfig(format="dotstream: %(levelname)s: %(message)s", level=logging.WARNING)
    # At INFO it formats every message; its errors are told to the client, and ours logged.
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
    if options.tcp is not None:
        from dotstream.lsp.transport import listening, tcp

        return leave(asyncio.run(listening.serve("tcp", options.tcp, tcp.Stream)))
    if options.ws is not None:
        from dotstream.lsp.transport import listening, websocket

        return leave(asyncio.run(listening.serve("ws", options.ws, websocket.WebSocket)))
    from dotstream.lsp.transport import stdio

    return leave(asyncio.run(stdio.serve()))
