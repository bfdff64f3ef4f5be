"""Markdown in which names of strangers are only text: no links, pictures or HTML."""

from __future__ import annotations

import re

from dotstream.model.directory import display

_special = re.compile(r"[\\`*_\[\]<>&:@]")
_ticks = re.compile("`+")
_marks = re.compile(r"\\([\W_])|(`+)( ?)(.+?)\3\2(?!`)|\*\*")


def text(words: str) -> str:
    """Return words that are shown as they are."""
    return _special.sub(lambda match: f"\\{match[0]}", display(words))


def code(words: str) -> str:
    """Return words as code, whatever quotes they hold."""
    shown = display(words)
    fence = "`" * (1 + max((len(ticks) for ticks in _ticks.findall(shown)), default=0))
    around = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) else ""
    return f"{fence}{around}{shown}{around}{fence}"


def plain(markdown: str) -> str:
    """Return Markdown of ours without its marks."""
    return _marks.sub(lambda match: match[1] or match[4] or "", markdown)
