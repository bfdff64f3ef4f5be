"""Which operation a directory belongs to, told while operations pass in their order."""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
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
