"""The test for names that are left out of a directory."""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Hidden:
    """Tells which names of one directory are left out.

    Args:
        test: of one name; what it returns counts as true or false.
        begins, ends: every name that is left out begins with a character of the one or ends
            with a character of the other; ``None`` where that cannot be said.
    """

    __slots__ = ("_begins", "_ends", "_range", "test")

    def __init__(
        self,
        test: Callable[[str], object],
        begins: frozenset[str] | None = None,
        ends: frozenset[str] | None = None,
    ) -> None:
        self.test: Callable[[str], object] = test
        self._begins, self._ends = begins, ends
        self._range = (min(begins), max(begins)) if begins else ("", "")

    def __call__(self, name: str) -> bool:
        """Whether a name is left out."""
        return bool(self.test(name))

    def none_of(self, names: Sequence[str]) -> bool:
        """Whether none of the sorted names is left out, as far as a glance can tell."""
        if self._begins is None or self._ends is None:
            return False
        if not names:
            return True
        lowest, highest = self._range
        if (
            names[0][0] <= highest
            and names[-1][0] >= lowest
            and not self._begins.isdisjoint([name[0] for name in names])
        ):
            return False
        return self._ends.isdisjoint([name[-1] for name in names])
