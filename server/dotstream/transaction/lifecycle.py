"""A transaction from the outside: lock the target, recover, open its journal, apply."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, NamedTuple

from dotstream.errors import Cancelled, JournalError, StalePlan, TargetLocked
from dotstream.fs.area import highest
from dotstream.fs.change import Changes
from dotstream.fs.descriptors import Descriptors
from dotstream.fs.files import is_directory
from dotstream.fs.lock import Lock, LockHeld
from dotstream.fs.oserror import reason
from dotstream.fs.process import process_name
from dotstream.fs.state import target_state
from dotstream.model.cancel import CancellationToken
from dotstream.model.events import Applied, Progress, Result
from dotstream.model.history import Recovery
from dotstream.model.items import Operation
from dotstream.model.plan import Plan
from dotstream.model.run import Run
from dotstream.planner.stream import in_runs
from dotstream.store.journal import BATCH, Journal
from dotstream.transaction.application import Application, Control
from dotstream.transaction.recovery import recover, recovering
from dotstream.transaction.runs import gathered

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from dotstream.fs.state import TargetState
    from dotstream.model.events import Happening
    from dotstream.model.items import Item
    from dotstream.model.plan import Metadata, Summary
    from dotstream.planner.stream import StreamingPlan

__all__ = ["Source", "Writer", "apply", "applying", "source_of", "writing"]


class Writer(NamedTuple):
    """The right to change a target: its lock is held and its journal is open."""

    journal: Journal
    state: TargetState
    changes: Changes


@contextmanager
def writing(
    target: str,
    *,
    state: str,
    others: Iterable[str] = (),
    wait: bool = False,
    cancel: CancellationToken | None = None,
    changes: Changes | None = None,
) -> Generator[Writer]:
    """Lock a target, and all that a transaction left unfinished there is about.

    Args:
        target, state: absolute paths of the target and of the state directory.
        others: further targets to lock.
        wait: wait for another dotstream instead of raising ``TargetLocked``.
        changes: the seam to the file system.

    Raises:
        TargetLocked: another dotstream is changing the target.
        JournalError: the journal cannot be used.
    """
    token = cancel or CancellationToken()

    def poll() -> None:
        if token.cancelled:
            raise Cancelled

    wanted = {target, *others}
    while True:
        with ExitStack() as held:
            for each in sorted(wanted):  # always in the same order
                try:
                    place = target_state(state, each)
                    name = process_name(sys.argv)
                    held.enter_context(Lock(place.lock, name, target=each, wait=wait, poll=poll))
                except LockHeld as holder:
                    raise TargetLocked(each, holder.holder) from None
                except OSError as error:
                    raise JournalError(
                        f"{state}: {reason(error)}; nothing was changed", remedy="remove_cause"
                    ) from error
            place = target_state(state, target)
            journal = Journal(place.journal)
            held.callback(journal.close)
            journal.go_on_after(*highest(place.backups))
            left = {each for each in journal.unfinished_targets() if is_directory(each)}
            if left <= wanted:
                changes = changes or Changes()
                held.callback(changes.touched.close)
                yield Writer(journal, place, changes)
                return
        wanted |= left  # to be taken back: all are locked anew, in the same order


class Source(NamedTuple):
    """What is to be carried out.

    Attributes:
        items: in order; links in a row may be runs.
        summary: returns counts and digest once ``items`` is used up.
        begun: whether some of it was planned before the target is locked, so that it is
            stale if an unfinished transaction is then taken back.
        close: gives back what planning it holds.
    """

    metadata: Metadata
    items: Iterable[Item | Run]
    summary: Callable[[], Summary]
    begun: bool
    close: Callable[[], None]
    whole: Callable[[Summary], bool] = lambda _: True


def source_of(plan: Plan | StreamingPlan) -> Source:
    """Return a plan as something to carry out."""
    if isinstance(plan, Plan):
        return Source(
            plan.metadata, gathered(plan.items), lambda: plan.summary, True, lambda: None
        )
    return Source(plan.metadata, in_runs(plan), lambda: plan.summary, False, plan.close)


def applying(
    source: Source,
    *,
    state: str,
    cancel: CancellationToken,
    control: Control,
    stream: bool = False,
    digest: str | None = None,
    wait: bool = False,
    size: int = BATCH,
    skip_errors: bool | None = None,
    changes: Changes | None = None,
) -> Generator[Happening, None, Result]:
    """Carry something out as one transaction on its target, and tell what happens.

    Args:
        state: absolute path of the state directory.
        changes: the seam to the file system.
    """
    metadata = source.metadata
    changes = changes or Changes()
    descriptors = Descriptors(touched=changes.touched)
    try:
        with writing(
            metadata.target,
            state=state,
            others=metadata.targets,
            wait=wait,
            cancel=cancel,
            changes=changes,
        ) as writer:
            for other in metadata.targets:
                if other != metadata.target:
                    found = _recover_other(state, other, writer.changes)
                    if found.transaction is not None:
                        yield found
            recovery = yield from recovering(
                writer.journal, changes=writer.changes, backups=writer.state.backups
            )
            if recovery.transaction is not None:
                yield recovery
            if recovery.steps and source.begun:
                raise StalePlan(source.summary().digest, "")
            if skip_errors is None:
                skip_errors = metadata.options.on_conflict == "skip"
            application = Application(
                metadata,
                source.items,
                source.summary,
                journal=writer.journal,
                changes=writer.changes,
                descriptors=descriptors,
                backups=writer.state.backups,
                started=time.time(),
                skip_errors=skip_errors,
                cancel=cancel,
                control=control,
                size=size,
                whole=source.whole,
            )
            result = yield from application.run(stream=stream, digest=digest)
        control.result = result
        yield result
        return result
    finally:
        descriptors.close()
        source.close()


def apply(
    plan: Plan | StreamingPlan,
    *,
    state: str,
    stream: bool = False,
    digest: str | None = None,
    cancel: CancellationToken | None = None,
    wait: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
    on_item: Callable[[Item], None] | None = None,
    on_trouble: Callable[[Item], None] | None = None,
    on_recovery: Callable[[Recovery], None] | None = None,
    changes: Changes | None = None,
) -> Result:
    """Apply a plan in one go: ``applying``, drained."""
    if cancel is None:
        cancel = CancellationToken() if isinstance(plan, Plan) else plan.token
    control = Control()
    with closing(
        applying(
            source_of(plan),
            state=state,
            cancel=cancel,
            control=control,
            stream=stream,
            digest=digest,
            wait=wait,
            changes=changes,
        )
    ) as events:
        for event in events:
            if isinstance(event, Run):
                if on_item is not None:
                    for operation in event.operations():
                        on_item(operation)
            elif isinstance(event, Applied):
                if on_progress is not None:
                    on_progress(event.progress)
            elif isinstance(event, Progress):
                if on_progress is not None:
                    on_progress(event)
            elif isinstance(event, Recovery):
                if on_recovery is not None:
                    on_recovery(event)
            elif not isinstance(event, Result):
                if on_trouble is not None and not isinstance(event, Operation):
                    on_trouble(event)
                if on_item is not None:
                    on_item(event)
    assert control.result is not None  # noqa: S101 - or it was raised why not
    return control.result


def _recover_other(state: str, target: str, changes: Changes) -> Recovery:
    """Take back what was left unfinished on another target of the plan, which is locked."""
    place = target_state(state, target)
    with closing(Journal(place.journal)) as journal:
        return recover(journal, changes=changes, backups=place.backups)
