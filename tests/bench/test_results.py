"""What is kept of a version, compared and shown."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from tests.bench import compare, results
from tests.bench.bars import BARS, judged
from tests.bench.compare import changes
from tests.bench.page import TABLES, filled
from tests.bench.plot import Line, drawn
from tests.bench.results import Results, times

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bench.results import Samples

_CASE = "make/wide/100000/ram"


def _samples(*, machine: float = 1.0, ours: float = 1.0, memory: float = 20.0) -> Samples:
    return {
        _CASE: {
            "cp -rs": {"wall": [2.0 * machine, 3.0 * machine, 2.0 * machine]},
            "dotstream manage": {
                "wall": [machine * ours, 3.0 * machine * ours, machine * ours],
                "memory": [memory],
            },
            "stow": {"wall": [13.0 * machine]},
        }
    }


def test_a_ratio_is_the_median_over_the_rounds_of_both() -> None:
    assert times(_samples(), _CASE, "dotstream manage", "cp -rs", "wall") == 0.5
    assert times(_samples(), _CASE, "stow", "dotstream manage", "wall") == 13.0
    assert times(_samples(), _CASE, "stow", "somebody", "wall") is None


def test_a_slower_machine_is_no_slower_version() -> None:
    found = list(changes(_samples(), _samples(machine=3)))
    assert [each.factor for each in found] == [1.0, 1.0]


@pytest.mark.parametrize(
    ("newer", "worse"),
    [
        (_samples(ours=1.1, memory=23), 0),
        (_samples(ours=0.5), 0),
        (_samples(ours=1.3), 1),
        (_samples(memory=25), 1),
    ],
)
def test_comparing_fails_beyond_a_fifth(
    newer: Samples, worse: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, samples in (("0.1", _samples()), ("0.2", newer)):
        results.save(tmp_path / f"{name}.json", Results({}, samples))
    words = [str(tmp_path / "0.1.json"), str(tmp_path / "0.2.json")]
    monkeypatch.setattr(sys, "argv", ["compare", *words])
    with pytest.raises(SystemExit) as ended:
        compare.main()
    assert ended.value.code == worse


def test_what_is_kept_is_read_again_and_added_to(tmp_path: Path) -> None:
    path = tmp_path / "benchmarks" / "0.1.json"
    results.save(path, Results({"cores": "2"}, _samples()))
    more: Samples = {_CASE: {"stow": {"calls": [7.2]}}}
    results.save(path, results.merge(results.load(path), Results({"cores": "4"}, more)))
    about, samples = results.load(path)
    assert about == {"cores": "4"}
    assert samples[_CASE]["stow"] == {"wall": [13.0], "calls": [7.2]}
    assert samples[_CASE]["cp -rs"] == {"wall": [2.0, 3.0, 2.0]}


def test_a_bar_says_whether_it_is_met_missed_or_not_measured() -> None:
    found = {each.what: (each.figure, each.met) for each in judged(_samples(ours=1.5))}
    assert len(found) == len(BARS)
    assert found["manage, RAM disk"] == ("0.75 × `cp -rs`", False)
    assert found["GNU Stow ÷ manage"] == ("8.7 ×", False)
    assert found["GNU Stow ÷ undo"] == ("not measured", None)
    assert dict(_met(_samples()))["manage, RAM disk"]


def _met(samples: Samples) -> list[tuple[str, bool | None]]:
    return [(each.what, each.met) for each in judged(samples)]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_what_was_not_measured_is_a_table_all_the_same(name: str) -> None:
    page = f"before\n<!-- figures: {name} -->\nold\n<!-- end -->\nafter\n"
    new = filled(page, Results({}, {}))
    assert "\nold\n" not in new
    assert new.startswith("before\n")
    assert new.endswith("<!-- end -->\nafter\n")
    assert filled(new, Results({}, {})) == new


def test_a_plot_is_light_or_dark_as_its_reader_is() -> None:
    picture = drawn("Seconds", [Line("ours", [(1_000, 1.0), (10_000, 2.0)])])
    assert "prefers-color-scheme: dark" in picture
    assert picture.count("#c2410c") == 2  # its line and its label
    assert picture.count("#fb923c") == 2
