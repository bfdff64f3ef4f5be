"""Which names of a package are left out: Stow's ignore lists, ``--ignore``, our globs.

GNU Stow manual, "Ignore Lists" and "Types And Syntax Of Ignore Lists".  Exactly one list
holds: the package's ``.stow-local-ignore``, else ``~/.stow-global-ignore``, else the
built-in one.  ``--ignore`` options and globs come on top of it.

A million names are tested, so what can be told from a name alone is one compiled regular
expression, and the patterns that look at paths are only consulted in the directories where
they can match.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

from dotstream.errors import ConfigError, PermissionRefused, UsageError
from dotstream.fs.files import read_text
from dotstream.fs.oserror import is_permission, reason
from dotstream.model.hidden import Hidden
from dotstream.planner.bounded import Allowance, refused, shown
from dotstream.planner.patterns import Perl, glob, perl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dotstream.model.options import IgnoreRules
    from dotstream.planner.bounded import Bounded, Failure, Test

__all__ = [
    "BUILTIN",
    "GLOBAL_LIST",
    "LOCAL_LIST",
    "StowList",
    "compile_rules",
    "parse_list",
    "stow_list",
]

LOCAL_LIST = ".stow-local-ignore"
GLOBAL_LIST = ".stow-global-ignore"

_SPACE = " \t\n\r\f\v"
_COMMENT = re.compile(r"(?<![ \t\r\f\v])[ \t\r\f\v]++#.+")


_JOINED = 64
"""Sets of globs, each that of some directories, which are kept as one regular expression."""


class StowList(NamedTuple):
    """An ignore list as it is written.

    Attributes:
        path: the file it comes from, for messages.
        patterns: ``(line, column, Perl regular expression)``, from 1.
    """

    path: str
    patterns: tuple[tuple[int, int, str], ...]


def parse_list(text: str, *, path: str) -> StowList:
    r"""Read the contents of an ignore list: one pattern a line.

    Blanks around it are dropped, and lines that begin with ``#``, and what follows blanks
    and ``#``.  ``\#`` stands for ``#``.
    """
    patterns: list[tuple[int, int, str]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        bare = line.strip(_SPACE)
        if not bare or bare.startswith("#"):
            continue
        column = len(line) - len(line.lstrip(_SPACE)) + 1
        patterns.append((number, column, _COMMENT.sub("", bare).replace(r"\#", "#")))
    return StowList(path, tuple(patterns))


BUILTIN = parse_list(
    r"""
    RCS
    .+,v
    CVS
    \.\#.+
    \.cvsignore
    \.svn
    _darcs
    \.hg
    \.git
    \.gitignore
    \.gitmodules
    .+~
    \#.*\#
    ^/README.*
    ^/LICENSE.*
    ^/COPYING
    """,
    path="built-in ignore list",
)
"""What Stow ignores where there is no other list."""


def stow_list(package: str, home: str | None) -> StowList:
    """Read the one ignore list that holds for the package at ``package``.

    Raises:
        PermissionRefused: the list is there but may not be read.
        ConfigError: the list is there but cannot be read.
    """
    paths = [f"{package}/{LOCAL_LIST}"] + ([f"{home}/{GLOBAL_LIST}"] if home else [])
    for path in paths:
        try:
            text = read_text(path)
        except OSError as error:
            if is_permission(error):
                raise PermissionRefused(f"{path}: {reason(error)}") from None
            raise ConfigError(f"cannot be read: {reason(error)}", path=path) from None
        if text is not None:
            return parse_list(text, path=path)
    return BUILTIN


def compile_rules(
    *,
    patterns: StowList | None = None,
    options: Sequence[str] = (),
    globs: Sequence[str] = (),
    dotfiles: bool = False,
) -> IgnoreRules:
    """Compile ignore rules to the test that the planner asks.

    Args:
        patterns: the one list that holds; ``None`` for none at all.
        options: Stow's ``--ignore``: Perl regular expressions for the end of a path.
        globs: like ``.gitignore``; those without a slash match a name anywhere, the
            others a path from the target's root.
        dotfiles: whether ``dot-`` names are translated, which globs take into account.

    Raises:
        ConfigError: a pattern of the list does not compile; names file and line.
        UsageError: an option or a glob cannot be used.
    """
    return _compile(patterns, tuple(options), tuple(globs), dotfiles)


@lru_cache(maxsize=32)
def _compile(
    patterns: StowList | None, options: tuple[str, ...], globs: tuple[str, ...], dotfiles: bool
) -> IgnoreRules:
    rules = _Rules()
    if patterns is not None:
        own = (0, 0, rf"^/{re.escape(LOCAL_LIST)}$")
        for line, column, pattern in (*patterns.patterns, own):
            failure = partial(_in_list, patterns.path, line, column, pattern)
            with refused(failure):
                rules.add_pattern(pattern, failure)
    for option in options:
        in_option = partial(_in_option, option)
        with refused(in_option):
            rules.add_option(option, in_option)
    for written in globs:
        in_glob = partial(_in_glob, written)
        with refused(in_glob):
            rules.add_glob(written, in_glob, dotfiles=dotfiles)
    return rules.ready()


def _in_list(path: str, line: int, column: int, pattern: str, why: str) -> ConfigError:
    message = f"Failed to compile regexp {shown(pattern)}: {why}"
    return ConfigError(message, path=path, line=line, column=column)


def _in_option(pattern: str, why: str) -> UsageError:
    return UsageError(f"--ignore: Failed to compile regexp {shown(pattern)}: {why}")


def _in_glob(pattern: str, why: str) -> UsageError:
    return UsageError(f"ignore pattern {shown(pattern)}: {why}")


class _Rules:
    """The rules, sorted by what they have to look at.

    Attributes:
        names: sources that match a name in any directory, from its start.
        top: sources that match a name at the root, from its start.
        alone: tests of names that cannot share a regular expression with others.
        always: ``names`` as one test; ``at_top`` the same with ``top``.
        rooted: ``(literal prefix, test)`` of paths with a slash before them, from the start.
        anywhere: ``(text to put before the path, test)``.
        globs: ``(test of the directory, source for the name)``.
        joined: ``names`` with the sources of the globs that hold somewhere, as one test.
        begins, ends: characters of which what ``names`` match begins with one or ends with
            one; ``None`` where that cannot be said of all.
    """

    __slots__ = (
        "_allowance",
        "alone",
        "always",
        "anywhere",
        "at_top",
        "begins",
        "ends",
        "globs",
        "joined",
        "names",
        "rooted",
        "top",
    )

    def __init__(self) -> None:
        self._allowance = Allowance()
        self.names: list[str] = []
        self.top: list[str] = []
        self.alone: list[Test] = []
        self.rooted: list[tuple[str, Test]] = []
        self.anywhere: list[tuple[str, Test]] = []
        self.globs: list[tuple[Test, Bounded]] = []
        self.joined: dict[tuple[str, ...], Test | None] = {}
        self.begins: set[str] | None = set()
        self.ends: set[str] = {"\n"}  # "$" also stands before a last line break

    def add_pattern(self, pattern: str, failure: Failure) -> None:
        """Add a pattern of a list."""
        known = perl(pattern)
        if "/" not in pattern:
            found = self._allowance.compile(f"(?:{known.text})$", failure)
            if known.numbered or not found.plain:
                self.alone.append(found.test)
            else:
                self.names.append(found.source)
                self._tell(known.prefix[:1], known.ending)
            return
        rest = _after_root(pattern, known)
        if rest is not None:
            source = f"(?:{rest.text})(?:/|$)"
            found = self._allowance.compile(f"/{source}", failure)
            if found.plain:
                self.rooted.append((f"/{rest.prefix}", found.test))
                self.top.append(source)
                return
        source = f"(?:^|/)(?:{known.text})(?:/|$)"
        self.anywhere.append(("/", self._allowance.compile(source, failure, anywhere=True).test))

    def add_option(self, pattern: str, failure: Failure) -> None:
        """Add the value of an ``--ignore`` option."""
        known = perl(pattern)
        if pattern.startswith(".*") and not known.alternatives and pattern[2:3] not in ("+", "?"):
            # It is searched for, so what may come before it need not be said.
            pattern = pattern[2:]
            known = perl(pattern)
        source = rf"(?:{known.text})\Z"
        if not (known.crosses or known.looks_back or known.numbered):
            found = self._allowance.compile(f"(?s:.*){source}", failure)
            if found.plain:
                self.names.append(found.source)
                self._tell("", known.ending)
                return
        self.anywhere.append(("", self._allowance.compile(source, failure, anywhere=True).test))

    def add_glob(self, pattern: str, failure: Failure, *, dotfiles: bool) -> None:
        """Add a glob; whatever it is, it is plain."""
        known = glob(pattern, dotfiles=dotfiles, sparing=self._allowance.low)
        found = self._allowance.compile(rf"(?:{known.name})\Z", failure)
        if known.directory is None:
            self.names.append(found.source)
            self._tell("", pattern[-1] if pattern[-1].isalnum() else "")
        elif known.directory == "":
            self.top.append(found.source)
        else:
            above = self._allowance.compile(rf"(?:{known.directory})\Z", failure)
            self.globs.append((above.test, found))

    def _tell(self, begins: str, ends: str) -> None:
        """Note by which character a source for names can be told, if there is one."""
        if begins and self.begins is not None:
            self.begins.add(begins)
        elif ends:
            self.ends.add(ends)
        else:
            self.begins = None

    def ready(self) -> IgnoreRules:
        """Return the rules as a function of the directory."""
        self.always = self._join(())
        self.at_top = self._join(tuple(self.top))
        return self._in

    def _join(self, more: tuple[str, ...]) -> Test | None:
        sources = (*self.names, *more)
        if not sources:
            return None
        # A match object is as good as true, and no Python code runs for a name.
        return re.compile("|".join(sources), re.ASCII).match

    def _in(self, directory: str) -> Hidden | None:
        """Return the test for names in ``directory``."""
        tests = [(test, "") for test in self.alone]
        if not directory:
            return _either(self.at_top, tests + [(test, lead) for lead, test in self.anywhere])
        path = f"/{directory}/"
        tests += [(test, path if lead else path[1:]) for lead, test in self.anywhere]
        for prefix, test in self.rooted:
            if path.startswith(prefix) or prefix.startswith(path):
                tests.append((test, path))
        named = self._named(directory)
        if not tests and named is self.always and named and self.begins is not None:
            return Hidden(named, frozenset(self.begins), frozenset(self.ends))
        return _either(named, tests)

    def _named(self, directory: str) -> Test | None:
        live = [found for holds, found in self.globs if holds(f"{directory}/")]
        if not live:
            return self.always
        sources = tuple(found.source for found in live)
        if sources not in self.joined:
            if len(self.joined) >= _JOINED:
                tests = [found.test for found in live] + ([self.always] if self.always else [])
                return lambda name: any(test(name) for test in tests)
            self.joined[sources] = self._join(sources)
        return self.joined[sources]


def _after_root(pattern: str, known: Perl) -> Perl | None:
    """Return what follows the slash of a pattern that can only match from the root.

    ``None`` where that cannot be told, or where the rest would mean something else alone.
    """
    start = 2 if pattern.startswith("^/") else 1 if pattern.startswith("/") else 0
    if not start or known.alternatives or pattern[start : start + 1] in ("*", "+", "?", "{"):
        return None
    rest = perl(pattern[start:])
    return None if rest.looks_back or rest.numbered else rest


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
