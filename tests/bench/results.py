"""What was measured, every single figure, as it is kept for each version in docs/benchmarks."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "KEPT",
    "Results",
    "Samples",
    "at",
    "growth",
    "load",
    "median",
    "merge",
    "newest",
    "save",
    "times",
]

Samples: TypeAlias = dict[str, dict[str, dict[str, list[float]]]]
"""By case (``make/wide/100000/ram``), who does the work, and quantity: a figure each round."""

KEPT = Path(__file__).parents[2] / "docs" / "benchmarks"
_DIGITS = 5
_FEW, _MANY = 10_000, 500_000


class Growth(NamedTuple):
    """Peak memory in MiB with so many links, and how much more that is than with 10,000."""

    links: int
    peak: float
    more: float


class Results(NamedTuple):
    """What was measured, and on what machine with which versions."""

    about: dict[str, str]
    samples: Samples


def load(path: Path) -> Results:
    """Read what was kept; nothing where there is no file."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Results({}, {})
    return Results(found["about"], found["samples"])


def newest() -> Results:
    """Return what was kept of the latest version."""
    kept = sorted(KEPT.glob("*.json"), key=lambda path: [*map(int, path.stem.split("."))])
    return load(kept[-1]) if kept else Results({}, {})


def save(path: Path, results: Results) -> None:
    """Write it, a case a line, so that a difference can be read."""
    cases = ",\n".join(
        f"  {json.dumps(case)}: {json.dumps(_rounded(found), ensure_ascii=False)}"
        for case, found in results.samples.items()
    )
    about = json.dumps(results.about, ensure_ascii=False, indent=1)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'{{"about": {about},\n"samples": {{\n{cases}\n}}}}\n', encoding="utf-8")


def merge(older: Results, newer: Results) -> Results:
    """Return all of both; what was measured again is as the newer has it."""
    samples = {case: dict(found) for case, found in older.samples.items()}
    for case, found in newer.samples.items():
        before = samples.setdefault(case, {})
        for who, figures in found.items():
            before[who] = before.get(who, {}) | figures
    return Results(older.about | newer.about, samples)


def at(samples: Samples, case: str, who: str, quantity: str) -> Sequence[float]:
    """Return the figures; none, if that was not measured."""
    return samples.get(case, {}).get(who, {}).get(quantity, ())


def median(samples: Samples, case: str, who: str, quantity: str) -> float | None:
    """Return the middle one."""
    found = at(samples, case, who, quantity)
    return statistics.median(found) if found else None


def times(samples: Samples, case: str, who: str, other: str, quantity: str) -> float | None:
    """Return what one takes as a multiple of another: the median over the rounds of both."""
    pairs = zip(
        at(samples, case, who, quantity), at(samples, case, other, quantity), strict=False
    )
    found = [one / two for one, two in pairs if two]
    return statistics.median(found) if found else None


def growth(samples: Samples, family: str, shape: str, who: str) -> Growth | None:
    """Return peak memory with the most links there are figures of, and with 10,000."""
    found = {
        int(links): peak
        for case in samples
        for its_family, its_shape, links, place in (case.split("/"),)
        if (its_family, its_shape, place) == (family, shape, "ram")
        and (peak := median(samples, case, who, "memory")) is not None
    }
    most = max(found, default=0)
    small = found.get(_FEW)
    return Growth(most, found[most], found[most] - small) if small and most >= _MANY else None


def _rounded(found: dict[str, dict[str, list[float]]]) -> dict[str, dict[str, list[float]]]:
    return {
        who: {name: [round(figure, _DIGITS) for figure in each] for name, each in figures.items()}
        for who, figures in found.items()
    }
