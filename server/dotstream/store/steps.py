"""Steps: operations in the order of the journal, with the end of each unfold and refold.

An unfold fills a directory beside its path and then exchanges the two; a refold exchanges
first and then empties the old directory; a directory that is removed is first moved aside
and then emptied.  Where the operations inside of it end, a closing
step is put in, so that the journal reads the same forwards and backwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from dotstream.model.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dotstream.model.items import Operation, OperationKind

__all__ = [
    "CLOSINGS",
    "STEP_KINDS",
    "Closer",
    "Part",
    "Step",
    "StepKind",
    "batches",
    "numbered",
    "with_closings",
]

StepKind: TypeAlias = "OperationKind | Literal['end_unfold', 'end_refold', 'end_remove_dir']"

Step: TypeAlias = "tuple[StepKind, Operation | Run]"
"""What is done and the operation it belongs to; a closing step has its opening's.  A run
stands for a step each."""

Part: TypeAlias = "tuple[int, StepKind, Operation | Run]"
"""A step by its number, or a run by the number of its first step."""

CLOSINGS: dict[str, StepKind] = {
    "unfold": "end_unfold",
    "refold": "end_refold",
    "remove_dir": "end_remove_dir",
}

STEP_KINDS: dict[StepKind, OperationKind] = {
    "make_dir": "make_dir",
    "remove_dir": "remove_dir",
    "create_link": "create_link",
    "remove_link": "remove_link",
    "replace_link": "replace_link",
    "move_file": "move_file",
    "unfold": "unfold",
    "refold": "refold",
    "end_unfold": "unfold",
    "end_refold": "refold",
    "end_remove_dir": "remove_dir",
}
"""Each kind of step and the kind of its operation; the order is that of the journal's codes,
so only ever append."""


class Closer:
    """Turns operations into steps, closing each unfold and refold after its last operation."""

    __slots__ = ("_opened",)

    def __init__(self) -> None:
        self._opened: list[tuple[Operation, str, str]] = []

    def push(self, operation: Operation | Run) -> list[Step]:
        """Return the steps up to this operation, with it."""
        opened = self._opened
        if not opened and operation.kind not in CLOSINGS:
            return [(operation.kind, operation)]
        steps: list[Step] = []
        while opened and not _inside(operation, opened[-1]):
            opening, _, _ = opened.pop()
            steps.append((CLOSINGS[opening.kind], opening))
        steps.append((operation.kind, operation))
        if operation.kind in CLOSINGS and not isinstance(operation, Run):
            directory = operation.directory
            opened.append((operation, directory.root, directory.join(operation.name)))
        return steps

    def finish(self) -> list[Step]:
        """Return the steps that are left once there are no more operations."""
        steps: list[Step] = [(CLOSINGS[each.kind], each) for each, _, _ in reversed(self._opened)]
        self._opened.clear()
        return steps


def with_closings(operations: Iterable[Operation | Run]) -> Iterator[Step]:
    """Turn operations into steps, closing each unfold and refold after its last operation."""
    closer = Closer()
    for operation in operations:
        yield from closer.push(operation)
    yield from closer.finish()


def batches(steps: Iterable[Step], size: int) -> Iterator[tuple[list[Step], int]]:
    """Gather steps in batches of at most ``size``, each with how many steps it is.

    No run may be longer.
    """
    batch: list[Step] = []
    filled = 0
    for step in steps:
        count = step[1].size if isinstance(step[1], Run) else 1
        if filled + count > size:
            yield batch, filled
            batch, filled = [], 0
        batch.append(step)
        filled += count
        if filled == size:  # at once, without waiting for what comes next
            yield batch, filled
            batch, filled = [], 0
    if batch:
        yield batch, filled


def numbered(first: int, batch: Iterable[Step]) -> Iterator[Part]:
    """Number the steps of a batch."""
    for kind, operation in batch:
        yield first, kind, operation
        first += operation.size if isinstance(operation, Run) else 1


def _inside(operation: Operation | Run, opened: tuple[Operation, str, str]) -> bool:
    _, root, path = opened
    directory = operation.directory
    return directory.root == root and (
        directory.path == path or directory.path.startswith(path + "/")
    )
