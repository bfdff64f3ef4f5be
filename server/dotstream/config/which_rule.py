"""Which rule leaves a name out: asked only where a person wants to know, so nothing is kept."""

from __future__ import annotations

import posixpath
from functools import lru_cache

from dotstream.config.discover import CONFIG_NAME
from dotstream.config.positions import Positions
from dotstream.fs.files import read_text
from dotstream.light_typing import TYPE_CHECKING, NamedTuple
from dotstream.model.rule import Rule
from dotstream.planner.ignore import BUILTIN, StowList, compile_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dotstream.config.positions import KeyPath
    from dotstream.model.options import IgnoreRules

_BUILT_IN = "the built-in ignore list"


class Sources(NamedTuple):
    """Where the ignore rules of one package come from.

    Attributes:
        package: its name.
        path: the configuration's file, if there is one.
        common, own, given: globs of all packages, of this one, and of the run.
        options: regular expressions of the configuration.
        fixed: globs that always hold.
        patterns: the list that holds.
    """

    package: str
    path: str | None
    common: tuple[str, ...]
    own: tuple[str, ...]
    given: tuple[str, ...]
    options: tuple[str, ...]
    fixed: tuple[str, ...]
    patterns: StowList
    dotfiles: bool

    def which(self, directory: str, name: str) -> Rule | None:
        """Return the rule that leaves a raw name out; a person's own come first."""
        for rule, test in self._rules():
            hidden = test(directory)
            if hidden is not None and hidden(name):
                return rule
        return None

    def _rules(self) -> Iterator[tuple[Rule, IgnoreRules]]:
        for glob in self.given:
            yield Rule(glob, origin="--ignore"), _glob(glob, self.dotfiles)
        for keys, globs in (
            (("packages", self.package, "ignore"), self.own),
            (("ignore",), self.common),
        ):
            for number, glob in enumerate(globs):
                yield self._written(glob, (*keys, number)), _glob(glob, self.dotfiles)
        for number, option in enumerate(self.options):
            found = compile_rules(options=(option,), dotfiles=self.dotfiles)
            yield self._written(option, ("ignore-regex", number)), found
        built_in = self.patterns is BUILTIN
        for line, _, pattern in self.patterns.patterns:
            yield (
                Rule(pattern, origin=_BUILT_IN, built_in=True)
                if built_in
                else Rule(pattern, self.patterns.path, line),
                _listed(pattern, self.dotfiles),
            )
        for glob in self.fixed:
            yield Rule(glob, origin="dotstream itself", built_in=True), _glob(glob, self.dotfiles)

    def _written(self, pattern: str, keys: KeyPath) -> Rule:
        """Return a rule of the configuration, with its line."""
        path = self.path or ""
        text = (read_text(path) if path else None) or ""
        if posixpath.basename(path) == CONFIG_NAME:
            place = Positions(text).values.get(keys)
            return Rule(pattern, path, place.line if place else 0)
        lines = enumerate(text.split("\n"), 1)
        return Rule(pattern, path, next((number for number, line in lines if pattern in line), 0))


@lru_cache(maxsize=512)
def _glob(pattern: str, dotfiles: bool) -> IgnoreRules:
    return compile_rules(globs=(pattern,), dotfiles=dotfiles)


@lru_cache(maxsize=512)
def _listed(pattern: str, dotfiles: bool) -> IgnoreRules:
    return compile_rules(patterns=StowList("", ((1, 1, pattern),)), dotfiles=dotfiles)
