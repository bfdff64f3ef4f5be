"""Whether what is managed is in step with its packages: what ``dotstream watch`` looks at."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from lsprotocol import types

from dotstream.client import Client
from dotstream.errors import DotstreamError
from dotstream.lsp.language.config.diagnostics import SOURCE
from dotstream.lsp.language.subject import roots_around
from dotstream.model.options import Preferences
from dotstream.model.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dotstream.model.cancel import CancellationToken
    from dotstream.model.plan import Summary

MOST_COMPARED = 20_000
"""Links and changes that are looked at in one package directory."""


class Step(NamedTuple):
    """What was found in some package directories.

    Attributes:
        found: what there is to say, by the path of the configuration that says it.
        took: seconds.
    """

    found: dict[str, list[types.Diagnostic]]
    took: float


def look(folders: Iterable[str], cancel: CancellationToken) -> Step:
    """Look at the package directories that an editor has open.

    Args:
        folders: absolute paths.
    """
    began = monotonic()
    found: dict[str, list[types.Diagnostic]] = {}
    for root in roots_around(folders):
        try:
            client = Client(root)
            if (path := client.settings.path) is not None:
                found[path] = _diagnose(client, cancel)
        except (DotstreamError, OSError):
            continue  # its own document says what is wrong with it
    return Step(found, monotonic() - began)


def _diagnose(client: Client, cancel: CancellationToken) -> list[types.Diagnostic]:
    complete = True
    # What is in place is counted one by one too, so that the limit holds for it.
    prefer = Preferences(report_kept=True)
    with client.stream("remanage", prefer=prefer, cancel=cancel) as plan:
        for number, _ in enumerate(plan, 1):
            if number >= MOST_COMPARED:
                complete = False
                break
        summary = plan.summary
    parts = _parts(summary, "" if complete else " or more")
    if not parts:
        return []
    severity = types.DiagnosticSeverity
    return [
        types.Diagnostic(
            range=types.Range(types.Position(0, 0), types.Position(1, 0)),
            severity=severity.Warning if summary.conflicts else severity.Information,
            code="out-of-step",
            source=SOURCE,
            message=f"out of step: {', '.join(parts)}; remanage brings the links up to date",
        )
    ]


def _parts(summary: Summary, more: str) -> list[str]:
    """Return what there is to do, in words."""
    return [
        f"{plural(number, noun)}{more}"
        for number, noun in (
            (summary.operations, "change"),
            (summary.conflicts, "conflict"),
            (summary.errors, "error"),
        )
        if number
    ]
