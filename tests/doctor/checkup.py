"""A farm's check-up: what is found, what is fixed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.farm import apply, host

from dotstream.doctor.check import examine
from dotstream.doctor.checkup import Checkup
from dotstream.doctor.fix import fixing
from dotstream.doctor.records import correcting, rebuilding
from dotstream.fs.state import existing_state
from dotstream.store.journal import Journal
from dotstream.transaction.execution import Execution
from dotstream.transaction.terms import Control

if TYPE_CHECKING:
    from tests.farm import Farm

    from dotstream.client import Client
    from dotstream.model.events import Corrected, Result
    from dotstream.model.finding import Finding, ScanMode
    from dotstream.model.options import Package

__all__ = ["checkup", "correct", "fix", "found", "raw", "rebuilt", "records"]


def checkup(
    farm: Farm,
    mode: ScanMode = "scoped",
    *,
    depth: int | None = None,
    skip: tuple[str, ...] = (),
    client: Client | None = None,
) -> Checkup:
    """Return what a check-up of a farm is about."""
    settings = (client or farm.client()).settings
    packages: dict[str, list[Package]] = {}
    for name in settings.available():
        packages.setdefault(settings.target_of(name), []).append(settings.package(name))
    return Checkup(
        directory=settings.directory,
        target=settings.target,
        options=settings.options(),
        packages=packages,
        lookup=lambda _, name: settings.package(name),
        host=host(farm.state),
        mode=mode,
        depth=depth,
        skip=skip,
    )


def raw(farm: Farm, mode: ScanMode = "scoped", **more: object) -> list[Finding]:
    """Return everything that a check-up finds."""
    return list(examine(checkup(farm, mode, **more)))  # type: ignore[arg-type]


def found(farm: Farm, mode: ScanMode = "scoped", **more: object) -> list[str]:
    """Return what a check-up finds as ``kind path``, paths relative to the farm."""
    return [
        f"{each.kind} {each.path.removeprefix(f'{farm.root}/')}"
        for each in raw(farm, mode, **more)
    ]


def fix(farm: Farm, mode: ScanMode = "scoped") -> tuple[Result, int]:
    """Fix what needs no decision: the disk, then the records."""
    result = apply(fixing(checkup(farm, mode)), state=farm.state)
    return result, correct(farm, mode)


def correct(farm: Farm, mode: ScanMode = "scoped") -> int:
    """Put the records right, and return how many were wrong."""
    control: Control[Corrected] = Control()
    return Execution(correcting(checkup(farm, mode), control), control).drain().records


def rebuilt(farm: Farm, mode: ScanMode = "scoped") -> tuple[str | None, int]:
    """Make the records anew."""
    control: Control[Corrected] = Control()
    found = Execution(rebuilding(checkup(farm, mode), control), control).drain()
    return found.aside, found.records


def records(farm: Farm) -> dict[str, str]:
    """Return the manifest as path below the farm → text of the link, or its kind."""
    place = existing_state(farm.state, farm.target)
    assert place is not None
    journal = Journal(place.journal, readonly=True)
    try:
        return {
            entry.path.removeprefix(f"{farm.root}/"): entry.text or entry.kind
            for entry in journal.manifest.entries()
        }
    finally:
        journal.close()
