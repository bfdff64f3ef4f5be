"""Tells what was measured as soon as it is, and adds it to a file if that is asked for."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench import results
from tests.bench.machine import about
from tests.bench.results import Results
from tests.bench.shapes import SHAPES

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from tests.bench.results import Samples

__all__ = ["keeping", "tell"]

WORK = {
    "make": "make every link",
    "keep": "every link is there already",
    "remove": "remove every link, or take it back",
    "plan": "a dry run where nothing is there yet",
    "first": "the first operation of a plan",
    "wire": "the language server",
    "neovim": "a plan in Neovim",
    "vscode": "a plan in VS Code",
    "api": "a plan or a change in Python",
}
"""Kinds of work, in words."""

_FORMS = {
    "wall": "{:8.3f} s",
    "cpu": "{:6.2f} s CPU",
    "memory": "{:6.1f} MiB",
    "calls": "{:5.2f} calls a link",
    "p50": "p50 {:.1f} ms",
    "p99": "p99 {:.1f} ms",
    "longest": "longest {:.1f} ms",
}


def keeping(parser: argparse.ArgumentParser) -> None:
    """Add the option that all the benchmarks have."""
    parser.add_argument("--keep", type=Path, help="a file that the figures are added to")


def tell(found: Iterable[Samples], keep: Path | None) -> None:
    """Print each case as it comes; how long all took comes last."""
    began = time.monotonic()
    machine = about()
    for samples in found:
        for case in samples:
            _show(case, samples)
        if keep:
            results.save(keep, results.merge(results.load(keep), Results(machine, samples)))
    print(f"took {time.monotonic() - began:.0f} s", file=sys.stderr)


def _show(case: str, found: Samples) -> None:
    family, shape, links, place = case.split("/")
    where = "a disk" if place == "disk" else "a RAM disk"
    print(f"-- {WORK[family]}: {int(links):,} links on {where}, {SHAPES[shape].words}")
    reference, *_ = found[case]
    for who in found[case]:
        said = [f"{who:28}"]
        for quantity, form in _FORMS.items():
            value = results.median(found, case, who, quantity)
            if value is not None:
                said.append(form.format(value))
        ratio = results.times(found, case, who, reference, "wall")
        if ratio is not None and who != reference:
            said.append(f"{ratio:7.2f} x {reference}")
        print(" ".join(said), flush=True)
