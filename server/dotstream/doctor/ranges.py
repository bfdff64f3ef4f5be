"""Paths met in the manifest's order, remembered for as long as anything below can come."""

from __future__ import annotations

from dotstream.fs.listing import sort_key


class Ranges:
    """Directories for which something was settled once and for all.

    The manifest sorts directories by bytes, so ``a-b`` comes between ``a`` and ``a/b``.
    What is below ``a`` ends before ``a0``, the byte after the slash; then ``a`` is dropped.
    """

    __slots__ = ("_paths", "_root")

    def __init__(self) -> None:
        self._root = ""
        self._paths: list[str] = []

    def advance(self, root: str, path: str) -> None:
        """Drop what cannot come again once the manifest has come to ``path``."""
        if root != self._root:
            self._root, self._paths = root, []
        here = sort_key(path)
        self._paths = [each for each in self._paths if here < sort_key(f"{each}0")]

    def add(self, path: str) -> None:
        """Remember ``path``."""
        self._paths.append(path)

    def has(self, path: str) -> bool:
        """Whether ``path`` itself is remembered."""
        return path in self._paths
