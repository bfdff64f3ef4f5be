"""Colours, and how paths are shown to a person."""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING, Literal
from dotstream.model.directory import display

if TYPE_CHECKING:
    from collections.abc import Mapping

Colour = Literal["red", "green", "yellow", "blue", "cyan", "bold", "dim", "alarm"]

_CODES: dict[Colour, str] = {
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "cyan": "36",
    "bold": "1",
    "dim": "2",
    "alarm": "1;31",
}


def wants_colour(when: str, *, terminal: bool, environ: Mapping[str, str]) -> bool:
    """Decide ``--color``: ``auto`` heeds ``NO_COLOR``, ``FORCE_COLOR``, then the terminal."""
    if when != "auto" or environ.get("NO_COLOR"):
        return when == "always"
    forced = environ.get("FORCE_COLOR")
    if forced:
        return forced != "0"
    return terminal and environ.get("TERM") != "dumb"


def padded(text: str, width: int) -> str:
    """Return ``text`` with spaces behind it until it is ``width`` columns wide."""
    return text + " " * (width - columns_of(text))


def columns_of(text: str) -> int:
    """Return how many columns of a terminal a text takes: a wide character takes two."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width  # for the few names that need it

    return sum(
        0 if combining(each) else 2 if east_asian_width(each) in "WF" else 1 for each in text
    )


class Style:
    """How text is shown on one stream.

    Attributes:
        arrow: what stands between a link and its text.
        dot: what stands before one of several remarks.
    """

    __slots__ = ("_colour", "_home", "_width", "arrow", "dot")

    def __init__(
        self, *, colour: bool, unicode: bool, home: str | None, width: int | None = None
    ) -> None:
        self._colour = colour
        self._width = width
        self._home = home.rstrip("/") if home else ""
        self.arrow = "→" if unicode else "->"
        self.dot = "·" if unicode else "-"

    def paint(self, text: str, colour: Colour) -> str:
        """Return ``text`` in a colour, or as it is where colours are not wanted."""
        return f"\x1b[{_CODES[colour]}m{text}\x1b[0m" if self._colour else text

    def path(self, path: str) -> str:
        """Return an absolute path as it is shown: ``~`` for the home, no control bytes."""
        home = self._home
        if home and path.startswith(home) and (len(path) == len(home) or path[len(home)] == "/"):
            path = "~" + path[len(home) :]
        return path if path.isprintable() else display(path)

    def wrapped(self, text: str, indent: str = "", hanging: str = "    ") -> list[str]:
        """Break a sentence into lines that fit the terminal; in a pipe it stays one."""
        if self._width is None:
            return [indent + text]
        from textwrap import wrap

        return wrap(
            text,
            max(self._width, 40),
            initial_indent=indent,
            subsequent_indent=hanging,
            break_long_words=False,
            break_on_hyphens=False,
        )
