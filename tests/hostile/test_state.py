"""Whatever lies where the state is kept, every command is answered, and nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.hostile.answers import answer
from tests.hostile.repositories import KINDS
from tests.long import by_length
from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from pathlib import Path

_COMMANDS = (
    ("status",), ("backups",), ("recover",), ("doctor",), ("history",), ("unmanage", "z"),
    ("manage", "--on-conflict", "backup", "z"),
)  # fmt: skip
_FILES = ("lock", "home", "mounts", "journal.db", "journal.db-reserve", "backups/.1.origin")


_MOST = ("a pipe", "a socket", "a directory")  # no device: root could lose it


@pytest.mark.parametrize("kind", by_length(_MOST[:1], _MOST))
@pytest.mark.parametrize("name", _FILES)
def test_every_command_ends_with_a_sentence(scratch_home: Path, name: str, kind: str) -> None:
    state = _backed_up(scratch_home)
    (kept,) = (state / "backups").glob("1-*")
    (state / name).unlink(missing_ok=True)
    KINDS[kind](state / name)
    for words in by_length(_COMMANDS[:3], _COMMANDS):
        exit_code, said = answer(scratch_home, *words)
        assert exit_code in (0, 1, 3, 4), (words, said)
    assert kept.read_text() == "mine" or (scratch_home / "a").read_text() == "mine"


def _backed_up(home: Path) -> Path:
    """Manage a package over somebody's file; returns where the state is kept."""
    (home / "dots/z").mkdir(parents=True)
    (home / "dots/dotstream.toml").touch()
    for place, text in (("dots/z/a", "z"), ("dots/z/b", "z"), ("a", "mine")):
        (home / place).write_text(text)
    assert answer(home, "manage", "--on-conflict", "backup", "z")[0] == 0
    (lock,) = home.parent.rglob("lock")
    return lock.parent


_OURS = (".", "backups", "home", "journal.db", "journal.db-wal", "lock", "mounts")


@pytest.mark.parametrize(
    ("name", "kind"), [*((name, "a symbolic link") for name in _OURS), ("backups", "a file")]
)
def test_what_is_in_its_place_is_not_followed_or_taken_for_nothing(
    scratch_home: Path, name: str, kind: str
) -> None:
    place = _backed_up(scratch_home) / name
    elsewhere = scratch_home / "elsewhere"
    if place.exists():
        place.rename(elsewhere)
    if kind == "a file":
        place.touch()
    else:
        place.symlink_to(elsewhere)
    before = snapshot(scratch_home.parent)
    for words in (("backups",), ("doctor",), ("undo", "-y"), ("backups", "prune", "--all", "-y")):
        exit_code, said = answer(scratch_home, *words)
        assert (exit_code, f"it is {kind}, not the " in said) == (1, True), (words, said)
    assert difference(before, snapshot(scratch_home.parent)) == []
