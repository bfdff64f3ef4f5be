"""Links in a row travel as one run, and mean what so many operations mean."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.farm import Farm, follow

from dotstream.errors import ConflictError
from dotstream.model.directory import Directory
from dotstream.model.events import Event, Progress
from dotstream.model.items import Operation
from dotstream.model.run import Run
from dotstream.planner.stream import Digest, in_runs
from dotstream.store.encoding import decode, encode, singly
from dotstream.store.steps import numbered

if TYPE_CHECKING:
    from pathlib import Path

    from dotstream.store.steps import Step

_HOME = Directory("/home")
_NAMES = ["a", "b\n", "é", "z\udcff", " ", "L", "c", "\1"]


def _runs() -> list[Operation | Run]:
    """Return runs and operations of every kind of neighbourhood."""
    inner = _HOME.child("d").child("e")
    return [
        Operation("make_dir", _HOME, "d", "zsh", "700"),
        Run("create_link", _HOME, _NAMES, "zsh", "../stow/zsh/"),
        Run("create_link", inner, ["x"], "zsh", "../../../stow/zsh/d/e/"),
        Operation("replace_link", inner, "y", "git", "new", "old"),
        Run("remove_link", inner, _NAMES[::-1], "git", ""),
        Operation("remove_link", inner, "other", "git", None, "elsewhere"),
        Run("create_link", Directory("/"), ["q", "r"], "", "/stow/"),
        Operation("create_link", Directory("/"), "s", "", "/stow/s"),
    ]


def _single(items: list[Operation | Run]) -> list[Operation]:
    found: list[Operation] = []
    for item in items:
        found += item.operations() if isinstance(item, Run) else (item,)
    return found


def test_what_is_written_down_is_read_back() -> None:
    items = _runs()
    steps: list[Step] = list(items)
    found = list(singly(decode(7, encode(steps))))
    assert [operation for _, operation in found] == _single(items)
    assert [number for number, _ in found] == list(range(7, 7 + len(found)))
    assert [number for number, _ in numbered(7, steps)] == [
        number for number, _ in decode(7, encode(steps))
    ]


def test_the_digest_is_the_same_however_links_are_gathered() -> None:
    items = _runs()
    digests = []
    for gathered in (items, _single(items), [part for each in items for part in _halves(each)]):
        digest = Digest()
        for item in gathered:
            digest.add(item)
        digests.append(digest.hexdigest())
    assert len(set(digests)) == 1


def _halves(item: Operation | Run) -> list[Operation | Run]:
    return list(item.cut(3)) if isinstance(item, Run) else [item]


def test_the_digest_tells_every_change_of_a_run_apart() -> None:
    runs = [
        Run("create_link", _HOME, ["a", "b"], "zsh", "s/"),
        Run("create_link", _HOME, ["a", "b", "c"], "zsh", "s/"),
        Run("create_link", _HOME, ["a", "c"], "zsh", "s/"),
        Run("create_link", _HOME, ["a", "b"], "zsh", "t/"),
        Run("create_link", _HOME.child("d"), ["a", "b"], "zsh", "s/"),
        Run("remove_link", _HOME, ["a", "b"], "zsh", "s/"),
    ]
    digests = set()
    for run in runs:
        digest = Digest()
        digest.add(run)
        digests.add(digest.hexdigest())
    assert len(digests) == len(runs)


def test_a_directory_of_new_links_is_one_run(farm: Farm) -> None:
    farm.make({f"stow/zsh/{number:04}": "z" for number in range(300)})
    with farm.client().stream_manage("zsh") as plan:
        (run,) = in_runs(plan)
    assert isinstance(run, Run)
    assert run.size == 300
    assert plan.summary.counts == {"create_link": 300}


def test_runs_and_single_items_make_the_same_plan(scratch: Path) -> None:
    farm = Farm(scratch)
    farm.make({f"stow/zsh/.d/{number}": "z" for number in range(50)})
    farm.make({"stow/zsh/dot-x": "z", "stow/git/.d/7a": "g", "stow/zsh/.d/e/f": "z"})
    client = farm.client()
    for before in (["zsh"], ["git"]):
        for action in ("manage", "unmanage", "remanage"):
            one = client.stream(action, ["zsh", "git"]).collect()
            with client.stream(action, ["zsh", "git"]) as plan:
                together = [
                    single
                    for item in in_runs(plan)
                    for single in (item.operations() if isinstance(item, Run) else (item,))
                ]
            assert together == list(one.items)
            assert (plan.summary.digest, plan.summary.counts) == (
                one.summary.digest,
                one.summary.counts,
            )
        farm.run("manage", *before)


def test_only_what_was_handed_on_is_counted_so_far(farm: Farm) -> None:
    farm.make({f"stow/zsh/{number}": "z" for number in range(9)})
    with farm.client().stream_manage("zsh") as plan:
        for number in range(1, 4):
            next(plan)
            assert plan.summary.counts == {"create_link": number}


def test_who_asks_for_trouble_only_is_told_no_operation(farm: Farm) -> None:
    farm.make({"stow/zsh/a": "z", "stow/zsh/b": "z", "home/b": "mine"})
    client = farm.client()
    told: list[Event] = []
    with pytest.raises(ConflictError):
        follow(client.stream_apply(client.stream_manage("zsh")), told.append)
    assert [type(event).__name__ for event in told if not isinstance(event, Progress)] == [
        "Conflict"
    ]


@pytest.mark.parametrize("stream", [False, True], ids=["at once", "streaming"])
def test_a_refused_change_takes_no_number(farm: Farm, stream: bool) -> None:
    farm.make({"stow/zsh/a": "z", "stow/git/b": "g", "home/b": "mine"})
    client = farm.client()
    assert farm.run("manage", "zsh").transaction == 1
    with pytest.raises(ConflictError):
        client.apply(client.stream_manage("git"), stream=stream)
    os.unlink(f"{farm.target}/b")
    assert farm.run("manage", "git").transaction == 2
    assert [transaction.id for transaction in client.history()] == [2, 1]
