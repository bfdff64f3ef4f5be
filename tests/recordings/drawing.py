"""A recording as one SVG picture that moves.

Each row of the screen is drawn once for each thing that it ever showed, and is there for as
long as it showed that.  Where nothing moves, on paper, or for a reader who asked for less
motion, the picture is the last screen.  It is light or dark as its reader's system is.
"""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import pyte
from tests.recordings.terminal import COLUMNS, ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.recordings.terminal import Piece

__all__ = ["drawn"]

_WIDTH, _HEIGHT, _BASELINE = 8.4, 19, 14
_MARGIN, _TOP = 16, 44
_HOLD = 5.0
"""Seconds that the last screen stays, which is also what is seen first."""
_TOGETHER = 0.03
"""What is shown within as many seconds is one change."""

_FONTS = 'ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace'

_LIGHT = {
    "": "#24292f",
    "ground": "#ffffff",
    "frame": "#d0d7de",
    "red": "#c4202b",
    "green": "#116329",
    "brown": "#7d4e00",
    "blue": "#0550ae",
    "magenta": "#8250df",
    "cyan": "#1b7c83",
}
_DARK = {
    "": "#d6deeb",
    "ground": "#16181d",
    "frame": "#3d444d",
    "red": "#ff8a80",
    "green": "#7ee787",
    "brown": "#e3b341",
    "blue": "#79c0ff",
    "magenta": "#d2a8ff",
    "cyan": "#76e3ea",
}


class _Row(NamedTuple):
    """What one row showed, and from when to when; to the end, where that is ``None``."""

    number: int
    markup: str
    begin: float
    end: float | None


def drawn(pieces: Iterable[Piece], title: str) -> str:
    """Return the picture."""
    rows, last = _rows(pieces)
    height = _TOP + (max(row.number for row in rows) + 1) * _HEIGHT + _MARGIN
    width = 2 * _MARGIN + COLUMNS * _WIDTH
    total = last + _HOLD
    style, body = [], []
    for number, row in enumerate(rows):
        left = "" if row.end is None else ' class="gone"'
        y = _TOP + row.number * _HEIGHT + _BASELINE
        body.append(f'<g id="r{number}"{left}><text y="{y}">{row.markup}</text></g>')
        style.append(_moving(number, row, total))
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img">
<title>{escape(title)}</title>
<style>
{_colours(_LIGHT)}
@media (prefers-color-scheme: dark) {{
{_colours(_DARK)}
}}
text {{ font: 14px {_FONTS}; white-space: pre }}
.bold {{ font-weight: bold }} .dim {{ opacity: .65 }} .gone {{ visibility: hidden }}
@media (prefers-reduced-motion: no-preference) {{
{"".join(style)}}}
</style>
<rect class="ground" x=".5" y=".5" width="{width - 1:g}" height="{height - 1:g}" rx="8"/>
<g class="lights"><circle cx="20" cy="20" r="6"/><circle cx="40" cy="20" r="6"/>\
<circle cx="60" cy="20" r="6"/></g>
{chr(10).join(body)}
</svg>
"""


def _rows(pieces: Iterable[Piece]) -> tuple[list[_Row], float]:
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.ByteStream(screen)
    done: list[_Row] = []
    now: dict[int, _Row] = {}
    at = 0.0
    for piece in pieces:
        at = at if piece.at - at < _TOGETHER else piece.at
        screen.dirty.clear()
        stream.feed(piece.shown)
        for number in sorted(screen.dirty):
            markup = _markup(screen, number)
            before = now.pop(number, None)
            if before and before.markup == markup:
                now[number] = before
                continue
            if before and before.begin < at:
                done.append(before._replace(end=at))
            if markup:
                now[number] = _Row(number, markup, at, None)
    return done + [now[number] for number in sorted(now)], at


def _markup(screen: pyte.Screen, number: int) -> str:
    """Return a row of the screen, each piece of one look at its own place."""
    row = screen.buffer[number]
    cells = [(column, row[column]) for column in range(COLUMNS)]
    spans = []
    for look, same in groupby(cells, key=lambda cell: (cell[1].fg, cell[1].bold)):
        piece = list(same)
        text = "".join(cell.data for _, cell in piece)
        if not text.strip():
            continue
        column = piece[0][0] + len(text) - len(text.lstrip())
        text = text.strip()
        x, length = _MARGIN + column * _WIDTH, len(text) * _WIDTH
        names = " ".join(name for name in (_colour(look[0]), "bold" if look[1] else "") if name)
        classes = f' class="{names}"' if names else ""
        place = f'x="{x:g}" textLength="{length:g}"'
        spans.append(f"<tspan {place}{classes}>{escape(text, quote=False)}</tspan>")
    return "".join(spans)


def _colour(name: str) -> str:
    return name if name in _LIGHT else "dim" if name == "brightblack" else ""


def _colours(scheme: dict[str, str]) -> str:
    frame, ground = scheme["frame"], scheme["ground"]
    rules = [
        f".ground {{ fill: {ground}; stroke: {frame} }}",
        f".lights {{ fill: {frame} }}",
        f"text {{ fill: {scheme['']} }}",
        *(
            f".{name} {{ fill: {value} }}"
            for name, value in scheme.items()
            if name not in {"", "ground", "frame"}
        ),
    ]
    return " ".join(rules)


def _moving(number: int, row: _Row, total: float) -> str:
    """Return the rules by which a row is there only while it was there."""
    hidden, shown = "visibility: hidden", "visibility: visible"
    stops = [(0.0, hidden), (row.begin, shown)] if row.begin else [(0.0, shown)]
    if row.end is not None:
        stops.append((row.end, hidden))
    frames = " ".join(f"{100 * at / total:.2f}% {{ {look} }}" for at, look in stops)
    name = f"r{number}"
    late = -(total - _HOLD)
    rule = f"#{name} {{ animation: {name} {total:.2f}s {late:.2f}s step-end infinite }}"
    return f"{rule} @keyframes {name} {{ {frames} }}\n"
