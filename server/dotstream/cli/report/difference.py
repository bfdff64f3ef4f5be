"""How a package's file and what is in its place differ, as lines."""

from __future__ import annotations

from dotstream.fs.files import what_is
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.directory import display

if TYPE_CHECKING:
    from dotstream.cli.report.style import Colour, Style
    from dotstream.model.located import Difference

_COLOURS: dict[str, Colour] = {"+": "green", "-": "red", "@": "cyan"}


def difference_lines(found: Difference, style: Style) -> list[str]:
    """Return a unified diff from what is there to what the package has, or why there is none."""
    target, source = style.path(found.target), style.path(found.source)
    if found.kind == "same":
        return [f"{target} is the same as {source}"]
    there, ours = what_is(found.target), what_is(found.source)
    if found.kind != "text" and (there, ours) != ("a file", "a file"):
        same = there == ours
        told = f" and {source} are both" if same else f" is {there}, and {source} is"
        return [f"{target}{told} {'directories' if same else ours}"]
    if found.kind != "text":
        return [f"{target} and {source} differ and are not text"]
    if not found.text:
        return [f"{target} and {source} begin the same, and differ further on"]
    lines = [style.paint(f"--- {target}", "bold"), style.paint(f"+++ {source}", "bold")]
    for line in (found.text or "").removesuffix("\n").split("\n"):
        colour = _COLOURS.get(line[:1])
        shown = line if line.isprintable() else "\t".join(map(display, line.split("\t")))
        lines.append(shown if colour is None else style.paint(shown, colour))
    if found.truncated:
        lines.append(style.paint("only the beginning of each was compared", "dim"))
    return lines
