"""Plans on their way to a client: looked at, or carried out."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from dotstream.errors import Cancelled, RollbackIncomplete
from dotstream.model.events import Applied, Progress, Result
from dotstream.model.history import Recovery
from dotstream.planner.stream import in_runs
from dotstream.transaction.execution import happenings

if TYPE_CHECKING:
    from dotstream.client import Client
    from dotstream.lsp.messages import JSON
    from dotstream.lsp.requests.call import Call
    from dotstream.lsp.requests.fields import Rehearsal
    from dotstream.model.plan import Summary
    from dotstream.planner.stream import StreamingPlan
    from dotstream.transaction.execution import Execution


def looked_at(plan: StreamingPlan, call: Call) -> dict[str, JSON]:
    """Compute a plan, and send every item as it is found."""
    with plan:
        for item in in_runs(plan):
            call.add(item)
    return _summed_up(plan.summary)


def rehearsed(
    client: Client, plan: StreamingPlan, rehearsal: Rehearsal, call: Call
) -> dict[str, JSON]:
    """Apply a plan, or only look at it."""
    return (
        looked_at(plan, call)
        if rehearsal.dry_run
        else applied(client, plan, call, digest=rehearsal.digest)
    )


def applied(
    client: Client,
    plan: StreamingPlan,
    call: Call,
    *,
    stream: bool = False,
    digest: str | None = None,
    quiet: bool = False,
) -> dict[str, JSON]:
    """Apply a plan.

    Args:
        quiet: whether its items are not sent.
    """
    run = client.stream_apply(
        plan, stream=stream, digest=digest, cancel=call.cancel_token, wait=call.waits
    )
    return carried_out(client, run, call, quiet=quiet)


def carried_out(
    client: Client, run: Execution[Result], call: Call, *, quiet: bool = False
) -> dict[str, JSON]:
    """Carry something out, send what happens, and note what it changed."""
    try:
        with run:
            for event in happenings(run):
                if isinstance(event, (Applied, Progress)):
                    call.note_progress(event)
                elif isinstance(event, Recovery):
                    found = event.transaction
                    call.note_change(client, None if found is None else found.id)
                elif not quiet and not isinstance(event, Result):
                    with suppress(Cancelled):  # the run notices too, and says what it took back
                        call.add(event)  # blocks while the client has no room for it
    except RollbackIncomplete:
        call.note_change(client, None)
        raise
    result = run.result
    if result.transaction is not None:
        call.note_change(client, result.transaction)
    return {
        **_summed_up(result.summary),
        "applied": result.applied,
        "transaction": result.transaction,
    }


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
