"""Ignore patterns compiled to rules, sorted by what each has to look at."""

from __future__ import annotations

import re
from functools import lru_cache, partial

from dotstream.errors import ConfigError, UsageError
from dotstream.light_typing import TYPE_CHECKING
from dotstream.planner.bounded import Allowance, refused, shown
from dotstream.planner.ignore import LOCAL_LIST, Rules
from dotstream.planner.patterns import Perl, glob, perl

if TYPE_CHECKING:
    from dotstream.model.options import IgnoreRules
    from dotstream.planner.bounded import Failure
    from dotstream.planner.ignore import StowList


@lru_cache(maxsize=32)
def compiled(
    patterns: StowList | None, options: tuple[str, ...], globs: tuple[str, ...], dotfiles: bool
) -> IgnoreRules:
    """Return the rules; the arguments are those of ``ignore.compile_rules``."""
    compiler = _Compiler()
    if patterns is not None:
        own = (0, 0, rf"^/{re.escape(LOCAL_LIST)}$")
        for line, column, pattern in (*patterns.patterns, own):
            failure = partial(_in_list, patterns.path, line, column, pattern)
            with refused(failure):
                compiler.add_pattern(pattern, failure)
    for option in options:
        in_option = partial(_in_option, option)
        with refused(in_option):
            compiler.add_option(option, in_option)
    for written in globs:
        in_glob = partial(_in_glob, written)
        with refused(in_glob):
            compiler.add_glob(written, in_glob, dotfiles=dotfiles)
    return compiler.rules


def _in_list(path: str, line: int, column: int, pattern: str, why: str) -> ConfigError:
    message = f"Failed to compile regexp {shown(pattern)}: {why}"
    return ConfigError(message, path=path, line=line, column=column)


def _in_option(pattern: str, why: str) -> UsageError:
    return UsageError(f"--ignore: Failed to compile regexp {shown(pattern)}: {why}")


def _in_glob(pattern: str, why: str) -> UsageError:
    return UsageError(f"ignore pattern {shown(pattern)}: {why}")


class _Compiler:
    """Adds patterns to rules; all of them share one allowance."""

    __slots__ = ("_allowance", "rules")

    def __init__(self) -> None:
        self._allowance = Allowance()
        self.rules = Rules()

    def add_pattern(self, pattern: str, failure: Failure) -> None:
        """Add a pattern of a list."""
        known = perl(pattern)
        if "/" not in pattern:
            found = self._allowance.compile(f"(?:{known.text})$", failure)
            if known.numbered or not found.plain:
                self.rules.alone.append(found.test)
            else:
                self.rules.names.append(found.source)
                self._tell(known.prefix[:1], known.ending)
            return
        rest = _after_root(pattern, known)
        if rest is not None:
            source = f"(?:{rest.text})(?:/|$)"
            found = self._allowance.compile(f"/{source}", failure)
            if found.plain:
                self.rules.rooted.append((f"/{rest.prefix}", found.test))
                self.rules.top.append(source)
                return
        source = f"(?:^|/)(?:{known.text})(?:/|$)"
        self._add_anywhere("/", source, failure)

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
                self.rules.names.append(found.source)
                self._tell("", known.ending)
                return
        self._add_anywhere("", source, failure)

    def add_glob(self, pattern: str, failure: Failure, *, dotfiles: bool) -> None:
        """Add a glob; whatever it is, it is plain."""
        known = glob(pattern, dotfiles=dotfiles, sparing=self._allowance.low)
        found = self._allowance.compile(rf"(?:{known.name})\Z", failure)
        if known.directory is None:
            self.rules.names.append(found.source)
            self._tell("", pattern[-1] if pattern[-1].isalnum() else "")
        elif known.directory == "":
            self.rules.top.append(found.source)
        else:
            above = self._allowance.compile(rf"(?:{known.directory})\Z", failure)
            self.rules.globs.append((above.test, found))

    def _add_anywhere(self, lead: str, source: str, failure: Failure) -> None:
        found = self._allowance.compile(source, failure, anywhere=True)
        self.rules.anywhere.append((lead, found.test))

    def _tell(self, begins: str, ends: str) -> None:
        """Note by which character a source for names can be told, if there is one."""
        if begins and self.rules.begins is not None:
            self.rules.begins.add(begins)
        elif ends:
            self.rules.ends.add(ends)
        else:
            self.rules.begins = None


def _after_root(pattern: str, known: Perl) -> Perl | None:
    """Return what follows the slash of a pattern that can only match from the root.

    ``None`` where that cannot be told, or where the rest would mean something else alone.
    """
    start = 2 if pattern.startswith("^/") else 1 if pattern.startswith("/") else 0
    if not start or known.alternatives or pattern[start : start + 1] in ("*", "+", "?", "{"):
        return None
    rest = perl(pattern[start:])
    return None if rest.looks_back or rest.numbered else rest
