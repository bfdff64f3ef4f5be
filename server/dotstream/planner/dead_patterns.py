"""Patterns of ignore lists that are well-formed, but that no path can ever match."""

from __future__ import annotations

import re

from dotstream.errors import ConfigError
from dotstream.light_typing import TYPE_CHECKING
from dotstream.planner.ignore import LOCAL_LIST, stow_list

if TYPE_CHECKING:
    from collections.abc import Iterator

_open_ended = re.compile(r"(?<!\\)[|(\[]")  # what follows may be one of several things
_from_a_name = re.compile(r"\^(?:[\w-]|\\\.)(?![*?{])")
_dot_directory = re.compile(r"(?:^\^?|/)dot-\w[^/]*/")


def why_dead(pattern: str, *, dotfiles: bool) -> str | None:
    """Return why a pattern of a list can never match; ``None`` if it can, or may.

    Args:
        dotfiles: whether ``dot-`` names are translated.
    """
    if "/" not in pattern or _open_ended.search(pattern):
        return None
    if pattern.endswith("/"):
        return "it can never match: no path ends with a slash; leave that out"
    if _from_a_name.match(pattern):
        return "it can never match: every path begins with a slash; write '^/' for '^'"
    if dotfiles and _dot_directory.search(pattern):
        return (
            "it can never match: directories are compared as the target has them, '.config' "
            "and not 'dot-config'"
        )
    return None


def dead_patterns(package: str, *, dotfiles: bool) -> Iterator[ConfigError]:
    """Yield the patterns of a package's own list that can never match, as what is wrong.

    Args:
        package: absolute path.

    Raises:
        ConfigError: the list cannot be read.
        PermissionRefused: the list may not be read.
    """
    found = stow_list(package, None)
    if found.path != f"{package}/{LOCAL_LIST}":
        return
    for line, column, pattern in found.patterns:
        why = why_dead(pattern, dotfiles=dotfiles)
        if why is not None:
            yield ConfigError(f"{pattern}: {why}", path=found.path, line=line, column=column)
