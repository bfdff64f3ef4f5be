"""Which names of a package are left out: Stow's ignore lists, ``--ignore``, our globs.

GNU Stow manual, "Ignore Lists" and "Types And Syntax Of Ignore Lists".  Exactly one list
holds: the package's ``.stow-local-ignore``, else ``~/.stow-global-ignore``, else the
built-in one.  ``--ignore`` options and globs come on top of it.
"""

from __future__ import annotations

import re

from dotstream.errors import ConfigError, PermissionRefused
from dotstream.fs.files import read_text
from dotstream.fs.oserror import is_permission, reason
from dotstream.light_typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dotstream.model.options import IgnoreRules

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


LITTER = (
    ".DS_Store", ".localized", ".AppleDouble", ".Spotlight-V100", ".Trashes", ".fseventsd",
    "._*", "Icon\r", "Thumbs.db", "[Dd]esktop.ini", ".?*.sw[a-p]", ".?*.kate-swp",
)  # fmt: skip
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
        from dotstream.planner.builtin import builtin_rules

        return builtin_rules(litter=bool(globs))
    from dotstream.planner.compiling import compiled  # a long way for what few need

    return compiled(patterns, tuple(options), tuple(globs), dotfiles)
