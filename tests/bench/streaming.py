"""What each way to use the library costs, by the number of files: time, memory, and a plot.

python -m tests.bench.streaming --files 10000 100000 1000000 --plot docs/images/streaming.svg

Every way runs in a process of its own.  Peak memory is what shows; processor time is taken in
turns, so that both sides of a ratio were measured in the same minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from tests.bench.plot import Line, drawn

import dotstream

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable, Iterable

_PREFER = dotstream.Preferences(folding="never")
_ABREAST = 100
"""Files in a directory."""


def _count(values: Iterable[object]) -> int:
    return sum(1 for _ in values)


def _plan(client: dotstream.Client) -> dotstream.StreamingPlan:
    return client.stream_manage("vendor", prefer=_PREFER)


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
        async with dotstream.AsyncClient(client).stream_manage("vendor", prefer=_PREFER) as plan:
            found = await asyncio.gather(_drained(plan.operations), _drained(plan.errors))
        return found[0]

    return asyncio.run(go())


async def _drained(stream: AsyncIterable[object]) -> int:
    found = 0
    async for _ in stream:
        found += 1
    return found


def _batch(client: dotstream.Client) -> int:
    return len(client.plan_manage("vendor", prefer=_PREFER).operations)


def _scanned(client: dotstream.Client) -> int:
    return _count(client.scan("vendor", prefer=_PREFER))


def _batch_applied(client: dotstream.Client) -> int:
    return client.apply(client.plan_manage("vendor", prefer=_PREFER)).applied


def _stream_applied(client: dotstream.Client) -> int:
    return client.stream_apply(_plan(client)).drain().applied


def _filtered(client: dotstream.Client) -> int:
    operations = _plan(client).operations
    return client.execute(each for each in operations if each.name != "nothing").drain().applied


WAYS: dict[str, Callable[[dotstream.Client], int]] = {
    "plan_manage": _batch,
    "for item in plan": _iterated,
    "plan.operations": _operations,
    "plan.errors": _errors,
    ".errors, then .operations": _errors_then_operations,
    "both, two threads": _two_threads,
    "both, asyncio": _two_tasks,
    "scan": _scanned,
    "apply(plan_manage)": _batch_applied,
    "stream_apply": _stream_applied,
    "execute(filter)": _filtered,
}

_PLOTTED = ("plan_manage", "plan.operations", "apply(plan_manage)", "execute(filter)")
_CHANGING = ("apply(plan_manage)", "stream_apply", "execute(filter)")


class Cost(NamedTuple):
    """What one process took: operations, seconds, processor seconds, MiB."""

    operations: int
    wall: float
    cpu: float
    memory: float


def _one(way: str, scratch: str) -> None:
    """Measure one way in this process, and print it."""
    client = dotstream.Client(
        f"{scratch}/dotfiles", target=f"{scratch}/home", state=f"{scratch}/state", home=scratch
    )
    began, cpu = time.perf_counter(), time.process_time()
    operations = WAYS[way](client)
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(operations, wall, cpu, peak)


def measured(way: str, scratch: str) -> Cost:
    """Measure one way in a process of its own, on a target that is empty."""
    for name in ("home", "state"):
        shutil.rmtree(f"{scratch}/{name}", ignore_errors=True)
        os.makedirs(f"{scratch}/{name}")
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.streaming", "--one", way, "--scratch", scratch],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    count, *rest = done.stdout.split()
    return Cost(int(count), *map(float, rest))


def _farm(scratch: str, files: int) -> None:
    """Make a package of so many files; what is there of a smaller one stays."""
    for start in range(0, files, _ABREAST):
        place = f"{scratch}/dotfiles/vendor/area-{start // 10_000:03}/dir-{start // _ABREAST:05}"
        if os.path.isdir(place):
            continue
        os.makedirs(place)
        here = os.open(place, os.O_RDONLY)
        for number in range(start, start + _ABREAST):
            os.close(os.open(f"file-{number:07}", os.O_CREAT | os.O_WRONLY, 0o644, dir_fd=here))
        os.close(here)


def main() -> None:
    """Measure, print the table, and draw the plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=1, help="the middle one is taken")
    parser.add_argument("--only", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--plot", help="where to draw peak memory, as SVG")
    parser.add_argument("--scratch", help=argparse.SUPPRESS)
    parser.add_argument("--one", choices=WAYS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        _one(options.one, options.scratch)
        return
    ram = "/dev/shm"
    found: dict[str, list[tuple[int, float]]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory(dir=ram if os.path.isdir(ram) else None) as scratch:
        for files in sorted(options.files):
            _farm(scratch, files)
            rounds = [
                {way: measured(way, scratch) for way in options.only}
                for _ in range(options.rounds)
            ]
            for way in options.only:
                costs = [each[way] for each in rounds]
                cost = Cost(*(statistics.median(column) for column in zip(*costs, strict=True)))
                found[way].append((files, cost.memory))
                print(
                    f"{files:9,} files  {way:26} {cost.operations:9,.0f} operations  "
                    f"{cost.cpu:7.2f} s CPU  {cost.operations / cost.cpu:9,.0f} a CPU second  "
                    f"{cost.memory:6.1f} MiB",
                    flush=True,
                )
    if options.plot:
        lines = [Line(way, found[way], dashed=way in _CHANGING) for way in _PLOTTED if found[way]]
        with open(options.plot, "w", encoding="utf-8") as picture:
            picture.write(drawn("Peak memory of the process, MiB, by files", lines))


if __name__ == "__main__":
    main()
