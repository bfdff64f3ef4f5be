"""`dotstream stow` does what GNU Stow does, case by case, and what the manual promises."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.scenarios.case import Scenario, load, perform
from tests.scenarios.process import PYTHON_STOW, Runner, Spawner, dotstream, python_stow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_HERE = os.path.dirname(__file__)
GIVEN = load(os.path.join(_HERE, "stow.yaml"))
CORNERS = load(os.path.join(_HERE, "corners.yaml"))
SCENARIOS = GIVEN + CORNERS

# The Python twin of GNU Stow 2.4.1 tests existence without following links.
TWIN_DIFFERS = {"refold-with-foreign-dangling-half-done"}


@pytest.fixture(scope="module")
def ours() -> Iterator[Mapping[str, Runner]]:
    programs = {"stow": dotstream("stow"), "chkstow": dotstream("chkstow")}
    yield programs
    for program in programs.values():
        program.close()


@pytest.fixture(scope="module")
def gnu() -> Iterator[Mapping[str, Runner]]:
    stow = python_stow()
    yield {"stow": stow, "chkstow": Spawner([os.path.join(PYTHON_STOW, "bin", "chkstow")])}
    stow.close()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario["id"])
def test_stow_front_end(scenario: Scenario, ours: Mapping[str, Runner], tmp_path: Path) -> None:
    expectation = scenario["want"] if "want" in scenario else scenario["expect"]
    assert perform(scenario, expectation, os.path.realpath(tmp_path), ours) == []


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario["id"])
def test_gnu_stow_does_what_the_scenario_says(
    scenario: Scenario, gnu: Mapping[str, Runner], tmp_path: Path
) -> None:
    problems = perform(scenario, scenario["expect"], os.path.realpath(tmp_path), gnu)
    assert bool(problems) == (scenario["id"] in TWIN_DIFFERS), problems


def test_every_bug_says_what_is_wanted_instead() -> None:
    bugs = [scenario for scenario in SCENARIOS if scenario.get("kind") == "bug"]
    assert len(bugs) > 10
    assert [scenario["id"] for scenario in bugs if "want" not in scenario] == []
