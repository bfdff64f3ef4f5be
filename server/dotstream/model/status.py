"""Packages as a person asks about them: which there are, and how far each is linked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from dotstream.model.plan import Summary

__all__ = ["PackageInfo", "PackageState", "PackageStatus"]

PackageState = Literal["managed", "partial", "unmanaged", "conflict", "empty"]


class PackageInfo(NamedTuple):
    """One package of the package directory.

    Attributes:
        path, target: absolute.
        enabled: whether it is for this machine.
        reason: why it is not.
        required: whether the configuration says that it has to exist.
    """

    name: str
    path: str
    target: str
    enabled: bool
    reason: str | None
    required: bool


class PackageStatus(NamedTuple):
    """How far one package is linked.

    Attributes:
        linked: links in place.
        missing: operations that ``manage`` would carry out.
        conflicts, errors: what stands in its way, what could not be read.
    """

    name: str
    state: PackageState
    linked: int
    missing: int
    conflicts: int
    errors: int

    @classmethod
    def of(cls, name: str, summary: Summary) -> PackageStatus:
        """Read the status off the plan that would manage the package."""
        linked, missing, conflicts = summary.unchanged, summary.operations, summary.conflicts
        state: PackageState = "managed" if linked else "empty"
        if conflicts:
            state = "conflict"
        elif missing:
            state = "partial" if linked else "unmanaged"
        return cls(name, state, linked, missing, conflicts, summary.errors)
