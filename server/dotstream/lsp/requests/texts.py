"""What a person is told by a command: a result in words, items as lines, differences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dotstream.lsp.requests.rows import Rows
from dotstream.lsp.uris import path_label, path_of
from dotstream.model.directory import display
from dotstream.model.items import Conflict, Operation
from dotstream.model.words import plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dotstream.model.finding import Finding
    from dotstream.model.items import Item


def planned(result: Mapping[str, Any]) -> str:
    """Say what a plan has."""
    return Rows.summed(result["counts"])


def changed(result: Mapping[str, Any]) -> str:
    """Say what was changed."""
    if result["transaction"] is None:
        return "there was nothing to do; nothing was changed"
    return plural(result["applied"], "operation")


def ignored(result: Mapping[str, Any]) -> str:
    """Say what was written into the configuration."""
    words = f"added {result['pattern']!r} to ignore of package {result['package']}"
    return words if result["saved"] else f"{words}; save {_label(result['configuration'])}"


def written(result: Mapping[str, Any]) -> str:
    """Say which file was written."""
    return f"{_label(result['configuration'])} was written"


def compared(result: Mapping[str, Any]) -> str:
    """Say how two files compare, if not by their difference."""
    target, source = result["targetLabel"], result["sourceLabel"]
    return {
        "same": f"{target} and {source} are the same",
        "binary": f"{target} and {source} differ and are not text",
        "directory": f"{target} or {source} is a directory",
        "missing": f"there is nothing at {target} or {source}",
    }.get(result["kind"], "")


def difference(result: Mapping[str, Any]) -> str:
    """Return how two texts differ; empty if they do not, or are none."""
    more = "\n… and more\n" if result["truncated"] else ""
    return f"{result['diff']}{more}" if result["diff"] else ""


def recovered(result: Mapping[str, Any]) -> str:
    """Say what was left unfinished, and what became of it."""
    found = result["recovered"]
    if found is None:
        return "nothing was left unfinished"
    how = "finished" if result["resumed"] else "rolled back"
    left = f"; left alone: {'; '.join(result['left'])}" if result["left"] else ""
    return f"change {found['id']} was {how}{left}"


def checked(result: Mapping[str, Any]) -> str:
    """Say how much was found."""
    findings: int = result["findings"]
    return plural(findings, "finding") if findings else "no problems found"


def plan_line(item: Item) -> str:
    """Return one item of a plan as a line."""
    place = path_label(item.path)
    if isinstance(item, Operation):
        text = f" -> {display(item.text)}" if item.text and item.kind != "make_dir" else ""
        return f"{item.verb:<16} {place}{text}"
    if isinstance(item, Conflict):
        choices = f" ({', '.join(item.choices)})" if item.choices else ""
        return f"{'conflict':<16} {place}: {display(item.message)}{choices}"
    return f"{'note':<16} {place}: {display(item.message)}"


def finding_line(found: Finding) -> str:
    """Return one finding as a line."""
    remedy = f"; {found.command}" if found.command else ""
    return f"{found.severity:<8} {path_label(found.path)}: {display(found.message + remedy)}"


def _label(uri: str) -> str:
    return path_label(path_of(uri))
