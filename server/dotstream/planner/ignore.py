"""Which names of a package are left out: Stow's ignore lists, ``--ignore``, our globs.

GNU Stow manual, "Ignore Lists" and "Types And Syntax Of Ignore Lists".  Exactly one list
holds: the package's ``.stow-local-ignore``, else ``~/.stow-global-ignore``, else the
built-in one.  ``--ignore`` options and globs come on top of it.
"""

from __future__ import annotations

import errno
import re
from functools import cache, cached_property, partial

from dotstream.errors import ConfigError, PermissionRefused
from dotstream.fs.files import is_directory, read_text
from dotstream.fs.oserror import is_permission, reason
from dotstream.light_typing import TYPE_CHECKING, NamedTuple
from dotstream.model.rule import Hidden
from dotstream.planner.naming import to_target

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dotstream.model.options import IgnoreRules
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


LOCAL_LIST = ".stow-local-ignore"
GLOBAL_LIST = ".stow-global-ignore"

_SPACE = " \t\n\r\f\v"
_COMMENT = r"(?<![ \t\r\f\v])[ \t\r\f\v]++#.+"


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
        if len(bare.split(None, 1)) > 1:  # as the built-in list nowhere has it
            bare = re.sub(_COMMENT, "", bare)
        patterns.append((number, column, bare.replace(r"\#", "#")))
    return StowList(path, tuple(patterns))


_LITTER = {
    ".DS_Store": r"\.DS_Store",
    ".localized": r"\.localized",
    ".AppleDouble": r"\.AppleDouble",
    ".Spotlight-V100": r"\.Spotlight-V100",
    ".Trashes": r"\.Trashes",
    ".fseventsd": r"\.fseventsd",
    "._*": r"\._.*",
    "Icon\r": "Icon\r",
    "Thumbs.db": r"Thumbs\.db",
    "[Dd]esktop.ini": r"[Dd]esktop\.ini",
    ".?*.sw[a-p]": r"\..+\.sw[a-p]",
    ".?*.kate-swp": r"\..+\.kate-swp",
}
"""Each as the regular expression that it is."""

LITTER = tuple(_LITTER)
"""Globs for what a system or an editor leaves in any directory, and removes again: never a
member, on whichever system."""

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
            if error.errno == errno.ELOOP and not is_directory(package):
                continue  # nor is there a package
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
    if patterns is BUILTIN and not options and globs in ((), LITTER):
        return builtin_rules(litter=bool(globs))
    from dotstream.planner.compiling import compiled  # a long way for what few need

    return compiled(patterns, tuple(options), tuple(globs), dotfiles)


@cache
def builtin_rules(*, litter: bool = False) -> Rules:
    """Return the rules of the built-in list, and with ``litter`` of what is left anywhere.

    Nearly every package has no list of its own, and to compile this one as any other took as
    long as all else that a run for a few links does.
    """
    rules = Rules()
    rules.begins, rules.ends = set("#.CR_"), set("\nv~")
    for _, _, pattern in (*BUILTIN.patterns, (0, 0, rf"^/{re.escape(LOCAL_LIST)}$")):
        at_top = pattern.removeprefix("^/")
        if at_top == pattern:
            rules.names.append(f"(?:{pattern})$")
            continue
        source = f"(?:{at_top})(?:/|$)"
        rules.top.append(source)
        prefix = LOCAL_LIST if at_top.endswith("$") else at_top.removesuffix(".*")
        rules.rooted.append((f"/{prefix}", partial(re.match, f"/{source}", flags=re.ASCII)))
    if litter:
        rules.names.append(f"(?:{'|'.join(_LITTER.values())})$")
        rules.ends |= {"\r", "b", "i"}
    return rules


def only(
    rules: IgnoreRules, where: Callable[[str], bool], dotfiles: bool, above: str
) -> IgnoreRules:
    """Return rules that also leave out each path that is not wanted.

    Args:
        above: what the target has above the package's own paths, if anything.
    """

    def ignored(directory: str) -> Hidden | None:
        hidden = rules(directory)
        shown = "/".join(filter(None, (above, directory)))

        def left_out(raw: str) -> bool:
            if hidden is not None and hidden(raw):
                return True
            name = to_target(raw) if dotfiles else raw
            return not where(f"{shown}/{name}" if shown else name)

        return Hidden(left_out)

    return ignored
