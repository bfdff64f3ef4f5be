"""Compare random farms with GNU Stow: ``python -m tests.properties.fuzz --cases 5000``.

Prints what was compared and, for the first fault, the smallest scenario that still shows
it, ready for ``tests/scenarios/corners.yaml``.  The same seed gives the same farms.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import yaml
from tests.properties.compare import Step, steps
from tests.properties.differences import Verdict, judge
from tests.properties.farms import farm
from tests.scenarios.process import dotstream, perl_stow, python_stow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.scenarios.case import Scenario
    from tests.scenarios.process import Runner

__all__ = ["Fault", "explore", "first_fault", "programs", "scratch", "shrink", "written"]

Fault = tuple[Step, Verdict]


@contextmanager
def programs() -> Iterator[Mapping[str, Runner]]:
    """Keep the two GNU Stows and ours running."""
    with ExitStack() as stack:
        runners: dict[str, Runner] = {
            "perl": perl_stow(),
            "twin": python_stow(),
            "ours": dotstream("stow"),
        }
        for runner in runners.values():
            stack.callback(runner.close)
        yield runners


@contextmanager
def scratch() -> Iterator[str]:
    """Make a scratch directory, in memory where that can be had."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    path = os.path.realpath(tempfile.mkdtemp(prefix="farms.", dir=memory))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def first_fault(
    scenario: Scenario, place: str, runners: Mapping[str, Runner], counts: Counter[str]
) -> Fault | None:
    """Run one scenario; count what happened, and return the first fault."""
    for step in steps(scenario, place, runners):
        verdict = judge(step)
        counts["commands"] += 1
        counts[f"{step.twin.result}, {verdict.kind}"] += 1
        counts.update(f"difference {name}" for name in verdict.ids)
        if verdict.kind == "fault":
            return step, verdict
    return None


def shrink(
    scenario: Scenario, fault: Fault, place: str, runners: Mapping[str, Runner]
) -> tuple[Scenario, Fault]:
    """Drop entries and commands as long as a fault remains."""
    smallest, last = scenario, fault
    progress = True
    while progress:
        progress = False
        for smaller in _smaller(smallest):
            found = first_fault(smaller, place, runners, Counter())
            if found:
                smallest, last, progress = smaller, found, True
                break
    return smallest, last


def _smaller(scenario: Scenario) -> Iterator[Scenario]:
    run, setup = scenario["run"], scenario["setup"]
    for number in reversed(range(len(run))):
        if len(run) > 1:
            yield scenario | {"run": run[:number] + run[number + 1 :]}
    for number in range(len(setup)):
        yield scenario | {"setup": setup[:number] + setup[number + 1 :]}
    for number, step in enumerate(run):
        before, after = run[:number], run[number + 1 :]
        for index in range(len(step["mutate"])):
            mutate = step["mutate"][:index] + step["mutate"][index + 1 :]
            yield scenario | {"run": [*before, step | {"mutate": mutate}, *after]}
        for index in range(4, len(step["args"])):
            args = step["args"][:index] + step["args"][index + 1 :]
            if any(not word.startswith("-") for word in args[4:]):
                yield scenario | {"run": [*before, step | {"args": args}, *after]}


def written(scenario: Scenario, fault: Fault) -> str:
    """Return a fault as text: the scenario as YAML, what each did, what is wrong."""
    step, verdict = fault
    text = yaml.safe_dump([scenario], sort_keys=False, default_flow_style=None, width=1000)
    return "\n".join([text, *step.explain(), "", *verdict.lines])


def explore(
    seed: int, cases: range, *, stop_at: int = 1
) -> tuple[Counter[str], list[tuple[Scenario, Fault]]]:
    """Run the random farms of a seed; return counts and the first faults, shrunk."""
    counts: Counter[str] = Counter()
    faults: list[tuple[Scenario, Fault]] = []
    with programs() as runners, scratch() as place:
        for number in cases:
            scenario = farm(random.Random(f"{seed}/{number}"), f"fuzz-{seed}-{number}")
            counts["farms"] += 1
            fault = first_fault(scenario, place, runners, counts)
            if fault:
                faults.append(shrink(scenario, fault, place, runners))
                if len(faults) == stop_at:
                    break
    return counts, faults


def main() -> int:
    """Explore, print, and return 1 if there was a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--first", type=int, default=0, help="number of the first farm")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--faults", type=int, default=1, help="go on until so many are found")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    began = time.monotonic()
    cases = range(options.first, options.first + options.cases)
    counts, faults = explore(options.seed, cases, stop_at=options.faults)
    for scenario, fault in faults:
        print(written(scenario, fault))
        print("-" * 72)
    for name, count in sorted(counts.items()):
        print(f"{count:8d} {name}")
    print(f"{time.monotonic() - began:8.1f} s")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
