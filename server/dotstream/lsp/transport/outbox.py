"""Everything that goes out to a client, in order, written by the one thread that may.

Putting something in never waits, so the event loop cannot be held up by a client that does
not read.  Streams ask for room before they put anything in: what waits here is bounded by
``ROOM`` plus the answers that the client itself asked for.
"""

from __future__ import annotations

from collections import deque
from threading import Condition, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from dotstream.lsp.transport.link import Link

ROOM = 256 * 1024
"""Bytes that may wait before streams have to."""

_SLICE = 64 * 1024


class Outbox:
    """A queue of messages and the thread that writes them.

    Args:
        link: frames messages and writes bytes.
        broken: called once, from the writer thread, when the client is gone.
    """

    def __init__(self, link: Link, broken: Callable[[], None]) -> None:
        self._link = link
        self._on_broken = broken
        self._waiting: deque[bytes] = deque()
        self._queued = 0
        self._broken = False
        self._closing = False
        self._changed = Condition()
        # A daemon: a client that never reads again must not keep the process alive.
        self._thread = Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def write(self, body: bytes) -> None:
        """Send one message; never blocks.  After the client has gone, does nothing."""
        self.put(self._link.frame(body))

    def put(self, data: bytes) -> None:
        """Send bytes as they are; never blocks."""
        if not data:
            return
        with self._changed:
            if self._broken:
                return
            self._waiting.append(data)
            self._queued += len(data)
            self._changed.notify_all()

    def has_room(self, limit: int = ROOM) -> bool:
        """Whether little enough is waiting for a stream to add to it."""
        return self._queued < limit or self._broken

    def wait_for_room(self, given_up: Callable[[], bool], limit: int = ROOM) -> None:
        """Block until there is room, or ``given_up()`` after a call of ``wake``."""
        with self._changed:
            self._changed.wait_for(lambda: self.has_room(limit) or given_up())

    def wake(self) -> None:
        """Let those who wait for room look whether they still want it."""
        with self._changed:
            self._changed.notify_all()

    def close(self, timeout: float = 1.0) -> None:
        """Write what is waiting, for at most ``timeout`` seconds, and end."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(timeout)
        with self._changed:
            self._drop()

    def _run(self) -> None:
        while data := self._next():
            try:
                self._link.write(data)
            except OSError:
                with self._changed:
                    self._drop()
                self._on_broken()
                return
            with self._changed:
                self._queued -= len(data)
                self._changed.notify_all()

    def _drop(self) -> None:
        """Take and keep nothing any more; the lock is held."""
        self._broken = True
        self._waiting.clear()
        self._changed.notify_all()

    def _next(self) -> bytes:
        """Return the next bytes to write; none at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            parts: list[bytes] = []
            size = 0
            while self._waiting and size < _SLICE:
                parts.append(self._waiting.popleft())
                size += len(parts[-1])
        return b"".join(parts)
