"""Steps as bytes, the way the journal keeps them: in chunks.

One row holds a few hundred of them, their fields joined by NUL, which no name can hold.
That costs a fifth of a row per step and reads back the same way, forwards and backwards.
"""

from __future__ import annotations

import re

from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.directory import Directory
from dotstream.model.items import Operation
from dotstream.model.names import decoded, encoded
from dotstream.model.run import Run
from dotstream.store.steps import End

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dotstream.model.items import OperationKind
    from dotstream.model.run import RunKind
    from dotstream.store.database import Database
    from dotstream.store.steps import Numbered, NumberedSingle, Step

_CODES: dict[OperationKind, str] = {
    "make_dir": "A",
    "remove_dir": "B",
    "create_link": "C",
    "remove_link": "D",
    "replace_link": "E",
    "move_file": "F",
    "unfold": "G",
    "refold": "H",
}
_END_CODES: dict[OperationKind, str] = {"unfold": "I", "refold": "J", "remove_dir": "K"}
_RUN_CODES: dict[RunKind, str] = {"create_link": "c", "remove_link": "d"}
# Databases hold these letters: only ever add to them.

_HEAD = re.compile(rb"(?:[^\0]*\0){6}")
"""The fields that each step begins with."""

_KINDS: dict[str, OperationKind] = {code: kind for kind, code in _CODES.items()}
_END_KINDS: dict[str, OperationKind] = {code: kind for kind, code in _END_CODES.items()}
_RUN_KINDS: dict[str, RunKind] = {code: kind for kind, code in _RUN_CODES.items()}


def encode(steps: Sequence[Step]) -> bytes:
    """Write steps as bytes, fields joined by NUL, which none of them can hold.

    A step is: kind, root, path, name, package, text, before.  A run is: kind, root, path,
    package, stem, the length of its names, and these, joined by NUL too.

    A directory is written where it changes; an empty root means the one before.  No link
    is empty and no precondition either, so an empty field means that there is none.
    """
    written: list[bytes] = []
    here: Directory | None = None
    for step in steps:
        directory = step.directory
        if directory is here:
            where = "\0"
        else:
            here, where = directory, f"{directory.root}\0{directory.path}"
        if isinstance(step, Run):
            fields = (_RUN_CODES[step.kind], where, step.package, step.stem, len(step.joined))
            written.append(encoded("\0".join(map(str, fields))))
            written.append(step.joined)
            continue
        if isinstance(step, End):
            operation, code = step.operation, _END_CODES[step.operation.kind]
        else:
            operation, code = step, _CODES[step.kind]
        _, _, name, package, text, before, _ = operation
        written.append(encoded("\0".join((code, where, name, package, text or "", before or ""))))
    return b"\0".join(written)


def decode(first: int, data: bytes) -> Iterator[Numbered]:
    """Read what ``encode`` wrote, numbered from ``first``."""
    here = Directory("/")
    known: dict[tuple[str, str], Directory] = {}
    number, position, end = first, 0, len(data)
    find, head = data.find, _HEAD.match
    while position < end:
        found = head(data, position)  # what follows is never copied: it may be a whole chunk
        if found is None:
            raise ValueError(f"a step is cut short at {position}")
        start, position = position, found.end()
        code, root, path, name, package, text = decoded(data[start : position - 1]).split("\0")
        if root:
            place = root, path
            there = known.get(place)
            if there is None:
                parent, _, base = path.rpartition("/")
                there = known.get((root, parent)) or here.reach(root, parent)
                there = known[place] = there.child(base) if base else there
            here = there
        start = position
        if code in _RUN_KINDS:
            package, stem, length = name, package, int(text)
            position += length + 1
            joined = data[start : position - 1]
            run = Run(_RUN_KINDS[code], here, None, package, stem, joined=joined)
            yield number, run
            number += run.size
        else:
            position = find(b"\0", start) + 1 or end + 1
            before = decoded(data[start : position - 1]) or None
            kind = _KINDS.get(code) or _END_KINDS[code]
            operation = Operation(kind, here, name, package, text or None, before)
            yield number, operation if code in _KINDS else End(operation)
            number += 1


def between(steps: Iterable[Numbered], first: int, end: int) -> Iterator[Numbered]:
    """Return the steps ``first`` ≤ number < ``end``, of a run the part that is."""
    for number, step in steps:
        if number >= end:
            return
        if not isinstance(step, Run):
            if number >= first:
                yield number, step
            continue
        if first <= number and number + step.size <= end:  # as nearly all are
            yield number, step
            continue
        start, stop = max(first - number, 0), min(end - number, step.size)
        if start < stop:
            yield number + start, step.part(start, stop)


def singly(steps: Iterable[Numbered]) -> Iterator[NumberedSingle]:
    """Take runs apart into their steps."""
    for number, step in steps:
        if isinstance(step, Run):
            yield from enumerate(step.operations(), number)
        else:
            yield number, step


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

    def backwards(self, first: int, end: int) -> Iterator[list[Numbered]]:
        """Read steps ``first`` ≤ number < ``end`` as they were written, the last chunk first."""
        while steps := self.last(first, end):
            yield steps
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
