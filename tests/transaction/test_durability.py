"""What is called done is on the disk before it is called so."""

from __future__ import annotations

import errno
import os
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from tests.descriptors import opened
from tests.snapshot import difference

from dotstream.errors import ConflictError, JournalError
from dotstream.fs import system
from dotstream.fs.change import Changes
from dotstream.fs.state import existing_state
from dotstream.model.events import Applied
from dotstream.model.options import Preferences
from dotstream.store.journal import Journal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.farm import Farm

    from dotstream.model.history import TransactionState


class _Flushing(Changes):
    """Notes when a file system is flushed, or refuses to."""

    def __init__(self, told: list[str], *, at: int = 0) -> None:
        super().__init__()
        self._told, self._at = told, at

    def flush(self) -> None:
        self._told.append("flush")
        if len(self._told) == self._at:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        super().flush()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was written down of a transaction's end, and what was flushed, in order."""
    found: list[str] = []
    commit, turn = Journal.commit, Journal.turn

    def committed(self: Journal, *what: Any) -> None:
        found.append("commit")
        commit(self, *what)

    def turned(self: Journal, number: int, state: TransactionState, cursor: int) -> None:
        found.append(state)
        turn(self, number, state, cursor)

    monkeypatch.setattr(Journal, "commit", committed)
    monkeypatch.setattr(Journal, "turn", turned)
    return found


@pytest.mark.parametrize("stream", [False, True])
def test_the_target_is_on_the_disk_before_the_commit(
    farm: Farm, told: list[str], stream: bool
) -> None:
    farm.make({"stow/zsh/a": "z"}).run("manage", stream=stream, changes=_Flushing(told))
    assert told == ["flush", "commit"]


def test_what_was_taken_back_is_on_the_disk_before_that_is_said(
    farm: Farm, told: list[str]
) -> None:
    farm.make({f"stow/zsh/{number:04}": "z" for number in range(3000)})
    farm.make({"stow/zsh/z": "z", "home/z": "mine"})
    with pytest.raises(ConflictError):
        farm.run("manage", stream=True, changes=_Flushing(told))
    assert told == ["rolling_back", "flush", "rolled_back"]


@pytest.mark.parametrize("stream", [False, True])
def test_a_target_that_does_not_get_onto_the_disk_is_taken_back(farm: Farm, stream: bool) -> None:
    before = farm.make({"stow/zsh/a": "z", "stow/zsh/b/c": "z"}).tree()
    with pytest.raises(JournalError, match=r"Input/output error.*rolled back"):
        farm.run("manage", stream=stream, changes=_Flushing([], at=1))
    assert difference(before, farm.tree()) == []
    farm.run("manage")


def _journal(farm: Farm) -> str:
    place = existing_state(farm.state, farm.target)
    assert place is not None
    return place.journal


def _cut_short(farm: Farm, boot: str) -> None:
    """Leave a run unfinished, with a cursor that is far ahead of what is there."""
    farm.make({f"stow/zsh/{name}": "z" for name in "abc"}).run("manage")
    database = sqlite3.connect(_journal(farm))
    with database:
        database.execute("UPDATE txn SET state = 'active', cursor = first + 3, boot = ?", (boot,))
    database.close()
    os.unlink(f"{farm.target}/b")  # the disk had it no more


@pytest.mark.parametrize("again", [False, True], ids=["killed", "powered off"])
def test_after_a_power_cut_nothing_is_sure(farm: Farm, again: bool) -> None:
    _cut_short(farm, "another" if again else system.boot())
    farm.client().recover(resume=True)
    assert sorted(farm.home()) == (["a", "b", "c"] if again else ["a", "c"])


def test_a_journal_from_before_power_cuts_were_told_apart_is_brought_up_to_date(
    farm: Farm,
) -> None:
    farm.make({"stow/zsh/a": "z"}).run("manage")
    path = _journal(farm)
    database = sqlite3.connect(path)
    with database:
        database.execute("ALTER TABLE txn DROP COLUMN boot")
        database.execute("ALTER TABLE stow DROP COLUMN inode")
        database.execute("ALTER TABLE stow DROP COLUMN born")
        database.execute("DROP TABLE choice")
        database.execute("PRAGMA user_version = 2")
    database.close()
    assert [each.state for each in farm.client().history()] == ["committed"]  # only looks
    farm.make({"stow/zsh/b": "z"}).run("manage")
    assert len(list(farm.client().history())) == 2


@pytest.mark.parametrize("close", [False, True], ids=["cancelled", "closed"])
def test_what_was_to_be_kept_and_does_not_get_onto_the_disk_is_taken_back(
    farm: Farm, monkeypatch: pytest.MonkeyPatch, close: bool
) -> None:
    farm.make({f"stow/zsh/{number}": "z" for number in range(9)})
    before, client = farm.tree(), farm.client()
    plan = client.stream_manage("zsh", prefer=Preferences(folding="never"))
    run = client.execute(plan.operations, batch=2)
    for event in run:
        if isinstance(event, Applied) and event.done >= 4:
            break
    told: list[str] = []

    def flush(_self: Changes) -> None:
        told.append("flush")
        if len(told) == 1:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(Changes, "flush", flush)
    if not close:
        run.cancel(keep=True)
    with pytest.raises(JournalError, match="Input/output error"):
        run.close(keep=True) if close else run.drain()
    assert len(told) == 2  # and then of what was rolled back
    assert difference(before, farm.tree()) == []
    assert client.unfinished() is None


def test_the_way_up_ends_where_nobody_may_look(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    (closed / "in").mkdir(parents=True)
    fd = os.open(closed / "in", os.O_RDONLY)
    closed.chmod(0o111)
    before = opened()
    try:
        Changes().sync_upwards(fd)
        assert opened() == before
    finally:
        closed.chmod(0o700)
        os.close(fd)
