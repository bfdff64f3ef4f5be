"""Whole commands of this and of others, side by side: ``python -m tests.bench.run time memory``.

Ratios are what counts: all sides of them were measured in turn, on the same machine, in the
same minutes.  Everything stands on a RAM disk where there is one, but for what is on a disk.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import tempfile
from contextlib import contextmanager
from fnmatch import fnmatch
from itertools import groupby
from typing import TYPE_CHECKING

from tests.bench.cases import SETS, Case
from tests.bench.farms import QUICK, Farm
from tests.bench.measure import COUNTER, first_line, process, system_calls
from tests.bench.report import keeping, tell
from tests.bench.shapes import SHAPES
from tests.bench.tools import FAMILIES, TOOLS, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.bench.farms import Place
    from tests.bench.results import Samples

_COUNTED = (1_000, 10_000)
"""System calls are counted at both, so that what each start costs drops out."""


def subjects(case: Case) -> list[Subject]:
    """Return who takes part: what the others are compared with first."""
    everyone = FAMILIES[case.family]
    return [
        each
        for each in everyone
        if case.rounds.get(each.tool)
        and TOOLS[each.tool].is_there
        and not (SHAPES[case.shape].folds and each.tool == "cp")
    ]


@contextmanager
def farm_of(shape: str, links: int, *, disk: bool = False) -> Iterator[Farm]:
    """Make a farm, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bench.", dir=None if disk else QUICK) as base:
        yield Farm(base, SHAPES[shape], links, deletes=not disk)


def _has_room(shape: str, links: int) -> bool:
    """Return whether the RAM disk has inodes for the files, the links and all directories."""
    room = os.statvfs(QUICK).f_favail if QUICK else math.inf
    branches = [len(branch.files) for branch in SHAPES[shape].branches(links)]
    folds = SHAPES[shape].folds
    return room > sum(branches) + links + len(branches) * (1 if folds else 2)


def prepared(subject: Subject, farm: Farm) -> Place:
    """Return a place where a subject finds what it needs."""
    place = farm.empty()
    if subject.links:
        process(subject.links(place), place.env)
    subject.before(place)
    return place


def measured(case: Case, farm: Farm) -> Samples:
    """Measure everybody in turn, so that a busy moment of the machine hits all alike."""
    found: Samples = {case.key: {}}
    lasting = case.family in {"keep", "plan", "first"}
    kept: dict[object, Place] = {}
    for number in range(max(case.rounds.values())):
        for subject in subjects(case):
            if number >= case.rounds[subject.tool]:
                continue
            place = kept.get(subject.links) or prepared(subject, farm)
            figures = found[case.key].setdefault(subject.name, {})
            for quantity, value in _taken(subject, place).items():
                if case.timed or quantity == "memory":
                    figures.setdefault(quantity, []).append(value)
            if lasting:
                kept[subject.links] = place
            else:
                farm.forget(place)
    for place in kept.values():
        farm.forget(place)
    return found


def _taken(subject: Subject, place: Place) -> dict[str, float]:
    if subject.mark:
        return {"wall": first_line(subject.line(place), place.env, subject.mark)}
    return process(subject.line(place), place.env, ends=subject.ends)._asdict()


def counted(case: Case) -> Samples:
    """Count the system calls for each link."""
    found: Samples = {case.key: {}}
    counts: dict[str, list[int]] = {}
    for links in _COUNTED:
        with farm_of(case.shape, links) as farm:
            for subject in subjects(case):
                place = prepared(subject, farm)
                line = subject.line(place)
                calls = system_calls(line, place.env, ends=subject.ends)
                counts.setdefault(subject.name, []).append(calls)
                farm.forget(place)
    few, many = _COUNTED
    for name, (less, more) in counts.items():
        found[case.key][name] = {"calls": [(more - less) / (many - few)]}
    return found


def run(cases: Sequence[Case]) -> Iterator[Samples]:
    """Measure the cases; those in a row with the same farm share it."""
    for (shape, links, disk), group in groupby(
        cases, lambda case: (case.shape, case.links, case.disk)
    ):
        together = list(group)
        if not disk and not _has_room(shape, links):
            print(*(each.key for each in together), "left out: the RAM disk has too few inodes")
            continue
        with farm_of(shape, links, disk=disk) as farm:
            for case in together:
                yield measured(case, farm)
        for case in together:
            if case.calls and shutil.which(COUNTER):
                yield counted(case)


def absent() -> Iterator[str]:
    """Yield what cannot be measured, and what brings the tool for it."""
    for name, tool in TOOLS.items():
        if not tool.is_there:
            yield f"{name} is not there, and is left out: {tool.source}"
    if not shutil.which(COUNTER):
        yield f"{COUNTER} is not there, and no system calls are counted: make oracles"


def main() -> None:
    """Measure the sets asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", choices=SETS, default=["time"])
    parser.add_argument("--only", default="*", help="cases, such as 'make/wide/*'")
    parser.add_argument("--links", type=int, help="so many in every case, to try it out")
    keeping(parser)
    options = parser.parse_args()
    for line in absent():
        print(line)
    cases = [each for name in options.sets for each in SETS[name]]
    chosen = [each for each in cases if fnmatch(each.key, options.only)]
    if options.links:
        chosen = [each._replace(links=options.links) for each in chosen]
    tell(run(chosen), options.keep)


if __name__ == "__main__":
    main()
