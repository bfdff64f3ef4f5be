"""Which links an unmanage removes, and when (GNU Stow manual, "Deleting Packages")."""

from __future__ import annotations

from dotstream.fs.places import within
from dotstream.light_typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dotstream.model.directory import Directory
    from dotstream.model.entry import Entry as Record
    from dotstream.model.options import Package
    from dotstream.planner.cursor import Cursor
    from dotstream.planner.farm import Farm
    from dotstream.planner.ownership import Owner


class Removal(NamedTuple):
    """The step of the run that removes a link, and the package that owns it."""

    step: int
    package: str


class Unlinking:
    """What a run unlinks.

    Args:
        unmanage: the packages, each with its step.
    """

    __slots__ = ("_farm", "_kept", "_steps")

    def __init__(self, farm: Farm, unmanage: Sequence[tuple[int, Package]]) -> None:
        self._farm = farm
        self._kept: list[tuple[str, str]] = []
        self._steps = {
            (package.directory, package.name): step for step, package in reversed(unmanage)
        }

    def keep(self, package: str, place: Directory) -> None:
        """Leave a package's links in a directory and below, where it cannot be read now."""
        self._kept.append((package, f"{place.path}/" if place.path else ""))

    def done_with(self, owner: Owner, step: int) -> bool:
        """Whether the package of ``owner`` is unmanaged at ``step`` or before."""
        return self._steps.get((owner.stow_dir, owner.package), step + 1) <= step

    def removal(
        self,
        place: Directory,
        name: str,
        text: str,
        cursors: Sequence[Cursor],
        *,
        after: int = -1,
    ) -> Removal | None:
        """Return when the link ``name`` is removed and whose it is, or ``None`` if it stays.

        A link goes if it leads to exactly the member of a package being unmanaged that
        appears here, or if it is ours and broken.

        Args:
            text: the link's text.
            cursors: the packages being unmanaged here, in the order of their steps.
            after: only steps later than this one count.
        """
        found = self._removal(place, name, text, cursors, after)
        if (
            found is not None
            and self._kept
            and any(
                package == found.package and f"{place.path}/".startswith(above)
                for package, above in self._kept
            )
        ):
            return None
        return found

    def _removal(
        self, place: Directory, name: str, text: str, cursors: Sequence[Cursor], after: int
    ) -> Removal | None:
        later = [cursor for cursor in cursors if cursor.step > after] if after >= 0 else cursors
        if len(cursors) == 1 and later and self._told_by_text(place, name, text, later[0]):
            return Removal(later[0].step, later[0].package.name)  # by far the commonest
        owner = self._farm.target.owner(place, text)
        if owner is None:
            return self._recorded(place, name, text, None, cursors, after)
        exact = self._exact(place, owner, name, later)
        if len(later) == len(cursors) and self._goes_first(
            place, text, owner, name, cursors[0], exact
        ):
            return Removal(cursors[0].step, owner.package)
        if exact is not None:
            return Removal(exact, owner.package)
        return self._recorded(place, name, text, owner, cursors, after)

    def _told_by_text(self, place: Directory, name: str, text: str, cursor: Cursor) -> bool:
        """Whether a link leads to the member that appears here, by nothing but its text."""
        prefix = self._farm.naming.prefix(cursor, place)
        raw = text[len(prefix) :]
        return (
            text.startswith(prefix)
            and raw in self._farm.naming.candidates(cursor.package, name)
            and not self._farm.packages.hides(cursor, place, raw)
        )

    def _exact(
        self, place: Directory, owner: Owner, name: str, cursors: Sequence[Cursor]
    ) -> int | None:
        """Return the first step that unlinks the member which a link leads to."""
        full = owner.full
        for cursor in cursors:
            if not full.startswith(cursor.package.path):
                continue  # of a hundred packages, nearly all
            for raw in self._farm.naming.candidates(cursor.package, name):
                if full == cursor.source(raw) and not self._farm.packages.hides(
                    cursor, place, raw
                ):
                    return cursor.step
        return None

    def _goes_first(
        self,
        place: Directory,
        text: str,
        owner: Owner,
        name: str,
        cursor: Cursor,
        exact: int | None,
    ) -> bool:
        """Whether a link is ours and broken, so that the first step removes it."""
        options = self._farm.options
        return (
            exact != cursor.step
            and (options.stow or self.done_with(owner, cursor.step))
            and _wanted(cursor, place.join(name))
            and not self._farm.target.leads_somewhere(place, text)
            # Stow's --compat goes by what is in the target, and passes hidden names over.
            and not (
                options.compat
                and all(
                    self._farm.packages.hides(cursor, place, raw)
                    for raw in self._farm.naming.candidates(cursor.package, name)
                )
            )
        )

    def _recorded(
        self,
        place: Directory,
        name: str,
        text: str,
        owner: Owner | None,
        cursors: Sequence[Cursor],
        after: int,
    ) -> Removal | None:
        """Return when a link goes that only the record knows as one of a package's.

        What the text says of whose it is counts for more: another package directory may
        have a package of that name.
        """
        record = self._farm.target.recorded_link(place, name, text)
        if record is None or any(
            cursor.package.name == record.package and not _wanted(cursor, place.join(name))
            for cursor in cursors
        ):
            return None
        whose: Owner | Record = owner or record
        if owner is not None and within(owner.full, record.stow_dir):
            whose = record  # which knows that packages were in there
        step = self._steps.get((whose.stow_dir, whose.package), -1)
        return Removal(step, whose.package) if step > after else None


def _wanted(cursor: Cursor, path: str) -> bool:
    """Whether a run that wants some paths of a package only wants this one."""
    where = cursor.package.where
    return where is None or where(path)
