"""Runs a command where something hostile is: it ends in time, and says what a person can read."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tests.cli.process import COMMAND

if TYPE_CHECKING:
    from pathlib import Path

_GUARD = 60  # seconds


def answer(home: Path, *words: str) -> tuple[int, str]:
    """Run a command in ``dots`` of a home, and return its exit code and what it said."""
    done = subprocess.run(
        [*COMMAND, *words],
        cwd=home / "dots",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=_GUARD,
    )
    said = (done.stdout + done.stderr).decode(errors="replace")
    for never in ("this is a bug", "Traceback", "\x1b"):
        assert never not in said, (words, said[-500:])
    return done.returncode, said
