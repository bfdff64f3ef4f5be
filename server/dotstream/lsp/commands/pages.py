"""Texts that an editor is asked to show: a plan, a check-up, a difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dotstream.lsp.requests.rows import Rows
from dotstream.model.directory import display
from dotstream.model.items import Conflict, Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dotstream.model.difference import Difference
    from dotstream.model.finding import Finding
    from dotstream.model.items import Item
    from dotstream.planner.stream import StreamingPlan

__all__ = ["MOST_LINES", "checkup_page", "difference_page", "plan_page"]

MOST_LINES = 5_000
"""Lines that are written out; the rest is counted."""


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
    sums = Rows.summed(plan.summary.counts)
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


def difference_page(found: Difference, name: Callable[[str], str]) -> str:
    """Return how the target differs from the package's file, or why that cannot be told."""
    target, source = name(found.target), name(found.source)
    match found.kind:
        case "same":
            return f"{target} and {source} are the same.\n"
        case "text":
            more = "\n… and more\n" if found.truncated else ""
            return f"--- {target}\n+++ {source}\n{found.text or ''}{more}"
        case "binary":
            return f"{target} and {source} differ, and are not text.\n"
        case "directory":
            return f"{target} or {source} is a directory.\n"
        case "missing":
            return f"There is nothing at {target} or {source}.\n"


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
