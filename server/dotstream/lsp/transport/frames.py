"""Messages cut out of a stream of bytes: the base protocol of LSP, incoming side."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["MAX_MESSAGE", "frames"]

MAX_MESSAGE = 64 * 1024 * 1024
"""Bytes of the longest message; after the announcement of a longer one, reading ends."""

_MAX_HEADERS = 8 * 1024
_END = b"\r\n\r\n"
_request_line = re.compile(rb"[A-Za-z]+ [^\r\n]* HTTP/[0-9]").match
_length = re.compile(
    rb"(?:^|\r\n)content-length:[ \t]*([0-9]{1,18})[ \t]*(?:\r\n|$)", re.IGNORECASE
)


def frames(read: Callable[[], bytes]) -> Iterator[bytes | None]:
    """Cut messages out of what ``read`` returns, until it returns nothing.

    A request of HTTP also has a ``Content-Length``.  A web page may have a browser send one
    to any port of this machine, so that is where reading ends.

    Yields:
        The body of each message; ``None`` for headers that announce no length, after
        which it goes on with what follows them.
    """
    buffer = bytearray()
    while True:
        while (end := buffer.find(_END)) < 0:
            if len(buffer) > _MAX_HEADERS:
                yield None
                return
            data = read()
            if not data:
                return
            buffer += data
        headers = bytes(buffer[:end])
        if _request_line(headers):
            yield None
            return
        announced = _length.search(headers)
        del buffer[: end + len(_END)]
        if announced is None:
            yield None
            continue
        length = int(announced[1])
        if length > MAX_MESSAGE:
            yield None
            return
        while len(buffer) < length:
            data = read()
            if not data:
                return
            buffer += data
        body = bytes(buffer[:length])
        del buffer[:length]
        yield body
