"""One client on standard input and output: the editor that started this process."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from dotstream.fs.channel import Channel
from dotstream.lsp.transport.connection import converse
from dotstream.lsp.transport.frames import frames
from dotstream.lsp.transport.link import Link
from dotstream.lsp.transport.signals import on_end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


async def serve() -> int:
    """Serve until the client leaves; return 0 if it said goodbye, 1 if not."""
    stopped = asyncio.Event()
    on_end(stopped.set)
    return await converse(_Pipes(), stopped, asyncio.Event())


class _Pipes(Link):
    """The link through the two pipes."""

    def __init__(self) -> None:
        self._channel = Channel()

    def messages(self, reply: Callable[[bytes], None]) -> Iterator[bytes | str]:
        """Read bodies behind ``Content-Length``."""
        return frames(self._channel.read)

    def write(self, data: bytes) -> None:
        """Write all of it."""
        self._channel.write(data)

    def close(self) -> None:
        """Leave the pipes to the end of the process."""
