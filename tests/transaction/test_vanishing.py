"""The state directory, or the target, is moved away or removed while a run is at work."""

from __future__ import annotations

import os
import shutil
from itertools import count
from typing import TYPE_CHECKING

import pytest
from tests.farm import Farm, apply
from tests.snapshot import difference
from tests.transaction.faulty import Watched

from dotstream.errors import DotstreamError
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


_PREFER = Preferences(folding="never", on_conflict="backup")


def _run_without(
    farm: Farm, place: str, go: Callable[[str], object], moment: int, *, stream: bool
) -> bool:
    """Manage while a directory goes at one of the changes; false if there is no such change."""
    gone = False

    def leave(change: int, _call: str, _name: str) -> None:
        nonlocal gone
        if change == moment:
            gone = True
            go(place)

    plan = farm.client().stream("manage", ["zsh"], prefer=_PREFER)
    changes = Watched(leave)
    if not gone:
        try:
            apply(plan, state=farm.state, stream=stream, changes=changes)
        except DotstreamError:
            assert gone
        else:
            assert not gone, "it said that all was done"
    return gone


def _move(place: str) -> None:
    os.rename(place, f"{place} is away")


@pytest.mark.parametrize("stream", [False, True], ids=["at once", "streaming"])
@pytest.mark.parametrize("what", ["state", "home"])
def test_what_is_moved_away_meanwhile_has_its_run_rolled_back_once_it_is_there_again(
    scratch: Path, what: str, stream: bool
) -> None:
    for moment in count(1):
        farm = Farm(scratch / str(moment))
        farm.make(
            {
                "stow/git/g": "g", "stow/zsh/a": "z", "stow/zsh/d/b": "z", "stow/zsh/e": "z",
                "home/a": "mine", "home/d/c": "mine too",
            }
        )  # fmt: skip
        farm.run("manage", "git")
        before, place = farm.tree(), f"{farm.root}/{what}"
        if not _run_without(farm, place, _move, moment, stream=stream):
            break
        assert not os.path.lexists(place) or not os.listdir(place)
        os.rename(f"{place} is away", place)
        farm.client().recover()
        assert difference(before, farm.tree()) == [], moment
        assert farm.backups() == {}
    assert moment > 3


@pytest.mark.parametrize("stream", [False, True], ids=["at once", "streaming"])
def test_a_state_that_is_removed_meanwhile_leaves_no_links_that_nobody_knows(
    scratch: Path, stream: bool
) -> None:
    for moment in count(1):
        farm = Farm(scratch / str(moment))
        farm.make({"stow/zsh/a": "z", "stow/zsh/d/b": "z", "home/d/c": "mine"})
        before = farm.home()
        if not _run_without(farm, farm.state, shutil.rmtree, moment, stream=stream):
            break
        assert farm.home() == before, moment
        farm.run("manage", prefer=_PREFER)
    assert moment > 1
