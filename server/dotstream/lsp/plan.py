"""``dotstream/plan`` and ``dotstream/apply``: what is done on their threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dotstream.client import Client
from dotstream.fs.files import is_directory
from dotstream.lsp.params import invalid
from dotstream.model.directory import display

if TYPE_CHECKING:
    from dotstream.lsp.params import PlanParams
    from dotstream.lsp.rows import JSON
    from dotstream.lsp.work import Work
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.events import Progress
    from dotstream.model.plan import Summary
    from dotstream.planner.stream import StreamingPlan

__all__ = ["apply", "plan"]


def plan(work: Work) -> dict[str, JSON]:
    """Plan, and send every item as it is found."""
    with _stream(_client(work.params), work.params, work.cancel_token) as found:
        for item in found:
            work.batches.add(item)
    return _summed_up(found.summary)


def apply(work: Work) -> dict[str, JSON]:
    """Apply, and send every item as it is planned."""

    def note(progress: Progress) -> None:
        work.progress = progress  # told to the client by the event loop, at its own pace

    params, client = work.params, _client(work.params)
    result = client.apply(
        _stream(client, params, work.cancel_token),
        stream=params.stream,
        digest=params.digest,
        cancel=work.cancel_token,
        on_progress=note,
        on_item=work.batches.add,
    )
    return {
        **_summed_up(result.summary),
        "applied": result.applied,
        "transaction": result.transaction,
    }


def _client(params: PlanParams) -> Client:
    if not is_directory(params.root):
        raise invalid("root", f"{display(params.root)} is not a directory")
    return Client(params.root, target=params.target)


def _stream(client: Client, params: PlanParams, cancel: CancellationToken) -> StreamingPlan:
    if params.action == "adopt":
        return client.stream_adopt(
            *params.paths,
            package=params.packages[0] if params.packages else None,
            prefer=params.prefer,
            cancel=cancel,
        )
    return client.stream(
        params.action,
        params.packages,
        profile=params.profile,
        prefer=params.prefer,
        cancel=cancel,
    )


def _summed_up(summary: Summary) -> dict[str, JSON]:
    return {
        "digest": summary.digest,
        "counts": dict(summary.counts),
        "unchanged": summary.unchanged,
        "conflicts": summary.conflicts,
        "errors": summary.errors,
        "elapsed": round(summary.elapsed, 6),
    }
