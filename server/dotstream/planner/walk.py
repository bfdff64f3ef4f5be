"""The walk: the whole plan as one depth-first pass over the target's paths.

At each directory the packages that have it are listed once, in byte order, and merged
name by name with what is there now.  A name goes through three states: ``now`` on the
disk, ``start`` after everything to be unmanaged is gone, and what is decided, after
everything to be managed is there.  Only what changes is emitted, so a restow that changes
nothing is an empty plan.  Memory is the depth of the walk times one directory's names.

Operations come in an order that can be carried out as it comes: a parent before its
children when making, after them when clearing; a directory is listed completely before
the first operation inside of it; an operation at a path touches nothing beside it.
"""

from __future__ import annotations

from dotstream.errors import PartOfLink
from dotstream.light_typing import TYPE_CHECKING, NamedTuple
from dotstream.model.directory import Directory
from dotstream.model.items import Conflict, Operation
from dotstream.planner.folding import Folding
from dotstream.planner.refolding import Refolding
from dotstream.planner.scope import EVERYTHING
from dotstream.planner.states import Mode
from dotstream.planner.unlinking import Unlinking
from dotstream.planner.visit import DirectoryVisit
from dotstream.planner.visits import carried_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dotstream.model.items import Item
    from dotstream.model.options import Package
    from dotstream.model.run import Run
    from dotstream.planner.farm import Farm
    from dotstream.planner.scope import Below, Scope


class Walk(NamedTuple):
    """What all visits of one walk share."""

    farm: Farm
    folding: Folding
    unlinking: Unlinking
    refolding: Refolding


def walk(
    farm: Farm,
    *,
    manage: Sequence[Package],
    unmanage: Sequence[tuple[int, Package]],
    scope: Scope = EVERYTHING,
) -> Iterator[Item | Run | Below]:
    """Plan all that is in scope, lazily.

    Args:
        manage: packages to link, in order.
        unmanage: packages to unlink before that, each with its step.

    Yields:
        Operations and runs of them, conflicts, scan errors and notices, in the order of
        the walk; and what is ``Below`` the lowest directories, in place of what is in there.

    Raises:
        Cancelled: the farm's token was cancelled.
        PartOfLink: one path is to be unlinked, and the link above it shows others too.
    """
    root = Directory(farm.target.root)
    if not farm.options.stow and f"{root.root}/".startswith(f"{farm.stow_dir}/"):
        name = manage[0].name if manage else unmanage[0][1].name
        yield Conflict("target_in_package_directory", root, "", name, farm.stow_dir)
        return
    unlinking = Unlinking(farm, unmanage)
    top = DirectoryVisit(
        Walk(farm, Folding(farm), unlinking, Refolding(farm, unlinking)),
        scope,
        root,
        [farm.packages.top(package, step=step) for step, package in unmanage],
        [farm.packages.top(package) for package in manage],
        mode=Mode.FRESH if farm.target.missing else Mode.REAL,
    )
    found = carried_out(top.plan())
    if not scope.only:
        yield from found
        return
    path = root.at("/".join(scope.only))
    for each in found:
        for item in scope.concerning(each, root.root):
            if (
                not (manage or scope.bounded)
                and isinstance(item, Operation)
                and item.kind == "remove_link"
                and path.startswith(f"{item.path}/")
            ):
                raise PartOfLink(path, item.path, item.package)
            yield item
