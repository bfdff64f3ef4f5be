"""What a package has that is not linked, told name by name; and ignore lists of no use."""

from __future__ import annotations

import re

from dotstream.errors import ConfigError
from dotstream.fs.files import present
from dotstream.fs.listing import every_entry, sort_key
from dotstream.fs.look import close
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.items import Notice
from dotstream.planner.ignore import GLOBAL_LIST, LOCAL_LIST, stow_list

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dotstream.config.settings import Settings
    from dotstream.model.directory import Directory
    from dotstream.planner.cursor import Cursor
    from dotstream.planner.farm import Farm

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


NOT_AT_THE_TOP = "this list is not read: one counts only at the top of a package"


def not_at_home(home: str) -> str:
    """Say why a list that is called as the user's own is not read."""
    return f"this list is not read: the one that counts is {home}/{GLOBAL_LIST}"


def unread_lists(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield each list beside the packages that is not read, with the reason."""
    for directory in dict.fromkeys((settings.root, settings.directory)):
        above = f"{directory.rstrip('/')}/"
        itself = settings.single and directory == settings.directory
        if not itself and present(f"{above}{LOCAL_LIST}"):
            yield f"{above}{LOCAL_LIST}", NOT_AT_THE_TOP
        if present(f"{above}{GLOBAL_LIST}"):
            yield f"{above}{GLOBAL_LIST}", not_at_home(settings.home)


def left_out(farm: Farm, cursor: Cursor, place: Directory, only: str | None) -> Iterator[Notice]:
    """Yield a notice for each name that an ignore rule leaves out, and each list of no use.

    Args:
        only: the one name of the target that is of interest; ``None`` for all.

    Raises:
        OSError: the package's directory cannot be read.
    """
    packages, hidden = farm.packages, farm.packages.ignored(cursor, place)
    if cursor.sub is None:
        return
    fd = packages.tree(cursor.package).open(cursor.sub)
    try:
        names = sorted((name for name, _ in every_entry(fd)), key=sort_key)
    finally:
        close(fd)
    for raw in names:
        if only is not None and farm.naming.in_target(cursor.package, raw) != only:
            continue
        if raw == LOCAL_LIST:
            yield from _useless(cursor)
        elif hidden is not None and hidden(raw):
            rule = packages.rule(cursor, place, raw)
            if rule is not None:
                yield Notice(cursor.source(raw), f"left out by {rule}")


def _useless(cursor: Cursor) -> Iterator[Notice]:
    """Yield a notice for an ignore list that nobody reads, or what in it can never match."""
    path, package = cursor.source(LOCAL_LIST), cursor.package
    if cursor.sub:
        yield Notice(path, NOT_AT_THE_TOP)
        return
    from dotstream.planner.left_out import dead_patterns

    for dead in dead_patterns(package.path, dotfiles=package.dotfiles):
        yield Notice(path, f"line {dead.line}: {dead.problem}")
