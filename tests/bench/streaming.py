"""What each way to use the library costs, by the number of files: time and memory.

Every way runs in a process of its own.  Peak memory is what shows; processor time is taken in
turns, so that both sides of a ratio were measured in the same minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

from tests.bench.report import keeping, tell
from tests.bench.run import farm_of

import dotstream

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable, Iterable, Iterator, Sequence

    from tests.bench.farms import Farm
    from tests.bench.results import Samples

_PACKAGE = "vendor-000"
_PREFER = dotstream.Preferences(folding="never")


def _count(values: Iterable[object]) -> int:
    return sum(1 for _ in values)


def _plan(client: dotstream.Client) -> dotstream.StreamingPlan:
    return client.stream_manage(_PACKAGE, prefer=_PREFER)


def _iterated(client: dotstream.Client) -> int:
    with _plan(client) as plan:
        return _count(plan)


def _operations(client: dotstream.Client) -> int:
    with _plan(client) as plan:
        return _count(plan.operations)


def _errors(client: dotstream.Client) -> int:
    with _plan(client) as plan:
        _count(plan.errors)
        return plan.summary.operations


def _errors_then_operations(client: dotstream.Client) -> int:
    with _plan(client) as plan:
        operations, errors = plan.operations, plan.errors
        _count(errors)
        return _count(operations)


def _two_threads(client: dotstream.Client) -> int:
    with _plan(client) as plan:
        operations, errors = plan.operations, plan.errors
        reader = threading.Thread(target=_count, args=(errors,))
        reader.start()
        found = _count(operations)
        reader.join()
        return found


def _two_tasks(client: dotstream.Client) -> int:
    async def go() -> int:
        async with dotstream.AsyncClient(client).stream_manage(_PACKAGE, prefer=_PREFER) as plan:
            found = await asyncio.gather(_drained(plan.operations), _drained(plan.errors))
        return found[0]

    return asyncio.run(go())


async def _drained(stream: AsyncIterable[object]) -> int:
    found = 0
    async for _ in stream:
        found += 1
    return found


def _batch(client: dotstream.Client) -> int:
    return len(client.plan_manage(_PACKAGE, prefer=_PREFER).operations)


def _scanned(client: dotstream.Client) -> int:
    return _count(client.scan(_PACKAGE, prefer=_PREFER))


def _batch_applied(client: dotstream.Client) -> int:
    return client.apply(client.plan_manage(_PACKAGE, prefer=_PREFER)).applied


def _stream_applied(client: dotstream.Client) -> int:
    return client.stream_apply(_plan(client)).drain().applied


def _filtered(client: dotstream.Client) -> int:
    operations = _plan(client).operations
    return client.execute(each for each in operations if each.name != "nothing").drain().applied


WAYS: dict[str, Callable[[dotstream.Client], int]] = {
    "`plan_manage`": _batch,
    "`for item in plan`": _iterated,
    "`plan.operations`": _operations,
    "`plan.errors`": _errors,
    "all of `plan.errors`, then `plan.operations`": _errors_then_operations,
    "both, on two threads": _two_threads,
    "both, in two tasks": _two_tasks,
    "`scan`": _scanned,
    "`apply(plan_manage)`": _batch_applied,
    "`stream_apply`": _stream_applied,
    "`execute(filter)`": _filtered,
}
"""By how a page writes them."""


def _one(way: str, directory: str, root: str) -> None:
    """Measure one way in this process, and print it."""
    client = dotstream.Client(
        directory, target=f"{root}/target", state=f"{root}/state", home=root
    )
    began, cpu = time.perf_counter(), time.process_time()
    WAYS[way](client)
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    print(wall, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def measured(way: str, farm: Farm) -> dict[str, float]:
    """Measure one way in a process of its own, on a target that is empty."""
    place = farm.empty()
    words = ["--one", way, "--place", farm.directory, place.root]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.streaming", *words],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    farm.forget(place)
    return dict(zip(("wall", "cpu", "memory"), map(float, done.stdout.split()), strict=True))


def each_way(sizes: Sequence[int], rounds: int) -> Iterator[Samples]:
    """Measure all ways in turn, for each number of files."""
    for links in sizes:
        found: Samples = {(case := f"api/wide/{links}/ram"): {}}
        with farm_of("wide", links) as farm:
            for _ in range(rounds):
                for way in WAYS:
                    figures = found[case].setdefault(way, {})
                    for quantity, value in measured(way, farm).items():
                        figures.setdefault(quantity, []).append(value)
        yield found


def main() -> None:
    """Measure every way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=1, help="the middle one is taken")
    parser.add_argument("--one", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--place", nargs=2, help=argparse.SUPPRESS)
    keeping(parser)
    options = parser.parse_args()
    if options.one:
        _one(options.one, *options.place)
    else:
        tell(each_way(sorted(options.files), options.rounds), options.keep)


if __name__ == "__main__":
    main()
