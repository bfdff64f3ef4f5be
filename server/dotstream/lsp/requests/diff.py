"""``dotstream/diff``: a package's file beside what is in its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dotstream.lsp.requests.params import Asked, Fields, common
from dotstream.lsp.requests.plan import opened
from dotstream.lsp.uris import to_uri

if TYPE_CHECKING:
    from dotstream.lsp.requests.rows import JSON
    from dotstream.lsp.requests.running import Work

__all__ = ["DiffParams", "diff"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffParams(Asked):
    """What ``dotstream/diff`` is asked for.

    Attributes:
        path: absolute path of either side.
    """

    path: str

    @property
    def title(self) -> str:
        """What is done."""
        return "Compare"

    @classmethod
    def of(cls, value: object) -> DiffParams:
        """Check what a client sent.

        Raises:
            JsonRpcInvalidParams: a field is missing or wrong.
        """
        fields = Fields(value)
        shared = common(fields)
        path = fields.path("path", required=True)
        assert path is not None  # noqa: S101 - required
        return cls(**shared, path=path)


def diff(params: DiffParams, work: Work) -> dict[str, JSON]:
    """Compare both sides of a path."""
    found = opened(params).diff(params.path, cancel=work.cancel_token)
    text = found.text
    if text:
        text = f"--- {work.label(found.target)}\n+++ {work.label(found.source)}\n{text}"
    return {
        "source": to_uri(found.source),
        "sourceLabel": work.label(found.source),
        "target": to_uri(found.target),
        "targetLabel": work.label(found.target),
        "kind": found.kind,
        "diff": text,
        "truncated": found.truncated,
    }
