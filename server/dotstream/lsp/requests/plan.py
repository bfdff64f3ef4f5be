"""``dotstream/plan`` and ``dotstream/apply``: what is done on their threads."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from dotstream.client import Client
from dotstream.errors import Cancelled, RollbackIncomplete
from dotstream.fs.files import is_directory
from dotstream.lsp.requests.params import invalid
from dotstream.model.directory import display
from dotstream.model.events import Applied, Progress, Result
from dotstream.model.history import Recovery
from dotstream.planner.stream import in_runs
from dotstream.transaction.execution import happenings

if TYPE_CHECKING:
    from dotstream.lsp.requests.params import ApplyParams, Asked, PlanParams
    from dotstream.lsp.requests.rows import JSON
    from dotstream.lsp.requests.running import Work
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.plan import Summary
    from dotstream.planner.stream import StreamingPlan

__all__ = ["apply", "carried_out", "looked_at", "opened", "plan"]


def plan(params: PlanParams, work: Work) -> dict[str, JSON]:
    """Plan, and send every item as it is found."""
    return looked_at(_stream(opened(params), params, work.cancel_token), work)


def apply(params: ApplyParams, work: Work) -> dict[str, JSON]:
    """Apply, and send every item as it is planned."""
    client = opened(params)
    return carried_out(
        client,
        _stream(client, params, work.cancel_token),
        work,
        stream=params.stream,
        digest=params.digest,
    )


def looked_at(plan: StreamingPlan, work: Work) -> dict[str, JSON]:
    """Compute a plan, and send every item as it is found."""
    with plan:
        for item in in_runs(plan):
            work.batches.add(item)
    return _summed_up(plan.summary)


def carried_out(
    client: Client,
    plan: StreamingPlan,
    work: Work,
    *,
    stream: bool = False,
    digest: str | None = None,
    quiet: bool = False,
) -> dict[str, JSON]:
    """Apply a plan, and note what it changed.

    Args:
        quiet: whether its items are not sent.
    """
    run = client.stream_apply(plan, stream=stream, digest=digest, cancel=work.cancel_token)
    try:
        with run:
            for event in happenings(run):
                if isinstance(event, (Applied, Progress)):
                    work.note_progress(event)
                elif isinstance(event, Recovery):
                    found = event.transaction
                    work.note_change(client, None if found is None else found.id)
                elif not quiet and not isinstance(event, Result):
                    with suppress(Cancelled):  # the run notices too, and says what it took back
                        work.batches.add(event)  # blocks while the client has no room for it
    except RollbackIncomplete:
        work.note_change(client, None)
        raise
    result = run.result
    if result.transaction is not None:
        work.note_change(client, result.transaction)
    return {
        **_summed_up(result.summary),
        "applied": result.applied,
        "transaction": result.transaction,
    }


def opened(params: Asked) -> Client:
    """Return the client of the package directory that a request is about.

    Raises:
        JsonRpcInvalidParams: it is no directory.
    """
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
    """Return a plan's summary as JSON."""
    return {
        "digest": summary.digest,
        "counts": dict(summary.counts),
        "unchanged": summary.unchanged,
        "conflicts": summary.conflicts,
        "errors": summary.errors,
        "elapsed": round(summary.elapsed, 6),
    }
