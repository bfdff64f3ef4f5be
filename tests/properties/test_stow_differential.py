"""Random farms end as GNU Stow leaves them, or differ where the manual says so."""

from __future__ import annotations

import os
import random
import re

import pytest
from tests.long import by_length
from tests.properties.differences import DIFFERENCES
from tests.properties.farms import farm
from tests.properties.fuzz import explore, written

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_FARMS = 150
_SEEDS = by_length(4, 200)


@pytest.mark.timeout(by_length(400, 7200))
@pytest.mark.parametrize("seed", range(_SEEDS))
def test_random_farms_end_as_gnu_stow_leaves_them(seed: int) -> None:
    counts, faults = explore(seed, range(_FARMS))
    assert not faults, f"{counts}\n" + "\n".join(written(*fault) for fault in faults)
    assert counts["farms"] == _FARMS
    same = counts["ok, same"] + counts["conflict, same"]
    assert same > counts["commands"] * 0.75, counts
    assert counts["conflict, same"] > counts["commands"] * 0.05, counts


def test_every_deliberate_difference_is_in_the_manual() -> None:
    page = os.path.join(_ROOT, "docs", "reference", "stow-differences.md")
    with open(page, encoding="utf-8") as text:
        listed = set(re.findall(r"^\| <a id=\"\w+\"></a>(\w+) \|", text.read(), re.MULTILINE))
    named = {name for ids in DIFFERENCES for name in ids.split(", ") if name != "twin"}
    assert named <= listed


def test_a_seed_always_gives_the_same_farm() -> None:
    assert farm(random.Random("1/2"), "f") == farm(random.Random("1/2"), "f")
    assert farm(random.Random("1/2"), "f") != farm(random.Random("1/3"), "f")
