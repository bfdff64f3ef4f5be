"""Figures beside GNU Stow and ``cp -rs``, in one run: ``make bench``.

Farms stand on a RAM disk where there is one.  Ratios are what counts: both sides were
measured in turn, on the same machine, in the same minutes.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import statistics
import sys
import tempfile
from typing import TYPE_CHECKING, NamedTuple

from tests.bench.measure import Cost, Subject, first_line, interleaved, process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PACKAGE = "vendor"


class Row(NamedTuple):
    """One line of the table: what, its cost, and how it stands to its bar."""

    what: str
    cost: Cost | None
    figure: str = ""
    bar: str = ""
    met: bool | None = None


class Bench:
    """A scratch directory with farms in it, and the commands that work on them."""

    def __init__(self, scratch: str, files: int, large: int, rounds: int) -> None:
        self.scratch, self.files, self.large, self.rounds = scratch, files, large, rounds
        self.target = f"{scratch}/target"
        self.dotstream = os.path.join(os.path.dirname(sys.executable), "dotstream")
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": f"{scratch}/home",
            "XDG_STATE_HOME": f"{scratch}/state",
            "LC_ALL": "C.UTF-8",
        }

    def farm(self, files: int, *, flat: bool = False) -> str:
        """Make a package directory with one package of so many files; return its path."""
        directory = f"{self.scratch}/{'flat' if flat else 'nested'}-{files}"
        if not os.path.exists(directory):
            if files >= self.large:  # a RAM disk has room for few files, however small
                other = f"{self.scratch}/{'nested' if flat else 'flat'}-{files}"
                shutil.rmtree(other, ignore_errors=True)
            wide = files if flat else 100
            for start in range(0, files, wide):
                branch = "all" if flat else f"area-{start // 10_000:03d}/dir-{start // 100:05d}"
                os.makedirs(f"{directory}/{PACKAGE}/{branch}")
                here = os.open(f"{directory}/{PACKAGE}/{branch}", os.O_RDONLY)
                for number in range(start, min(start + wide, files)):
                    name = f"file-{number:07d}.conf"
                    os.close(os.open(name, os.O_CREAT | os.O_WRONLY, 0o644, dir_fd=here))
                os.close(here)
            with open(f"{directory}/dotstream.toml", "w", encoding="utf-8"):
                pass  # an empty configuration: every default
        return directory

    def fresh(self) -> None:
        """Make the target empty and forget every transaction."""
        for path in (self.target, self.env["XDG_STATE_HOME"], self.env["HOME"]):
            shutil.rmtree(path, ignore_errors=True)
            os.makedirs(path)

    def ours(self, directory: str, command: str, *flags: str) -> list[str]:
        """Return a command line of ours."""
        folding = [] if command == "unmanage" else ["--no-folding"]
        place = ["-d", directory, "-t", self.target]
        return [self.dotstream, *place, command, PACKAGE, *folding, *flags]

    def stow(self, directory: str, action: str, *flags: str) -> list[str]:
        """Return a command line of GNU Stow's."""
        place = ["-d", directory, "-t", self.target, "--no-folding"]
        return ["/usr/bin/stow", *place, *flags, action, PACKAGE]

    def managed(self, directory: str) -> None:
        """Make every link of the package."""
        self.fresh()
        process(self.ours(directory, "manage", "-q"), self.env)

    def refused(self, files: int, *, flat: bool) -> list[str]:
        """Put a file in the place of the last link; return a command that meets it last."""
        self.fresh()
        last = f"all/file-{files - 1:07d}.conf"
        if not flat:
            last = f"area-{(files - 1) // 10_000:03d}/dir-{(files - 1) // 100:05d}/{last[4:]}"
        os.makedirs(os.path.dirname(f"{self.target}/{last}"))
        with open(f"{self.target}/{last}", "w", encoding="utf-8") as file:
            file.write("in the way")
        return self.ours(self.farm(files, flat=flat), "manage", "-q", "--stream")

    def killed(self, files: int, *, flat: bool) -> list[str]:
        """Have a run killed when all but one of its links are made; return what recovers it."""
        self.fresh()
        farm, state = self.farm(files, flat=flat), f"{self.env['XDG_STATE_HOME']}/dotstream"
        killed = [sys.executable, "-m", "tests.bench.killed", farm, self.target, state]
        process([*killed, PACKAGE, str(files)], self.env, ends=-signal.SIGKILL)
        return [self.dotstream, "-d", farm, "-t", self.target, "recover", "-q"]


