"""One client on a WebSocket: one JSON-RPC message a text frame, without headers.

The protocol is that of the library, which here only computes: bytes come from and go to our
own threads, so that a client that does not read can still be heard.
"""

from __future__ import annotations

import re
from hmac import compare_digest
from typing import TYPE_CHECKING

from websockets.frames import Close, CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol

from dotstream.lsp.transport.frames import MAX_MESSAGE
from dotstream.lsp.transport.link import SocketLink

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from dotstream.fs.peers import Peer

_own_origin = re.compile(
    r"https?://(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]+)?", re.IGNORECASE
).fullmatch


class WebSocket(SocketLink):
    """The link through a WebSocket connection.

    A browser names the site that a page came from.  Only pages of this machine are let in,
    and any of its users may have a site on one of its ports, so pages show a token.  So does
    any other program, unless the system says that it is of the same user.

    Args:
        token: what lets clients in.
    """

    def __init__(self, connected: socket.socket, peer: Peer, *, token: str) -> None:
        super().__init__(connected)
        self._known = peer == "friend"
        self._token = token
        self._protocol = ServerProtocol(max_size=MAX_MESSAGE)

    def messages(self, reply: Callable[[bytes], None]) -> Iterator[bytes | str]:
        """Shake hands, and read the text of every message."""
        parts: list[bytes] = []
        while data := self.read():
            self._protocol.receive_data(data)
            for event in self._protocol.events_received():
                if isinstance(event, Request):
                    self._shake_hands(event)
                elif not isinstance(event, Frame) or event.opcode is Opcode.BINARY:
                    self._protocol.fail(CloseCode.UNSUPPORTED_DATA, "messages are text")
                elif event.opcode in {Opcode.TEXT, Opcode.CONT}:
                    parts.append(bytes(event.data))
                    if event.fin:
                        body, parts = b"".join(parts), []
                        yield body
            if self._protocol.eof_sent:
                return  # a goodbye, or a breach; the answer to it is the farewell
            reply(b"".join(self._protocol.data_to_send()))

    def _shake_hands(self, request: Request) -> None:
        origins = request.headers.get_all("Origin")
        shown = compare_digest(request.path.encode(), b"/" + self._token.encode())
        refused = None
        if not all(map(_own_origin, origins)):
            refused = "Only pages of this machine may connect.\n"
        elif not shown and (origins or not self._known):
            refused = "Connect to the address with the token, which the server has printed.\n"
        self._protocol.send_response(
            self._protocol.reject(403, refused) if refused else self._protocol.accept(request)
        )

    def frame(self, body: bytes) -> bytes:
        """Make it a text frame; after a goodbye there are none."""
        if self._protocol.state is not State.OPEN:
            return b""
        return Frame(Opcode.TEXT, body).serialize(mask=False)

    def farewell(self) -> bytes:
        """Answer the client's goodbye, or say our own."""
        if self._protocol.state is State.OPEN:
            goodbye = Close(CloseCode.GOING_AWAY, "the server ends").serialize()
            return Frame(Opcode.CLOSE, goodbye).serialize(mask=False)
        return b"".join(self._protocol.data_to_send())
