"""Compiled ignore rules: which names of a directory are left out.

A million names are tested, so what can be told from a name alone is one compiled regular
expression, and the patterns that look at paths are only consulted in the directories where
they can match.
"""

from __future__ import annotations

import re
from functools import cached_property

from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.rule import Hidden

if TYPE_CHECKING:
    from dotstream.planner.bounded import Bounded, Test

_JOINED = 64
"""Sets of globs, each that of some directories, which are kept as one regular expression."""


class Rules:
    """The rules, sorted by what they have to look at.

    Attributes:
        names: sources that match a name in any directory, from its start.
        top: sources that match a name at the root, from its start.
        alone: tests of names that cannot share a regular expression with others.
        rooted: ``(literal prefix, test)`` of paths with a slash before them, from the start.
        anywhere: ``(text to put before the path, test)``.
        globs: ``(test of the directory, source for the name)``.
        begins, ends: characters of which what ``names`` match begins with one or ends with
            one; ``None`` where that cannot be said of all.
    """

    def __init__(self) -> None:
        self.names: list[str] = []
        self.top: list[str] = []
        self.alone: list[Test] = []
        self.rooted: list[tuple[str, Test]] = []
        self.anywhere: list[tuple[str, Test]] = []
        self.globs: list[tuple[Test, Bounded]] = []
        self.begins: set[str] | None = set()
        self.ends: set[str] = {"\n"}  # "$" also stands before a last line break
        self._joined: dict[tuple[str, ...], Test | None] = {}

    def __call__(self, directory: str) -> Hidden | None:
        """Return the test for names in ``directory``."""
        if directory and self._usual and not f"/{directory}/".startswith(self._usual):
            return self._everywhere
        tests = [(test, "") for test in self.alone]
        if not directory:
            at_top = self._join(tuple(self.top))
            return _either(at_top, tests + [(test, lead) for lead, test in self.anywhere])
        path = f"/{directory}/"
        tests += [(test, path if lead else path[1:]) for lead, test in self.anywhere]
        for prefix, test in self.rooted:
            if path.startswith(prefix) or prefix.startswith(path):
                tests.append((test, path))
        live = [found for holds, found in self.globs if holds(path[1:])]
        if tests or live:
            return _either(self._named(live), tests)
        return self._everywhere

    @cached_property
    def _usual(self) -> tuple[str, ...]:
        """What the paths begin with that rooted rules are about, where no others are looked at.

        Empty if there are others, or if they are about directories above.
        """
        leads = tuple(prefix for prefix, _ in self.rooted)
        others = self.alone or self.anywhere or self.globs
        return () if others or any("/" in lead[1:] for lead in leads) else leads

    @cached_property
    def _everywhere(self) -> Hidden | None:
        """The test of names where nothing else holds, as in most directories."""
        named = self._join(())
        if named is None or self.begins is None:
            return _either(named, [])
        return Hidden(named, frozenset(self.begins), frozenset(self.ends))

    def _named(self, live: list[Bounded]) -> Test | None:
        """Return the test by name where these globs hold."""
        sources = tuple(found.source for found in live)
        if sources in self._joined or len(self._joined) < _JOINED:
            return self._join(sources)
        always = self._join(())
        tests = [found.test for found in live] + ([always] if always else [])
        return lambda name: any(test(name) for test in tests)

    def _join(self, more: tuple[str, ...]) -> Test | None:
        """Return ``names`` and more sources as one test, compiled at its first use."""
        if more not in self._joined:
            sources = (*self.names, *more)
            # A match object is as good as true, and no Python code runs for a name.
            self._joined[more] = (
                re.compile("|".join(sources), re.ASCII).match if sources else None
            )
        return self._joined[more]


def _either(names: Test | None, tests: list[tuple[Test, str]]) -> Hidden | None:
    """Return a test that holds if ``names`` does, or any of ``tests`` on its path."""
    if not tests:
        return None if names is None else Hidden(names)
    if len(tests) == 1:
        ((test, path),) = tests
        if names is None:
            return Hidden(lambda name: test(path + name))
        return Hidden(lambda name: names(name) or test(path + name))
    return Hidden(
        lambda name: (
            (names is not None and names(name)) or any(test(path + name) for test, path in tests)
        )
    )
