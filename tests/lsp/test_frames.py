"""Cutting messages out of a stream, however it arrives."""

from __future__ import annotations

from dotstream.lsp.transport.frames import MAX_MESSAGE, NO_LENGTH, TOO_LONG, frames

TWO = b"Content-Length: 2\r\nContent-Type: x\r\n\r\n{}content-length:3\r\n\r\n[1]"


def _cut(*parts: bytes) -> list[bytes | str]:
    pending = iter(parts)
    return list(frames(lambda: next(pending, b"")))


def test_messages_are_cut_wherever_the_pipe_was_cut() -> None:
    for size in range(1, len(TWO) + 1):
        parts = [TWO[start : start + size] for start in range(0, len(TWO), size)]
        assert _cut(*parts) == [b"{}", b"[1]"]


def test_a_message_that_never_ends_is_dropped() -> None:
    assert _cut(b"Content-Length: 10\r\n\r\n{") == []


def test_headers_without_a_length_are_reported_and_skipped() -> None:
    assert _cut(b"Hello: 1\r\n\r\n" + TWO) == [NO_LENGTH, b"{}", b"[1]"]


def test_reading_ends_where_headers_would_be_too_long() -> None:
    assert _cut(b"x" * 9000, TWO) == [NO_LENGTH]


def test_a_message_that_is_too_long_is_said_and_passed_over() -> None:
    part, length = b"x" * (1 << 20), MAX_MESSAGE + 1
    parts = [part] * (length >> 20) + [b"y" * (length % (1 << 20)) + TWO]
    said, *rest = _cut(b"Content-Length: %d\r\n\r\n" % length, *parts)
    assert said == TOO_LONG.format(length)
    assert rest == [b"{}", b"[1]"]
    assert _cut(b"Content-Length: %d\r\n\r\n" % length, part) == [said]
