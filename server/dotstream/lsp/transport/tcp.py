"""One client on a TCP connection: LSP just as through pipes."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from dotstream.lsp.transport.frames import frames
from dotstream.lsp.transport.link import with_length

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Stream", "hang_up", "receive"]

_READ = 64 * 1024


class Stream:
    """The link through a socket that blocks."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self.write: Callable[[bytes], None] = connected.sendall

    def messages(self, reply: Callable[[bytes], None]) -> Iterator[bytes | str]:
        """Read bodies behind ``Content-Length``."""
        return frames(lambda: receive(self._socket))

    @staticmethod
    def frame(body: bytes) -> bytes:
        """Put the length before it."""
        return with_length(body)

    @staticmethod
    def farewell() -> bytes:
        """Say nothing; the end of the connection is enough."""
        return b""

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
