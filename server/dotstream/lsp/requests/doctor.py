"""``dotstream/doctor``: what is wrong with links and records, and fixing it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from dotstream.doctor.shell_commands import deeper, quoted
from dotstream.lsp.messages import dumps
from dotstream.lsp.requests.call import Method
from dotstream.lsp.requests.carrying import applied
from dotstream.lsp.requests.fields import Fields, invalid
from dotstream.lsp.requests.rows import shown
from dotstream.lsp.uris import label, to_uri
from dotstream.model.directory import display
from dotstream.model.finding import SCAN_MODES
from dotstream.model.words import plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dotstream.client import Client
    from dotstream.lsp.messages import JSON
    from dotstream.lsp.requests.call import Call
    from dotstream.model.finding import Finding, ScanMode

MAX_FINDINGS = 1000
"""Findings in an answer at most, where they are not streamed."""


class _Doctor(NamedTuple):
    """What is to be looked at.

    Attributes:
        mode, depth, skip: how far it looks; see ``Client.doctor``.
        fix: whether to fix first what needs no decision.
    """

    mode: ScanMode
    depth: int | None
    skip: tuple[str, ...]
    fix: bool

    @classmethod
    def of(cls, fields: Fields) -> _Doctor:
        mode = fields.choice("mode", SCAN_MODES) or "scoped"
        depth, skip = fields.number("depth", least=0), fields.texts("skip")
        for name, given in (("depth", depth is not None), ("skip", bool(skip))):
            if given and mode != "deep":
                raise invalid(name, f"only the mode deep takes it, and this is {mode}")
        return cls(mode, depth, skip, fields.boolean("fix"))


class _FindingRows:
    """Makes rows of what a check-up finds.

    Args:
        home: the path that labels call ``~``.
    """

    kind: ClassVar[str] = "findings"
    verb: ClassVar[str] = "looking"

    def __init__(self, home: str) -> None:
        self._home = home

    def rows(self, item: Finding) -> list[str]:
        """Return one finding as a JSON object."""
        return [dumps(_finding(item, self._home))]

    def word(self, item: Finding) -> str:
        """Return the kind of a finding."""
        return item.kind

    @staticmethod
    def summed(counts: Mapping[str, int]) -> str:
        """Return how many findings there are."""
        return plural(sum(counts.values()), "finding")


def _doctor(params: _Doctor, call: Call) -> dict[str, JSON]:
    """Fix what can be, if asked for, and tell what is wrong."""
    client = call.client
    fixed = _fix(client, params, call) if params.fix else 0
    answered: list[JSON] = []
    counts: dict[str, int] = {}
    for found in client.doctor(
        mode=params.mode, depth=params.depth, skip=params.skip, cancel=call.cancel_token
    ):
        finding = replace(found, command=_complete(found.command, client, params))
        counts[finding.kind] = counts.get(finding.kind, 0) + 1
        call.add(finding)
        if call.asked.partial is None and len(answered) < MAX_FINDINGS:
            answered.append(_finding(finding, call.home))
    total = sum(counts.values())
    result: dict[str, JSON] = {"counts": counts, "findings": total, "fixed": fixed}
    if call.asked.partial is None:
        result |= {"items": answered, "omitted": total - len(answered)}
    return result


def _finding(item: Finding, home: str) -> dict[str, JSON]:
    return {
        "kind": item.kind,
        "severity": item.severity,
        "path": to_uri(item.path),
        "label": label(item.path, home),
        "package": None if item.package is None else shown(item.package),
        "message": display(item.message),
        "command": None if item.command is None else display(item.command),
        "fixable": item.fixable,
    }


def _complete(command: str | None, client: Client, params: _Doctor) -> str | None:
    """Add what this request is about, so that the command can be run anywhere."""
    if command is None or not command.startswith("dotstream "):
        return command
    if command.startswith("dotstream doctor") and params.mode == "deep":
        command = deeper(command, params.depth, params.skip)
    if " -d " in command:
        return command
    about = f"-d {quoted(client.directory)} -t {quoted(client.target)}"
    return command.replace("dotstream", f"dotstream {about}", 1)


def _fix(client: Client, params: _Doctor, call: Call) -> int:
    """Fix links and then records, and return how much was fixed."""
    mode, depth, skip = params.mode, params.depth, params.skip
    plan = client.stream_fix(mode=mode, depth=depth, skip=skip, cancel=call.cancel_token)
    result = applied(client, plan, call, quiet=True)
    count = result["applied"]
    assert isinstance(count, int)  # noqa: S101 - a number of operations
    done = client.correct(mode=mode, depth=depth, skip=skip, cancel=call.cancel_token)
    corrected = done.records
    if corrected and call.changed is None:
        call.note_change(client, None)
    return count + corrected


DOCTOR = Method(
    _Doctor.of,
    _doctor,
    lambda params: "Fix links and records" if params.fix else "Check links and records",
    _FindingRows,
    lambda params: params.fix,
)
