"""Whatever lies where the state is kept, every command is answered, and nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.hostile.answers import answer
from tests.hostile.repositories import KINDS
from tests.long import by_length

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
    (scratch_home / "dots/z").mkdir(parents=True)
    (scratch_home / "dots/dotstream.toml").touch()
    for place, text in (("dots/z/a", "z"), ("dots/z/b", "z"), ("a", "mine")):
        (scratch_home / place).write_text(text)
    assert answer(scratch_home, "manage", "--on-conflict", "backup", "z")[0] == 0
    (lock,) = scratch_home.rglob("lock")
    state = lock.parent
    (kept,) = (state / "backups").glob("1-*")
    (state / name).unlink(missing_ok=True)
    KINDS[kind](state / name)
    for words in by_length(_COMMANDS[:3], _COMMANDS):
        exit_code, said = answer(scratch_home, *words)
        assert exit_code in (0, 1, 3, 4), (words, said)
    assert kept.read_text() == "mine" or (scratch_home / "a").read_text() == "mine"
