"""A transaction from the outside: lock the target, recover, open its journal, apply."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, NamedTuple

from dotstream.engine.apply import Application
from dotstream.engine.journal import Journal
from dotstream.engine.recovery import recover
from dotstream.errors import Cancelled, JournalError, StalePlan, TargetLocked
from dotstream.fs.change import Changes
from dotstream.fs.descriptors import Descriptors
from dotstream.fs.files import is_directory
from dotstream.fs.lock import Lock, LockHeld
from dotstream.fs.look import reason
from dotstream.fs.state import process_name, target_state
from dotstream.model.cancel import CancellationToken
from dotstream.model.plan import Plan
from dotstream.planner.stream import in_runs

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from dotstream.fs.state import TargetState
    from dotstream.model.events import Progress, Result
    from dotstream.model.history import Recovery
    from dotstream.model.items import Item
    from dotstream.planner.stream import StreamingPlan

__all__ = ["Writer", "apply", "writing"]


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
                        f"{state}: {reason(error)}; nothing was changed"
                    ) from error
            place = target_state(state, target)
            journal = Journal(place.journal)
            held.callback(journal.close)
            left = {each for each in journal.unfinished_targets() if is_directory(each)}
            if left <= wanted:
                yield Writer(journal, place, changes or Changes())
                return
        wanted |= left  # to be taken back: all are locked anew, in the same order


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
    """Apply a plan as one transaction on its target; see ``Client.apply``.

    Args:
        state: absolute path of the state directory.
        changes: the seam to the file system.
    """
    if cancel is None:
        cancel = CancellationToken() if isinstance(plan, Plan) else plan.token
    metadata = plan.metadata
    descriptors = Descriptors()
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
                    _recover_other(state, other, writer.changes, on_recovery)
            recovery = recover(
                writer.journal,
                changes=writer.changes,
                backups=writer.state.backups,
                on_progress=on_progress,
            )
            if recovery.transaction is not None and on_recovery is not None:
                on_recovery(recovery)
            if recovery.steps and isinstance(plan, Plan):
                raise StalePlan(plan.summary.digest, "")
            application = Application(
                metadata,
                plan.items if isinstance(plan, Plan) else in_runs(plan),
                lambda: plan.summary,
                journal=writer.journal,
                changes=writer.changes,
                descriptors=descriptors,
                backups=writer.state.backups,
                started=time.time(),
                skip_errors=metadata.options.on_conflict == "skip",
                cancel=cancel,
                on_progress=on_progress,
                on_item=on_item,
                on_trouble=on_trouble,
            )
            return application.run(stream=stream, digest=digest)
    finally:
        descriptors.close()
        if not isinstance(plan, Plan):
            plan.close()


def _recover_other(
    state: str, target: str, changes: Changes, on_recovery: Callable[[Recovery], None] | None
) -> None:
    """Take back what was left unfinished on another target of the plan, which is locked."""
    place = target_state(state, target)
    with closing(Journal(place.journal)) as journal:
        recovery = recover(journal, changes=changes, backups=place.backups)
    if recovery.transaction is not None and on_recovery is not None:
        on_recovery(recovery)
