"""What a directory of a package has that is not linked, told name by name with the rule."""

from __future__ import annotations

from dotstream.fs.listing import every_entry, sort_key
from dotstream.fs.look import close
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.items import Notice
from dotstream.planner.ignore import LOCAL_LIST
from dotstream.planner.unread_lists import NOT_AT_THE_TOP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dotstream.model.directory import Directory
    from dotstream.planner.cursor import Cursor
    from dotstream.planner.farm import Farm


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
    from dotstream.planner.dead_patterns import dead_patterns

    for dead in dead_patterns(package.path, dotfiles=package.dotfiles):
        yield Notice(path, f"line {dead.line}: {dead.problem}")
