"""Which operations belong to others: told as they pass in order, and leaving them out."""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dotstream.model.directory import Directory
    from dotstream.model.items import Operation

OPENERS = frozenset(("make_dir", "unfold", "refold"))
"""Operations without which those in their directory mean something else, or nothing."""


class Nesting:
    """The directories that are being filled or emptied; as deep as the walk, never wider."""

    __slots__ = ("_opened",)

    def __init__(self) -> None:
        self._opened: dict[str, list[tuple[Operation, str]]] = {}  # by root: adopting has two

    def enclosing(self, directory: Directory) -> Operation | None:
        """Return the nearest open operation that ``directory`` is in; leave all others."""
        stack = self._opened.get(directory.root)
        if not stack:
            return None
        path = f"{directory.path}/"
        while stack and not path.startswith(stack[-1][1]):
            stack.pop()
        return stack[-1][0] if stack else None

    def open(self, operation: Operation) -> None:
        """Take an operation in, so that what is done in its path belongs to it."""
        directory = operation.directory
        self.enclosing(directory)
        inside = f"{directory.join(operation.name)}/"
        self._opened.setdefault(directory.root, []).append((operation, inside))


def without(
    operations: Iterable[Operation], *, drop: Callable[[Operation], bool]
) -> Iterator[Operation]:
    """Leave operations out, each together with all that belongs to it.

    To a directory that is made, opened or folded belongs all that is done in it; to a file that
    is backed up or adopted, the link that takes its place.  What is left can be
    carried out by ``Client.execute``, but for one thing: of a directory that goes, all has
    to go, so drop the directory itself.

    Args:
        operations: of one plan, in its order.
        drop: tells which to leave out; asked about each that is not left out with another.
    """
    gone: list[Operation] = []  # what is not made, opened or folded, as far as it matters yet
    for group in _together(operations):
        first = group[0].directory
        gone = [
            each
            for each in gone
            if each.directory.root != first.root or _inside(group[0].path, each)
        ]
        if any(_belongs(each, gone) or drop(each) for each in group):
            gone += [each for each in group if each.kind in OPENERS]
        else:
            yield from group


def _together(operations: Iterable[Operation]) -> Iterator[list[Operation]]:
    """Gather operations in a row that are of no use without each other."""
    group: list[Operation] = []
    for operation in operations:
        if group and not _follows(operation, group[-1]):
            yield group
            group = []
        group.append(operation)
    if group:
        yield group


def _follows(operation: Operation, before: Operation) -> bool:
    """Whether something was moved away for an operation to take its place."""
    return before.kind == "move_file" and before.path in (operation.path, operation.text)


def _belongs(operation: Operation, gone: list[Operation]) -> bool:
    moved = operation.text if operation.kind == "move_file" else None
    return any(
        _inside(operation.path, each) or (moved is not None and _inside(moved, each))
        for each in gone
    )


def _inside(path: str, opener: Operation) -> bool:
    return path.startswith(f"{opener.path}/")
