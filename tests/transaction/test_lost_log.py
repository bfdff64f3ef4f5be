"""What a killed run wrote last is lost with the write-ahead log: that is noticed, and said."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.crash.killing import die_at
from tests.farm import apply

from dotstream.errors import JournalError
from dotstream.fs.state import existing_state
from dotstream.model.events import Applied
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from tests.farm import Farm

    from dotstream.fs.change import Changes

_PREFER = Preferences(folding="never", on_conflict="backup")


def _kill(farm: Farm, number: int, *, stream: bool = False) -> None:
    def run(changes: Changes) -> None:
        plan = farm.client().stream("manage", ["zsh"], prefer=_PREFER)
        apply(plan, state=farm.state, stream=stream, changes=changes)

    assert die_at(number, run)


def _log(farm: Farm) -> str:
    place = existing_state(farm.state, farm.target)
    assert place is not None
    return f"{place.journal}-wal"


@pytest.fixture
def cut(farm: Farm) -> Farm:
    """Return a farm with a past, in which a run was killed that had backed a file up."""
    farm.make({"stow/git/g": "g"}).run("manage", "git")
    farm.make({"stow/zsh/a": "z", "stow/zsh/b": "z", "home/a": "mine"})
    _kill(farm, 11)
    assert farm.backups() == {"mine": "644"}
    return farm


@pytest.mark.parametrize("how", ["cut", "damaged", "removed"])
def test_a_run_that_the_journal_knows_nothing_of_is_told_once(cut: Farm, how: str) -> None:
    if how == "cut":
        os.truncate(_log(cut), 0)
    elif how == "removed":
        os.unlink(_log(cut))
    else:
        with open(_log(cut), "r+b") as file:
            file.write(b"\0" * 64)
    before = cut.home()
    with pytest.raises(JournalError, match="has lost transaction 2, which was cut short"):
        cut.client().recover()
    assert cut.home() == before
    assert cut.client().recover().transaction is None
    client = cut.client()
    (backup,) = client.backups()
    assert backup.path == f"{cut.target}/a"
    cut.run("unmanage")
    client.apply(client.stream_restore(backup.id))
    assert cut.read("home/a") == "mine"


def test_a_streamed_run_whose_last_batches_are_lost_is_told_of(farm: Farm) -> None:
    farm.make({f"stow/zsh/{number:05}": "z" for number in range(5_000)})
    _kill(farm, 9_500, stream=True)
    os.truncate(_log(farm), os.path.getsize(_log(farm)) // 2)
    with pytest.raises(JournalError, match="has lost"):
        farm.client().recover()
    farm.client().recover()
    assert farm.client().unfinished() is None


def test_a_run_whose_cursor_is_lost_is_looked_at_from_its_beginning(farm: Farm) -> None:
    farm.make({f"stow/zsh/{number:05}": "z" for number in range(9_000)})
    _kill(farm, 17_000)
    assert len(os.listdir(farm.target)) > 8_000
    os.truncate(_log(farm), os.path.getsize(_log(farm)) - 4_152)  # one frame: the cursor's
    farm.client().recover()
    assert os.listdir(farm.target) == []


def test_a_lock_file_that_is_older_than_the_journal_means_that_nothing_is_lost(
    farm: Farm,
) -> None:
    farm.make({f"stow/zsh/d{n // 8}/{n:02}": "z" for n in range(48)})
    client = farm.client()
    plan = client.stream("manage", ["zsh"], prefer=_PREFER)
    run = client.execute(plan.operations, batch=8)
    lock, named = "", b""
    for event in run:
        if isinstance(event, Applied) and event.done >= 20:
            lock = f"{os.path.dirname(_log(farm))}/lock"
            with open(lock, "rb") as file:
                named = file.read()
            run.cancel(keep=True)
    assert b"transaction 1 step" in named
    assert not run.result.complete
    before = farm.home()
    with open(lock, "wb") as file:  # as a power cut leaves it, which takes what was not flushed
        file.write(named)
    assert farm.client().recover().transaction is None
    assert farm.home() == before
    farm.run("manage", prefer=_PREFER)


def test_a_run_that_ended_in_any_way_is_not_missed(farm: Farm) -> None:
    farm.make({"stow/zsh/a": "z", "stow/zsh/b": "z", "home/b": "mine"})
    refusing = Preferences(folding="never", on_conflict="fail")
    for _ in range(2):
        with pytest.raises(Exception, match="conflict"):
            farm.run("manage", prefer=refusing, stream=True)
    farm.run("manage", prefer=_PREFER)
    farm.run("unmanage")
