"""Recovery: finishing what another run left unfinished, backwards or forwards."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from dotstream.errors import (
    JournalError,
    OperationFailed,
    RecoveryStopped,
    RollbackIncomplete,
)
from dotstream.fs.descriptors import Descriptors
from dotstream.fs.oserror import is_permission, reason
from dotstream.model.events import Progress
from dotstream.model.history import Recovery
from dotstream.store.journal import UNSURE
from dotstream.transaction.executor import Executor
from dotstream.transaction.rollback import Rollback

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from dotstream.fs.change import Changes
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.history import Transaction
    from dotstream.store.journal import Journal

__all__ = ["recover", "recovering"]


def recover(
    journal: Journal,
    *,
    changes: Changes,
    backups: str,
    resume: bool = False,
    cancel: CancellationToken | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Recovery:
    """Finish the unfinished transaction, all at once; see ``recovering``."""
    going = recovering(journal, changes=changes, backups=backups, resume=resume, cancel=cancel)
    while True:
        try:
            progress = next(going)
        except StopIteration as stop:
            found: Recovery = stop.value
            return found
        if on_progress is not None:
            on_progress(progress)


def recovering(
    journal: Journal,
    *,
    changes: Changes,
    backups: str,
    resume: bool = False,
    cancel: CancellationToken | None = None,
) -> Generator[Progress, None, Recovery]:
    """Finish the unfinished transaction, if there is one; the target's lock is held.

    Args:
        resume: carry it to its end instead of taking it back; only where the whole plan
            had been written down and nothing was taken back yet.
        cancel: looked at between two steps.

    Raises:
        RecoveryStopped: it was cancelled; what is left of it is for the next run.
        RollbackIncomplete: the system refused something; trying again is safe.
        OperationFailed: it could not be carried on, and was taken back.
    """
    unfinished = journal.unfinished()
    if unfinished is None:
        return Recovery()
    first, cursor, end = journal.resume(unfinished.id)
    forwards = resume and unfinished.state == "active" and bool(unfinished.digest)
    doubtful = min(cursor + UNSURE, end) if unfinished.state == "active" else cursor
    sure = cursor if unfinished.state == "active" else cursor - UNSURE
    if journal.rebooted(unfinished.id):  # of what was done since, the disk may have any part
        cursor = sure = first
        doubtful = end
    changes.touched.elsewhere = True  # what it did itself may not be on the disk yet
    rollback = Rollback()
    if not forwards:
        with suppress(JournalError):  # a full disk; what is there tells how far it came
            journal.turn(unfinished.id, "rolling_back", doubtful)
    # Going forwards, too, what is in doubt is first taken back: then it is sure again.
    yield from rollback.steps(
        journal,
        unfinished.id,
        cursor if forwards else first,
        doubtful,
        sure=sure,
        changes=changes,
        backups=backups,
        cancel=cancel,
    )
    if rollback.failed:
        if not forwards:
            with suppress(JournalError):
                journal.turn(unfinished.id, "stuck", end)
        raise RollbackIncomplete(
            f"transaction {unfinished.id} is unfinished", rollback.failed + rollback.left
        )
    if forwards:
        return (
            yield from _carry_on(
                journal, unfinished, cursor, doubtful, end, changes, backups, cancel
            )
        )
    with suppress(JournalError):  # then the next run looks at every step again
        journal.turn(unfinished.id, "rolled_back", first)
    return Recovery(unfinished, "rolled_back", rollback.undone, tuple(rollback.left))


def _carry_on(
    journal: Journal,
    unfinished: Transaction,
    cursor: int,
    doubtful: int,
    end: int,
    changes: Changes,
    backups: str,
    cancel: CancellationToken | None,
) -> Generator[Progress, None, Recovery]:
    """Carry the rest of a transaction out, from a step that is sure."""
    descriptors = Descriptors(touched=changes.touched)
    executor = Executor(changes, descriptors, unfinished.id, backups)
    done, counts = cursor, dict(unfinished.counts)
    first = journal.first(unfinished.id)
    try:
        executor.reopen(step for rows in journal.steps(first, cursor) for step in rows)
        for rows in journal.steps(cursor, end):
            executor.note(journal, ((number, each) for number, _, each in rows))
            for sequence, kind, planned in rows:
                if cancel is not None and cancel.cancelled:
                    raise RecoveryStopped
                operation = planned
                try:
                    if kind == "move_file" and sequence < doubtful:
                        operation = executor.renewed(planned)
                    executor.do(sequence, kind, operation)
                except OSError as error:
                    raise OperationFailed(
                        operation, reason(error), permission=is_permission(error)
                    ) from error
                done = sequence + 1
            journal.advance(unfinished.id, done)
            yield Progress("applying", done - cursor, end - cursor, rows[-1][2])
        try:
            changes.flush()
        except OSError as error:
            raise JournalError(
                f"{unfinished.target}: {reason(error)}: what was done did not get onto the disk",
                remedy="recover",
            ) from error
    except OperationFailed:
        descriptors.close()
        journal.turn(unfinished.id, "rolling_back", done + 1)
        yield from recovering(journal, changes=changes, backups=backups, cancel=cancel)
        raise
    finally:
        descriptors.close()
    for rows in journal.steps(first, end):
        for _, kind, _ in rows:
            if not kind.startswith("end_"):
                counts[kind] = counts.get(kind, 0) + 1
    journal.commit(unfinished.id, unfinished.directory, unfinished.digest, counts)
    return Recovery(unfinished, "resumed", end - cursor)
