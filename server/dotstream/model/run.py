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
    one, and goes through planner, digest, journal and manifest without an object of its own,
    and mostly without being looked at: names that are joined already stay so.

    Attributes:
        kind: what is done with each name.
        size: how many names there are; never none.
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
            self._names = (self._joined or b"").decode("utf-8", "surrogateescape").split("\0")
        return self._names

    @property
    def joined(self) -> bytes:
        """The names as bytes, joined by NUL, which none of them can hold."""
        if self._joined is None:
            self._joined = "\0".join(self.names).encode("utf-8", "surrogateescape")
        return self._joined

    def operation(self, index: int) -> Operation:
        """Return one of its operations."""
        name = self.names[index]
        text = self.stem + name
        if self.kind == "create_link":
            return Operation("create_link", self.directory, name, self.package, text)
        return Operation("remove_link", self.directory, name, self.package, None, text)

    def operations(self) -> Iterator[Operation]:
        """Return all of its operations."""
        return map(self.operation, range(self.size))

    def cut(self, size: int) -> Iterator[Run]:
        """Return it in parts of at most ``size`` names."""
        if self.size <= size:
            yield self
            return
        for start in range(0, self.size, size):
            names = self.names[start : start + size]
            yield Run(self.kind, self.directory, names, self.package, self.stem)
