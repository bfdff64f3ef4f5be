"""The commands of ``workspace/executeCommand``: our methods, told to a person.

For editors without an extension of ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dotstream.lsp.requests.rows import Rows
from dotstream.lsp.uris import path_label, path_of
from dotstream.model.directory import display
from dotstream.model.items import Conflict, Operation
from dotstream.model.words import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dotstream.lsp.messages import JSON
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


PREFIX = "dotstream.server."
"""What comes before the name of a command."""

CANCEL = "cancel"
"""The name of the command that stops the others."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Attributes:
        method: what is called.
        words: says a result in a few words; ``None`` leaves that to the page.
        given: parameters where the client names none.
        page: the name of the text to be shown, if there is one.
        line: makes a line of the page of one item.
        text: makes the page of the result instead.
    """

    method: str
    words: Callable[[Mapping[str, Any]], str]
    given: Mapping[str, JSON] = field(default_factory=dict)
    page: str | None = None
    line: Callable[[Any], str] | None = None
    text: Callable[[Mapping[str, Any]], str] | None = None

    def completed(self, sent: object) -> object:
        """Return the parameters of the method."""
        return {**self.given, **sent} if isinstance(sent, dict) else sent


_MANAGE: Mapping[str, JSON] = {"action": "manage", "everything": True}

COMMANDS: dict[str, Command] = {
    "plan": Command("dotstream/plan", planned, given=_MANAGE, page="plan.txt", line=plan_line),
    "apply": Command("dotstream/apply", changed, given=_MANAGE),
    "undo": Command("dotstream/undo", changed),
    "resolve": Command("dotstream/resolve", changed),
    "link": Command("dotstream/link", changed),
    "unlink": Command("dotstream/unlink", changed),
    "adopt": Command("dotstream/apply", changed, given={"action": "adopt"}),
    "ignore": Command("dotstream/ignore", ignored),
    "init": Command("dotstream/init", written),
    "diff": Command("dotstream/diff", compared, page="difference.diff", text=difference),
    "recover": Command("dotstream/recover", recovered),
    "doctor": Command("dotstream/doctor", checked, page="doctor.txt", line=finding_line),
}
"""By the last word of their names; ``cancel`` ends what they are doing."""
