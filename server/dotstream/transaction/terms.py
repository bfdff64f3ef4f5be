"""What is carried out, how, and what the one who runs it decides meanwhile."""

from __future__ import annotations

from collections import deque

from dotstream.errors import UsageError
from dotstream.light_typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar
from dotstream.model.cancel import CancellationToken
from dotstream.model.items import Operation
from dotstream.model.plan import Plan
from dotstream.model.run import Run, counted_as
from dotstream.planner.stream import Digest, StreamingPlan, in_runs
from dotstream.store.journal import BATCH
from dotstream.transaction.runs import gathered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dotstream.fs.change import Changes
    from dotstream.model.items import Item
    from dotstream.model.plan import Metadata, Summary


class Host(NamedTuple):
    """What the engine is told of the process it runs in; it looks up none of it.

    Attributes:
        state: absolute path of the state directory.
        name: how a person would find this process, for whoever meets its lock.
        clock: returns the time, in seconds since the epoch.
        changes: the seam to the file system.
    """

    state: str
    name: str
    clock: Callable[[], float]
    changes: Changes


_Outcome = TypeVar("_Outcome")


class Terms(NamedTuple):
    """How something is carried out.

    Attributes:
        stream: carry operations out while the plan is still being computed.
        digest: of the plan that was shown; another one is refused.
        wait: wait for another dotstream instead of raising ``TargetLocked``.
        batch: how many steps are written down, and carried out, together.
    """

    stream: bool = False
    digest: str | None = None
    wait: bool = False
    batch: int = BATCH


class Control(Generic[_Outcome]):
    """What the one who runs something decides while it runs, and what came of it.

    Attributes:
        cancel: stops it between two operations; it does not stop a rollback.
        keep: whether to keep what was done when it is stopped.
        result: what was done, once that is known.
    """

    __slots__ = ("cancel", "keep", "result")

    def __init__(self, cancel: CancellationToken | None = None, *, keep: bool = False) -> None:
        self.cancel: CancellationToken = cancel or CancellationToken()
        self.keep: bool = keep
        self.result: _Outcome | None = None


class Source(NamedTuple):
    """What is to be carried out.

    Attributes:
        items: in order; links in a row may be runs.
        summary: returns counts and digest once ``items`` is used up.
        close: gives back what planning it holds.
        begun: whether some of it was planned before the target is locked, so that it is
            stale if an unfinished transaction is then taken back.
        skip_errors: whether to go on without what could not be read.
        whole: whether what was done is all of the plan that the metadata is of.
    """

    metadata: Metadata
    items: Iterable[Item | Run]
    summary: Callable[[], Summary]
    close: Callable[[], None] = lambda: None
    begun: bool = False
    skip_errors: bool = False
    whole: Callable[[Summary], bool] = lambda _: True


def source_of(plan: Plan | StreamingPlan, *, stream: bool = False) -> Source:
    """Return a plan as something to carry out.

    Args:
        stream: whether some of it is carried out before the last item is taken.

    Raises:
        UsageError: it is none.
    """
    if not isinstance(plan, Plan | StreamingPlan):
        raise UsageError("apply takes a plan; use execute for operations from anywhere else")
    skips = plan.metadata.options.on_conflict == "skip"
    if isinstance(plan, Plan):
        items = _agreed_before(plan) if stream else _agreed(plan)
        return Source(plan.metadata, items, lambda: plan.summary, begun=True, skip_errors=skips)
    return Source(
        plan.metadata, in_runs(plan), lambda: plan.summary, plan.close, skip_errors=skips
    )


def _agreed_before(plan: Plan) -> Iterator[Item | Run]:
    """Pass a plan's items on once all of them are found to agree with its summary."""
    deque(_agreed(plan), maxlen=0)
    yield from gathered(plan.pieces)


def _agreed(plan: Plan) -> Iterator[Item | Run]:
    """Pass a plan's items on, links in a row as one run.

    Raises (after the last):
        UsageError: they are not those that its summary counts.
    """
    digest = Digest()
    counts: dict[str, int] = {}
    for item in gathered(plan.pieces):
        kind = counted_as(item)
        counts[kind] = counts.get(kind, 0) + (item.size if isinstance(item, Run) else 1)
        if isinstance(item, (Run, Operation)) and kind != "keep_link":
            digest.add(item)
        yield item
    if counts != plan.summary.counts or digest.hexdigest() != plan.summary.digest:
        raise UsageError(
            "the items of this plan are not those that it was made with; "
            "use execute for some of a plan's operations"
        )
