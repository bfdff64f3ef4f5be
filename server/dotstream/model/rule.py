"""A rule that leaves names out, as a person finds it again."""

from __future__ import annotations

from collections.abc import Callable

from dotstream.light_typing import NamedTuple, TypeAlias


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
