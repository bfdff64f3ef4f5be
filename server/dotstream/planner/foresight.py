"""What the system would refuse, foreseen while planning: missing targets, and rights."""

from __future__ import annotations

import posixpath

from dotstream.fs.access import not_changeable
from dotstream.fs.copying import crosses, left_behind
from dotstream.fs.files import is_directory, present
from dotstream.fs.listing import DIR, FILE
from dotstream.fs.look import Tree, canonical
from dotstream.fs.places import components, link_into, within
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.directory import Directory
from dotstream.model.items import Notice, Operation, ScanError
from dotstream.model.run import Run
from dotstream.planner.farm import PRIVATE

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from dotstream.model.items import Item

_OPENERS = ("make_dir", "unfold", "refold", "remove_dir")
_REMEMBERED = 4096


def foreseen(items: Iterable[Item | Run], state: str = "") -> Iterator[Item | Run]:
    """Pass a plan on; what a directory's rights would refuse is an error in its place.

    What is in a directory that the plan makes, opens or empties is done beside it.

    Args:
        state: absolute path of the state directory, which what makes way is kept in.
    """
    here: Directory | None = None
    roof: Directory | None = None  # one that is inside, as most of what comes next
    inside, passing, above = "", True, True
    known: dict[str, bool] = {}
    for item in items:
        if not isinstance(item, (Operation, Run)) or item.kind == "keep_link":
            yield item
            continue
        if item.directory is not here:
            here = item.directory
            if roof is not None and (here is roof or here.parent is roof):
                passing = above
            elif inside and within(path := here.absolute, inside):
                passing, roof = above, here
            else:
                inside, roof, path = "", None, here.absolute
                if path not in known:
                    if len(known) >= _REMEMBERED:
                        known.clear()
                    why = not_changeable(path)
                    known[path] = why is None
                    if why is not None:
                        yield ScanError(path, why, permission=True)
                passing = known[path]
        if not inside and isinstance(item, Operation) and item.kind in _OPENERS:
            inside, above, roof = item.path, passing, None
        if passing and isinstance(item, Operation) and item.kind == "move_file":
            yield from _moved(item, state)
        elif passing:
            yield item


def _moved(item: Operation, state: str) -> Iterator[Item]:
    """Pass on what moves a file, after what does not come along; or why it cannot be."""
    there = None if item.text is None else posixpath.dirname(item.text)
    why = None if there is None else not_changeable(there)
    if there is not None and why is not None:  # else the file is blamed
        yield ScanError(there, why, permission=True)
        return
    yield from _left_behind(item, state if there is None else there)
    yield item


def _left_behind(item: Operation, there: str) -> Iterator[Notice]:
    """Tell what does not come along where a file can only be copied: the first of its kind."""
    path = item.path
    try:
        if not there or not crosses(path, there):
            return
        for each in _files(path):
            why = left_behind(each, there)
            if why is not None:
                yield Notice(each, f"it is copied to another file system: {why}")
                return
    except OSError:
        return  # carrying it out says so


def _files(path: str) -> Iterator[str]:
    """Stream what is at a path: a file, or those of a directory."""
    above, name = posixpath.split(path)
    tree = Tree(above)
    try:
        if tree.kind(name) != DIR:
            yield path
            return
        for here, inner, kind in tree.below(name):
            if kind == FILE:
                yield f"{above}/{here}/{inner}"
    finally:
        tree.close()


# A target that is not there ---------------------------------------------------------------


def ground(target: str, main: str) -> str:
    """Return the directory that a missing target is made in: the main target, if it can be."""
    if within(target, main) and is_directory(main):
        return main
    here = target
    while not present(here):
        here = posixpath.dirname(here)
    return here


class Shared:
    """What the targets of one plan have in common: directories above those that are missing.

    Attributes:
        wanted: the targets that the plan links in.
    """

    __slots__ = ("_above", "_made", "wanted")

    def __init__(self, wanted: Sequence[str], main: str) -> None:
        self.wanted: Sequence[str] = wanted
        self._made: set[str] = set()
        self._above: set[str] = set()
        for target in wanted if len(wanted) > 1 else ():
            if not present(target):
                place = Directory(ground(target, main))
                for name in components(target, place.root):
                    self._above.add(place.at(name))
                    place = place.child(name)

    def once(self, items: Iterable[Item | Run]) -> Iterable[Item | Run]:
        """Pass items on; what several targets need above them is made once."""
        return self._once(items) if self._above else items

    def _once(self, items: Iterable[Item | Run]) -> Iterator[Item | Run]:
        for item in items:
            if item.__class__ is Operation and item.kind == "make_dir":
                path = item.path
                if path in self._made:
                    continue
                if path in self._above:
                    self._made.add(path)
            yield item


def with_target(
    items: Iterable[Item | Run], target: str, main: str, package: str, *, alone: bool
) -> Iterator[Item | Run]:
    """Pass the plan for a missing target on, after what makes the target.

    Where it cannot be made, its packages are left out, and the rest goes on; where there is
    no rest, that is an error.

    Args:
        alone: whether the plan links in no other target.
    """
    place = Directory(ground(target, main))
    missing: list[Operation] = []
    why, refused = _no_directory(place.root), False
    for name in components(target, place.root):
        if not missing and present(place.at(name)):
            why = why or _no_directory(place.at(name))
        else:
            if why is None and not missing:
                why = not_changeable(place.absolute)
                refused = why is not None
            mode = "700" if name in PRIVATE else None
            missing.append(Operation("make_dir", place, name, package, mode))
        place = place.child(name)
    if why is not None and alone:
        yield ScanError(target, f"this target cannot be made: {why}", permission=refused)
        return
    if why is not None:
        yield Notice(target, f"this target cannot be made, so its packages are left out: {why}")
        return
    for item in items:
        if isinstance(item, (Operation, Run)):
            yield from missing
            missing = []
        yield item


def there_by_then(items: Iterator[Item | Run], state: str) -> Iterator[Item | Run]:
    """Leave out the directories that are made for the state, before anything is changed.

    Args:
        state: absolute path of the state directory.
    """
    if not state or is_directory(state):
        return items
    whole = f"{canonical(state)}/"
    return (
        item
        for item in items
        if not (
            isinstance(item, Operation)
            and item.kind == "make_dir"
            and whole.startswith(f"{item.path}/")
        )
    )


def folded(
    target: str, directory: str, packages: Sequence[str], opened: Container[str], *, alone: bool
) -> ScanError | Notice | None:
    """Say so if a target is below a link to a package, which the plan does not open.

    Args:
        directory: the package directory.
        packages: those that would be linked in the target.
        opened: those that the plan links elsewhere.
        alone: whether the plan links in no other target.
    """
    link = link_into(target, directory)
    if link is None:
        return None
    owner, *inside = components(canonical(link), directory)
    if owner in opened:
        return None
    if link == target and packages == [owner] and not inside:
        why = f"this target is one link to package {owner} itself, which shows all of it"
        return Notice(target, f"{why}: nothing is to be linked")
    import shlex

    names = shlex.join(dict.fromkeys((owner, *packages)))
    why = f"this target is in {link}, which is one link to package {owner}"
    how = f"'dotstream remanage {names}' opens it"
    if alone:
        return ScanError(target, f"{why}: {how}")
    return Notice(target, f"{why}, so its packages are left out: {how}")


def _no_directory(path: str) -> str | None:
    return None if is_directory(path) else f"{path} is not a directory"
