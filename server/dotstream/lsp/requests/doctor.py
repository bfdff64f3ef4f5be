"""``dotstream/doctor``: what is wrong with links and records, and fixing it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from dotstream.doctor.shell_commands import quoted
from dotstream.lsp.requests.params import Asked, Fields, common, invalid
from dotstream.lsp.requests.plan import carried_out, opened
from dotstream.lsp.requests.rows import counted, dumps, shown
from dotstream.lsp.uris import label, to_uri
from dotstream.model.directory import display
from dotstream.model.finding import SCAN_MODES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dotstream.client import Client
    from dotstream.lsp.requests.rows import JSON
    from dotstream.lsp.requests.running import Work
    from dotstream.model.finding import Finding, ScanMode

__all__ = ["MAX_FINDINGS", "DoctorParams", "FindingRows", "doctor"]

MAX_FINDINGS = 1000
"""Findings in an answer at most, where they are not streamed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorParams(Asked):
    """What ``dotstream/doctor`` is asked for.

    Attributes:
        mode, depth, skip: how far it looks; see ``Client.doctor``.
        fix: whether to fix first what needs no decision.
    """

    mode: ScanMode
    depth: int | None
    skip: tuple[str, ...]
    fix: bool

    @property
    def title(self) -> str:
        """What is done."""
        return "Fix links and records" if self.fix else "Look for broken links"

    @property
    def bounded(self) -> bool:
        """Whether the size of the work is known before it ends: of fixing it is."""
        return self.fix

    @classmethod
    def of(cls, value: object) -> DoctorParams:
        """Check what a client sent.

        Raises:
            JsonRpcInvalidParams: a field is missing or wrong.
        """
        fields = Fields(value)
        mode = fields.choice("mode", SCAN_MODES) or "scoped"
        depth, skip = fields.number("depth", least=0), fields.texts("skip")
        for name, given in (("depth", depth is not None), ("skip", bool(skip))):
            if given and mode != "deep":
                raise invalid(name, f"only the mode deep takes it, and this is {mode}")
        return cls(
            **common(fields, streams=True),
            mode=mode,
            depth=depth,
            skip=skip,
            fix=fields.boolean("fix"),
        )


class FindingRows:
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
        return counted(sum(counts.values()), "finding")


def doctor(params: DoctorParams, work: Work) -> dict[str, JSON]:
    """Fix what can be, if asked for, and tell what is wrong."""
    client = opened(params)
    fixed = _mend(client, params, work) if params.fix else 0
    answered: list[JSON] = []
    counts: dict[str, int] = {}
    for found in client.doctor(
        mode=params.mode, depth=params.depth, skip=params.skip, cancel=work.cancel_token
    ):
        finding = replace(found, command=_complete(found.command, client, params))
        counts[finding.kind] = counts.get(finding.kind, 0) + 1
        work.batches.add(finding)
        if params.partial is None and len(answered) < MAX_FINDINGS:
            answered.append(_finding(finding, work.home))
    total = sum(counts.values())
    result: dict[str, JSON] = {"counts": counts, "findings": total, "fixed": fixed}
    if params.partial is None:
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


def _complete(command: str | None, client: Client, params: DoctorParams) -> str | None:
    """Add what this request is about, so that the command can be run anywhere."""
    if command is None or not command.startswith("dotstream "):
        return command
    if command.startswith("dotstream doctor") and params.mode == "deep":
        command += " --scan deep"
        command += "" if params.depth is None else f" --depth {params.depth}"
        command += "".join(f" --skip {quoted(glob)}" for glob in params.skip)
    if " -d " in command:
        return command
    about = f"-d {quoted(client.directory)} -t {quoted(client.target)}"
    return command.replace("dotstream", f"dotstream {about}", 1)


def _mend(client: Client, params: DoctorParams, work: Work) -> int:
    """Fix links and then records, and return how much was fixed."""
    mode, depth, skip = params.mode, params.depth, params.skip
    plan = client.stream_fix(mode=mode, depth=depth, skip=skip, cancel=work.cancel_token)
    result = carried_out(client, plan, work, quiet=True)
    applied = result["applied"]
    assert isinstance(applied, int)  # noqa: S101 - a number of operations
    corrected = client.correct(mode=mode, depth=depth, skip=skip, cancel=work.cancel_token)
    if corrected and work.changed is None:
        work.note_change(client, None)
    return applied + corrected