def ratio(costs: dict[str, Cost], ours: str, other: str) -> float:
    """Return how long ours took, as a multiple of the other."""
    return costs[ours].wall / costs[other].wall


def apply(bench: Bench) -> Iterator[Row]:
    """Every link of a new package, folding off."""
    farm = bench.farm(bench.files)
    manage = bench.ours(farm, "manage", "-q")
    costs = interleaved(
        {
            "cp -rs": Subject(["cp", "-rs", f"{farm}/{PACKAGE}/.", bench.target], bench.fresh),
            "dotstream manage": Subject(manage, bench.fresh),
            "dotstream manage --stream": Subject([*manage, "--stream"], bench.fresh),
            "stow": Subject(bench.stow(farm, "-S"), bench.fresh, rounds=1),
        },
        bench.rounds,
        bench.env,
    )
    for name, bar in (("dotstream manage", 1.4), ("dotstream manage --stream", 1.25)):
        times = ratio(costs, name, "cp -rs")
        yield Row(name, costs[name], f"{times:.2f} x cp -rs", f"<= {bar}", times <= bar)
    faster = 1 / ratio(costs, "dotstream manage", "stow")
    yield Row("  against stow", None, f"{faster:.1f} x faster", ">= 5", faster >= 5)
    yield Row("cp -rs", costs["cp -rs"])
    yield Row("stow", costs["stow"])


def upkeep(bench: Bench) -> Iterator[Row]:
    """Remanage with nothing to do, and unmanage."""
    farm = bench.farm(bench.files)
    bench.managed(farm)
    costs = interleaved(
        {
            "dotstream remanage": Subject(bench.ours(farm, "remanage", "-q")),
            "stow -R": Subject(bench.stow(farm, "-R"), rounds=1),
        },
        bench.rounds,
        bench.env,
    )

    def again() -> None:
        bench.managed(farm)

    costs |= interleaved(
        {
            "dotstream unmanage": Subject(bench.ours(farm, "unmanage", "-q"), again),
            "stow -D": Subject(bench.stow(farm, "-D"), again, rounds=1),
        },
        bench.rounds,
        bench.env,
    )
    for name, other, bar in (
        ("dotstream remanage", "stow -R", 30),
        ("dotstream unmanage", "stow -D", 10),
    ):
        faster = 1 / ratio(costs, name, other)
        yield Row(name, costs[name], f"{faster:.1f} x faster", f">= {bar}", faster >= bar)
        yield Row(other, costs[other])


def plan(bench: Bench) -> Iterator[Row]:
    """Planning alone, every link present, beside the least that must be read."""
    farm = bench.farm(bench.files)
    bench.managed(farm)
    bare = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bare.py")
    costs = interleaved(
        {
            "bare pass": Subject([sys.executable, bare, f"{farm}/{PACKAGE}", bench.target]),
            "dotstream manage -n": Subject(bench.ours(farm, "manage", "-n", "-q")),
        },
        max(bench.rounds, 5),
        bench.env,
    )
    times = ratio(costs, "dotstream manage -n", "bare pass")
    cost = costs["dotstream manage -n"]
    yield Row("plan, all present", cost, f"{times:.2f} x bare pass", "<= 2", times <= 2)
    yield Row("bare pass (Python)", costs["bare pass"])


