"""Where in a ``dotstream.toml`` the cursor stands, however unfinished the text is.

A parser would refuse what is being typed, so this reads only what comes before the cursor,
token by token, and remembers what is open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from dotstream.config.positions import KeyPath

Spot: TypeAlias = Literal["header", "key", "value", "comment"]

_TOKEN = re.compile(
    r'''
      (?P<multiline> """ (?: \\[\s\S] | (?!""")[^\\] )* (?P<closed>""")?
                   | \'\'\' (?: (?!\'\'\')[\s\S] )* (?P<literally_closed>\'\'\')? )
    | (?P<text> " (?: \\. | [^"\\\n] )* (?P<ended>")? | ' [^'\n]* (?P<literally_ended>')? )
    | (?P<comment> \# [^\n]* )
    | (?P<line> \n )
    | (?P<mark> [][{}=,.] )
    | (?P<word> [^\s\][{}=,."'\#]+ )
    | (?P<blank> [^\S\n]+ )
    ''',
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Cursor:
    """What is being written at one place of the text.

    Attributes:
        spot: in a table's header, a key, a value or a comment.
        table: the table that the place is in, as far as it is known.
        keys: the key whose value is being written, or what of a dotted key or header is
            already there.
        start: where the word or string being typed begins, its quote included.
        typed: what there is of it, without its quote.
        quote: the quote that it began with, or empty.
        in_array: whether the value is an element of an array.
        written: what there is of the value already: the elements before, in an array.
    """

    spot: Spot
    table: KeyPath
    keys: tuple[str, ...]
    start: int
    typed: str
    quote: str = ""
    in_array: bool = False
    written: tuple[str, ...] = ()


class _State:
    """What has been read so far."""

    def __init__(self) -> None:
        self.table: KeyPath = ()
        self.spot: Spot = "key"
        self.keys: list[str] = []
        self.open: list[tuple[str, KeyPath, list[str]]] = []
        self.written: list[str] = []
        self.fresh = True  # nothing but blanks since the line or element began

    def new_line(self) -> None:
        if self.open and self.open[-1][0] == "[":
            return
        if self.spot == "header":
            self.table = tuple(self.keys)
        self.open.clear()
        self.spot, self.keys, self.written, self.fresh = "key", [], [], True

    def mark(self, sign: str) -> None:
        if self.spot == "header":
            if sign == "]":
                self.table, self.spot, self.keys = tuple(self.keys), "comment", []
        elif sign == "[" and self.spot == "key" and self.fresh and not self.open:
            self.spot, self.keys = "header", []
        elif sign == "=" and self.spot == "key":
            self.spot, self.written = "value", []
        elif sign in "[{" and self.spot == "value":
            self.open.append((sign, self.table, self.keys))
            if sign == "{":
                self.table, self.keys, self.spot = (*self.table, *self.keys), [], "key"
        elif sign in "]}" and self.open:
            _, self.table, self.keys = self.open.pop()
            self.spot = "value"
        elif sign == "," and self.open and self.open[-1][0] == "{":
            self.spot, self.keys = "key", []
        self.fresh = False


def cursor_at(source: str, offset: int) -> Cursor:
    """Return what is being written at ``offset``."""
    before = source[:offset]
    state = _State()
    start, typed, quote = offset, "", ""
    for token in _TOKEN.finditer(before):
        kind, text = _kind(token), token[0]
        start, typed, quote = offset, "", ""
        if kind == "line":
            state.new_line()
        elif kind == "mark":
            state.mark(text)
        elif kind == "comment":
            if token.end() == offset:
                return Cursor("comment", state.table, (), offset, "")
        elif kind in ("word", "text", "multiline"):
            if token.end() == offset and not _is_closed(token):
                quote = _quote(text) if kind != "word" else ""
                start, typed = token.start(), text[len(quote) :]
            elif state.spot in ("header", "key"):
                state.keys.append(text.strip("\"'"))
            else:
                state.written.append(text.strip("\"'"))
            state.fresh = False
    in_array = bool(state.open) and state.open[-1][0] == "["
    return Cursor(
        state.spot,
        state.table,
        tuple(state.keys),
        start,
        typed,
        quote,
        in_array,
        tuple(state.written),
    )


def _kind(token: re.Match[str]) -> str:
    kinds = ("multiline", "text", "comment", "line", "mark", "word", "blank")
    return next(kind for kind in kinds if token[kind] is not None)


def _is_closed(token: re.Match[str]) -> bool:
    ends = ("closed", "literally_closed", "ended", "literally_ended")
    return any(token[end] is not None for end in ends)


def _quote(text: str) -> str:
    return text[:3] if text.startswith(('"""', "'''")) else text[:1]
