"""A conflict as lines: what is in the way, who wants the path, and the ways out."""

from __future__ import annotations

from dotstream.cli.report.advice import by_hand
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.directory import display

if TYPE_CHECKING:
    from collections.abc import Callable

    from dotstream.cli.report.style import Style
    from dotstream.model.items import Conflict


def explained(
    conflict: Conflict, style: Style, completed: Callable[[str], str], *, flags: bool
) -> list[str]:
    """Return the lines.

    Args:
        completed: adds to a command what it takes to be about the same directories.
        flags: whether the policies that settle it are named, as flags.
    """
    head = style.paint("conflict", "alarm")
    lines = [f"{head} {style.paint(style.path(conflict.path), 'bold')}"]
    lines += style.wrapped(display(conflict.message), "    ")
    if conflict.source:
        lines.append(style.paint(f"    wanted: {style.path(conflict.source)}", "dim"))
    for advice in by_hand(conflict, completed, style.path):
        if advice.startswith("dotstream "):
            lines.append(f"    {style.dot} {display(advice)}")  # never broken, to be copied
        else:
            lines += style.wrapped(display(advice), f"    {style.dot} ", "      ")
    choices = [policy for policy in conflict.choices if policy != "fail"]
    if choices and flags:
        lines.append(f"    {style.dot} --on-conflict {'|'.join(choices)}")
    if conflict.same and flags and "backup" in choices:
        lines.append(
            f"    {style.dot} --same backs up and links every file with the same content"
        )
    return lines
