"""Each kind of operation is done as planned, and rolled back without a trace."""

from __future__ import annotations

import errno
import os
import sqlite3
from typing import TYPE_CHECKING

import pytest
from tests.farm import Farm, apply
from tests.snapshot import difference
from tests.transaction.faulty import Faulty, Watched
from tests.transaction.stories import STORIES, Story

from dotstream.errors import Cancelled, JournalError, OperationFailed
from dotstream.model.cancel import CancellationToken
from dotstream.model.items import OPERATION_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


_each = pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
_both_ways = pytest.mark.parametrize("stream", [False, True], ids=["at once", "streaming"])
_ERRORS = ["ENOSPC", "EACCES", "EROFS", "EIO", "EINTR", "EMFILE"]


def _states(farm: Farm) -> list[str]:
    """Return the states of the journal's transactions, oldest first."""
    found: list[str] = []
    for above, _, names in os.walk(farm.state):
        if "journal.db" in names:
            database = sqlite3.connect(f"{above}/journal.db")
            found += [row[0] for row in database.execute("SELECT state FROM txn ORDER BY id")]
            database.close()
    return found


def _leftovers(farm: Farm) -> list[str]:
    return [path for path in farm.tree() if ".~dotstream" in path]


@_each
def test_the_story_is_done_whole(farm: Farm, story: Story) -> None:
    story.begin(farm)
    plan = story.plan(farm).collect()
    assert set(story.kinds) <= {operation.kind for operation in plan.operations}
    result = apply(plan, state=farm.state)
    assert result.applied == len(plan.operations)
    assert _leftovers(farm) == []
    assert _states(farm)[-1] == "committed"


@_each
def test_streaming_and_at_once_end_in_the_same_tree(scratch: Path, story: Story) -> None:
    trees = []
    for stream in (False, True):
        farm = Farm(scratch / str(stream))
        story.begin(farm)
        apply(story.plan(farm), state=farm.state, stream=stream)
        trees.append(farm.tree())
    assert difference(*trees) == []


def test_the_stories_have_every_kind_of_operation() -> None:
    told = {kind for story in STORIES.values() for kind in story.kinds}
    assert told == set(OPERATION_KINDS) - {"keep_link"}


def _each_fault(scratch: Path, story: Story, attempt: Callable[[Farm, int], bool | None]) -> None:
    """Run the story with a fault at the first change, the second, … until none is left.

    Args:
        attempt: returns whether it came to the fault; ``None`` if all was done even so.
    """
    number = 0
    fired: bool | None = True
    while fired is not False:
        number += 1
        farm = Farm(scratch / str(number))
        story.begin(farm)
        before = farm.tree()
        fired = attempt(farm, number)
        if fired:
            assert difference(before, farm.tree()) == [], f"fault {number}"
            assert "active" not in _states(farm)
            assert "rolling_back" not in _states(farm)
    assert number > 2


@_each
@_both_ways
@pytest.mark.parametrize("error", _ERRORS)
def test_a_fault_at_any_change_leaves_the_tree_as_it_was(
    scratch: Path, story: Story, stream: bool, error: str
) -> None:
    code = getattr(errno, error)
    exit_code = 4 if error in {"EACCES", "EROFS"} else 1

    def attempt(farm: Farm, number: int) -> bool | None:
        changes = Faulty(number, code)
        told = None
        try:
            apply(story.plan(farm), state=farm.state, stream=stream, changes=changes)
        except (JournalError, OperationFailed) as failed:
            told = failed
        if isinstance(told, JournalError):  # all was done, but did not get onto the disk
            assert changes.call == "sync"
            assert os.strerror(code) in str(told)
            return True
        if changes.fired and told is None:  # a link that is interrupted is made again
            assert (error, changes.call) == ("EINTR", "symlink"), f"{number} went unnoticed"
            assert _states(farm)[-1] == "committed"
            return None
        assert changes.fired == (told is not None)
        assert told is None or (told.reason, told.exit_code) == (os.strerror(code), exit_code)
        return changes.fired

    _each_fault(scratch, story, attempt)


@_each
@_both_ways
def test_cancelling_at_any_change_leaves_the_tree_as_it_was(
    scratch: Path, story: Story, stream: bool
) -> None:
    def attempt(farm: Farm, number: int) -> bool:
        token = CancellationToken()

        def cancel(count: int, _call: str, _name: str) -> None:
            if count == number:
                token.cancel()

        try:
            apply(
                story.plan(farm),
                state=farm.state,
                stream=stream,
                cancel=token,
                changes=Watched(cancel),
            )
        except Cancelled:
            return True
        return False

    _each_fault(scratch, story, attempt)


@_each
def test_a_rolled_back_run_can_be_repeated(farm: Farm, story: Story) -> None:
    story.begin(farm)
    with pytest.raises(OperationFailed):
        apply(story.plan(farm), state=farm.state, changes=Faulty(3, errno.EIO))
    apply(story.plan(farm), state=farm.state)
    assert _states(farm)[-2:] == ["rolled_back", "committed"]
