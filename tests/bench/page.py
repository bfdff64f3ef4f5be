"""The tables and plots of the documentation, from what was kept of the latest version."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.bench.bars import judged
from tests.bench.plot import Line, drawn
from tests.bench.results import Results, growth, median, times
from tests.bench.shapes import SHAPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tests.bench.results import Samples

__all__ = ["filled", "memory_plot", "slope_plot", "streaming_plot"]

_SIZES = (1_000, 10_000, 100_000, 1_000_000)
_NONE = "–"
_FLOOR = 0.5
"""MiB; what is less above the least of all, is that."""


def filled(page: str, results: Results) -> str:
    """Return a page with its tables as they are now; each stands between two comments."""
    return re.sub(
        r"(<!-- figures: (\w+) -->\n).*?(<!-- end -->)",
        lambda found: f"{found[1]}\n{TABLES[found[2]](results)}\n{found[3]}",
        page,
        flags=re.DOTALL,
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _said(form: str, value: float | None) -> str:
    return _NONE if value is None else form.format(value)


def _bars(results: Results) -> str:
    marks = {True: "yes", False: "**no**", None: _NONE}
    return _table(
        ("what", "aim", "measured", "reached"),
        ((each.what, each.bar, each.figure, marks[each.met]) for each in judged(results.samples)),
    )


def _machine(results: Results) -> str:
    about = results.about
    names = ("cp", "GNU Stow", "stow-python", "dotbot", "dotdrop")
    versions = ", ".join(f"{name} {about.get(name, _NONE)}" for name in names)
    return (
        f"Measured with Python {about.get('python', _NONE)} on {about.get('system', _NONE)}, "
        f"{about.get('cores', _NONE)} cores, load {about.get('load', _NONE)} when it began; "
        f"{versions}.\n"
    )


def _side_by_side(case: str) -> Callable[[Results], str]:
    """Return a table of everybody who took part."""

    def table(results: Results) -> str:
        found = results.samples.get(case, {})
        first = next(iter(found), "")
        peaks = [median(results.samples, case, who, "memory") for who in found]
        least = min((peak for peak in peaks if peak), default=0.0)
        rows = [
            (
                who if who.startswith("bare loop") else f"`{who}`",
                _said("{:.3f}", median(results.samples, case, who, "wall")),
                _said("{:.2f}", times(results.samples, case, who, first, "wall")),
                _said("{:.3f}", median(results.samples, case, who, "cpu")),
                _peak(peak, least),
                _said("{:.1f}", median(results.samples, case, who, "calls")),
            )
            for who, peak in zip(found, peaks, strict=True)
        ]
        head = ("", "seconds", f"× {first or _NONE}", "CPU seconds", "peak MiB", "calls a link")
        return _table(head, rows)

    return table


def _peak(peak: float | None, least: float) -> str:
    """Say no more than is known: no peak shows that is below that of what measures."""
    if peak is not None and peak - least < _FLOOR:
        return f"≤ {peak:.0f}"
    return _said("{:.1f}", peak)


_SHAPED: Mapping[str, tuple[str, str, str]] = {
    "`manage` ÷ `cp -rs`": ("make", "dotstream manage", "cp -rs"),
    "`manage` ÷ bare loop": ("make", "dotstream manage", "bare loop"),
    "`remanage` ÷ bare loop": ("keep", "dotstream remanage", "bare loop"),
    "`unmanage` ÷ bare loop": ("remove", "dotstream unmanage", "bare loop"),
    "`undo` ÷ bare loop": ("remove", "dotstream undo", "bare loop"),
    "GNU Stow ÷ `manage`": ("make", "stow", "dotstream manage"),
}
_SHAPED_AT = {
    "wide": 100_000,
    "few": 50_000,
    "single": 20_000,
    "deep": 20_000,
    "folded": 20_000,
    "packages": 100_000,
}


def _shapes(results: Results) -> str:
    rows = []
    for shape, links in _SHAPED_AT.items():
        row = [SHAPES[shape].words, f"{links:,}"]
        for family, who, other in _SHAPED.values():
            case = f"{family}/{shape}/{links}/ram"
            row.append(_said("{:.2f}", times(results.samples, case, who, other, "wall")))
        rows.append(row)
    return _table(("", "links", *_SHAPED), rows)


_MAKERS = {
    "dotstream manage": "dotstream manage",
    "cp -rs": "cp -rs",
    "GNU Stow": "stow",
    "dotbot": "dotbot",
    "dotdrop": "dotdrop install",
}


def _slope(samples: Samples, who: str) -> list[tuple[int, float]]:
    """Return microseconds a link by number of links."""
    found = ((links, median(samples, _made(links), who, "wall")) for links in _SIZES)
    return [(links, wall / links * 1e6) for links, wall in found if wall is not None]


def _made(links: int) -> str:
    return f"make/wide/{links}/ram"


def _slopes(results: Results) -> str:
    rows = []
    for name, who in _MAKERS.items():
        points = dict(_slope(results.samples, who))
        rows.append((name, *(_said("{:.1f}", points.get(links)) for links in _SIZES)))
    return _table(("µs a link", *(f"{links:,}" for links in _SIZES)), rows)


def _peaks(results: Results) -> str:
    """Return peak memory with very many links, and how much more that is than with few."""
    commands = [
        ("make", "dotstream manage"),
        ("make", "dotstream manage --stream"),
        ("keep", "dotstream manage -n"),
        ("keep", "dotstream remanage"),
        ("keep", "dotstream status"),
        ("keep", "dotstream doctor"),
        ("remove", "dotstream unmanage"),
        ("remove", "dotstream undo"),
        ("remove", "dotstream, rolled back"),
        ("remove", "dotstream recover"),
    ]
    rows = []
    for shape in SHAPES:
        found = [growth(results.samples, family, shape, who) for family, who in commands]
        links = max((each.links for each in found if each), default=0)
        peaks = [f"{each.peak:.0f} ({each.more:+.1f})" if each else _NONE for each in found]
        rows.append((SHAPES[shape].words, f"{links:,}" if links else _NONE, *peaks))
    names = (who.removeprefix("dotstream").strip(" ,") for _, who in commands)
    return _table(("MiB", "links", *names), rows)


def _server(results: Results) -> str:
    rows = []
    for case, found in results.samples.items():
        family, _, links, _ = case.split("/")
        if family not in {"wire", "neovim", "vscode"}:
            continue
        for who in found:
            figures = [
                form.format(value)
                for quantity, form in _SERVER.items()
                if (value := median(results.samples, case, who, quantity)) is not None
            ]
            rows.append((who, f"{int(links):,}", ", ".join(figures)))
    return _table(("", "links", ""), rows)


_SERVER = {
    "wall": "{:.2f} s",
    "memory": "{:.0f} MiB",
    "p50": "half within {:.1f} ms",
    "p99": "99 % within {:.1f} ms",
    "longest": "the longest {:.1f} ms",
}


def _ways(results: Results) -> str:
    """Return what each way of using the Python API costs."""
    cases = {links: f"api/wide/{links}/ram" for links in _SIZES[1:]}
    everyone = dict.fromkeys(
        who for case in cases.values() for who in results.samples.get(case, ())
    )
    rows = []
    for who in everyone:
        row = [who]
        for case in cases.values():
            cpu = median(results.samples, case, who, "cpu")
            memory = median(results.samples, case, who, "memory")
            row.append(_NONE if cpu is None else f"{cpu:.2f} s, {memory:.1f} MiB")
        rows.append(row)
    return _table(("way", *(f"{links:,} files" for links in cases)), rows)


TABLES: Mapping[str, Callable[[Results], str]] = {
    "bars": _bars,
    "machine": _machine,
    "make": _side_by_side("make/wide/10000/ram"),
    "keep": _side_by_side("keep/wide/10000/ram"),
    "remove": _side_by_side("remove/wide/10000/ram"),
    "make100k": _side_by_side("make/wide/100000/ram"),
    "keep100k": _side_by_side("keep/wide/100000/ram"),
    "remove100k": _side_by_side("remove/wide/100000/ram"),
    "disk": _side_by_side("make/wide/100000/disk"),
    "start": _side_by_side("plan/wide/100/ram"),
    "shapes": _shapes,
    "slope": _slopes,
    "memory": _peaks,
    "server": _server,
    "ways": _ways,
}
"""Tables by the name that a page has them under."""


def slope_plot(results: Results) -> str:
    """Return a picture of what a link costs."""
    lines = [Line(name, _slope(results.samples, who)) for name, who in _MAKERS.items()]
    return drawn(
        "Microseconds a link, by number of links", [each for each in lines if each.points]
    )


def memory_plot(results: Results) -> str:
    """Return a picture of peak memory while links are made."""
    lines = []
    for name, who in _MAKERS.items():
        found = (
            (links, median(results.samples, _made(links), who, "memory")) for links in _SIZES
        )
        lines.append(Line(name, [(links, value) for links, value in found if value is not None]))
    return drawn("Peak memory, MiB, by number of links", [each for each in lines if each.points])


_PLOTTED = ("plan_manage", "plan.operations", "apply(plan_manage)", "execute(filter)")
"""Ways of the Python API; those in brackets change something."""


def streaming_plot(results: Results) -> str:
    """Return a picture of what batch and streaming hold at once."""
    lines = []
    for way in _PLOTTED:
        points = [
            (links, value)
            for links in _SIZES
            if (value := median(results.samples, f"api/wide/{links}/ram", f"`{way}`", "memory"))
        ]
        lines.append(Line(way, points, dashed="(" in way))
    return drawn(
        "Peak memory of the process, MiB, by files", [each for each in lines if each.points]
    )
