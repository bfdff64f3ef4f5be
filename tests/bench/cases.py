"""Everything that is measured of whole commands: a table, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.bench.shapes import SHAPES
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
    timed: bool = True
    """Whether more than peak memory is kept."""

    @property
    def key(self) -> str:
        """The name of the case in what is kept."""
        return f"{self.family}/{self.shape}/{self.links}/{'disk' if self.disk else 'ram'}"


def _rounds(ours: int, **others: int) -> dict[str, int]:
    found = dict.fromkeys(("bare", "cp", "dotstream"), ours)
    return found | {name.replace("_", " "): number for name, number in others.items()}


_HEAVY = {"single", "folded"}
"""Shapes of which a RAM disk does not hold that many: three million inodes is all it has."""

_ALL = dict.fromkeys(TOOLS, 3)
_CHANGING = ("make", "keep", "remove")

_TIME = (
    Case("plan", "wide", 100, dict.fromkeys(TOOLS, 15)),
    Case("make", "wide", 1_000, _ALL),
    *(Case(family, "wide", 10_000, _ALL, calls=True) for family in _CHANGING),
    Case("make", "wide", 100_000, _rounds(5, GNU_Stow=2)),
    Case("keep", "wide", 100_000, _rounds(5, GNU_Stow=2)),
    Case("remove", "wide", 100_000, _rounds(3, GNU_Stow=2)),
    Case("make", "few", 50_000, _rounds(5, GNU_Stow=1)),
    Case("keep", "few", 50_000, _rounds(3, GNU_Stow=1)),
    Case("remove", "few", 50_000, _rounds(3, GNU_Stow=1)),
    *(
        Case(family, shape, 20_000, _rounds(2, GNU_Stow=1))
        for shape in ("single", "deep", "folded")
        for family in _CHANGING
    ),
    *(Case(family, "packages", 100_000, _rounds(2)) for family in _CHANGING),
    Case("make", "wide", 1_000_000, {"cp": 1, "dotstream": 1}),
    Case("first", "wide", 1_000_000, _rounds(5)),
    Case("make", "wide", 100_000, {"cp": 3, "dotstream": 3}, disk=True),
)
"""The disk comes last: removing its links takes minutes, and is no part of any figure."""

_MEMORY = tuple(
    Case(family, shape, links, {"dotstream": 1}, timed=False)
    for shape in SHAPES
    for links in (10_000, 500_000 if shape in _HEAVY else 1_000_000)
    for family in _CHANGING
)

SETS = {"time": _TIME, "memory": _MEMORY}
"""What can be asked for; ``memory`` need not be alone on the machine."""
