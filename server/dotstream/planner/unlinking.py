"""Which links an unmanage removes, and when (GNU Stow manual, "Deleting Packages")."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dotstream.model.directory import Directory
    from dotstream.planner.farm import Cursor, Farm

__all__ = ["removal_step"]


def removal_step(
    farm: Farm,
    place: Directory,
    name: str,
    text: str,
    cursors: Sequence[Cursor],
    *,
    after: int = -1,
) -> tuple[int, str] | None:
    """Return when the link ``name`` is removed and whose it is, or ``None`` if it stays.

    A link goes if it leads to exactly the member of a package being unmanaged that
    appears here, or if it is ours and broken.

    Args:
        text: the link's text.
        cursors: the packages being unmanaged here, in the order of their steps.
        after: only steps later than this one count.

    Returns:
        The step of the run that removes it, and the package that owns it.
    """
    if len(cursors) == 1:  # by far the most common case, told from the text alone
        (cursor,) = cursors
        if cursor.step > after:
            prefix = farm.prefix(cursor, place)
            if text.startswith(prefix):
                raw = text[len(prefix) :]
                if raw in farm.candidates(name):
                    ignored = farm.ignored(cursor, place)
                    if ignored is None or not ignored(raw):
                        return cursor.step, cursor.package.name
    raws = farm.candidates(name)
    owner = farm.owner(place, text)
    if owner is None:
        return _recorded(farm, place, name, text, after)
    exact: int | None = None
    for cursor in cursors:
        if cursor.step <= after:
            continue
        ignored = farm.ignored(cursor, place)
        if any(
            owner.full == cursor.source(raw) and not (ignored and ignored(raw)) for raw in raws
        ):
            exact = cursor.step
            break
    first = cursors[0].step
    if (
        after < first
        and exact != first
        and (farm.options.stow or farm.unmanaged_by(owner, first))
        and not farm.leads_somewhere(place, text)
        and not (farm.options.compat and _hidden(farm, place, raws, cursors[0]))
    ):
        return first, owner.package
    if exact is not None:
        return exact, owner.package
    return _recorded(farm, place, name, text, after)


def _recorded(
    farm: Farm, place: Directory, name: str, text: str, after: int
) -> tuple[int, str] | None:
    """Return when a link goes that only the record knows as one of a package's."""
    record = farm.recorded_link(place, name, text)
    if record is None:
        return None
    step = farm.steps.get((record.stow_dir, record.package), -1)
    return (step, record.package) if step > after else None


def _hidden(farm: Farm, place: Directory, raws: Sequence[str], cursor: Cursor) -> bool:
    """Whether an ignore rule hides every member that could appear under a target's name.

    Stow's ``--compat`` goes by what is in the target, and passes such names over.
    """
    ignored = farm.ignored(cursor, place)
    return ignored is not None and all(map(ignored, raws))
