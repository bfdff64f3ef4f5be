"""Conflicts: a closer look at what is in the way, and which policy settles it."""

from __future__ import annotations

from dotstream.errors import UsageError
from dotstream.fs.files import entries
from dotstream.fs.listing import DIR
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.directory import Directory
from dotstream.model.items import Conflict, Notice, ScanError
from dotstream.planner.clones import at_commit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dotstream.model.items import Item
    from dotstream.model.options import Options, Package, Policy
    from dotstream.planner.cursor import Cursor
    from dotstream.planner.farm import Farm
    from dotstream.planner.target import Target

_MOST = 1000  # names that are counted
_RIVALS: tuple[Policy, ...] = ("skip", "overwrite")


def looked_at(target: Target, conflict: Conflict) -> Conflict:
    """Return a conflict without the choices that do harm, and with what else there is to say."""
    place, name = conflict.directory, conflict.name
    if conflict.kind in ("real_file", "real_directory") and target.is_mount_point(place, name):
        note = "it is a mount point, which cannot be moved or replaced while it is mounted"
        return conflict._replace(choices=("skip",), note=note)
    if conflict.kind == "real_directory" and target.keeps_our_own(conflict.path):
        note = "dotstream keeps what is its own in it, so it stays where it is"
        return conflict._replace(choices=("skip",), note=note)
    if conflict.kind == "real_directory" and conflict.source_is_dir:
        return conflict._replace(
            note=_compared(at_commit(conflict.source), at_commit(conflict.path))
        )
    if conflict.kind == "real_directory" and _only_links(target, place.child(name), conflict):
        note = "that holds nothing but its own old links: remanage puts the link there"
        return conflict._replace(note=note)
    if conflict.kind == "parent_link" and (behind := _behind(conflict.path)):
        choices = tuple(choice for choice in conflict.choices if choice != "backup")
        return conflict._replace(choices=choices, note=f"a link over it would hide {behind}")
    return conflict


def _compared(ours: str | None, theirs: str | None) -> str:
    """Return what is to say of the commits that two git repositories have checked out."""
    if ours is None or theirs is None:
        return ""
    return (
        f"both have {ours[:12]} checked out"
        if ours == theirs
        else (f"that has {theirs[:12]} checked out, the package {ours[:12]}")
    )


def _only_links(target: Target, there: Directory, conflict: Conflict) -> bool:
    """Whether a directory was made for the package, and holds nothing but its links."""
    if target.made_by(there) != conflict.package:
        return False
    try:
        for inside, name, kind in target.below(there.path):
            if kind == DIR:
                continue
            place = Directory(there.root).descend(inside)
            text = target.state(place.join(name))
            owner = target.owner(place, text) if isinstance(text, str) else None
            if owner is None or owner.package != conflict.package:
                return False
    except OSError:
        return False
    return True


def _behind(link: str) -> str:
    """Return how many names are behind a link to a directory, in words; empty for none."""
    try:
        count = len(entries(link, _MOST))
    except OSError:
        return "what is there"
    if not count:
        return ""
    more = " or more" if count == _MOST else ""
    return f"the {count:,}{more} name{'' if count == 1 else 's'} in there"


def together(reports: Sequence[Item]) -> list[Item]:
    """Return what was met at one path, with its conflicts as one that has many wanters."""
    conflicts = [item for item in reports if isinstance(item, Conflict)]
    if len(conflicts) < 2:
        return list(reports)
    first, *more = conflicts
    choices = [choice for choice in first.choices if all(choice in c.choices for c in more)]
    if not all(each.source_is_dir for each in conflicts):  # they are also in each other's way
        choices = [choice for choice in choices if choice in _RIVALS]
    rivals = tuple(each.package for each in more)
    whole = first._replace(choices=tuple(choices), rivals=rivals)
    return [
        whole if item is first else item
        for item in reports
        if item is first or not isinstance(item, Conflict)
    ]


def settled(options: Options, package: Package, conflict: Conflict) -> Policy:
    """Return the policy for a conflict.

    Raises:
        UsageError: who was asked gave an answer that cannot settle it.
    """
    if options.resolutions:
        chosen = options.resolutions.get(conflict.path)
        if chosen is not None:
            return chosen
    if options.resolve is not None:
        chosen = options.resolve(conflict)
        if chosen not in (None, "fail", *conflict.choices):
            raise UsageError(
                f"{chosen!r} cannot settle {conflict.path}; what can: "
                f"{', '.join(conflict.choices)}"
            )
        if chosen is not None:
            return chosen
    if conflict.same and options.same:
        return "backup"
    policy = package.on_conflict or options.on_conflict
    return "fail" if conflict.whole and policy != "skip" else policy


def left_alone(
    farm: Farm, place: Directory, linked: Sequence[Cursor], why: str
) -> Conflict | Notice | ScanError:
    """Return what is told of a directory where nothing may be linked or unlinked.

    Args:
        linked: the packages that have it, to link.
    """
    above = place.parent
    if farm.options.stow or not linked or not farm.target.holds_packages(place):
        return Notice(place.absolute, why)
    if above is None:
        why = f"nothing can be linked in this target: {why}; if it is none, remove that file"
        return ScanError(place.absolute, why)
    cursor, *others = linked
    conflict = Conflict(
        "target_in_package_directory",
        above,
        place.name,
        cursor.package.name,
        cursor.path,
        choices=("skip",),
        source_is_dir=True,
        rivals=tuple(other.package.name for other in others),
    )
    if settled(farm.options, cursor.package, conflict) == "skip":
        return Notice(place.absolute, f"skipped: {conflict.message}")
    return conflict


def named_apart(*packages: Package) -> str:
    """Name packages, with where they are if their names are the same."""
    names = [package.name for package in packages]
    if len(set(names)) < len(names):
        names = [f"{package.name} of {package.directory}" for package in packages]
    return " and ".join(names)
