"""What is carried out, how, and what the one who runs it decides meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from dotstream.errors import UsageError
from dotstream.model.cancel import CancellationToken
from dotstream.model.plan import Plan
from dotstream.planner.stream import StreamingPlan, in_runs
from dotstream.store.journal import BATCH
from dotstream.transaction.runs import gathered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dotstream.model.items import Item
    from dotstream.model.plan import Metadata, Summary
    from dotstream.model.run import Run

__all__ = ["Control", "Source", "Terms", "source_of"]

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


def source_of(plan: Plan | StreamingPlan) -> Source:
    """Return a plan as something to carry out.

    Raises:
        UsageError: it is none.
    """
    if not isinstance(plan, Plan | StreamingPlan):
        raise UsageError("apply takes a plan; use execute for operations from anywhere else")
    skips = plan.metadata.options.on_conflict == "skip"
    if isinstance(plan, Plan):
        items = gathered(plan.items)
        return Source(plan.metadata, items, lambda: plan.summary, begun=True, skip_errors=skips)
    return Source(
        plan.metadata, in_runs(plan), lambda: plan.summary, plan.close, skip_errors=skips
    )
