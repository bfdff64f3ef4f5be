"""Folding: when one link may stand for a whole directory, and when it comes back.

GNU Stow manual, "Tree folding", "Tree unfolding" and "Tree refolding".  ``safe`` folds
only where the link shows exactly what a link per file would show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dotstream.fs.listing import DIR, LINK, SPECIAL, any_entry, every_entry
from dotstream.fs.look import close
from dotstream.planner.bounded import never_folded
from dotstream.planner.unlinking import removal_step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dotstream.model.directory import Directory
    from dotstream.planner.farm import Cursor, Farm

__all__ = ["empties", "may_fold", "occupied", "refold", "stays_open"]


def stays_open(cursor: Cursor, path: str) -> bool:
    """Whether ``never-fold`` names the target path itself."""
    return any(never_folded(pattern)(path) for pattern in cursor.package.never_fold)


def may_fold(farm: Farm, cursor: Cursor, place: Directory) -> bool:
    """Whether one link may stand for the package directory at ``cursor``.

    Args:
        cursor: on the directory in question.
        place: the target directory that the link would replace.
    """
    package = cursor.package
    if package.folding == "never":
        return False
    if package.folding == "always" and not package.never_fold:
        return True
    return not stays_open(cursor, place.path) and _same_inside(farm, cursor, place)


def _below(
    farm: Farm, cursor: Cursor, place: Directory
) -> Iterator[tuple[Cursor, Directory, str, int]]:
    """Look through all that a package has at ``cursor`` and below, in no order.

    With a stack of its own, so that no tree is too deep; at the memory of the way down.

    Raises:
        OSError: a directory cannot be read.
    """
    waiting = [(cursor, place)]
    while waiting:
        here, there = waiting.pop()
        farm.poll()
        fd = farm.tree(here.package).open(here.sub or "")
        try:
            for raw, kind in every_entry(fd):
                yield here, there, raw, kind
                if kind == DIR and not farm.hides(here, there, raw):
                    waiting.append((here.child(raw), there.child(farm.translate(raw))))
        finally:
            close(fd)


def _same_inside(farm: Farm, cursor: Cursor, place: Directory) -> bool:
    """Whether nothing below would be hidden or renamed, or must stay a directory."""
    always = cursor.package.folding == "always"
    try:
        return not any(
            (kind == DIR and stays_open(here, there.join(farm.translate(raw))))
            or (
                not always
                and (
                    kind == SPECIAL or farm.translate(raw) != raw or farm.hides(here, there, raw)
                )
            )
            for here, there, raw, kind in _below(farm, cursor, place)
        )
    except OSError:
        return False  # opening it reports why it cannot be read


def occupied(farm: Farm, cursor: Cursor, place: Directory) -> bool:
    """Whether a package directory holds anything that would be linked."""
    if farm.known_occupied(cursor):
        return True
    try:
        for here, there, raw, kind in _below(farm, cursor, place):
            if kind != DIR and not farm.hides(here, there, raw):
                farm.note_occupied(cursor, here)  # and so is all on the way down to it
                return True
    except OSError:
        return True  # opening it reports why it cannot be read
    return False


def empties(farm: Farm, place: Directory, cursors: Sequence[Cursor]) -> bool:
    """Tell whether ``place`` was made by us and nothing stays in it.

    A read-only look below ``place``, for a package that has a file there by now.
    """
    if not cursors or farm.made_by(place) is None or farm.protection(place) is not None:
        return False
    farm.poll()
    for name, kind, _ in farm.target_entries(place):
        if kind == LINK:
            text = farm.target.link_text(place.join(name))
            if removal_step(farm, place, name, text, cursors) is None:
                return False
        elif kind != DIR:
            return False
        else:
            inner = farm.subdirectories(cursors, place, name)
            if not empties(farm, place.child(name), inner):
                return False
    return True


def refold(farm: Farm, place: Directory, cursors: Sequence[Cursor]) -> tuple[int, str] | None:
    """Tell whether ``place`` becomes foldable while ``cursors`` are unmanaged.

    A read-only look below ``place``.

    Returns:
        The step of the run at which it folds, and the text of the link that then takes
        its place; ``None`` if it stays a directory.
    """
    if not cursors or any(
        cursor.package.folding == "never" or stays_open(cursor, place.path) for cursor in cursors
    ):
        return None
    farm.poll()
    steps = sorted({cursor.step for cursor in cursors})
    parents: list[str | None] = [None] * len(steps)
    counts = [0] * len(steps)
    open_steps = set(range(len(steps)))
    removed = False
    for name, kind, _ in farm.target_entries(place):
        if kind == LINK:
            text = farm.target.link_text(place.join(name))
            removal = removal_step(farm, place, name, text, cursors)
            since = -1
        elif kind == DIR:
            inner = farm.subdirectories(cursors, place, name)
            there = place.child(name)
            found = None if farm.protection(there) else refold(farm, there, inner)
            if found is None:
                return None
            since, text = found
            removal = removal_step(farm, place, name, text, cursors, after=since)
            removed = True
        else:
            return None
        gone = None if removal is None else removal[0]
        removed = removed or gone is not None
        parent = _fold_parent(farm, place, name, text) if gone != steps[0] else None
        for index in list(open_steps):
            step = steps[index]
            if step < since:
                open_steps.discard(index)  # still a directory then
            elif gone is not None and gone <= step:
                continue
            elif parent is None or (parents[index] not in (None, parent)):
                open_steps.discard(index)
            else:
                parents[index] = parent
                counts[index] += 1
        if not open_steps:
            return None
    if not removed and not farm.options.stow:
        return None
    for index in sorted(open_steps):
        text_of = parents[index]
        if text_of is not None and _shows_the_same(
            farm, place, text_of, counts[index], steps[index]
        ):
            return steps[index], text_of
    return None


def _fold_parent(farm: Farm, place: Directory, name: str, text: str) -> str | None:
    """Return the text of the fold that would show this link's name, or ``None``."""
    parent, _, base = text.rpartition("/")
    if base != name or not parent or place.parent is None:
        return None
    owner = farm.owner(place, text)
    if owner is None or not owner.path or not farm.leads_somewhere(place, text):
        return None
    if "/" not in owner.path and farm.options.layout != "named":
        return None  # the link would lead to the package itself
    if text.startswith("/"):
        return parent
    return parent[3:] if parent.startswith("../") else None


def _shows_the_same(farm: Farm, place: Directory, text: str, count: int, step: int) -> bool:
    """Whether a fold with ``text`` would hide, rename or expose no name."""
    parent = place.parent
    assert parent is not None  # noqa: S101 - _fold_parent refuses the root
    owner = farm.owner(parent, text)
    if owner is None or farm.unmanaged_by(owner, step):
        return False
    package = farm.package(owner)
    if package.folding == "never":
        return False
    cursor = farm.cursor(package, owner.path)
    ignored = farm.ignored(cursor, place)
    visible = 0

    def differs(raw: str, _kind: int) -> bool:
        nonlocal visible
        visible += 1
        return (ignored is not None and ignored(raw)) or farm.translate(raw) != raw

    try:
        fd = farm.tree(package).open(owner.path)
    except OSError:
        return False
    try:
        if any_entry(fd, differs):
            return False
    finally:
        close(fd)
    return farm.options.stow or visible == count
