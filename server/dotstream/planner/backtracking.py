"""How long a regular expression may take: in how many ways ``re`` might try to match it.

``re`` backtracks: where a match fails, it tries every other way to divide the text among the
repetitions and alternatives.  That number is bounded here from the parsed expression, as
``factor * length ** power``.  It is an upper bound; where it is small, the expression is
taken by ``re``, and else by an automaton (``automaton.py``), which never tries a thing twice.
"""

from __future__ import annotations

import sys
from importlib import import_module

from dotstream.light_typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

Tree: TypeAlias = "Any"
"""What ``re`` makes of an expression before it compiles it; the library has no types for it."""

_parser: Any = import_module("re._parser")

MANY_WAYS = 1 << 18
"""So many ways take some milliseconds."""

_WIDE = 256  # characters; ``re`` spreads longer ranges over a table of 65,536


class Ways(NamedTuple):
    """A bound on the ways to match a text: ``factor * length ** power``."""

    factor: int
    power: int

    def of(self, length: int) -> int:
        """Return the bound for a text of ``length`` characters."""
        return int(self.factor * max(length, 1) ** self.power)

    def longest(self) -> int:
        """Return how long a text may be that is matched in at most ``MANY_WAYS`` ways."""
        if self.factor > MANY_WAYS:
            return 0
        if not self.power:
            return sys.maxsize
        return int((MANY_WAYS / self.factor) ** (1 / self.power) + 1e-9)


_ONE = Ways(1, 0)
_NONE = Ways(0, 0)
_ENDLESS = Ways(MANY_WAYS + 1, 0)


class _Counted(NamedTuple):
    """The ways to match a part, and those tried inside of it that there is no way back into."""

    ways: Ways
    inside: Ways = _NONE


def parsed(text: str) -> Tree:
    """Return the tree of an expression whose classes mean ASCII.

    Raises:
        re.error: it is none.
    """
    import re

    return _parser.parse(text, re.ASCII)


def ways(tree: Tree) -> Ways:
    """Bound the ways to match an expression from a given place.

    It goes as deep as groups are nested, which is not deep (``patterns.DEEPEST``).
    """
    return _sum(_sequence(tree))


def _sequence(tree: Tree) -> _Counted:
    found, inside = _ONE, _NONE
    for operator, argument in tree:
        part = _part(str(operator), argument)
        inside = _sum((inside, _product(found, part.inside)))
        found = _product(found, part.ways)
    return _Counted(found, inside)


def _part(operator: str, argument: Any) -> _Counted:
    if operator == "BRANCH":
        return _alternatives(argument[1])
    if operator == "SUBPATTERN":
        return _sequence(argument[3])
    if operator in ("MAX_REPEAT", "MIN_REPEAT"):
        return _repeated(*argument)
    if operator == "GROUPREF_EXISTS":
        return _alternatives([branch for branch in argument[1:] if branch])
    if operator == "ATOMIC_GROUP":
        return _Counted(_ONE, ways(argument))
    if operator in ("ASSERT", "ASSERT_NOT"):
        return _Counted(_ONE, ways(argument[1]))
    if operator == "POSSESSIVE_REPEAT":
        inner = ways(argument[2])
        return _Counted(_ONE, _NONE if inner == _ONE else _product(_counts(*argument[:2]), inner))
    return _Counted(_ONE)


def _alternatives(branches: list[Tree]) -> _Counted:
    counted = [_sequence(branch) for branch in branches]
    return _Counted(
        _sum([each.ways for each in counted]), _sum([each.inside for each in counted])
    )


def _repeated(least: int, most: int, body: Tree) -> _Counted:
    inner, counts = _sequence(body), _counts(least, most)
    if inner.ways == _ONE:
        return _Counted(counts, _product(counts, inner.inside))
    if most > _WIDE:
        return _Counted(_ENDLESS)
    found = _capped(inner.ways.factor**most * most, inner.ways.power * most)
    return _Counted(found, _product(found, inner.inside))


def _counts(least: int, most: int) -> Ways:
    return Ways(most - least + 1, 0) if most - least < _WIDE else Ways(1, 1)


def _product(one: Ways, other: Ways) -> Ways:
    return _capped(one.factor * other.factor, one.power + other.power)


def _sum(several: Iterable[Ways]) -> Ways:
    several = tuple(several)
    return _capped(sum(each.factor for each in several), max(each.power for each in several))


def _capped(factor: int, power: int) -> Ways:
    return _ENDLESS if factor > MANY_WAYS or power > 16 else Ways(factor, power)


def refers_back(tree: Tree) -> bool:
    """Whether an expression asks what one of its groups has matched."""
    return any(str(operator).startswith("GROUPREF") for operator, _ in _all(tree))


def wide_ranges(tree: Tree) -> int:
    """Return how many ranges of an expression are wide: each costs a millisecond to compile."""
    return sum(
        str(inner) == "RANGE" and bounds[1] - bounds[0] >= _WIDE
        for operator, argument in _all(tree)
        if str(operator) == "IN"
        for inner, bounds in argument
    )


def _all(tree: Tree) -> list[tuple[Any, Any]]:
    """Return every part of an expression, in no order."""
    found: list[tuple[Any, Any]] = []
    waiting: list[Any] = [tree]
    while waiting:
        here = waiting.pop()
        if isinstance(here, _parser.SubPattern):
            found += here.data
            waiting += [argument for _, argument in here.data]
        elif isinstance(here, tuple | list):
            waiting += here
    return found
