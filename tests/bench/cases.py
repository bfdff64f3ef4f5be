"""Everything that is measured of whole commands: a table, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.bench.tools import TOOLS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SETS", "Case"]


class Case(NamedTuple):
    """One kind of work on one farm, and how many rounds each tool has; the others have none."""

    family: str
    shape: str
    links: int
    rounds: Mapping[str, int]
    disk: bool = False
    calls: bool = False
    """Whether system calls are counted too, in a run of their own."""

    @property
    def key(self) -> str:
        """The name of the case in what is kept."""
        return f"{self.family}/{self.shape}/{self.links}/{'disk' if self.disk else 'ram'}"


def _rounds(ours: int, **others: int) -> dict[str, int]:
    found = dict.fromkeys(("bare", "cp", "dotstream"), ours)
    return found | {name.replace("_", " "): number for name, number in others.items()}


_ONCE = _rounds(1)
_ALL = dict.fromkeys(TOOLS, 3)
_STOW = _rounds(5, GNU_Stow=2)
_CHANGING = ("make", "keep", "remove")

_TIME = (
    Case("plan", "wide", 100, dict.fromkeys(TOOLS, 15)),
    *(Case(family, "wide", 100_000, _STOW) for family in _CHANGING),
    *(Case(family, "few", 50_000, _rounds(5, GNU_Stow=1)) for family in _CHANGING),
    *(
        Case(family, shape, 20_000, _rounds(3, GNU_Stow=1))
        for shape in ("single", "deep", "folded")
        for family in _CHANGING
    ),
    *(Case(family, "packages", 100_000, _rounds(3)) for family in _CHANGING),
    *(Case(family, "wide", 10_000, _ALL, calls=True) for family in _CHANGING),
    Case("make", "wide", 1_000, _ALL),
    Case("make", "wide", 1_000_000, _ONCE),
    Case("first", "wide", 1_000_000, _rounds(5)),
    Case("make", "wide", 100_000, {"cp": 3, "dotstream": 3}, disk=True),
)
"""The disk comes last: removing its links takes minutes, and is no part of any figure."""

_MEMORY = tuple(
    Case(family, shape, links, {"dotstream": 1})
    for shape in ("wide", "few", "single", "flat", "deep", "folded", "packages")
    for links in (10_000, 1_000_000)
    for family in _CHANGING
)

SETS = {"time": _TIME, "memory": _MEMORY}
"""What can be asked for; ``memory`` need not be alone on the machine."""
