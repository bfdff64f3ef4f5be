"""Recovery: finishing what another run left unfinished, backwards or forwards."""

from __future__ import annotations

from contextlib import suppress

from dotstream.errors import (
    Cancelled,
    JournalError,
    OperationFailed,
    RecoveryStopped,
    RollbackIncomplete,
)
from dotstream.fs.mounts import away
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.cancel import CancellationToken
from dotstream.model.directory import display
from dotstream.model.history import Recovery
from dotstream.store.journal import UNSURE
from dotstream.transaction.executor import Executor, carry_out
from dotstream.transaction.rollback import Rollback

if TYPE_CHECKING:
    from collections.abc import Generator

    from dotstream.model.events import Applied, Progress
    from dotstream.model.history import Transaction
    from dotstream.transaction.writing import Writer


def recovering(
    writer: Writer, *, resume: bool = False, cancel: CancellationToken | None = None
) -> Generator[Progress | Applied, None, Recovery]:
    """Finish the unfinished transaction, if there is one, and tell what happens.

    Args:
        resume: carry it to its end instead of taking it back; only where the whole plan
            had been written down and nothing was taken back yet.
        cancel: looked at between two steps.

    Raises:
        RecoveryStopped: it was cancelled; what is left of it is for the next run.
        RollbackIncomplete: the system refused something; trying again is safe.
        OperationFailed: it could not be carried on, and was taken back.
    """
    unfinished = writer.journal.transactions.unfinished()
    if unfinished is None:
        return Recovery()
    token = cancel or CancellationToken()
    writer.host.changes.touched.elsewhere = True  # what it did may not be on the disk yet
    if resume and unfinished.state == "active" and unfinished.digest:
        return (yield from _carry_on(writer, unfinished, token))
    return (yield from _take_back(writer, unfinished, token))


def _doubts(writer: Writer, unfinished: Transaction) -> tuple[int, int, int]:
    """Return up to where steps were surely done, from where surely none was, and the end."""
    journal = writer.journal
    first, cursor, end = journal.resume(unfinished.id)
    if journal.rebooted(unfinished.id):  # of what was done since, the disk may have any part
        return first, end, end
    if unfinished.state == "active":
        return cursor, min(cursor + UNSURE, end), end
    return cursor - UNSURE, cursor, end


def _take_back(
    writer: Writer, unfinished: Transaction, cancel: CancellationToken
) -> Generator[Progress, None, Recovery]:
    """Take back all that was done, and what may have been."""
    journal = writer.journal
    sure, undone, end = _doubts(writer, unfinished)
    first = journal.first(unfinished.id)
    with suppress(JournalError):  # a full disk; what is there tells how far it came
        journal.turn(unfinished.id, "rolling_back", undone)
    rollback = Rollback(writer, unfinished.id)
    yield from rollback.steps(first, undone, sure=sure, cancel=cancel)
    if rollback.failed:
        with suppress(JournalError):
            journal.turn(unfinished.id, "stuck", end)
        raise _unfinished(unfinished, rollback)
    with suppress(JournalError):  # then the next run looks at every step again
        journal.turn(unfinished.id, "rolled_back", first)
    return Recovery(unfinished, "rolled_back", rollback.undone, tuple(rollback.left))


def _carry_on(
    writer: Writer, unfinished: Transaction, cancel: CancellationToken
) -> Generator[Progress | Applied, None, Recovery]:
    """Carry the rest of a transaction out."""
    journal = writer.journal
    cursor, undone, end = _doubts(writer, unfinished)
    first = journal.first(unfinished.id)
    # What is in doubt is first taken back: then it is sure again.
    rollback = Rollback(writer, unfinished.id)
    for place in away(writer.place.mounts, unfinished.id):
        rollback.failed.append(f"{display(place)} is not mounted")
    if rollback.failed:  # or it would be carried on below
        raise _unfinished(unfinished, rollback)
    yield from rollback.steps(cursor, undone, sure=cursor, cancel=cancel)
    if rollback.failed:
        raise _unfinished(unfinished, rollback)
    executor = Executor(writer, unfinished.id, cursor)
    executor.actions.renewed = undone
    try:
        for steps in journal.chunks.forwards(first, cursor):
            executor.actions.reopen(steps)
        yield from carry_out(journal, executor, end, cancel)
        executor.flush(unfinished.target, remedy="recover")
    except Cancelled:
        raise RecoveryStopped from None
    except OperationFailed:
        executor.close()
        journal.turn(unfinished.id, "rolling_back", executor.reached)
        yield from _take_back(writer, unfinished._replace(state="rolling_back"), cancel)
        raise
    finally:
        executor.close()
    counts = journal.chunks.counts(first, end)
    journal.commit(unfinished.id, unfinished.directory, unfinished.digest, counts)
    return Recovery(unfinished, "resumed", end - cursor)


def _unfinished(unfinished: Transaction, rollback: Rollback) -> RollbackIncomplete:
    problems = rollback.failed + rollback.left
    return RollbackIncomplete(f"transaction {unfinished.id} is unfinished", problems)
