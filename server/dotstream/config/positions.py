"""Where each key and value of a TOML document stands.

A scanner of our own: it knows how far a key and a value reach, not what they mean (that is
the parser's), and it goes on after a line that is no TOML.  It is only imported when
something has to be located: for an error message, or in an editor.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from dotstream.light_typing import NamedTuple, TypeAlias

KeyPath: TypeAlias = "tuple[str | int, ...]"
"""Keys from the top of the document down; indices into arrays count from 0."""

_DEEPEST = 50  # keys in one another; none that is known is deeper than four

_BLANK = re.compile(r"[ \t]*")
_BLANKS = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_REST = re.compile(r"[^\n]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_QUOTED = re.compile(r'"(?:[^"\\\n]|\\.)*"|' r"'[^'\n]*'")
_LONG = re.compile(
    r'"""(?:[^"\\]|\\[\s\S]|"{1,2}(?!"))*"{3,5}|'
    r"'''(?:[^']|'{1,2}(?!'))*'{3,5}"
)
_PLAIN = re.compile(r"[A-Za-z0-9_+:.-]+(?:[ ][0-9][0-9:.]*(?:[Zz]|[+-][0-9:]+)?)?")


class Range(NamedTuple):
    """A piece of text; lines and columns count from 1, in characters, the end excluded."""

    line: int
    column: int
    end_line: int
    end_column: int


class _NoToml(Exception):
    """What stands here is none, from ``at`` on."""


class Positions:
    """The ranges of the keys and values in a document.

    A document that is not well-formed gives those of its parts that are.

    Attributes:
        keys: where each key is written, at its first mention.
        values: where each value is written; a table's is its whole section.
        repeated: keys that are given a value again, in order.
    """

    __slots__ = ("_arrays", "_lines", "_text", "keys", "repeated", "values")

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]
        self._arrays: dict[KeyPath, int] = {}
        self.keys: dict[KeyPath, Range] = {}
        self.values: dict[KeyPath, Range] = {}
        self.repeated: list[tuple[KeyPath, Range]] = []
        self._document()

    def find(self, path: KeyPath, *, value: bool) -> Range | None:
        """Return where the key at ``path``, or its value, is written.

        Where it is not, the nearest thing around it that is.
        """
        first, second = (self.values, self.keys) if value else (self.keys, self.values)
        for length in range(len(path), 0, -1):
            found = first.get(path[:length]) or second.get(path[:length])
            if found is not None:
                return found
        return None

    def _document(self) -> None:
        at, end, start = 0, 0, None
        table: KeyPath = ()
        while (at := self._after(_BLANKS, at)) < len(self._text):
            try:
                if self._text[at] == "[":
                    self._section(table, start, end)
                    table, start = (), at
                    at, table = self._header(at)
                else:
                    at = self._pair(at, table)
                end = at
                behind = self._after(_BLANK, at)
                if self._text[behind : behind + 1] not in ("", "\n", "\r", "#"):
                    raise _NoToml
            except _NoToml:
                at = end = max(end, self._after(_REST, at))
        self._section(table, start, end)

    def _section(self, table: KeyPath, start: int | None, end: int) -> None:
        """Note how far a table reaches, at its first mention."""
        if start is not None and table and self.values.get(table) == self._range(start, start):
            self.values[table] = self._range(start, end)

    def _header(self, start: int) -> tuple[int, KeyPath]:
        double = self._text.startswith("[[", start)
        at, path, place = self._key(start + 1 + double, ())
        brackets = "]]" if double else "]"
        if not self._text.startswith(brackets, at):
            raise _NoToml
        if double:
            index = self._arrays.get(path, -1) + 1
            self._arrays[path] = index
            path = (*path, index)
        elif path in self.values:
            self.repeated.append((path, place))
        self.values.setdefault(path, self._range(start, start))
        return at + len(brackets), path

    def _pair(self, at: int, above: KeyPath) -> int:
        at, path, place = self._key(at, above)
        if not self._text.startswith("=", at):
            raise _NoToml
        at = self._after(_BLANK, at + 1)
        if path in self.values:
            self.repeated.append((path, place))
        return self._value(at, path)

    def _value(self, at: int, path: KeyPath) -> int:
        start, text = at, self._text
        opening = text[at : at + 1]
        if opening and opening in "[{":
            if len(path) >= _DEEPEST:
                raise _NoToml
            closing = "]" if opening == "[" else "}"
            here = self._range(start, start)
            self.values.setdefault(path, here)
            at, index = self._after(_BLANKS, at + 1), 0
            while not text.startswith(closing, at):
                at = self._value(at, (*path, index)) if opening == "[" else self._pair(at, path)
                index += 1
                at = self._after(_BLANKS, at)
                if text.startswith(",", at):
                    at = self._after(_BLANKS, at + 1)
                elif not text.startswith(closing, at):
                    raise _NoToml
            at += 1
            if self.values[path] == here:
                self.values[path] = self._range(start, at)
            return at
        found = _LONG.match(text, at) or _QUOTED.match(text, at) or _PLAIN.match(text, at)
        if found is None:
            raise _NoToml
        self.values.setdefault(path, self._range(start, found.end()))
        return found.end()

    def _key(self, at: int, above: KeyPath) -> tuple[int, KeyPath, Range]:
        """Record a key, dotted or not; return what is behind it, its path and range."""
        begin = None
        while len(above) < _DEEPEST:
            at = self._after(_BLANK, at)
            found = _BARE.match(self._text, at) or _QUOTED.match(self._text, at)
            if found is None:
                raise _NoToml
            begin = at if begin is None else begin
            # Keys below an array of tables belong to its last element.
            index = self._arrays.get(above)
            name = _name(found[0])
            above = (*above, name) if index is None else (*above, index, name)
            end = found.end()
            self.keys.setdefault(above, self._range(at, end))
            at = self._after(_BLANK, end)
            if not self._text.startswith(".", at):
                return at, above, self._range(begin, end)
            at += 1
        raise _NoToml

    def _after(self, what: re.Pattern[str], at: int) -> int:
        found = what.match(self._text, at)
        return at if found is None else found.end()

    def _range(self, start: int, end: int) -> Range:
        return Range(*self._position(start), *self._position(end))

    def _position(self, at: int) -> tuple[int, int]:
        line = bisect_right(self._lines, at)
        return line, at - self._lines[line - 1] + 1


def locate(text: str, path: KeyPath, *, value: bool) -> Range | None:
    """Return where the key at ``path``, or its value, is written in ``text``."""
    return Positions(text).find(path, value=value)


def _name(text: str) -> str:
    if text[0] == "'":
        return text[1:-1]
    if text[0] != '"':
        return text
    import tomli

    try:
        return next(iter(tomli.loads(f"{text} = 0")))
    except tomli.TOMLDecodeError:
        return text[1:-1]
