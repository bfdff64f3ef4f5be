r"""The text of a document, and its places in the client's units.

Lines end where LSP says: at ``\\n``, ``\\r\\n`` and ``\\r``, and nowhere else.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from pygls.workspace import PositionCodec

    from dotstream.config.positions import Range

_line_end = re.compile(r"\r\n|\n|\r")
_halves = re.compile("[\ud800-\udfff]")


class Text:
    """A text as a value.

    Args:
        source: the text.
        codec: knows in which units the client counts columns.
    """

    def __init__(self, source: str, codec: PositionCodec) -> None:
        # Half of a surrogate pair is no character; what stands for it is as long.
        self.source: str = _halves.sub("\ufffd", source)
        self._codec = codec

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in _line_end.finditer(self.source))]

    def _line(self, number: int) -> str:
        """Return a line without its end."""
        last = number + 1 >= len(self._starts)
        end = len(self.source) if last else self._starts[number + 1]
        return self.source[self._starts[number] : end].rstrip("" if last else "\r\n")

    def offset(self, position: types.Position) -> int:
        """Return where a position is, counted in characters from the start.

        Beyond the end of a line means its end, beyond the last line the end of the text.
        """
        if position.line >= len(self._starts):
            return len(self.source)
        line, units = self._line(position.line), 0
        start = self._starts[position.line]
        if line.isascii():
            return start + min(position.character, len(line))
        for index, char in enumerate(line):
            if units >= position.character:
                return start + index
            units += self._codec.client_num_units(char)
        return start + len(line)

    def position(self, offset: int) -> types.Position:
        """Return the position of a character, counted from the start."""
        line = bisect_right(self._starts, offset) - 1
        before = self.source[self._starts[line] : offset]
        return types.Position(line, self._codec.client_num_units(before))

    def span(self, start: int, end: int) -> types.Range:
        """Return the range between two offsets."""
        return types.Range(self.position(start), self.position(end))

    def range(self, place: Range) -> types.Range:
        """Return the range of a place that the configuration's parser found."""
        start, end = self.offsets(place)
        return self.span(start, end)

    def offsets(self, place: Range) -> tuple[int, int]:
        """Return the offsets of a place that the configuration's parser found."""
        return self._at(place.line, place.column), self._at(place.end_line, place.end_column)

    @cached_property
    def _newlines(self) -> list[int]:
        # That parser only knows the newline.
        return [0, *(at + 1 for at, char in enumerate(self.source) if char == "\n")]

    def _at(self, line: int, column: int) -> int:
        if line > len(self._newlines):
            return len(self.source)
        return min(self._newlines[line - 1] + column - 1, len(self.source))

    def line_end(self, line: int) -> types.Position:
        """Return where a line ends."""
        return types.Position(line, self._codec.client_num_units(self._line(line)))

    def changed(self, change: types.TextDocumentContentChangeEvent) -> Text:
        """Return the text after an edit."""
        if isinstance(change, types.TextDocumentContentChangeWholeDocument):
            return Text(change.text, self._codec)
        start, end = self.offset(change.range.start), self.offset(change.range.end)
        return Text(self.source[:start] + change.text + self.source[end:], self._codec)
