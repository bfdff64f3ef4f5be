"""Lines by the number of files, drawn as SVG that is light or dark as the reader is."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Line", "drawn"]

_WIDTH, _HEIGHT = 720, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 176, 44, 40
_COLOURS = ("#c2410c", "#0369a1", "#be185d", "#15803d", "#7e22ce")
_DARK = ("#fb923c", "#38bdf8", "#f472b6", "#4ade80", "#c084fc")

_STYLE = """\
text { font: 13px system-ui, sans-serif; fill: #24292f }
.rule { stroke: #d0d7de; stroke-width: 1 }
.line { fill: none; stroke-width: 2.5 }
.ground { fill: #ffffff }
"""
_DARK_STYLE = """\
text { fill: #e6edf3 } .rule { stroke: #30363d } .ground { fill: #0d1117 }
"""


class Line(NamedTuple):
    """A name, and a value for each number of files."""

    name: str
    points: Sequence[tuple[int, float]]
    dashed: bool = False


def drawn(title: str, lines: Sequence[Line]) -> str:
    """Return a picture: files to the right, each ten times the one before; values upwards."""
    files = sorted({x for line in lines for x, _ in line.points})
    top = _round_up(max(y for line in lines for _, y in line.points))
    first, last = math.log10(files[0]), math.log10(files[-1])

    def place(x: int, y: float) -> tuple[float, float]:
        along = (math.log10(x) - first) / ((last - first) or 1)
        return (
            round(_LEFT + along * (_WIDTH - _LEFT - _RIGHT), 1),
            round(_HEIGHT - _BOTTOM - y / top * (_HEIGHT - _TOP - _BOTTOM), 1),
        )

    dark = f"@media (prefers-color-scheme: dark) {{\n{_DARK_STYLE}{_coloured(_DARK)}}}\n"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>\n{_STYLE}{_coloured(_COLOURS)}{dark}</style>",
        f'<rect class="ground" width="{_WIDTH}" height="{_HEIGHT}" rx="8"/>',
        f'<text x="{_LEFT}" y="26" font-weight="600">{escape(title)}</text>',
    ]
    for step in range(5):
        x, y = place(files[0], top * step / 4)
        parts.append(f'<path class="rule" d="M{x} {y}H{_WIDTH - _RIGHT}"/>')
        parts.append(f'<text x="{x - 8}" y="{y + 4}" text-anchor="end">{top * step / 4:g}</text>')
    for each in files:
        x, y = place(each, 0)
        parts.append(f'<text x="{x}" y="{y + 22}" text-anchor="middle">{each:,}</text>')
    parts += _drawn_lines(lines, place)
    return "\n".join([*parts, "</svg>\n"])


def _coloured(colours: Sequence[str]) -> str:
    return "".join(
        f".c{number} {{ stroke: {colour} }} .t{number} {{ fill: {colour} }}\n"
        for number, colour in enumerate(colours)
    )


def _drawn_lines(
    lines: Sequence[Line], place: Callable[[int, float], tuple[float, float]]
) -> list[str]:
    parts = []
    ends = _apart([place(*line.points[-1])[1] for line in lines])
    for number, (line, height) in enumerate(zip(lines, ends, strict=True)):
        points = " ".join(f"{x},{y}" for x, y in (place(*point) for point in line.points))
        dash = ' stroke-dasharray="6 4"' if line.dashed else ""
        parts.append(f'<polyline class="line c{number}" points="{points}"{dash}/>')
        parts.append(
            f'<text class="t{number}" x="{_WIDTH - _RIGHT + 10}" y="{height + 4:.1f}">'
            f"{escape(line.name)}</text>"
        )
    return parts


def _apart(heights: Sequence[float]) -> list[float]:
    """Move labels upwards, the lowest first, until none covers another."""
    found = list(heights)
    above = math.inf
    for index in sorted(range(len(found)), key=found.__getitem__, reverse=True):
        above = found[index] = min(found[index], above - 17)
    return found


def _round_up(value: float) -> float:
    step = float(10 ** math.floor(math.log10(value)))
    return next(step * part for part in (1, 2, 4, 6, 8, 10) if step * part >= value)
