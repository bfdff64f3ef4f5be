"""A port, or a socket, that clients connect to: one after another and at once, each by itself."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
import sys
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from dotstream.fs.files import remove
from dotstream.fs.peers import Peer, listen_at, peer_of, tells_peers
from dotstream.lsp.transport.connection import converse
from dotstream.lsp.transport.serve import Address
from dotstream.lsp.transport.signals import on_end
from dotstream.model.directory import display

if TYPE_CHECKING:
    from collections.abc import Callable

    from dotstream.lsp.transport.link import Link

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


async def serve(
    scheme: str,
    address: Address | str,
    link: Callable[[socket.socket, Peer], Link],
    *,
    token: str = "",
) -> int:
    """Listen, and serve whoever connects until a signal ends it.

    Args:
        scheme: ``unix``, ``tcp`` or ``ws``, for the line that tells where.
        address: where to listen; a port may be 0, and a path is that of a socket.
        link: makes the link to a client out of its socket, which blocks, and who it is.
        token: to be told as well, where one lets clients in.

    Returns:
        The exit code: 0, or 1 if it cannot listen there.
    """
    try:
        listener = _listen(address)
    except OSError as error:
        why = (error.strerror or str(error)).partition(" (while")[0]
        sys.stderr.write(f"dotstream: cannot listen on {display(str(address))}: {why}\n")
        return 1
    clients: dict[asyncio.Task[int], _Client] = {}
    accepting = asyncio.create_task(_accept(listener, link, clients))
    on_end(accepting.cancel)
    _tell(scheme, address if isinstance(address, str) else listener.getsockname(), token)
    try:
        await accepting
    except asyncio.CancelledError:
        pass
    listener.close()
    if isinstance(address, str):
        remove(address)
    for client in clients.values():
        client.stopped.set()
    await asyncio.gather(*clients, return_exceptions=True)
    return 0


def _listen(address: Address | str) -> socket.socket:
    """Return a listening socket at a path, or at the first address that a host means."""
    if isinstance(address, str):
        listener = listen_at(address, MAX_CLIENTS)
    else:
        found = socket.getaddrinfo(*address, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, where = found[0]
        listener = socket.create_server(where[:2], family=family, backlog=MAX_CLIENTS)
    listener.setblocking(False)
    return listener


def _tell(scheme: str, where: str | tuple[str, int], token: str) -> None:
    if isinstance(where, str):
        found = f"{scheme}:{display(where)}"
    else:
        host, port = where[:2]
        found = f"{scheme}://{Address(host, port)}"
        if not token and not ipaddress.ip_address(host.partition("%")[0]).is_loopback:
            _log.warning("%s is open to others: anyone who can connect can change files", host)
        if not token and not tells_peers():
            _log.warning(
                "this system does not tell who connects to a port, so clients of this machine "
                "are refused; use --unix PATH, or standard input and output"
            )
    sys.stderr.write(f"dotstream: listening on {found}\n")
    if token:
        who = "web pages and remote clients" if tells_peers() else "all clients"
        sys.stderr.write(f"dotstream: {who} need {found}/{token}\n")
    sys.stderr.flush()


async def _accept(
    listener: socket.socket,
    link: Callable[[socket.socket, Peer], Link],
    clients: dict[asyncio.Task[int], _Client],
) -> None:
    loop = asyncio.get_running_loop()

    def left(task: asyncio.Task[int]) -> None:
        del clients[task]
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("a connection ended unexpectedly", exc_info=error)

    while True:
        try:
            client, _ = await loop.sock_accept(listener)
            peer = peer_of(client)
        except OSError as error:  # it left before it was let in, or there are no descriptors
            _log.warning("a client could not connect: %s", error.strerror)
            await asyncio.sleep(0.1)
            continue
        if peer == "stranger":
            _log.warning("a connection from another user of this machine was refused")
            client.close()
            continue
        if len(clients) >= MAX_CLIENTS and not await _one_left(clients):
            _log.warning("%d clients are connected; another was refused", MAX_CLIENTS)
            client.close()
            continue
        client.setblocking(True)
        if client.family != socket.AF_UNIX:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connected = _Client(asyncio.Event(), asyncio.Event(), monotonic())
        talk = converse(link(client, peer), connected.stopped, connected.greeted)
        task = asyncio.create_task(talk)
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
