"""A run of links: operations in a row that only differ by a name."""

from __future__ import annotations

from itertools import repeat

from dotstream.light_typing import TYPE_CHECKING, Literal, TypeAlias
from dotstream.model.items import Conflict, Notice, Operation
from dotstream.model.names import decoded, encoded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dotstream.model.directory import Directory
    from dotstream.model.items import Item

LONGEST = 512
"""Names of one run at most, and so of one page of the manifest, which it becomes as it is."""

RunKind: TypeAlias = Literal["create_link", "remove_link"]


class Run:
    """Links that are made, or removed, in one directory for one package, in order.

    Each name stands for an ``Operation``.  Nearly every operation of a large plan is part of
    one, and goes through planner, digest, journal and manifest without an object of its own,
    and mostly without being looked at: names that are joined already stay so.

    Attributes:
        kind: what is done with each name.
        size: how many names there are; at least one.
        stem: what the text of each link begins with; it ends with the name.
    """

    __slots__ = ("_joined", "_names", "directory", "kind", "package", "size", "stem")

    def __init__(
        self,
        kind: RunKind,
        directory: Directory,
        names: list[str] | None,
        package: str,
        stem: str,
        *,
        joined: bytes | None = None,
    ) -> None:
        self.kind: RunKind = kind
        self.directory: Directory = directory
        self.package: str = package
        self.stem: str = stem
        self._names, self._joined = names, joined
        self.size: int = len(names) if names is not None else (joined or b"").count(b"\0") + 1

    @property
    def names(self) -> list[str]:
        """The names, in order."""
        if self._names is None:
            self._names = decoded(self._joined or b"").split("\0")
        return self._names

    @property
    def joined(self) -> bytes:
        """The names as bytes, joined by NUL, which none of them can hold."""
        if self._joined is None:
            self._joined = encoded("\0".join(self.names))
        return self._joined

    def compact(self) -> Run:
        """Keep the names joined, and no object for each, until they are asked for."""
        self._joined, self._names = self.joined, None
        return self

    def operation(self, index: int) -> Operation:
        """Return one of its operations."""
        name = self.names[index]
        text = self.stem + name
        if self.kind == "create_link":
            return Operation("create_link", self.directory, name, self.package, text)
        return Operation("remove_link", self.directory, name, self.package, None, text)

    def operations(self) -> Iterator[Operation]:
        """Return all of its operations."""
        texts, nothing = [self.stem + name for name in self.names], repeat(None)
        text, before = (texts, nothing) if self.kind == "create_link" else (nothing, texts)
        fields = (repeat(self.kind), repeat(self.directory), self.names, repeat(self.package))
        # As Operation._make does it, without a call of Python's for each.
        values = zip(*fields, text, before, repeat(""), strict=False)
        return map(tuple.__new__, repeat(Operation), values)

    def part(self, start: int, stop: int) -> Run:
        """Return part of it as a run."""
        if start == 0 and stop == self.size:
            return self
        return Run(self.kind, self.directory, self.names[start:stop], self.package, self.stem)

    def cut(self, size: int) -> Iterator[Run]:
        """Return it in parts of at most ``size`` names."""
        for start in range(0, self.size, size):
            yield self.part(start, min(start + size, self.size))


def one_by_one(items: Iterable[Item | Run]) -> Iterator[Item]:
    """Return items with an operation for each link of a run."""
    for item in items:
        if isinstance(item, Run):
            yield from item.operations()
        else:
            yield item


def counted_as(item: Item | Run) -> str:
    """Return as what an item, or each of a run, is counted: the ``op`` of its row."""
    if isinstance(item, Operation | Run):
        return item.kind
    if isinstance(item, Conflict):
        return "conflict"
    return "notice" if isinstance(item, Notice) else "error"
