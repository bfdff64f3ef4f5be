"""Standard input and output, taken over by a protocol that nothing else may disturb."""

from __future__ import annotations

import os

_READ = 64 * 1024


class Channel:
    """The two pipes to the program that started this one.

    The descriptors are moved to new numbers; in their place standard input becomes empty
    and standard output becomes standard error.  So a stray ``print``, here or in a library,
    ends in the log and not in the middle of a message.
    """

    __slots__ = ("_input", "_output")

    def __init__(self) -> None:
        self._input = os.dup(0)
        self._output = os.dup(1)
        os.set_blocking(self._output, True)  # some parents hand over non-blocking pipes
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)

    def read(self) -> bytes:
        """Return what the other side wrote, at least a byte; nothing when it is gone."""
        try:
            return os.read(self._input, _READ)
        except ConnectionError:  # a socket may say it so
            return b""

    def write(self, data: bytes) -> None:
        """Write all of ``data``; blocks for as long as the other side does not read.

        Raises:
            OSError: the other side is gone.
        """
        view = memoryview(data)
        while view:
            view = view[os.write(self._output, view) :]
