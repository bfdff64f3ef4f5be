"""Whoever is measured does the same work: the same links made, kept and removed."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from tests.bench.cases import SETS, Case
from tests.bench.farms import Farm, manage
from tests.bench.measure import COUNTER, process
from tests.bench.report import WORK
from tests.bench.run import absent, counted, prepared, run
from tests.bench.shapes import SHAPES
from tests.bench.tools import FAMILIES, TOOLS, Subject, Tool

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bench.farms import Place

_LINKS = 20


def _each(family: str) -> list[object]:
    return [pytest.param(subject, id=subject.name) for subject in FAMILIES[family]]


def _links(place: Place) -> dict[str, str]:
    """Return where each link of the target leads."""
    return {
        os.path.relpath(path, place.target): os.path.realpath(path)
        for directory, directories, files in os.walk(place.target)
        for path in (f"{directory}/{name}" for name in [*directories, *files])
        if os.path.islink(path)
    }


def _expected(farm: Farm) -> dict[str, str]:
    return {
        f"{branch.directory}/f{number:07d}": os.path.realpath(
            f"{farm.directory}/{branch.package}/{branch.directory}/f{number:07d}"
        )
        for branch in farm.shape.branches(farm.links)
        for number in branch.files
    }


def _worked(subject: Subject, farm: Farm) -> Place:
    if not TOOLS[subject.tool].is_there:
        pytest.skip(f"{subject.tool} is not there: {TOOLS[subject.tool].source}")
    place = prepared(subject, farm)
    process(subject.line(place), place.env, ends=subject.ends)
    return place


@pytest.mark.parametrize("subject", _each("make"))
def test_everybody_makes_every_link(subject: Subject, scratch: Path) -> None:
    farm = Farm(str(scratch), SHAPES["few"], _LINKS)
    assert _links(_worked(subject, farm)) == _expected(farm)


@pytest.mark.parametrize("subject", _each("keep"))
def test_everybody_leaves_every_link_that_is_there_already(
    subject: Subject, scratch: Path
) -> None:
    farm = Farm(str(scratch), SHAPES["few"], _LINKS)
    assert _links(_worked(subject, farm)) == _expected(farm)


@pytest.mark.parametrize("subject", _each("remove"))
def test_everybody_removes_every_link(subject: Subject, scratch: Path) -> None:
    farm = Farm(str(scratch), SHAPES["few"], _LINKS)
    assert _links(_worked(subject, farm)) == {}


@pytest.mark.parametrize("subject", _each("plan"))
def test_nobody_makes_a_link_in_a_dry_run(subject: Subject, scratch: Path) -> None:
    farm = Farm(str(scratch), SHAPES["few"], _LINKS)
    assert _links(_worked(subject, farm)) == {}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("links", [20, 2_000])
def test_a_farm_has_as_many_links_as_is_said(shape: str, links: int) -> None:
    branches = list(SHAPES[shape].branches(links))
    folds = SHAPES[shape].folds
    found = len(branches) if folds else sum(len(branch.files) for branch in branches)
    assert found == links


@pytest.mark.parametrize("shape", SHAPES)
def test_ours_makes_as_many_links_as_a_farm_has(shape: str, scratch: Path) -> None:
    farm = Farm(str(scratch), SHAPES[shape], 1_000)
    place = farm.empty()
    process(manage(place), place.env)
    assert len(_links(place)) == farm.links


def test_a_case_has_a_figure_of_everybody_that_is_there() -> None:
    case = Case("make", "wide", _LINKS, dict.fromkeys(TOOLS, 2))
    (samples,) = run([case])
    there = {each.name for each in FAMILIES["make"] if TOOLS[each.tool].is_there}
    assert set(samples[case.key]) == there
    for figures in samples[case.key].values():
        assert {name: len(each) for name, each in figures.items()} == {
            "wall": 2,
            "cpu": 2,
            "memory": 2,
        }


@pytest.mark.skipif(not shutil.which(COUNTER), reason="strace is not there: make oracles")
def test_system_calls_are_counted_by_the_link() -> None:
    case = Case("plan", "wide", _LINKS, {"bare": 1}, calls=True)
    (calls,) = counted(case)[case.key]["bare loop"]["calls"]
    assert 0 < calls < 1  # a directory of a hundred is read in a few calls


def test_each_kind_of_work_has_words() -> None:
    assert FAMILIES.keys() <= WORK.keys()
    assert {case.family for cases in SETS.values() for case in cases} == FAMILIES.keys()


def test_a_tool_that_is_not_there_is_said_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TOOLS, "dotbot", Tool("/nowhere/dotbot", "make bench-tools"))
    assert "dotbot is not there, and is left out: make bench-tools" in list(absent())
    case = Case("make", "wide", _LINKS, {"cp": 1, "dotbot": 1})
    (samples,) = run([case])
    assert list(samples[case.key]) == ["cp -rs"]
