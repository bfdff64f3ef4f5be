"""The database: what it was written as stays readable, and old formats are taken over."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

import pytest
from tests.crash.scenes import check_manifest
from tests.descriptors import opened
from tests.snapshot import difference

from dotstream.fs.state import target_state
from dotstream.model.directory import Directory
from dotstream.model.items import OPERATION_KINDS, Operation
from dotstream.model.options import Preferences
from dotstream.model.run import Run
from dotstream.store.encoding import decode, encode
from dotstream.store.steps import ENDED, End

if TYPE_CHECKING:
    from tests.farm import Farm

    from dotstream.store.steps import Step

_FORMAT_2 = """
CREATE TABLE txn(id INTEGER PRIMARY KEY AUTOINCREMENT, state TEXT NOT NULL, action TEXT NOT NULL,
packages BLOB NOT NULL, directory BLOB NOT NULL, target BLOB NOT NULL, targets BLOB NOT NULL,
started REAL NOT NULL, digest TEXT NOT NULL DEFAULT '', counts TEXT NOT NULL DEFAULT '',
undoes INTEGER, undone_by INTEGER, first INTEGER NOT NULL, cursor INTEGER NOT NULL) STRICT;
CREATE TABLE chunk(first INTEGER PRIMARY KEY, size INTEGER NOT NULL, steps BLOB NOT NULL) STRICT;
CREATE TABLE backup(seq INTEGER PRIMARY KEY, txn INTEGER NOT NULL, path BLOB NOT NULL) STRICT;
CREATE TABLE stow(id INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE) STRICT;
CREATE TABLE page(root BLOB NOT NULL, path BLOB NOT NULL, first BLOB NOT NULL,
entries BLOB NOT NULL, UNIQUE (root, path, first)) STRICT;
PRAGMA application_id = 1685025907;
PRAGMA user_version = 2;
"""
"""The statements that made a database of format 2, as they were then."""

_HOME = Directory("/home")
_LETTERS = {
    "make_dir": "A", "remove_dir": "B", "create_link": "C", "remove_link": "D",
    "replace_link": "E", "move_file": "F", "unfold": "G", "refold": "H",
}  # fmt: skip
_END_LETTERS = {"unfold": "I", "refold": "J", "remove_dir": "K"}


def _operation(kind: str) -> Operation:
    return Operation(kind, _HOME, "n", "zsh", "text", "before")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("step", "letter"),
    [
        *((_operation(kind), letter) for kind, letter in _LETTERS.items()),
        *((End(_operation(kind)), letter) for kind, letter in _END_LETTERS.items()),
        (Run("create_link", _HOME, ["n", "o"], "zsh", "s/"), "c"),
        (Run("remove_link", _HOME, ["n", "o"], "zsh", "s/"), "d"),
    ],
)
def test_a_step_is_written_as_it_always_was(step: Step, letter: str) -> None:
    fields = "n\0zsh\0text\0before" if not isinstance(step, Run) else "zsh\0s/\0003\0n\0o"
    data = f"{letter}\0/home\0\0{fields}".encode()
    assert encode([step]) == data
    ((number, found),) = decode(1, data)
    assert (number, encode([found])) == (1, data)


def test_every_kind_of_step_has_a_letter() -> None:
    assert set(_LETTERS) == set(OPERATION_KINDS) - {"keep_link"}
    assert set(_END_LETTERS) == ENDED


def test_a_database_of_format_2_is_taken_over(farm: Farm) -> None:
    """As a dotstream of that format left it: a file set aside, a directory, two links."""
    farm.make({"stow/zsh/a": "z", "stow/zsh/d/b": "z", "home/a": "mine"})
    before = farm.tree()
    place = target_state(farm.state, farm.target)
    root = os.fsencode(farm.target)
    os.rename(f"{farm.target}/a", f"{place.backups}/1-1")
    status = os.stat(f"{place.backups}/1-1")
    mark = f"file {status.st_dev} {status.st_ino} {status.st_size} {status.st_mtime_ns} 644"
    os.symlink("../stow/zsh/a", f"{farm.target}/a")
    os.mkdir(f"{farm.target}/d")
    os.symlink("../../stow/zsh/d/b", f"{farm.target}/d/b")
    steps = b"\0".join(
        (
            b"F\0" + root + b"\0\0a\0zsh\0\0" + mark.encode(),
            b"C\0\0\0a\0zsh\0../stow/zsh/a\0",
            b"A\0\0\0d\0zsh\0\0",
            b"C\0" + root + b"\0d\0b\0zsh\0../../stow/zsh/d/b\0",
        )
    )
    database = sqlite3.connect(place.journal)
    database.executescript(f"PRAGMA journal_mode = WAL;{_FORMAT_2}")
    with database:
        run = database.execute
        run(
            "INSERT INTO txn VALUES (1, 'committed', 'manage', ?, ?, ?, x'', 1000.0, 'd1', "
            "'move_file 1 create_link 2 make_dir 1', NULL, NULL, 1, 5)",
            (b"zsh", os.fsencode(farm.directory), root),
        )
        run("INSERT INTO chunk VALUES (1, 4, ?)", (steps,))
        run("INSERT INTO backup VALUES (1, 1, ?)", (root + b"/a",))
        run("INSERT INTO stow VALUES (1, ?)", (os.fsencode(farm.directory),))
        run(
            "INSERT INTO page VALUES (?, x'', ?, ?)",
            (root, b"a", b"a\0L\0zsh\x001\0../stow/zsh/a\0d\0D\0zsh\x001\0"),
        )
        run(
            "INSERT INTO page VALUES (?, ?, ?, ?)",
            (root, b"d", b"b", b"\0zsh\x001\0../../stow/zsh/d/\0b"),
        )
    database.close()

    client = farm.client()
    (only,) = client.history()  # looked at as it is
    assert (only.action, only.counts["create_link"], only.began) == ("manage", 2, 1000.0)
    assert [backup.path for backup in client.backups()] == [f"{farm.target}/a"]
    farm.make({"stow/git/g": "g"}).run("manage", "git")  # the first change takes it over
    assert [each.id for each in client.history()] == [2, 1]
    check_manifest(farm)
    client.apply(client.stream_undo(2))
    os.unlink(f"{farm.directory}/git/g")
    os.rmdir(f"{farm.directory}/git")
    client.apply(client.stream_undo(1))
    assert difference(before, farm.tree()) == []
    database = sqlite3.connect(place.journal)
    assert database.execute("PRAGMA user_version").fetchone() == (4,)
    database.close()


def test_descriptors_and_the_log_stay_flat_over_many_applies(farm: Farm) -> None:
    farm.make({f"stow/zsh/d/{number}": "z" for number in range(50)})
    client, never = farm.client(), Preferences(folding="never")
    place = target_state(farm.state, farm.target)
    seen = []
    for _ in range(30):
        for action in ("manage", "unmanage"):
            client.apply(client.stream(action, ["zsh"], prefer=never))
        list(client.children("manage", ["zsh"]))
        client.locate(f"{farm.target}/d/1")
        list(client.doctor())
        log = f"{place.journal}-wal"
        size = os.path.getsize(log) if os.path.exists(log) else 0
        seen.append((len(opened()), size))
    assert len({count for count, _ in seen}) == 1
    assert max(size for _, size in seen) <= max(size for _, size in seen[:3])
