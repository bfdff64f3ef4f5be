"""Patterns of a repository, compiled such that comparing them with names takes bounded time.

What ``re`` matches in few ways it may match: that is nearly every pattern, and fast.  The
rest goes to an automaton.  All patterns of one set of rules share one allowance, so that many
are no way around what one may cost.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from functools import lru_cache, partial

from dotstream.errors import UsageError
from dotstream.light_typing import TYPE_CHECKING, NamedTuple, TypeAlias
from dotstream.planner.backtracking import MANY_WAYS, parsed, refers_back, ways, wide_ranges
from dotstream.planner.patterns import PatternError, perl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dotstream.planner.automaton import Automaton

Test: TypeAlias = "Callable[[str], object]"
"""A match object is as good as true."""

Failure: TypeAlias = "Callable[[str], Exception]"
"""Makes the error that names a pattern, of what is wrong with it."""

_LONGEST_NAME = 255
_STEPS = 500_000  # of an automaton, beyond what each text adds
_STEPS_OF_A_TEXT = 2_000
_SHOWN = 100  # characters of a pattern in a message

_FOR_EVER = (
    "comparing it with a name takes too long; a repetition inside of a repetition tries every "
    "way to divide the name: write it with one"
)


class Bounded(NamedTuple):
    """A compiled pattern.

    Attributes:
        source: the Python regular expression.
        test: compares it with a text, from its start.
        plain: whether ``re`` can be trusted with it, for names, also beside others.
    """

    source: str
    test: Test
    plain: bool


class Allowance:
    """What the patterns of one set of rules may still cost together."""

    __slots__ = ("_characters", "_instructions", "_ways", "_wide")

    def __init__(self) -> None:
        self._characters = 200_000
        self._instructions = 10_000
        self._ways = 16 * MANY_WAYS
        self._wide = 100

    @property
    def low(self) -> bool:
        """Whether half of what ``re`` may try for a name is used up."""
        return self._ways < 8 * MANY_WAYS

    def compile(self, source: str, failure: Failure, *, anywhere: bool = False) -> Bounded:
        """Compile a Python regular expression, which is no longer than ``patterns.LONGEST``.

        Args:
            failure: makes the error that is raised where a text takes too long.
            anywhere: whether it may match after the start of a text.

        Raises:
            re.error: it is none.
            PatternError: it, or all of them together, would cost too much.
        """
        self._characters -= len(source) + 50
        if self._characters < 0:
            raise PatternError("the patterns are too many, or too long; use fewer")
        if anywhere:
            source = f"(?s:.*?){source}"
        tree = parsed(source)
        self._wide -= wide_ranges(tree)
        if self._wide < 0:
            raise PatternError("the patterns have too many wide ranges in [ ]; use fewer")
        # Stow matches bytes, so classes such as \w mean ASCII.
        pattern = re.compile(source, re.ASCII)
        bound = ways(tree)
        plain = bound.longest() >= _LONGEST_NAME and bound.of(_LONGEST_NAME) <= self._ways
        if plain:
            self._ways -= bound.of(_LONGEST_NAME)
        if plain and bound.power <= 1:
            return Bounded(source, pattern.match, plain)
        if refers_back(tree):
            if not plain:
                raise PatternError(f"{_FOR_EVER}, or without a back-reference")
            return Bounded(source, _Guarded(pattern, bound.longest(), None, failure), plain)
        from dotstream.planner.automaton import Automaton, TooLarge  # few patterns need it

        try:
            automaton = Automaton(tree, pattern.flags, most=self._instructions)
        except TooLarge:
            raise PatternError("it repeats too much; use smaller numbers of times") from None
        self._instructions -= len(automaton)
        longest = bound.longest() if plain else 0
        return Bounded(source, _Guarded(pattern, longest, automaton, failure), plain)


@lru_cache(maxsize=64)
def prefixes(option: str, patterns: tuple[str, ...]) -> tuple[Test, ...]:
    """Return tests of how a path begins, from the values of ``--defer`` or ``--override``.

    Raises:
        UsageError: one of them cannot be used.
    """
    allowance = Allowance()
    found: list[Test] = []
    for pattern in patterns:
        failure = partial(_in_option, option, pattern)
        with refused(failure):
            found.append(allowance.compile(f"(?:{perl(pattern).text})", failure).test)
    return tuple(found)


def _in_option(option: str, pattern: str, why: str) -> UsageError:
    return UsageError(f"--{option}: Failed to compile regexp {shown(pattern)}: {why}")


@lru_cache(maxsize=256)
def never_folded(pattern: str) -> Test:
    """Return the test of a path in the target by one pattern of ``never-fold``.

    ``*`` stays within a component, ``**`` goes across them.

    Raises:
        UsageError: it cannot be used.
    """
    parts = re.split(r"(\*\*|\*|\?)", pattern.strip("/"))
    meaning = {"**": ".*", "*": "[^/]*", "?": "[^/]"}
    source = "".join(meaning.get(part, re.escape(part)) for part in parts)

    def failure(why: str) -> UsageError:
        return UsageError(f"never-fold pattern {shown(pattern)}: {why}")

    with refused(failure):
        return Allowance().compile(rf"(?:{source})\Z", failure).test


@contextmanager
def refused(failure: Failure) -> Iterator[None]:
    """Name the pattern that cannot be used."""
    try:
        yield
    except re.error as error:
        raise failure(error.msg) from None  # positions would count in the translated text
    except (PatternError, OverflowError, RecursionError) as error:
        raise failure(str(error)) from None


def shown(pattern: str) -> str:
    """Return a pattern as messages quote it, which may be long."""
    return repr(pattern if len(pattern) <= _SHOWN else f"{pattern[:_SHOWN]}…")


class _Guarded:
    """Compares texts with a pattern: short ones by ``re``, the others by an automaton."""

    __slots__ = ("_automaton", "_failure", "_longest", "_match", "_steps")

    def __init__(
        self,
        pattern: re.Pattern[str],
        longest: int,
        automaton: Automaton | None,
        failure: Failure,
    ) -> None:
        self._match = pattern.match
        self._longest, self._automaton, self._failure = longest, automaton, failure
        self._steps = _STEPS

    def __call__(self, text: str) -> object:
        """Whether a text matches.

        Raises:
            Exception: what ``failure`` makes; it took too long.
        """
        if len(text) <= self._longest:
            return self._match(text)
        if self._automaton is None:
            raise self._failure(_FOR_EVER)
        from dotstream.planner.automaton import TooLong

        self._steps = min(self._steps + _STEPS_OF_A_TEXT, _STEPS)
        try:
            steps = self._automaton.match(text, most=self._steps)
        except TooLong:
            raise self._failure(_FOR_EVER) from None
        self._steps -= abs(steps)
        return steps > 0
