"""Writing lines to a descriptor: the first one at once, then many at a time.

A plan of a million operations is a million lines; a ``print()`` each would cost more than
the plan.  Lines are gathered and written when the first comes, when there are enough of
them, or when the last write is ``LIVE`` seconds old, so that a reader sees them live.
"""

from __future__ import annotations

from time import monotonic

from dotstream.fs.oserror import reason
from dotstream.fs.process import unbuffered
from dotstream.light_typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from dotstream.light_typing import TextIO

LIVE = 0.03
"""Seconds that a line may wait for company."""

_AT_ONCE = 16  # the first lines are not gathered
_ENOUGH = 512
"""Lines that are written together at most."""


class Sink(Protocol):
    """Where bytes go: an unbuffered binary file."""

    def write(self, data: bytes | memoryview, /) -> int | None:
        """Write some of ``data`` and return how much."""


def not_written(failure: OSError) -> str:
    """Return the sentence, without its end, about what standard output did not take."""
    return f"dotstream: standard output: {reason(failure)}"


class Output:
    """Lines on their way to a pipe, a file or a terminal.

    Nothing here raises: a reader that went away, or a full disk, must not tear an apply
    in two.  ``failure`` says what went wrong; whoever only prints looks at it and stops.

    Attributes:
        failure: the first error met while writing; what comes after it is dropped.
        unicode: whether the encoding can show more than ASCII.
    """

    __slots__ = ("_encoding", "_first", "_lines", "_next", "_sink", "failure", "unicode")

    def __init__(self, sink: Sink, encoding: str = "utf-8") -> None:
        self.failure: OSError | None = None
        self.unicode: bool = encoding.lower().replace("-", "") == "utf8"
        self._sink = sink
        self._encoding = encoding
        self._lines: list[str] = []
        self._next = 0.0
        self._first = _AT_ONCE

    @classmethod
    def of(cls, stream: TextIO) -> Output:
        """Return the output of a standard stream, past Python's own buffers.

        Nothing is then left in them at exit, where a closed pipe would be reported.
        """
        stream.flush()
        return cls(unbuffered(stream.fileno()), stream.encoding)

    def encode_as(self, encoding: str) -> None:
        """Write in ``encoding`` whatever the locale says."""
        self._encoding, self.unicode = encoding, encoding == "utf-8"

    def line(self, text: str) -> None:
        """Write one line, soon."""
        self._lines.append(text)
        if self._first:  # the second may be long in coming
            self._first -= 1
            self.flush()
        elif len(self._lines) >= _ENOUGH or monotonic() >= self._next:
            self.flush()

    def flush(self) -> None:
        """Write what has been gathered."""
        if not self._lines:
            return
        self._lines.append("")
        self.write("\n".join(self._lines))
        self._lines.clear()
        self._next = monotonic() + LIVE

    def write(self, text: str) -> None:
        """Write ``text`` as it is, at once."""
        if self.failure is not None:
            return
        left = memoryview(text.encode(self._encoding, "backslashreplace"))
        try:
            while left:
                left = left[self._sink.write(left) or 0 :]
        except OSError as error:
            self.failure = error
