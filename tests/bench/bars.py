"""What must be reached, and what a run has: ``python -m tests.bench.bars [RESULTS]``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from tests.bench import results
from tests.bench.results import growth, median, times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bench.results import Samples

__all__ = ["BARS", "Bar", "Judged", "judged"]


Figure: TypeAlias = "Callable[[Samples], float | None]"


class Bar(NamedTuple):
    """What is measured, how to say it, and what it may be at most, or must be at least."""

    what: str
    form: str
    figure: Figure
    most: float | None = None
    least: float | None = None


class Judged(NamedTuple):
    """A bar, and what was measured, in words; ``met`` is ``None`` where nothing was."""

    what: str
    bar: str
    figure: str
    met: bool | None


def judged(samples: Samples) -> Iterator[Judged]:
    """Hold what was measured against every bar."""
    for bar in BARS:
        value = bar.figure(samples)
        limit = bar.most if bar.most is not None else bar.least
        said = f"{'≤' if bar.most is not None else '≥'} {bar.form.format(limit)}"
        if value is None:
            yield Judged(bar.what, said, "not measured", None)
            continue
        met = value <= bar.most if bar.most is not None else value >= (bar.least or 0)
        yield Judged(bar.what, said, bar.form.format(value), met)


def _ratio(case: str, who: str, other: str) -> Figure:
    return lambda samples: times(samples, case, who, other, "wall")


def _middle(case: str, who: str, quantity: str) -> Figure:
    return lambda samples: median(samples, case, who, quantity)


def _more(case: str, who: str, other: str, quantity: str) -> Figure:
    """Return how many milliseconds one takes more than another."""

    def figure(samples: Samples) -> float | None:
        one, two = (median(samples, case, each, quantity) for each in (who, other))
        return None if one is None or two is None else (one - two) * 1000

    return figure


def _growth(samples: Samples) -> float | None:
    """Return by how much peak memory grows at most, of all commands and shapes."""
    found = (
        growth(samples, family, shape, who)
        for family, shape in {tuple(case.split("/")[:2]) for case in samples}
        for who in {who for case in samples for who in samples[case]}
        if who.startswith(("dotstream", "server"))
    )
    return max((each.more for each in found if each), default=None)


_MAKE, _KEEP, _REMOVE = (f"{family}/wide/100000/ram" for family in ("make", "keep", "remove"))
_DISK, _FEW = "make/wide/100000/disk", "make/few/50000/ram"
_FIRST, _START, _WIRE = "first/wide/1000000/ram", "plan/wide/100/ram", "wire/wide/1000000/ram"
_VSCODE, _VSCODE_LARGE = "vscode/wide/20000/ram", "vscode/wide/1000000/ram"
_NEOVIM = "neovim/wide/1000000/ram"
_CP, _TIMES, _BARE = "{:.2f} × `cp -rs`", "{:.1f} ×", "{:.2f} × a bare pass"
_MS, _SECONDS, _MIB = "{:.1f} ms", "{:.1f} s", "{:.1f} MiB"
_ALONE = "{:.2f} × planning alone"


def _most(what: str, form: str, most: float, figure: Figure) -> Bar:
    return Bar(what, form, figure, most=most)


def _least(what: str, form: str, least: float, figure: Figure) -> Bar:
    return Bar(what, form, figure, least=least)


BARS = (
    _most("manage, RAM disk", _CP, 0.7, _ratio(_MAKE, "dotstream manage", "cp -rs")),
    _most("manage, disk", _CP, 0.85, _ratio(_DISK, "dotstream manage", "cp -rs")),
    _most("manage, 5 files a directory", _CP, 1.25, _ratio(_FEW, "dotstream manage", "cp -rs")),
    _least("GNU Stow ÷ manage", _TIMES, 12, _ratio(_MAKE, "stow", "dotstream manage")),
    _least("GNU Stow ÷ remanage", _TIMES, 45, _ratio(_KEEP, "stow -R", "dotstream remanage")),
    _least("GNU Stow ÷ unmanage", _TIMES, 15, _ratio(_REMOVE, "stow -D", "dotstream unmanage")),
    _least("GNU Stow ÷ undo", _TIMES, 12, _ratio(_REMOVE, "stow -D", "dotstream undo")),
    _most("remanage, no-op", _BARE, 3, _ratio(_KEEP, "dotstream remanage", "bare loop")),
    _most("status", _BARE, 3, _ratio(_KEEP, "dotstream status", "bare loop")),
    _most("doctor", _BARE, 3, _ratio(_KEEP, "dotstream doctor", "bare loop, following")),
    _most("recover", _BARE, 3, _ratio(_REMOVE, "dotstream recover", "bare loop")),
    _most("peak memory, 10,000 to 1,000,000", _MIB, 6, _growth),
    _most(
        "first of 1,000,000, after start-up",
        _MS,
        25,
        _more(_FIRST, "dotstream plan", "dotstream --version", "wall"),
    ),
    _most(
        "CPU of a dry run of 100, above GNU Stow's",
        _MS,
        5,
        _more(_START, "dotstream manage -n", "stow -n", "cpu"),
    ),
    _least(
        "1,000,000 rows over stdio", _ALONE, 0.8, _ratio(_WIRE, "planning alone", "rows, stdio")
    ),
    _most("ping meanwhile, p99", _MS, 10, _middle(_WIRE, "ping, stdio", "p99")),
    _most("cancel meanwhile, p99", _MS, 10, _middle(_WIRE, "cancel, stdio", "p99")),
    _most(
        "VS Code, 20,000",
        "{:.2f} × the shell",
        3,
        _ratio(_VSCODE, "VS Code, shown", "in a shell"),
    ),
    _most("VS Code, 1,000,000", _SECONDS, 10, _middle(_VSCODE_LARGE, "VS Code, shown", "wall")),
    _most("Neovim, 1,000,000", _SECONDS, 10, _middle(_NEOVIM, "Neovim", "wall")),
    _most("Neovim, memory", _MIB, 23.8, _middle(_NEOVIM, "Neovim", "memory")),
    _most(
        "Neovim, first row drawn",
        "{:.3f} s",
        0.057,
        _middle(_NEOVIM, "Neovim, first row drawn", "wall"),
    ),
    _most(
        "Neovim, longest a key waits", _MS, 32, _middle(_NEOVIM, "Neovim, a key waits", "longest")
    ),
)
"""Of 100,000 links where no number is said; ratios are of wall time, medians of pairs."""


def main() -> None:
    """Print the table."""
    found = results.load(Path(sys.argv[1])) if sys.argv[1:] else results.newest()
    for name, value in found.about.items():
        print(f"{name}: {value}")
    for each in judged(found.samples):
        mark = {True: "met", False: "MISSED", None: ""}[each.met]
        print(f"{each.what:44} {each.bar:26} {each.figure:26} {mark}".rstrip())


if __name__ == "__main__":
    main()
