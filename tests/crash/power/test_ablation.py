"""Each flush taken out is found: else what looks for faults would be blind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.crash.power.ablation import ABLATIONS
from tests.crash.power.play import played

if TYPE_CHECKING:
    from tests.crash.power.states import Model

_STATES = 60
_CASES = [
    pytest.param(without, scene, model, id=f"{without}: {scene}, {model}")
    for without, ablation in ABLATIONS.items()
    for scene, model in ablation.cases
]


@pytest.mark.parametrize(("without", "scene", "model"), _CASES)
def test_a_flush_that_is_taken_out_is_found(without: str, scene: str, model: Model) -> None:
    with played(scene, without=without) as play:
        if play is None:
            pytest.skip("there is no second file system here, and none can be mounted")
        assert any(play.faults(model, 1, _STATES))
