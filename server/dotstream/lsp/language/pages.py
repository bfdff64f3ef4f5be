"""Texts that an editor is asked to show: a plan, a check-up, a difference."""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING

from dotstream.fs.files import is_directory, read_bytes
from dotstream.model.directory import display
from dotstream.model.items import Conflict, Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dotstream.model.finding import Finding
    from dotstream.model.items import Item
    from dotstream.planner.stream import StreamingPlan

__all__ = ["MOST_LINES", "checkup_page", "difference_page", "plan_page"]

MOST_LINES = 5_000
"""Lines that are written out; the rest is counted."""

_MOST_BYTES = 1024 * 1024


def plan_page(plan: StreamingPlan, title: str, name: Callable[[str], str]) -> tuple[str, str]:
    """Return a plan as text, and its sums in a few words.

    Args:
        name: returns a path for people.
    """
    lines = [f"# {title}", ""]
    total = 0
    with plan:
        for item in plan:
            total += 1
            if total <= MOST_LINES:
                lines.append(_line(item, name))
    summary = plan.summary
    sums = ", ".join(
        f"{count:,} {noun}{'' if count == 1 else 's'}"
        for count, noun in (
            (summary.operations, "operation"),
            (summary.conflicts, "conflict"),
            (summary.errors, "error"),
        )
        if count or noun == "operation"
    )
    return _written(lines, total, sums), sums


def checkup_page(findings: Iterable[Finding], title: str, name: Callable[[str], str]) -> str:
    """Return what a check-up found as text; empty if that is nothing."""
    lines = [f"# {title}", ""]
    total = 0
    for total, found in enumerate(findings, start=1):
        if total <= MOST_LINES:
            remedy = f"; {found.command}" if found.command else ""
            lines.append(
                f"{found.severity:<8} {name(found.path)}: {display(found.message + remedy)}"
            )
    return _written(lines, total, f"{total:,} found") if total else ""


def difference_page(source: str, target: str, name: Callable[[str], str]) -> str:
    """Return how the target differs from the package's member, or why that cannot be told.

    Raises:
        OSError: one of them cannot be read.
    """
    texts = []
    for path in (target, source):
        if is_directory(path):
            return f"{name(path)} is a directory.\n"
        data = read_bytes(path)
        if data is None:
            return f"There is nothing at {name(path)}.\n"
        if b"\0" in data[:8192]:
            return f"{name(path)} is not text.\n"
        if len(data) > _MOST_BYTES:
            return f"{name(path)} is too large to compare here.\n"
        texts.append(data.decode("utf-8", "replace").splitlines())
    lines = list(unified_diff(texts[0], texts[1], name(target), name(source), lineterm=""))
    if not lines:
        return f"{name(target)} and {name(source)} are the same.\n"
    return _written(lines[:MOST_LINES], len(lines), "")


def _line(item: Item, name: Callable[[str], str]) -> str:
    if isinstance(item, Operation):
        text = f" -> {display(item.text)}" if item.text and item.kind != "make_dir" else ""
        return f"{item.verb:<16} {name(item.path)}{text}"
    if isinstance(item, Conflict):
        choices = f" ({', '.join(item.choices)})" if item.choices else ""
        return f"{'conflict':<16} {name(item.path)}: {display(item.message)}{choices}"
    return f"{'note':<16} {name(item.path)}: {display(item.message)}"


def _written(lines: list[str], total: int, end: str) -> str:
    if total > MOST_LINES:
        lines += ["", f"… {total - MOST_LINES:,} more"]
    if end:
        lines += ["", end]
    return "\n".join(lines) + "\n"
