"""``make demo`` shows what the README teaches, with and without an editor."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from tests.cli.process import Finished, on_terminal
from tests.docs.pages import ROOT

PROGRAMS = Path(sys.executable).parent


def shown(path: str, monkeypatch: pytest.MonkeyPatch) -> Finished:
    """Return what the demo shows on a terminal of 80 columns."""
    monkeypatch.setenv("PATH", path)
    monkeypatch.setenv("TERM", "dumb")
    words = 'stty cols 80; exec "$0" -m examples.demo'
    with tempfile.TemporaryDirectory(prefix="demo-") as homes:  # a path about as long as a user's
        monkeypatch.setenv("TMPDIR", homes)
        done = on_terminal("-c", words, sys.executable, cwd=ROOT, command=("bash",))
    assert done.code == 0, done.out
    return done


@pytest.mark.parametrize("editor", ["neovim", "none"])
def test_the_demo_ends_well_in_80_columns(
    editor: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = tmp_path / "bin"
    without.mkdir()
    for name in ("bash", "stty"):
        (without / name).symlink_to(shutil.which(name) or name)
    path = f"{PROGRAMS}:{os.environ['PATH']}" if editor == "neovim" else str(without)
    out = shown(path, monkeypatch).out
    assert "all as it should be" in out
    assert ("In Neovim" in out) == (editor == "neovim")
    assert ("over the wire" in out) == (editor == "none")
    assert [line for line in out.splitlines() if len(line) > 80] == []


def test_the_commands_of_the_demo_are_those_of_the_readme(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = shown("/usr/bin:/bin", monkeypatch).out
    told = (ROOT / "README.md").read_text(encoding="utf-8")
    taught = re.findall(r"(?m)^\$ dotstream (plan|manage|undo|status)\b", told)
    assert re.findall(r"(?m)^\$ dotstream (\w+)", out) == taught
