"""Steps: operations in the order of the journal, with the end of each unfold and refold.

An unfold fills a directory beside its path and then exchanges the two; a refold exchanges
first and then empties the old directory; a directory that is removed is first quarantined
and then emptied.  Where the operations inside of it end, an ``End`` is put in, so that the
journal reads the same forwards and backwards.
"""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING, NamedTuple, TypeAlias
from dotstream.model.items import Operation
from dotstream.model.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dotstream.model.directory import Directory

ENDED = frozenset(("unfold", "refold", "remove_dir"))
"""Kinds of operations that have an end of their own, after all that is inside."""


class End(NamedTuple):
    """The end of an operation: all inside its path is done, and what is beside it takes over.

    It is no operation: no plan has one, and nobody who applies a plan is told of it.
    """

    operation: Operation

    @property
    def directory(self) -> Directory:
        """The directory that holds the operation's path."""
        return self.operation.directory


Step: TypeAlias = Operation | Run | End
"""What is written down and carried out.  A run stands for a step each."""

Numbered: TypeAlias = tuple[int, Step]
"""A step by its number, or a run by the number of its first step."""

NumberedSingle: TypeAlias = tuple[int, Operation | End]
"""A step by its number, runs taken apart."""


class Closer:
    """Turns operations into steps, ending each unfold and refold after its last operation."""

    __slots__ = ("_opened",)

    def __init__(self) -> None:
        self._opened: list[tuple[Operation, str, str]] = []

    def push(self, operation: Operation | Run) -> list[Step]:
        """Return the steps up to this operation, with it."""
        opened = self._opened
        if not opened and operation.kind not in ENDED:
            return [operation]
        steps: list[Step] = []
        while opened and not _inside(operation, opened[-1]):
            steps.append(End(opened.pop()[0]))
        steps.append(operation)
        if operation.kind in ENDED and not isinstance(operation, Run):
            directory = operation.directory
            opened.append((operation, directory.root, directory.join(operation.name)))
        return steps

    def finish(self) -> list[Step]:
        """Return the steps that are left once there are no more operations."""
        steps: list[Step] = [End(operation) for operation, _, _ in reversed(self._opened)]
        self._opened.clear()
        return steps


def numbered(first: int, steps: Iterable[Step]) -> Iterator[Numbered]:
    """Number steps in a row."""
    for step in steps:
        yield first, step
        first += step.size if isinstance(step, Run) else 1


def operation_of(step: Operation | End) -> Operation:
    """Return the operation that a step belongs to."""
    return step.operation if isinstance(step, End) else step


def _inside(operation: Operation | Run, opened: tuple[Operation, str, str]) -> bool:
    _, root, path = opened
    directory = operation.directory
    return directory.root == root and (
        directory.path == path or directory.path.startswith(path + "/")
    )
