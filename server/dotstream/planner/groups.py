"""One plan over several targets: a walk for each, in turn."""

from __future__ import annotations

from types import MappingProxyType

from dotstream.light_typing import TYPE_CHECKING, NamedTuple, cast
from dotstream.model.items import Notice, ScanError
from dotstream.model.run import Run
from dotstream.planner.farm import Farm, scan_error
from dotstream.planner.foresight import Shared, folded, foreseen, there_by_then, with_target
from dotstream.planner.scope import Scope
from dotstream.planner.stream import StreamingPlan
from dotstream.planner.walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

    from dotstream.model.cancel import CancellationToken
    from dotstream.model.entry import Records
    from dotstream.model.items import Item
    from dotstream.model.options import Package
    from dotstream.model.plan import Metadata
    from dotstream.planner.chosen import Chosen, Selection
    from dotstream.planner.scope import Below


class Group(NamedTuple):
    """What is wanted of one target: packages to link, and before that, to unlink.

    Each package to unlink comes with its step: Stow unlinks one after the other.
    """

    target: str
    manage: Sequence[Package] = ()
    unmanage: Sequence[tuple[int, Package]] = ()


def plan_groups(
    metadata: Metadata,
    groups: Sequence[Group],
    *,
    lookup: Callable[[str, str], Package],
    cancel: CancellationToken,
    only: tuple[str, ...] = (),
    plan: Callable[[Farm, Group], Iterator[Item | Run]] | None = None,
    records: Records | None = None,
    selection: Selection | None = None,
    notices: Sequence[Notice | ScanError] = (),
    state: str = "",
) -> StreamingPlan:
    """Return the streaming plan of ``groups``; nothing is looked at before its first item.

    Args:
        lookup: finds a package that is not one of the run's, by package directory and name.
        only: the components of the one target path to plan, instead of all of them.
        plan: what plans a group; by default, the walk.
        records: what is recorded as ours; closed at the end.
        selection: the members to plan, instead of all of them; read first, closed at the end.
        notices: what there is to say before.
        state: absolute path of the state directory.

    Raises (while iterating):
        OSError: Stow's target cannot be opened.
        Cancelled: the token was cancelled.
        MemberRefused: a member of ``selection`` cannot be planned.
    """
    walked: list[Farm] = []
    wanted = [group.target for group in groups if group.manage]
    shared = Shared(wanted, metadata.target)

    def items() -> Generator[Item | Run]:
        left = [group.target for group in groups if group.unmanage and not group.manage]
        try:
            yield from notices
            if records is None or only or not left:
                yield from walks()
            else:
                from dotstream.planner.emptied import emptied

                yield from emptied(walks(), records, left, wanted)
        finally:
            for source in (records, selection):
                if source is not None:
                    source.close()

    def walks() -> Generator[Item | Run]:
        chosen = selection.read() if selection is not None else {}
        for group in groups:
            if plan is None and (told := _folded(metadata, group, groups)) is not None:
                yield told
                continue
            farm = _opened(metadata, group, lookup, cancel, records, chosen)
            if isinstance(farm, ScanError):
                yield _left_out(farm) if set(wanted) - {group.target} else farm
                continue
            walked.append(farm)
            try:
                if plan is None:
                    whole = _whole(farm, group, metadata, only, shared, state)
                    yield from shared.once(whole)
                else:
                    yield from foreseen(plan(farm, group), state)
            finally:
                farm.close()

    return StreamingPlan(
        metadata, items(), cancel, lambda: sum(farm.unchanged for farm in walked)
    )


def _folded(
    metadata: Metadata, group: Group, groups: Sequence[Group]
) -> ScanError | Notice | None:
    """Say so if links cannot come to a target, as a link stands for what is above it."""
    if metadata.options.stow or not group.manage or group.target == metadata.target:
        return None
    others = [each for each in groups if each.manage and each is not group]
    return folded(
        group.target,
        metadata.directory,
        [package.name for package in group.manage],
        {package.name for each in others for package in each.manage},
        alone=not others,
    )


def _whole(
    farm: Farm,
    group: Group,
    metadata: Metadata,
    only: tuple[str, ...],
    shared: Shared,
    state: str,
) -> Iterator[Item | Run]:
    """Plan all of a target, and the target itself where it is missing."""
    items = cast(
        "Iterator[Item | Run]",  # no lowest directory: nothing is left out
        walk(farm, manage=group.manage, unmanage=group.unmanage, scope=Scope(only)),
    )
    if metadata.options.stow:
        return items
    if farm.target.missing and group.manage:
        items = with_target(
            items,
            group.target,
            metadata.target,
            group.manage[0].name,
            alone=set(shared.wanted) == {group.target},
        )
    return there_by_then(foreseen(items, state), state)


def plan_level(
    metadata: Metadata,
    group: Group,
    *,
    lookup: Callable[[str, str], Package],
    cancel: CancellationToken,
    only: tuple[str, ...],
    lowest: int,
    records: Records | None = None,
) -> Generator[Item | Below]:
    """Plan one directory and the way down to it, and nothing below.

    Args:
        only: the components of the directory, or of one name in it.
        lowest: the depth of the directory.

    Raises:
        OSError: the target cannot be opened.
        Cancelled: the token was cancelled.
    """
    farm = _farm(metadata, group, lookup, cancel, records)
    try:
        for found in walk(
            farm, manage=group.manage, unmanage=group.unmanage, scope=Scope(only, lowest)
        ):
            if isinstance(found, Run):
                yield from found.operations()
            else:
                yield found
    finally:
        farm.close()
        if records is not None:
            records.close()


def _opened(
    metadata: Metadata,
    group: Group,
    lookup: Callable[[str, str], Package],
    cancel: CancellationToken,
    records: Records | None,
    chosen: Mapping[str, Chosen],
) -> Farm | ScanError:
    """Open a target, or tell why it cannot be; Stow stops there."""
    try:
        return _farm(metadata, group, lookup, cancel, records, chosen)
    except OSError as error:
        if metadata.options.stow:
            raise
        if isinstance(error, NotADirectoryError):
            return ScanError(group.target, "this target is not a directory")
        return scan_error(group.target, error)


def _left_out(error: ScanError) -> ScanError | Notice:
    """Return what is said of a target where others go on: one that may not be read stops all."""
    if error.permission:
        return error
    return Notice(error.path, f"{error.message}, so its packages are left out")


def _farm(
    metadata: Metadata,
    group: Group,
    lookup: Callable[[str, str], Package],
    cancel: CancellationToken,
    records: Records | None,
    chosen: Mapping[str, Chosen] = MappingProxyType({}),
) -> Farm:
    return Farm(
        target=group.target,
        stow_dir=metadata.directory,
        options=metadata.options,
        lookup=lookup,
        cancel=cancel,
        records=records,
        packages=(*group.manage, *(package for _, package in group.unmanage)),
        chosen=chosen,
        to_make=not metadata.options.stow,
    )
