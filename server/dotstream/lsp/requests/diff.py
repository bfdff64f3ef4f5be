"""``dotstream/diff``: a package's file beside what is in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dotstream.lsp.requests.method import Method
from dotstream.lsp.uris import path_label, to_uri

if TYPE_CHECKING:
    from dotstream.lsp.messages import JSON
    from dotstream.lsp.requests.call import Call


def _diff(path: str, call: Call) -> dict[str, JSON]:
    """Compare both sides of a path."""
    found = call.client.diff(path, cancel=call.cancel_token)
    text = found.text
    if text:
        text = f"--- {call.label(found.target)}\n+++ {call.label(found.source)}\n{text}"
    return {
        "source": to_uri(found.source),
        "sourceLabel": call.label(found.source),
        "target": to_uri(found.target),
        "targetLabel": call.label(found.target),
        "kind": found.kind,
        "diff": text,
        "truncated": found.truncated,
    }


DIFF = Method(
    lambda fields: fields.required_path("path"),
    _diff,
    lambda path: f"Compare {path_label(path)}",
)
