"""A port that clients connect to: one after another and at once, each by itself."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
import sys
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from dotstream.fs.peers import is_stranger
from dotstream.lsp.transport.connection import converse
from dotstream.lsp.transport.signals import on_end

if TYPE_CHECKING:
    from collections.abc import Callable

    from dotstream.lsp.transport.address import Address
    from dotstream.lsp.transport.link import Link

__all__ = ["MAX_CLIENTS", "PATIENCE", "serve"]

MAX_CLIENTS = 32
"""Clients at once; one more is sent away."""

PATIENCE = 10.0
"""Seconds that a client has to say hello before another may have its place."""

_log = logging.getLogger(__name__)


class _Client(NamedTuple):
    """A connection: how to end it, whether it has said hello, and since when it is there."""

    stopped: asyncio.Event
    greeted: asyncio.Event
    since: float


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
    clients: dict[asyncio.Task[int], _Client] = {}
    accepting = asyncio.create_task(_accept(listener, link, clients))
    on_end(accepting.cancel)
    _tell(scheme, listener.getsockname())
    try:
        await accepting
    except asyncio.CancelledError:
        pass
    listener.close()
    for client in clients.values():
        client.stopped.set()
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
    clients: dict[asyncio.Task[int], _Client],
) -> None:
    loop = asyncio.get_running_loop()

    def left(task: asyncio.Task[int]) -> None:
        del clients[task]
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("a connection ended in a way that nobody foresaw", exc_info=error)

    while True:
        try:
            client, _ = await loop.sock_accept(listener)
            own, peer = client.getsockname()[:2], client.getpeername()[:2]
        except OSError as error:  # it left before it was let in, or there are no descriptors
            _log.warning("a client could not connect: %s", error.strerror)
            await asyncio.sleep(0.1)
            continue
        if is_stranger(peer, own):
            _log.warning("another user of this machine was sent away")
            client.close()
            continue
        if len(clients) >= MAX_CLIENTS and not await _one_left(clients):
            _log.warning("%d clients are connected; one more was sent away", MAX_CLIENTS)
            client.close()
            continue
        client.setblocking(True)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connected = _Client(asyncio.Event(), asyncio.Event(), monotonic())
        task = asyncio.create_task(converse(link(client), connected.stopped, connected.greeted))
        clients[task] = connected
        task.add_done_callback(left)


async def _one_left(clients: dict[asyncio.Task[int], _Client]) -> bool:
    """Send the client away that has been silent for the longest; false if none was for long."""
    long_ago = monotonic() - PATIENCE
    silent = [
        (client.since, task)
        for task, client in clients.items()
        if not client.greeted.is_set() and client.since <= long_ago
    ]
    if not silent:
        return False
    _, task = min(silent, key=lambda each: each[0])
    clients[task].stopped.set()
    await asyncio.wait([task])
    return True
