"""Undo: the plan that takes a finished transaction back, from its steps.

It is a plan like any other: it is shown, journalled, carried out whole or not at all, and
can be undone itself.  Steps are taken back last first; but directories and links that were
made in a row do not need one another, and go as in an unmanage: see ``made``.
"""

from __future__ import annotations

from dotstream.history.inverses import Inverses
from dotstream.history.made import Ahead, Made, made_last
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dotstream.model.history import Transaction
    from dotstream.model.items import Item
    from dotstream.model.run import Run
    from dotstream.store.chunks import Chunks
    from dotstream.store.journal import Journal


def undo(
    journal: Journal,
    transaction: Transaction,
    *,
    target: str,
    backups: str,
    skip: bool,
    poll: Callable[[], None],
) -> Iterator[Item | Run]:
    """Plan to take ``transaction`` back.

    Args:
        target: absolute path of the target.
        backups: absolute path of the backup area.
        skip: pass over what changed since instead of reporting a conflict.
        poll: called now and then; may raise to give up.
    """
    plan = Inverses(transaction.id, target, backups, skip=skip)
    try:
        first, end = journal.first(transaction.id), journal.end(transaction.id)
        yield from _backwards(journal.chunks, plan, first, end, poll)
    finally:
        plan.close()


def _backwards(
    chunks: Chunks, plan: Inverses, first: int, end: int, poll: Callable[[], None]
) -> Iterator[Item | Run]:
    while steps := chunks.last(first, end):
        poll()
        while steps:
            made = made_last(steps) if plan.passed is None else 0
            if made:
                start, row = steps[-made][0], steps[-made:]
                del steps[-made:]
                if not steps:
                    start = _since(chunks, first, start)
                yield from Made(plan, Ahead(chunks, row, poll), start).back()
                end = start
            else:
                end, step = steps.pop()
                yield from plan.step(end, step)


def _since(chunks: Chunks, first: int, end: int) -> int:
    """Return from where on, up to ``end``, directories and links were made and nothing else."""
    while steps := chunks.last(first, end):
        made = made_last(steps)
        if made:
            end = steps[-made][0]
        if made < len(steps):
            break
    return end
