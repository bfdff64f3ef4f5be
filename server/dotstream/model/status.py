"""Packages as a person asks about them: which there are, and how far each is linked."""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dotstream.model.plan import Summary

GONE = "it is gone"
"""Why the links of a package are not to be that is not there, maybe as it was renamed."""

AWAY = "it is a link that leads nowhere now"
"""Why the links of a package stay as they are that is out of reach."""

PackageState = Literal["managed", "partial", "unmanaged", "conflict", "empty"]


class PackageInfo(NamedTuple):
    """One package of the package directory.

    Attributes:
        path, target: absolute.
        active: whether it is for this machine.
        reason: why it is not.
        required: whether the configuration says that it has to exist.
    """

    name: str
    path: str
    target: str
    active: bool
    reason: str | None
    required: bool


class Unwanted(NamedTuple):
    """A package with links that are not to be any more.

    It is gone, disabled, in no profile, or has another target; or it is out of reach.

    Attributes:
        reason: why.
        links: how many there are, by target.
        moved: whether it is managed, and only its target is another now.
        away: whether it is a link that leads to no directory now; so its links stay.
    """

    name: str
    reason: str
    links: Mapping[str, int]
    moved: bool = False
    away: bool = False


class PackageStatus(NamedTuple):
    """How far one package is linked.

    Attributes:
        links: links in place.
        changes: operations that ``manage`` would carry out.
        conflicts, errors: what stands in its way, what could not be read.
        relinks: links that are there and lead elsewhere, such as to where the package
            directory was before it moved; they are among the changes.
        removals: links that have nothing to lead to any more; only ``remanage`` removes them.
    """

    name: str
    state: PackageState
    links: int
    changes: int
    conflicts: int
    errors: int
    relinks: int = 0
    removals: int = 0

    @classmethod
    def of(cls, name: str, summary: Summary, *, opened: bool = False) -> PackageStatus:
        """Read the status off the plan that would manage the package.

        Args:
            opened: whether the plan opens a link of the package.
        """
        links, changes, conflicts = summary.unchanged, summary.operations, summary.conflicts
        state: PackageState = "managed" if links else "unmanaged" if summary.errors else "empty"
        relinks = summary.counts.get("replace_link", 0)
        if conflicts:
            state = "conflict"
        elif changes:
            state = "partial" if links or relinks or opened else "unmanaged"
        return cls(name, state, links, changes, conflicts, summary.errors, relinks)

    def with_removals(self, count: int) -> PackageStatus:
        """Return the status of a package that has links with nothing to lead to."""
        if not count:
            return self
        state: PackageState = "conflict" if self.conflicts else "partial"
        return self._replace(state=state, removals=count)
