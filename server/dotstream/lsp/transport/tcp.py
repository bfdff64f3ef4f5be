"""One client on a TCP connection or a Unix socket: LSP just as through pipes."""

from __future__ import annotations

import logging
import socket
from typing import TYPE_CHECKING

from dotstream.lsp.transport.frames import frames
from dotstream.lsp.transport.link import Link

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dotstream.fs.peers import Peer

_READ = 64 * 1024
_log = logging.getLogger(__name__)


class Stream(Link):
    """The link through a socket that blocks.

    Of a client of this machine that nothing tells the user of, nothing is read.
    """

    def __init__(self, connected: socket.socket, peer: Peer) -> None:
        self._socket = connected
        self._known = peer != "unknown"

    def messages(self, reply: Callable[[bytes], None]) -> Iterator[bytes | str]:
        """Read bodies behind ``Content-Length``."""
        if not self._known:
            _log.warning("who is connecting cannot be told on this system; use --unix")
            return iter(())
        return frames(lambda: receive(self._socket))

    def write(self, data: bytes) -> None:
        """Write all of it."""
        self._socket.sendall(data)

    def close(self) -> None:
        """Hang up."""
        hang_up(self._socket)


def receive(connected: socket.socket) -> bytes:
    """Return what the client sent, at least a byte; nothing when it is gone."""
    try:
        return connected.recv(_READ)
    except OSError:
        return b""


def hang_up(connected: socket.socket) -> None:
    """End a connection, also for the threads that are reading from it or writing to it."""
    try:
        connected.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # the client was quicker
    connected.close()
