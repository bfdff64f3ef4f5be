"""Moving what a package has already: into another package, or out to where it is linked.

Where a directory above is one link for all that is in it, that is opened first.
"""

from __future__ import annotations

import posixpath
from itertools import groupby

from dotstream.fs.listing import DIR, LINK
from dotstream.fs.look import Tree, canonical
from dotstream.light_typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast
from dotstream.model.directory import Directory
from dotstream.model.items import Item, Notice, Operation, ScanError
from dotstream.planner.clones import GIT, tied_down
from dotstream.planner.farm import scan_error
from dotstream.planner.intake import Origin
from dotstream.planner.scope import Scope
from dotstream.planner.walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dotstream.model.options import Package
    from dotstream.model.run import Run
    from dotstream.planner.farm import Farm

    Take: TypeAlias = Callable[["Managed", Origin], Iterator[Item]]
    Without: TypeAlias = Callable[[str, Callable[[str], bool]], Package]


class Managed(NamedTuple):
    """A path of the target that a package has already.

    Attributes:
        package: the package.
        link: the link at the path or above it, relative to the target.
        rest: the path below that; empty for the link itself.
        member: absolute path of the package's member.
    """

    package: str
    link: str
    rest: str
    member: str

    @property
    def path(self) -> str:
        """The path, relative to the target."""
        return f"{self.link}/{self.rest}" if self.rest else self.link


def release(
    farm: Farm, moves: Iterable[Managed], *, without: Without, take: Take | None
) -> Iterator[Item | Run]:
    """Plan to move members of packages.

    Args:
        without: returns a package as if it had only the paths that a test says it has.
        take: plans what another package does to take a member in; ``None`` to move members to
            where they are linked.
    """
    for (package, link), group in groupby(sorted(set(moves)), lambda move: move[:2]):
        movable: list[tuple[Managed, Origin]] = []
        for move in group:
            found = _origin(farm, move)
            if isinstance(found, Origin):
                movable.append((move, found))
            else:
                yield found
            if not move.rest:
                break  # all else is part of it
        if movable and movable[0][0].rest:
            package_left = _left(farm, without, package, [move for move, _ in movable])
            yield from _opened(farm, package_left, link, [move for move, _ in movable])
        for move, origin in movable:
            yield from _moved(farm, move, origin) if take is None else take(move, origin)


def _origin(farm: Farm, move: Managed) -> Origin | Item:
    """Return where a member is, and the link to it; or why it stays."""
    path = farm.target.root.rstrip("/") + f"/{move.path}"
    above, base = posixpath.split(move.member)
    here = Directory(canonical(above))  # a package, or a directory in it, may be a link
    try:
        tree = Tree(here.root)
        try:
            kind = tree.kind(base)
            tied = base if base == GIT else None
            if kind == LINK:
                tied = None if tree.link_text(base).startswith("/") else base
            elif kind == DIR:
                tied = tied or tied_down(tree, here.child(base), farm.poll)
        finally:
            tree.close()
        text = None if move.rest else farm.target.link_text(move.link)
    except OSError as error:
        return scan_error(move.member, error)
    if kind is None:
        return ScanError(path, f"there is nothing at {move.member}")
    if tied is not None:
        return Notice(path, f"left in place: moved, {tied} would lead elsewhere")
    return Origin(here, base, text)


def _left(farm: Farm, without: Without, package: str, moves: list[Managed]) -> Package:
    """Return a package without what is moved, and open where that is linked."""
    shown: set[str] = set()
    left = without(package, lambda path: path not in shown)
    for move in moves:  # in a fold, names are shown as the package has them; not so in the plan
        inside = (farm.naming.in_target(left, part) for part in move.rest.split("/"))
        shown.add("/".join((move.link, *inside)))
    above = {posixpath.dirname(path) for path in shown}
    return left._replace(never_fold=(*left.never_fold, *sorted(above)))


def _opened(
    farm: Farm, package: Package, link: str, moves: list[Managed]
) -> Iterator[Item | Run]:
    """Open a fold, and make the directories that the moved members are in."""
    root, made = Directory(farm.target.root), set[str]()
    steps = [(0, package)]
    scope = Scope(tuple(link.split("/")))
    found = walk(farm, manage=[package], unmanage=steps, scope=scope)
    for item in cast("Iterator[Item | Run]", found):
        if isinstance(item, Operation) and item.kind in ("unfold", "make_dir"):
            made.add(item.path)
        yield item
    if root.at(link) not in made:
        why = f"this is not the link that package {package.name} makes here; remanage it first"
        yield ScanError(root.at(link), why)
    for move in moves:
        here = root.descend(link)
        for part in move.rest.split("/")[:-1]:
            if here.at(part) not in made:
                made.add(here.at(part))
                mode = f"{farm.target.mode(here.join(part)):o}"
                yield Operation("make_dir", here, part, package.name, mode)
            here = here.child(part)


def _moved(farm: Farm, move: Managed, origin: Origin) -> Iterator[Item]:
    """Move a member to where it is linked."""
    above, name = posixpath.split(move.path)
    place = Directory(farm.target.root).descend(above)
    if origin.text is not None:
        yield Operation("remove_link", place, name, move.package, None, origin.text)
    tree = Tree(origin.directory.root)
    try:
        before = tree.fingerprint(origin.name)
    finally:
        tree.close()
    yield Operation(
        "move_file", origin.directory, origin.name, move.package, place.at(name), before
    )
