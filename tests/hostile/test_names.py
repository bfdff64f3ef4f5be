"""What a stranger writes, in names and in settings, is never an escape of a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.cli.process import dotstream
from tests.hostile.repositories import prepare
from tests.long import LONG

if TYPE_CHECKING:
    from pathlib import Path

ESCAPE = "\x1b]0;owned\x07"
WRITTEN = "\\u001b]0;owned\\u0007"
COMMANDS = (
    ("plan", "manage", "--all"),
    ("manage", "-v", "--all"),
    ("status", "-v"),
    ("list",),
    ("packages",),
    ("config",),
    ("config", "--check"),
    ("manage", "--json", "--all"),
    ("manage", "--profile", "none"),
    ("doctor",),
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        f'"{WRITTEN}" = 1\n',
        f'ignore = ["[{WRITTEN}"]\n',
        f'target = "/{WRITTEN}"\n',
        f'folding = "{WRITTEN}"\n',
        f'[packages.b]\nhosts = ["{WRITTEN}"]\n',
        f'[packages."{WRITTEN}"]\ntarget = "/{WRITTEN}"\n',
        f'[profiles."{WRITTEN}"]\nextends = "x{WRITTEN}"\n',
        f'[profiles."{WRITTEN}"]\npackages = ["z"]\n',
    ],
)
def test_it_is_shown_as_text(scratch_home: Path, text: str) -> None:
    prepare(scratch_home)
    dots = scratch_home / "dots"
    for name in ("b", f"p{ESCAPE}"):
        (dots / name).mkdir()
        (dots / name / f"file{ESCAPE}").touch()
    (dots / "dotstream.toml").write_text(text)
    for words in COMMANDS if LONG else COMMANDS[len(text) % 3 :: 3]:
        done = dotstream(*words, cwd=dots)
        assert "\x1b" not in done.out + done.err, words
        assert "\x07" not in done.out + done.err, words
