"""Messages cut out of a stream of bytes: the base protocol of LSP, incoming side."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_MESSAGE = 64 * 1024 * 1024
"""Bytes of the longest message; a longer one is passed over."""

NO_LENGTH = "headers without a usable Content-Length"
TOO_LONG = "a message of {:,} bytes is over the limit of 64 MiB; it was passed over"

_MAX_HEADERS = 8 * 1024
_END = b"\r\n\r\n"
_request_line = re.compile(rb"[A-Za-z]+ [^\r\n]* HTTP/[0-9]").match
_length = re.compile(
    rb"(?:^|\r\n)content-length:[ \t]*([0-9]{1,18})[ \t]*(?:\r\n|$)", re.IGNORECASE
)


def frames(read: Callable[[], bytes]) -> Iterator[bytes | str]:
    """Cut messages out of what ``read`` returns, until it returns nothing.

    A request of HTTP also has a ``Content-Length``.  A web page may have a browser send one
    to any port of this machine, so that is where reading ends.

    Yields:
        The body of each message; for headers without a length, and for a message that is
        too long, what is wrong with it, after which it goes on with what follows.
    """
    buffer = bytearray()
    while True:
        while (end := buffer.find(_END)) < 0:
            if len(buffer) > _MAX_HEADERS:
                yield NO_LENGTH
                return
            data = read()
            if not data:
                return
            buffer += data
        headers = bytes(buffer[:end])
        if _request_line(headers):
            yield NO_LENGTH
            return
        announced = _length.search(headers)
        del buffer[: end + len(_END)]
        if announced is None:
            yield NO_LENGTH
            continue
        length = int(announced[1])
        if length > MAX_MESSAGE:
            yield TOO_LONG.format(length)
            while length > len(buffer):
                length -= len(buffer)
                buffer[:] = read()
                if not buffer:
                    return
            del buffer[:length]
            continue
        while len(buffer) < length:
            data = read()
            if not data:
                return
            buffer += data
        body = bytes(buffer[:length])
        del buffer[:length]
        yield body
