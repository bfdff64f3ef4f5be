"""Killed at any effect, an apply leaves what the next command makes into before or after.

These are the quick runs; ``python -m tests.crash.enumerate --long`` makes all of them.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import pytest
from tests.crash.enumerate import AWAY, JOURNALS, absent, moved, twice, whole, without_journal
from tests.crash.killing import CHANGES, Killing, WithoutExchange
from tests.crash.mounts import elsewhere
from tests.crash.scenes import SCENES

from dotstream.fs.change import Changes
from dotstream.model.options import POLICIES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_STREAMED = (
    "manage", "manage with unfold", "unmanage with refold", "adopt", "back up directories",
    "manage, adopting", "remanage", "undo of: manage with unfold",
)  # fmt: skip
_RESUMED = (
    "manage", "manage with unfold", "unmanage with refold", "adopt", "manage, adopting",
    "remanage", "undo of: unmanage with refold", "back up directories, state away",
)  # fmt: skip
_TWICE = {
    "manage with unfold": 17, "unmanage with refold": 17, "remanage": 31, "manage, adopting": 13,
    "back up directories": 13, "adopt directories, packages away": 151,
}  # fmt: skip

_ABSENT = {
    "back up files in directories": 5, "manage, adopting": 11, "adopt over files": 11,
    "undo of: back up files in directories": 7, "restore into directories": 5, "remanage": 17,
}  # fmt: skip

_MOVED = {
    "back up files in directories": 1, "manage, adopting": 3, "remanage": 5,
    "undo of: back up directories": 3, "restore": 3,
}  # fmt: skip

_JOURNALS = {
    "back up files in directories": 1, "manage, adopting": 3, "remanage": 5,
    "undo of: back up directories": 3, "restore": 2, "back up directories, state away": 23,
}  # fmt: skip


@pytest.fixture
def away() -> Iterator[str]:
    """A directory on another file system."""
    with elsewhere() as place:
        if place is None:
            pytest.skip("there is no second file system here, and none can be mounted")
        yield f"{place}/there"


def _step(name: str) -> int:
    """Take fewer points of an undo, and where a copy elsewhere has a hundred of them."""
    if SCENES[name].away:
        return 11 if name.startswith("undo") else 5
    return 3 if name.startswith("undo") else 1


def test_every_effect_is_a_point() -> None:
    public = {
        name
        for name, _ in inspect.getmembers(Changes, inspect.isfunction)
        if not name.startswith("_")
    }
    assert public == set(CHANGES)
    assert public <= Killing.__dict__.keys()


def test_every_policy_and_action_is_played() -> None:
    assert {"backup", "overwrite", "adopt"} < set(POLICIES)
    told = " ".join(SCENES)
    for word in ("manage", "unmanage", "remanage", "adopt", "undo", "restore", "overwrite"):
        assert word in told


@pytest.mark.parametrize("name", SCENES)
def test_killed_anywhere_it_ends_before_or_after(scratch: Path, away: str, name: str) -> None:
    points, troubles = whole(SCENES[name], f"{scratch}/here", away, every=_step(name))
    assert not troubles, f"{len(troubles)} of {points} points: {troubles[:3]}"


@pytest.mark.parametrize("name", _STREAMED)
def test_killed_anywhere_while_streaming_it_ends_before_or_after(
    scratch: Path, away: str, name: str
) -> None:
    points, troubles = whole(SCENES[name], f"{scratch}/here", away, stream=True)
    assert not troubles, f"{len(troubles)} of {points} points: {troubles[:3]}"


@pytest.mark.parametrize("name", _RESUMED)
def test_killed_anywhere_it_can_be_carried_to_its_end(
    scratch: Path, away: str, name: str
) -> None:
    points, troubles = whole(
        SCENES[name], f"{scratch}/here", away, resume=True, every=_step(name)
    )
    assert not troubles, f"{len(troubles)} of {points} points: {troubles[:3]}"


@pytest.mark.parametrize("name", _TWICE)
def test_killed_again_while_recovering_it_ends_before_or_after(
    scratch: Path, away: str, name: str
) -> None:
    pairs, troubles = twice(SCENES[name], f"{scratch}/here", away, every=_TWICE[name])
    assert pairs
    assert not troubles, f"{len(troubles)} of {pairs} pairs: {troubles[:3]}"


@pytest.mark.parametrize(
    "name", ["remanage", "manage with unfold", "unmanage with refold", "backup", "adopt"]
)
def test_killed_anywhere_where_nothing_can_be_exchanged_it_ends_before_or_after(
    scratch: Path, away: str, name: str
) -> None:
    points, troubles = whole(SCENES[name], f"{scratch}/here", away, seam=WithoutExchange)
    assert not troubles, f"{len(troubles)} of {points} points: {troubles[:3]}"


@pytest.mark.parametrize("how", AWAY)
@pytest.mark.parametrize("name", _ABSENT)
def test_a_directory_that_is_away_while_recovering_is_put_right_when_it_is_back(
    scratch: Path, away: str, name: str, how: str
) -> None:
    pairs, troubles = absent(SCENES[name], f"{scratch}/here", away, how, every=_ABSENT[name])
    assert pairs
    assert not troubles, f"{len(troubles)} of {pairs} pairs: {troubles[:3]}"


@pytest.mark.parametrize("name", _MOVED)
def test_a_home_that_is_moved_after_the_kill_is_put_right_there(
    scratch: Path, away: str, name: str
) -> None:
    points, troubles = moved(SCENES[name], f"{scratch}/here", away, every=_MOVED[name])
    assert points
    assert not troubles, f"{len(troubles)} of {points} points: {troubles[:3]}"


@pytest.mark.parametrize("how", JOURNALS)
@pytest.mark.parametrize("name", _JOURNALS)
def test_a_journal_that_is_not_as_it_was_loses_no_file(
    scratch: Path, away: str, name: str, how: str
) -> None:
    every = _JOURNALS[name]
    points, troubles = without_journal(SCENES[name], f"{scratch}/here", away, how, every=every)
    assert points
    assert not troubles, f"{len(troubles)} of {points} points: {troubles[:3]}"
