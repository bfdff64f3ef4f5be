"""A port that clients connect to: one after another and at once, each by itself."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
import sys
from typing import TYPE_CHECKING

from dotstream.lsp.transport.connection import converse
from dotstream.lsp.transport.signals import on_end

if TYPE_CHECKING:
    from collections.abc import Callable

    from dotstream.lsp.transport.address import Address
    from dotstream.lsp.transport.link import Link

__all__ = ["MAX_CLIENTS", "serve"]

MAX_CLIENTS = 32
"""Clients at once; one more is sent away."""

_log = logging.getLogger(__name__)


async def serve(scheme: str, address: Address, link: Callable[[socket.socket], Link]) -> int:
    """Listen, and serve whoever connects until a signal ends it.

    Args:
        scheme: ``tcp`` or ``ws``, for the line that tells where.
        address: where to listen; the port may be 0.
        link: makes the link to a client out of its socket, which blocks.

    Returns:
        The exit code: 0, or 1 if it cannot listen there.
    """
    try:
        listener = _listen(address)
    except OSError as error:
        why = (error.strerror or str(error)).partition(" (while")[0]
        sys.stderr.write(f"dotstream: cannot listen on {address.host}:{address.port}: {why}\n")
        return 1
    clients: dict[asyncio.Task[int], asyncio.Event] = {}
    accepting = asyncio.create_task(_accept(listener, link, clients))
    on_end(accepting.cancel)
    _tell(scheme, listener.getsockname())
    try:
        await accepting
    except asyncio.CancelledError:
        pass
    listener.close()
    for stopped in clients.values():
        stopped.set()
    await asyncio.gather(*clients, return_exceptions=True)
    return 0


def _listen(address: Address) -> socket.socket:
    """Return a listening socket at the first address that the host means."""
    found = socket.getaddrinfo(*address, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, _, _, _, where = found[0]
    listener = socket.create_server(where[:2], family=family, backlog=MAX_CLIENTS)
    listener.setblocking(False)
    return listener


def _tell(scheme: str, where: tuple[str, int]) -> None:
    host, port = where[:2]
    shown = f"[{host}]" if ":" in host else host
    if not ipaddress.ip_address(host.partition("%")[0]).is_loopback:
        _log.warning("%s is open to others: anyone who can connect can change files", host)
    sys.stderr.write(f"dotstream: listening on {scheme}://{shown}:{port}\n")
    sys.stderr.flush()


async def _accept(
    listener: socket.socket,
    link: Callable[[socket.socket], Link],
    clients: dict[asyncio.Task[int], asyncio.Event],
) -> None:
    loop = asyncio.get_running_loop()

    def left(task: asyncio.Task[int]) -> None:
        del clients[task]
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("a connection ended in a way that nobody foresaw", exc_info=error)

    while True:
        try:
            client, _ = await loop.sock_accept(listener)
        except OSError as error:  # it left before it was let in, or there are no descriptors
            _log.warning("a client could not connect: %s", error.strerror)
            await asyncio.sleep(0.1)
            continue
        if len(clients) >= MAX_CLIENTS:
            _log.warning("%d clients are connected; one more was sent away", MAX_CLIENTS)
            client.close()
            continue
        client.setblocking(True)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        stopped = asyncio.Event()
        task = asyncio.create_task(converse(link(client), stopped))
        clients[task] = stopped
        task.add_done_callback(left)
