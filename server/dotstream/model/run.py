"""A run of links: operations in a row that only differ by a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from dotstream.model.items import Operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dotstream.model.directory import Directory

__all__ = ["Run", "RunKind"]

RunKind: TypeAlias = Literal["create_link", "remove_link"]


class Run:
    """Links that are made, or removed, in one directory for one package, in order.

    It stands for an ``Operation`` each.  Nearly every operation of a large plan is part of
    one, and goes through planner, digest, journal and manifest without an object of its own.

    Attributes:
        kind: what is done with each name.
        names: in order; never none.
        stem: what the text of each link begins with; it ends with the name.
    """

    __slots__ = ("directory", "kind", "names", "package", "stem")

    def __init__(
        self, kind: RunKind, directory: Directory, names: list[str], package: str, stem: str
    ) -> None:
        self.kind: RunKind = kind
        self.directory = directory
        self.names = names
        self.package = package
        self.stem = stem

    def operation(self, index: int) -> Operation:
        """Return one of its operations."""
        name = self.names[index]
        text = self.stem + name
        if self.kind == "create_link":
            return Operation("create_link", self.directory, name, self.package, text)
        return Operation("remove_link", self.directory, name, self.package, None, text)

    def operations(self) -> Iterator[Operation]:
        """Return all of its operations."""
        return map(self.operation, range(len(self.names)))

    def cut(self, size: int) -> Iterator[Run]:
        """Return it in parts of at most ``size`` names."""
        for start in range(0, len(self.names), size):
            names = self.names[start : start + size]
            yield Run(self.kind, self.directory, names, self.package, self.stem)
