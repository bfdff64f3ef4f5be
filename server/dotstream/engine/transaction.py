"""A transaction from the outside: lock the target, open its journal, apply."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from dotstream.engine.apply import Application
from dotstream.engine.journal import Journal
from dotstream.errors import Cancelled, JournalError, TargetLocked
from dotstream.fs.change import Changes
from dotstream.fs.descriptors import Descriptors
from dotstream.fs.lock import Lock, LockHeld
from dotstream.fs.look import reason
from dotstream.fs.state import process_name, target_state
from dotstream.model.cancel import CancellationToken
from dotstream.model.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from dotstream.model.events import Progress, Result
    from dotstream.model.items import Item
    from dotstream.planner.stream import StreamingPlan

__all__ = ["apply"]


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
    token = cancel

    def poll() -> None:
        if token.cancelled:
            raise Cancelled

    try:
        place = target_state(state, metadata.target)
    except OSError as error:
        raise JournalError(f"{state}: {reason(error)}; nothing was changed") from error
    lock = Lock(place.lock, process_name(sys.argv), wait=wait, poll=poll)
    descriptors = Descriptors()
    try:
        with lock:
            journal = Journal(place.journal)
            try:
                application = Application(
                    metadata,
                    plan.items if isinstance(plan, Plan) else plan,
                    lambda: plan.summary,
                    journal=journal,
                    changes=changes or Changes(),
                    descriptors=descriptors,
                    backups=place.backups,
                    started=time.time(),
                    skip_errors=metadata.options.on_conflict == "skip",
                    cancel=token,
                    on_progress=on_progress,
                    on_item=on_item,
                )
                return application.run(stream=stream, digest=digest)
            finally:
                journal.close()
    except LockHeld as held:
        raise TargetLocked(metadata.target, held.holder) from None
    finally:
        descriptors.close()
        if not isinstance(plan, Plan):
            plan.close()
