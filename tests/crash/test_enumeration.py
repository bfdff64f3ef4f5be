"""Killed at any effect, an apply leaves what the next command makes into before or after.

These are the quick runs; ``python -m tests.crash.enumerate --long`` makes all of them.
"""

from __future__ import annotations

import inspect
import os
from typing import TYPE_CHECKING

import pytest
from tests.crash.enumerate import AWAY, JOURNALS, absent, moved, twice, whole, without_journal
from tests.crash.killing import CHANGES, Killing, WithoutExchange
from tests.crash.mounts import elsewhere
from tests.crash.scenes import SCENES
from tests.long import by_length

from dotstream.fs.change import Changes
from dotstream.model.options import POLICIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.crash.enumerate import Trouble

_STREAMED = (
    "manage", "manage with unfold", "unmanage with refold", "adopt", "back up directories",
    "manage, adopting", "remanage", "undo of: manage with unfold", "undo of: manage a tree",
    "undo of a tree in use",
)  # fmt: skip
_RESUMED = (
    "manage", "manage with unfold", "unmanage with refold", "adopt", "manage, adopting",
    "remanage", "undo of: unmanage with refold", "back up directories, state away",
    "undo of: manage a tree", "undo of a tree in use",
)  # fmt: skip
_TWICE = {
    "undo of a tree in use": 17,
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

_NOBODY = 65534
_WITHOUT_RIGHTS = {
    "back up files in directories": 1, "manage, adopting": 2, "unmanage with refold": 2,
    "undo of: back up directories": 5, "back up directories, state away": 31,
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
        return _of(11) if name.startswith("undo") else _of(5)
    return _of(3) if name.startswith("undo") and "tree" not in name else 1


def _of(every: int) -> int:
    """Return each how-manieth point a short run takes, which has half as many of them."""
    return by_length((every + 1) // 2, every)


def _fine(times: int, troubles: list[Trouble]) -> None:
    assert times
    assert not troubles, f"{len(troubles)} of {times}: {troubles[:3]}"


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
    _fine(*whole(SCENES[name], f"{scratch}/here", away, every=_step(name)))


@pytest.mark.parametrize("name", _STREAMED)
def test_killed_anywhere_while_streaming_it_ends_before_or_after(
    scratch: Path, away: str, name: str
) -> None:
    _fine(*whole(SCENES[name], f"{scratch}/here", away, stream=True))


@pytest.mark.parametrize("name", _RESUMED)
def test_killed_anywhere_it_can_be_carried_to_its_end(
    scratch: Path, away: str, name: str
) -> None:
    _fine(*whole(SCENES[name], f"{scratch}/here", away, resume=True, every=_step(name)))


@pytest.mark.parametrize("name", _TWICE)
def test_killed_again_while_recovering_it_ends_before_or_after(
    scratch: Path, away: str, name: str
) -> None:
    _fine(*twice(SCENES[name], f"{scratch}/here", away, every=_TWICE[name]))


@pytest.mark.parametrize(
    "name", ["remanage", "manage with unfold", "unmanage with refold", "backup", "adopt"]
)
def test_killed_anywhere_where_nothing_can_be_exchanged_it_ends_before_or_after(
    scratch: Path, away: str, name: str
) -> None:
    _fine(*whole(SCENES[name], f"{scratch}/here", away, seam=WithoutExchange))


@pytest.mark.parametrize("how", AWAY)
@pytest.mark.parametrize("name", _ABSENT)
def test_a_directory_that_is_away_while_recovering_is_put_right_when_it_is_back(
    scratch: Path, away: str, name: str, how: str
) -> None:
    every = by_length(3 * _ABSENT[name] // 2, _ABSENT[name])
    _fine(*absent(SCENES[name], f"{scratch}/here", away, how, every=every))


@pytest.mark.parametrize("name", _MOVED)
def test_a_home_that_is_moved_after_the_kill_is_put_right_there(
    scratch: Path, away: str, name: str
) -> None:
    _fine(*moved(SCENES[name], f"{scratch}/here", away, every=_of(_MOVED[name])))


@pytest.mark.parametrize("how", JOURNALS)
@pytest.mark.parametrize("name", _JOURNALS)
def test_a_journal_that_is_not_as_it_was_loses_no_file(
    scratch: Path, away: str, name: str, how: str
) -> None:
    every = _of(_JOURNALS[name])
    _fine(*without_journal(SCENES[name], f"{scratch}/here", away, how, every=every))


@pytest.mark.skipif(os.geteuid() != 0, reason="every other test is played without rights then")
@pytest.mark.parametrize("name", _WITHOUT_RIGHTS)
def test_a_user_without_rights_is_recovered_as_root_is(
    scratch: Path, away: str, name: str
) -> None:
    """Who is not root is refused by modes, and may not give files away."""
    scene, every = SCENES[name], _of(_WITHOUT_RIGHTS[name])
    whole(scene, f"{scratch}/root", f"{away} of root", every=1000)  # imports what it takes
    for place in (scratch, os.path.dirname(away)):
        os.chown(place, _NOBODY, _NOBODY)

    def play() -> str:
        points, troubles = whole(scene, f"{scratch}/here", away, every=every)
        pairs, more = absent(scene, f"{scratch}/2", f"{away} 2", "renamed", every=every * 5)
        return f"{points * pairs > 0} {(troubles + more)[:3]}"

    assert _without_rights(play) == "True []"


def _without_rights(play: Callable[[], str]) -> str:
    """Return what a function returns in a process of somebody who is not root."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.setgroups([])
            os.setgid(_NOBODY)
            os.setuid(_NOBODY)
            os.environ["XDG_CONFIG_HOME"] = "/nobodys"  # that of root may not be read
            said = play()
        except BaseException as error:  # noqa: BLE001 - told to the test
            said = repr(error)
        os.write(writing, said.encode()[:4000])
        os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said