def memory(bench: Bench) -> Iterator[Row]:
    """Growth of peak memory from a hundredth of the large farm to all of it."""
    for flat in (False, True):
        shape = "one directory" if flat else "nested"
        peaks: dict[str, list[Cost]] = {}
        for files in (bench.large // 100, bench.large):
            farm = bench.farm(files, flat=flat)
            bench.fresh()
            manage = bench.ours(farm, "manage", "-q")
            for name, command in (
                ("plan", [*manage, "-n"]),
                ("apply", manage),
                ("remanage", bench.ours(farm, "remanage", "-q")),
                ("undo", [bench.dotstream, "-d", farm, "-t", bench.target, "undo", "-q"]),
                ("apply --stream", [*manage, "--stream"]),
                ("unmanage", bench.ours(farm, "unmanage", "-q")),
            ):
                peaks.setdefault(name, []).append(process(command, bench.env))
            refused = bench.refused(files, flat=flat)
            peaks.setdefault("rollback", []).append(process(refused, bench.env, ends=3))
            recover = bench.killed(files, flat=flat)
            peaks.setdefault("recovery", []).append(process(recover, bench.env))
            bench.fresh()
        for name, (small, large) in peaks.items():
            growth = large.memory - small.memory
            figure = f"grows {growth:.1f} MiB"
            yield Row(
                f"{name}, {shape}",
                large,
                figure,
                "<= 8, <= 40 in all",
                growth <= 8 and large.memory <= 40,
            )


def latency(bench: Bench) -> Iterator[Row]:
    """From the start of the process to the first operation of the large farm."""
    for flat in (False, True):
        farm = bench.farm(bench.large, flat=flat)
        bench.fresh()
        command = [bench.dotstream, "-d", farm, "-t", bench.target, "plan", "manage", PACKAGE]
        command += ["--no-folding", "--json"]
        seconds = statistics.median(
            first_line(command, bench.env, b'"type":"operation"') for _ in range(5)
        )
        version = statistics.median(
            process([bench.dotstream, "--version"], bench.env).wall for _ in range(5)
        )
        own = seconds - version
        shape = "one directory" if flat else "nested"
        figure = f"{seconds * 1000:.0f} ms, {own * 1000:.0f} ms after start-up"
        yield Row(f"first operation, {shape}", None, figure, "<= 50 ms after", own <= 0.05)


def small(bench: Bench) -> Iterator[Row]:
    """A dry run of a small package, the whole process."""
    farm = bench.farm(100)
    bench.fresh()
    costs = interleaved(
        {
            "stow -n": Subject(bench.stow(farm, "-S", "-n")),
            "dotstream manage -n": Subject(bench.ours(farm, "manage", "-n")),
        },
        max(bench.rounds, 15),
        bench.env,
    )
    more = (costs["dotstream manage -n"].wall - costs["stow -n"].wall) * 1000
    ours, stow = costs["dotstream manage -n"], costs["stow -n"]
    yield Row("manage -n, 100 files", ours, f"stow {more:+.0f} ms", "<= +50 ms", more <= 50)
    yield Row("stow -n, 100 files", stow)


SECTIONS: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "small": small,
    "apply": apply,
    "upkeep": upkeep,
    "plan": plan,
    "latency": latency,
    "memory": memory,
}


def show(row: Row) -> None:
    """Print one line of the table."""
    cost = " " * 27
    if row.cost:
        wall, cpu, peak = row.cost
        cost = f"{wall:8.3f} s {cpu:7.2f} s {peak:5.0f} M"
    mark = {None: "", True: "ok", False: "MISSED"}[row.met]
    print(f"{row.what:28} {cost}  {row.figure:32} {row.bar:18} {mark}", flush=True)


def main() -> None:
    """Measure the sections asked for and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", choices=SECTIONS, help="repeatable")
    parser.add_argument("--files", type=int, default=100_000, help="for apply, upkeep, plan")
    parser.add_argument("--large", type=int, default=1_000_000, help="for memory, latency")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    memory_disk = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="bench.", dir=memory_disk) as scratch:
        bench = Bench(scratch, options.files, options.large, options.rounds)
        where = "a RAM disk" if memory_disk else scratch
        print(f"{options.files:,} and {options.large:,} files on {where}")
        print(f"Python {sys.version.split()[0]}, {sys.base_prefix}")
        print(f"{'':28} {'wall':>10} {'cpu':>9} {'peak':>7}")
        for name in options.only or SECTIONS:
            print(f"-- {name}: {(SECTIONS[name].__doc__ or '').splitlines()[0]}")
            for row in SECTIONS[name](bench):
                show(row)


if __name__ == "__main__":
    main()
