"""What every transport offers: messages from one client, and a way to write to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Link(Protocol):
    """A transport to one client; three threads may use its methods at once.

    If it says nothing else, messages are framed as LSP has it, and the end is told by ending.
    """

    def messages(self, reply: Callable[[bytes], None]) -> Iterator[bytes | str]:
        """Wait for messages and yield the body of each, until the client leaves.

        A string says what is wrong with something that is no message.

        Args:
            reply: queues bytes of the transport's own, such as the answer to a ping.
        """

    def frame(self, body: bytes) -> bytes:
        """Return a message as the bytes to write; none if nothing may be sent any more."""
        return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)

    def write(self, data: bytes) -> None:
        """Write all of ``data``; blocks for as long as the client does not read.

        Raises:
            OSError: the client is gone.
        """

    def farewell(self) -> bytes:
        """Return what is written last."""
        return b""

    def close(self) -> None:
        """End the transport; who is reading or writing is told so."""
