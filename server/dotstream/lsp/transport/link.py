"""What every transport offers: messages from one client, and a way to write to it."""

from __future__ import annotations

import logging
import socket
from typing import TYPE_CHECKING

from dotstream.lsp.transport.frames import frames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dotstream.fs.peers import Peer

_READ = 64 * 1024
_log = logging.getLogger(__name__)


class Link:
    """A transport to one client, framed as LSP has it; three threads may use it at once.

    Args:
        read: waits for bytes and returns some; none when the client is gone.
        write: writes all of some bytes, blocking for as long as the client does not read; or
            raises ``OSError``: the client is gone.
        close: ends the transport; who is reading or writing is told so.
    """

    def __init__(
        self,
        read: Callable[[], bytes],
        write: Callable[[bytes], object],
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self.read: Callable[[], bytes] = read
        self.write: Callable[[bytes], object] = write
        self.close: Callable[[], None] = close

    def messages(self, reply: Callable[[bytes], None]) -> Iterator[bytes | str]:
        """Wait for messages and yield the body of each, until the client leaves.

        A string says what is wrong with something that is no message.

        Args:
            reply: queues bytes of the transport's own, such as the answer to a ping.
        """
        return frames(self.read)

    def frame(self, body: bytes) -> bytes:
        """Return a message as the bytes to write; none if nothing may be sent any more."""
        return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)

    def farewell(self) -> bytes:
        """Return what is written last."""
        return b""


class SocketLink(Link):
    """The link through a socket that blocks: a TCP connection or a Unix socket."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        super().__init__(self._receive, connected.sendall, self._hang_up)

    def _receive(self) -> bytes:
        try:
            return self._socket.recv(_READ)
        except OSError:
            return b""

    def _hang_up(self) -> None:
        """End the connection, also for the threads that are reading from it or writing to it."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the client was quicker
        self._socket.close()


def framed(connected: socket.socket, peer: Peer) -> Link:
    """Return the link to a client; if nothing tells whose it is, nothing is read of it."""
    link = SocketLink(connected)
    if peer == "unknown":
        _log.warning("who is connecting cannot be told on this system; use --unix")
        link.read = lambda: b""
    return link
