"""The chunks of a journal: its steps, read forwards and backwards.

One row holds a few hundred of them, their fields joined by NUL, which no name can hold.
That costs a fifth of a row per step and reads back the same way, forwards and backwards.
"""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.run import Run
from dotstream.store.encoding import between, decode, singly
from dotstream.store.steps import End

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dotstream.store.database import Database
    from dotstream.store.steps import Numbered, NumberedSingle


class Chunks:
    """The steps of all transactions of one target; only one chunk is held at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def forwards(self, first: int, end: int) -> Iterator[list[Numbered]]:
        """Read steps ``first`` ≤ number < ``end`` as they were written, chunk by chunk."""
        while first < end:
            found = self._chunk("first <= ? ORDER BY first DESC", first)
            steps = list(between(found, first, end))
            if not steps:
                return
            yield steps
            number, last = steps[-1]
            first = number + (last.size if isinstance(last, Run) else 1)

    def backwards(self, first: int, end: int) -> Iterator[list[NumberedSingle]]:
        """Read steps ``first`` ≤ number < ``end`` one by one backwards, chunk by chunk."""
        while steps := self.last(first, end):
            yield list(singly(steps))[::-1]
            end = steps[0][0]

    def last(self, first: int, end: int) -> list[Numbered]:
        """Read those of the steps ``first`` ≤ number < ``end`` that are in the last chunk."""
        if first >= end:
            return []
        return list(between(self._chunk("first < ? ORDER BY first DESC", end), first, end))

    def _chunk(self, which: str, number: int) -> Iterator[Numbered]:
        """Read the one chunk that a condition names."""
        with self._database.explained():
            row = self._database.run(
                f"SELECT first, steps FROM chunk WHERE {which} LIMIT 1",  # noqa: S608 - ours
                (number,),
            ).fetchone()
        return iter(()) if row is None else decode(*row)

    def counts(self, first: int, end: int) -> dict[str, int]:
        """Count operations by kind."""
        counts: dict[str, int] = {}
        for steps in self.forwards(first, end):
            for _, step in steps:
                if not isinstance(step, End):
                    count = step.size if isinstance(step, Run) else 1
                    counts[step.kind] = counts.get(step.kind, 0) + count
        return counts
