"""Two versions side by side: ``python -m tests.bench.compare OLDER NEWER``.

Fails where the newer one takes more than 20 % more.  Time counts as a multiple of what the
same run took for the reference, ``cp -rs`` or a bare loop, so that a slower machine is no
slower version; memory and system calls count as they are.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.bench import results
from tests.bench.results import median, times

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.results import Samples

__all__ = ["Change", "changes"]

WORSE = 1.2


class Change(NamedTuple):
    """A figure of ours in two versions."""

    what: str
    before: float
    now: float

    @property
    def factor(self) -> float:
        """What became of it."""
        return self.now / self.before


def changes(older: Samples, newer: Samples) -> Iterator[Change]:
    """Compare whatever of ours is in both."""
    for case in newer:
        for who, figures in newer[case].items():
            if not who.startswith("dotstream"):
                continue
            for quantity in figures:
                before, now = (_figure(each, case, who, quantity) for each in (older, newer))
                if before and now:
                    yield Change(f"{case}, {who}: {quantity}", before, now)


def _figure(samples: Samples, case: str, who: str, quantity: str) -> float | None:
    if quantity not in {"wall", "cpu"}:
        return median(samples, case, who, quantity)
    reference = next(iter(samples.get(case, {who: {}})))
    return None if reference == who else times(samples, case, who, reference, quantity)


def main() -> None:
    """Print what changed by more than a few per cent; fail if something is much worse."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("older", type=Path)
    parser.add_argument("newer", type=Path)
    options = parser.parse_args()
    older, newer = (results.load(path) for path in (options.older, options.newer))
    found = sorted(changes(older.samples, newer.samples), key=lambda each: -each.factor)
    if not found:
        sys.exit("they have nothing in common")
    for each in found:
        mark = "  WORSE" if each.factor > WORSE else ""
        print(f"{each.factor:6.2f}  {each.before:9.3f} → {each.now:9.3f}  {each.what}{mark}")
    sys.exit(found[0].factor > WORSE)


if __name__ == "__main__":
    main()
