"""The rules that leave names out: the test of names, and a rule as a person finds it again."""

from __future__ import annotations

from collections.abc import Callable

from dotstream.light_typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence


class Rule(NamedTuple):
    """An ignore rule.

    Attributes:
        pattern: as it is written.
        path: the file that it is in; empty where it is in none.
        line: from 1; 0 where it cannot be told.
        origin: what it is of, if not of a file.
        built_in: whether nobody wrote it.
    """

    pattern: str
    path: str = ""
    line: int = 0
    origin: str = ""
    built_in: bool = False

    def __str__(self) -> str:
        """Return where it is, and what it says."""
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where or self.origin}: {self.pattern}"


WhichRule: TypeAlias = Callable[[str, str], Rule | None]
"""``which(directory, name)`` → the rule that leaves a name out; arguments as of the rules."""


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
