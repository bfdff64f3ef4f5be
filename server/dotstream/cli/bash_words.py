"""Words as bash hands them to a completion function: as they were typed, and taken apart.

What is offered has to be written as bash wants it there: behind the quote that is still open,
and without what bash takes for an earlier word.
"""

from __future__ import annotations

import re

from dotstream.light_typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_BREAKS = frozenset("=:")  # those of COMP_WORDBREAKS that make words of their own
_SPECIAL = re.compile(r"""[\s|&;<>()$`\\"'*?\[\]#!{}^]|^~(?!/)""")
_SPECIAL_IN_QUOTES = re.compile(r"""[$`\\"]""")


class Typed(NamedTuple):
    """A line up to the cursor.

    Attributes:
        words: what it means, the last word as far as it is typed.
        before: what of the last word bash does not replace.
        quote: the quote that is open at its end, or nothing.
    """

    words: list[str]
    before: str
    quote: str

    def offered(self, value: str) -> str:
        """Return what bash has to put in the place of the last word for a value."""
        text = value.removeprefix(self.before)
        if self.quote == "'":
            return text.replace("'", "'\\''")
        special = _SPECIAL_IN_QUOTES if self.quote else _SPECIAL
        return special.sub(lambda found: f"\\{found[0]}", text)


def typed(pieces: Sequence[str]) -> Typed:
    """Put the pieces of a line together again, and take their quotes away."""
    words: list[str] = []
    joins, before, quote = False, "", ""
    for piece in pieces:
        text, quote = _plain(piece)
        breaks = bool(piece) and _BREAKS.issuperset(piece)
        if words and piece and (joins or breaks):
            before = words[-1]
            words[-1] += text
        else:
            before = ""
            words.append(text)
        joins = breaks
    if joins and words:  # the cursor is just behind it
        before = words[-1]
    return Typed(words, before, quote)


def _plain(piece: str) -> tuple[str, str]:
    """Return what a piece means, and the quote that is still open at its end."""
    text, quote = "", ""
    rest = iter(piece)
    for char in rest:
        if char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        elif char == "\\" and quote != "'":
            meant = next(rest, "")
            text += meant if not quote or meant in '$`"\\' else f"\\{meant}"
        else:
            text += char
    return text, quote
