"""Whatever lies where the state is kept, every command is answered, and nothing is lost."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.cli.process import COMMAND
from tests.hostile.repositories import KINDS
from tests.long import by_length

if TYPE_CHECKING:
    from pathlib import Path

_GUARD = 60  # seconds
_COMMANDS = (
    ("status",), ("backups",), ("recover",), ("doctor",), ("history",), ("unmanage", "z"),
    ("manage", "--on-conflict", "backup", "z"),
)  # fmt: skip
_FILES = ("lock", "home", "mounts", "journal.db", "journal.db-reserve", "backups/.1.origin")


def _run(home: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*COMMAND, *words],
        cwd=home / "dots",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=_GUARD,
    )


_MOST = ("a pipe", "a socket", "a device", "a directory")


@pytest.mark.parametrize("kind", by_length(_MOST[:1], _MOST))
@pytest.mark.parametrize("name", _FILES)
def test_every_command_ends_with_a_sentence(scratch_home: Path, name: str, kind: str) -> None:
    (scratch_home / "dots/z").mkdir(parents=True)
    (scratch_home / "dots/dotstream.toml").touch()
    for place, text in (("dots/z/a", "z"), ("dots/z/b", "z"), ("a", "mine")):
        (scratch_home / place).write_text(text)
    assert _run(scratch_home, "manage", "--on-conflict", "backup", "z").returncode == 0
    (lock,) = scratch_home.rglob("lock")
    state = lock.parent
    (kept,) = (state / "backups").glob("1-*")
    (state / name).unlink(missing_ok=True)
    KINDS[kind](state / name)
    for words in by_length(_COMMANDS[:3], _COMMANDS):
        done = _run(scratch_home, *words)
        said = (done.stdout + done.stderr).decode(errors="replace")
        assert done.returncode in (0, 1, 3, 4), (words, said)
        assert "this is a bug" not in said, (words, said)
        assert "Traceback" not in said, (words, said)
    assert kept.read_text() == "mine" or (scratch_home / "a").read_text() == "mine"
