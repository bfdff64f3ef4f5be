"""In what is written, without a cut: what is called done is on the disk before it is."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from tests.crash.power.disk import carry_out
from tests.crash.power.play import played
from tests.crash.power.scenes import CUTS
from tests.crash.power.states import States
from tests.long import LONG

from dotstream.fs.area import own
from dotstream.fs.state import existing_state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.crash.power.disk import Inodes
    from tests.crash.power.play import Play

_SCENES = [
    name
    for name, cut in CUTS.items()
    if not cut.erases
    and not name.startswith("nothing to do")
    and (LONG or not name.startswith("undo"))
]


@pytest.mark.parametrize("name", _SCENES)
def test_all_that_was_changed_is_on_the_disk_before_its_end_is_recorded(
    name: str, scratch: Path
) -> None:
    with played(name) as play:
        if play is None:
            pytest.skip("there is no second file system here, and none can be mounted")
        assert not _late(play, str(scratch))
        if "streaming" in name or "late" in name:
            _written_down_before(play)


def test_a_commit_without_a_flush_is_seen(scratch: Path) -> None:
    with played("many batches", without="before a commit") as play:
        assert play is not None
        assert _late(play, str(scratch))


def _late(play: Play, scratch: str) -> list[str]:
    """Return the changes that are not on the disk when the end is recorded."""
    end, log = _end(play, scratch), play.disk.log
    covered = States(play.disk, "weak").covered
    changed = list(_changes(play))
    assert changed
    return [log[n].label for n in changed if covered.get(n, len(log)) > end]


def _written_down_before(play: Play) -> None:
    """While streaming: at each change, all of the journal is on the disk."""
    changed, unsynced = set(_changes(play)), set[int]()
    for number, op in enumerate(play.disk.log):
        if op.kind == "write" and op.label.endswith("-wal"):
            unsynced.add(number)
        elif op.kind == "fsync" and op.label.endswith("-wal"):
            unsynced.clear()
        elif number in changed:
            assert not unsynced, op.label


def _changes(play: Play) -> Iterator[int]:
    """Return the changes of names and modes in the target, packages and backup area."""
    state = _inode(play, play.farm.state)
    ours = {*play.disk.roots.values(), state, *play.disk.inodes[state].names.values()}
    for number, op in enumerate(play.disk.log):
        if op.kind == "mode" or any(
            slot.directory not in ours and not own(slot.name) for slot in op.slots
        ):
            yield number


def _inode(play: Play, path: str) -> int:
    place = play.disk.walk(None, path)
    assert place is not None
    assert place.inode is not None
    return place.inode


def _end(play: Play, scratch: str) -> int:
    """Return when it is first written in the journal that the transaction has ended."""
    state = existing_state(play.farm.state, play.farm.target)
    assert state is not None
    above = _inode(play, os.path.dirname(state.journal))
    inodes = {number: inode.copy() for number, inode in play.disk.origin.items()}
    first = _newest(inodes, above, scratch)
    for number, op in enumerate(play.disk.log):
        if op.kind == "fsync" and op.label.endswith("-wal"):
            newest = _newest(inodes, above, scratch)
            if newest != first and newest[1] in ("committed", "rolled_back"):
                return number
        carry_out(inodes, op)
    raise AssertionError("it is not written that it has ended")


def _newest(inodes: Inodes, above: int, scratch: str) -> tuple[int, str]:
    """Return number and state of the newest transaction, as the journal's files have it."""
    for name in ("journal.db", "journal.db-wal"):
        number = inodes[above].names.get(name)
        with open(f"{scratch}/{name}", "wb") as file:
            file.write(b"" if number is None else inodes[number].data)
    with closing(sqlite3.connect(f"{scratch}/journal.db")) as database:
        if not database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return 0, ""
        query = "SELECT id, state FROM txn ORDER BY id DESC LIMIT 1"
        found: tuple[int, str] = database.execute(query).fetchone() or (0, "")
        return found
