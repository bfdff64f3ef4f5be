"""What ignore patterns match in packages: looked up to a limit, every pattern by itself."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from dotstream.client import Client
from dotstream.errors import Cancelled, DotstreamError
from dotstream.fs.files import entries
from dotstream.lsp.language.markdown import code
from dotstream.planner.ignore import LOCAL_LIST
from dotstream.planner.naming import to_target

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dotstream.model.cancel import CancellationToken
    from dotstream.model.options import IgnoreRules

MOST_LOOKED_AT = 20_000
"""Names that are compared before the rest is left out."""

_FIRST = 10


@dataclass(slots=True)
class Matches:
    """What one pattern matches.

    Attributes:
        count: names; what is below a directory that matches is not counted.
        first: some of them, as paths with their package before them.
        complete: whether everything was looked at.
    """

    count: int = 0
    first: list[str] = field(default_factory=list)
    complete: bool = True

    def add(self, path: str) -> None:
        """Note one more."""
        self.count += 1
        if len(self.first) < _FIRST:
            self.first.append(path)

    @property
    def words(self) -> str:
        """The count in words."""
        more = "" if self.complete else "+"
        return f"{self.count:,}{more} match{'' if self.count == 1 and not more else 'es'}"

    @property
    def markdown(self) -> str:
        """The count and the first of them."""
        lines = [self.words, "", *(f"- {code(path)}" for path in self.first)]
        if self.count > len(self.first):
            lines.append(f"- and {self.count - len(self.first):,} more")
        return "\n".join(lines).strip()


def matches(
    rules: Sequence[IgnoreRules | None],
    packages: Sequence[str],
    *,
    dotfiles: bool,
    cancel: CancellationToken,
) -> list[Matches]:
    """Return what each of several rules matches in packages, in one walk.

    Args:
        rules: compiled one by one; ``None`` matches nothing.
        packages: absolute paths.
        dotfiles: whether ``dot-`` names are translated in the paths that are compared.
    """
    found = [Matches() for _ in rules]
    tried = chain.from_iterable(_tried(package, rules, dotfiles=dotfiles) for package in packages)
    for looked_at, (path, matching) in enumerate(tried, 1):
        if cancel.cancelled:
            raise Cancelled
        for index in matching:
            found[index].add(path)
        if looked_at >= MOST_LOOKED_AT:
            for each in found:
                each.complete = False
            break
    return found


def _tried(
    package: str, rules: Sequence[IgnoreRules | None], *, dotfiles: bool
) -> Iterator[tuple[str, list[int]]]:
    """Yield what a package has, with the indices of the rules that match it.

    What is below a directory that a rule matches is not tried with this rule.
    """
    everything = [index for index, rule in enumerate(rules) if rule is not None]
    waiting = [("", "", everything)]
    while waiting:
        raw_above, above, live = waiting.pop()
        tests = [(index, rule(above)) for index in live if (rule := rules[index])]
        for name, is_directory in sorted(entries(f"{package}{raw_above}", MOST_LOOKED_AT)):
            raw = f"{raw_above}/{name}"
            ignored = not above and name == LOCAL_LIST  # whatever the list says
            left = [index for index, test in tests if ignored or test is None or not test(name)]
            yield f"{posixpath.basename(package)}{raw}", sorted({*live}.difference(left))
            if is_directory and left and not ignored:
                shown = to_target(name) if dotfiles else name
                waiting.append((raw, f"{above}/{shown}" if above else shown, left))


@dataclass(frozen=True, slots=True)
class Searched:
    """The packages of a package directory, to be searched for what patterns match.

    Attributes:
        packages: absolute paths.
        dotfiles: whether ``dot-`` names are translated; they are if that cannot be told.
    """

    packages: tuple[str, ...]
    dotfiles: bool

    @classmethod
    def of(cls, directory: str) -> Searched:
        """Look into a package directory; where its configuration is wrong, there are none."""
        try:
            settings = Client(directory).settings
            return cls(
                tuple(map(settings.path_of, settings.available())),
                settings.dotfiles,
            )
        except DotstreamError:
            return cls((), dotfiles=True)
