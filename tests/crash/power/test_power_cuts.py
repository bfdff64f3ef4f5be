"""The power goes at any moment: after a recovery all of a run is there, or nothing of it.

``DOTSTREAM_LONG=1`` cuts it in every scene, by every model, in 400 states of each.  A line
of what is wrong replays it: ``python -m tests.crash.power.play`` and its first four words.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import pytest
from tests.crash.power.play import played
from tests.crash.power.scenes import CUTS, SHORT
from tests.crash.power.states import MODELS, States
from tests.long import LONG

if TYPE_CHECKING:
    from tests.crash.power.states import Model

_SCENES = tuple(CUTS) if LONG else SHORT
_MODELS = MODELS if LONG else ("ordered", "weak")
_STATES = 400 if LONG else 40


@pytest.mark.parametrize("model", MODELS)
def test_if_the_journal_goes_too_doctor_tells_where_each_file_was(model: Model) -> None:
    with played("backups in many batches") as play:
        assert play is not None
        states, seen = States(play.disk, model), 0
        for number, state in enumerate(states.some(1, _STATES)):
            told = play.told(states, state)
            assert all(told.values()), f"{model} {number}: {told} {states.tell(state)}"
            seen += len(told)
        assert seen


@pytest.mark.timeout(3600 if LONG else 400)
@pytest.mark.parametrize("name", _SCENES)
def test_after_a_power_cut_all_of_it_is_there_or_nothing(name: str) -> None:
    with played(name) as play:
        if play is None:
            pytest.skip("there is no second file system here, and none can be mounted")
        for model in _MODELS:
            seed = zlib.crc32(f"{name} {model}".encode()) % 1000
            faults = list(play.faults(model, seed, _STATES))
            lines = "\n".join(f"{fault.replay}: {fault.what}" for fault in faults[:5])
            assert not faults, f"{len(faults)} of {_STATES} states:\n{lines}"
