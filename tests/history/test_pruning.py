"""Old history is forgotten, by command and by a limit; what stays can still be undone."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest
from tests.long import by_length
from tests.snapshot import difference

from dotstream.errors import ConflictError, UsageError
from dotstream.fs.state import existing_state
from dotstream.model.options import Preferences
from dotstream.store import pruning

if TYPE_CHECKING:
    from tests.farm import Farm
    from tests.snapshot import Tree

_BACKUP = Preferences(on_conflict="backup")
_PACKAGES = ("git", "vim", "zsh")


@pytest.fixture
def three(farm: Farm) -> Farm:
    """Three packages, of which one has something in its way."""
    for package in _PACKAGES:
        farm.make({f"stow/{package}/{package}rc": package, f"stow/{package}/d/{package}": "d"})
    return farm


def _numbers(farm: Farm) -> list[int]:
    return [transaction.id for transaction in farm.client().history()]


def _undo(farm: Farm, number: int) -> None:
    client = farm.client()
    client.apply(client.stream_undo(number))


def test_all_but_the_last_are_forgotten_and_those_can_be_undone(three: Farm) -> None:
    trees = [three.tree()]
    for package in _PACKAGES:
        three.run("manage", package)
        trees.append(three.tree())
    assert [each.id for each in three.client().prune_history(keep=2, dry_run=True)] == [1]
    assert _numbers(three) == [3, 2, 1]
    assert [each.id for each in three.client().prune_history(keep=2)] == [1]
    assert _numbers(three) == [3, 2]
    for number in (3, 2):
        _undo(three, number)
        assert difference(trees[number - 1], three.tree()) == []
    with pytest.raises(UsageError, match="no transaction 1"):
        _undo(three, 1)
    assert three.run("unmanage", "git").applied == 2


def test_what_has_backups_stays_until_they_are_pruned(three: Farm) -> None:
    three.make({"home/vimrc": "mine"})
    before = three.tree()
    three.run("manage", "vim", prefer=_BACKUP)
    three.run("manage", "git")
    three.run("unmanage", "git")
    three.client().prune_history(keep=1)
    assert _numbers(three) == [3, 1]
    _undo(three, 1)
    assert difference(before, three.tree()) == []
    three.client().prune_backups()
    three.client().prune_history(keep=1)
    assert _numbers(three) == [4]


def test_only_what_began_long_ago_is_forgotten(three: Farm) -> None:
    three.run("manage", "git")
    three.run("manage", "vim")
    assert three.client().prune_history(older_than=3600.0) == []
    assert len(three.client().prune_history(older_than=0.0)) == 1
    assert _numbers(three) == [2]


def test_numbers_go_on_after_what_was_forgotten(three: Farm) -> None:
    """The last transaction was rolled back, with what it had set aside."""
    three.make({"home/vimrc": "mine", "home/zshrc": "in the way"})
    three.run("manage", "vim", prefer=_BACKUP)
    with pytest.raises(ConflictError):
        three.client().apply(three.client().stream("manage", ["zsh"]), stream=True)
    _undo(three, 1)
    three.client().prune_history(older_than=0.0)
    three.run("manage", "vim", prefer=_BACKUP)
    assert _numbers(three) == [4, 3]
    backup = next(three.client().backups())
    assert (backup.transaction, backup.id) > (3, 1)
    _undo(three, 4)
    assert three.read("home/vimrc") == "mine"


def test_the_file_gets_smaller(farm: Farm) -> None:
    for number in range(2000):
        farm.make({f"stow/zsh/f{number}": ""})
    never = Preferences(folding="never")
    for _ in range(4):
        farm.run("manage", prefer=never)
        farm.run("unmanage")
    place = existing_state(farm.state, farm.target)
    assert place is not None
    before = os.path.getsize(place.journal)
    farm.client().prune_history(keep=1)
    assert os.path.getsize(place.journal) < before / 2


@pytest.mark.parametrize(("most", "steps"), [(4, 10**9), (10**9, 16)])
def test_a_journal_keeps_within_its_limits_by_itself(
    three: Farm, monkeypatch: pytest.MonkeyPatch, most: int, steps: int
) -> None:
    monkeypatch.setattr(pruning, "MOST_TRANSACTIONS", most)
    monkeypatch.setattr(pruning, "MOST_STEPS", steps)
    three.make({"home/vimrc": "mine"})
    three.run("manage", "vim", prefer=_BACKUP)
    for _ in range(6):
        three.run("manage", "git")
        three.run("unmanage", "git")
    assert _numbers(three) == [13, 12, 11, 10, 1]
    before = three.tree()
    _undo(three, 13)
    _undo(three, 12)
    assert difference(before, three.tree()) == []


@pytest.mark.parametrize("seed", range(by_length(4, 100)))
def test_whatever_is_forgotten_what_stays_is_undone_as_it_was_done(
    three: Farm, seed: int
) -> None:
    rand = random.Random(seed)
    three.make({"home/gitrc": "mine", "home/d/zsh": "mine too"})
    before: dict[int, Tree] = {}
    for _ in range(20):
        package, tree = rand.choice(_PACKAGES), three.tree()
        done = three.run(rand.choice(("manage", "unmanage")), package, prefer=_BACKUP)
        if done.transaction is not None:
            before[done.transaction] = tree
        if rand.random() < 0.3:
            three.client().prune_history(keep=rand.randint(1, 4))
        if rand.random() < 0.4:
            last = next(each for each in three.client().history() if each.state == "committed")
            if last.id in before:
                _undo(three, last.id)
                assert difference(before[last.id], three.tree()) == [], last
    assert len(_numbers(three)) < 20
