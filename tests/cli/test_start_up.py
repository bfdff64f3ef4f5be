"""A small dry run starts without what it does not need."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.cli.process import dotstream, household

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = {
    "_hashlib",  # OpenSSL
    "asyncio",
    "decimal",
    "difflib",
    "dotstream.planner.adopt",
    "dotstream.planner.automaton",
    "dotstream.planner.bounded",
    "dotstream.planner.patterns",
    "importlib.metadata",
    "json",
    "lsprotocol",
    "pathlib",
    "pygls",
    "rich",
    "shutil",
    "subprocess",
    "tempfile",
    "textwrap",
    "tree_sitter",
    "typing",
}
ENGINE = {
    "dotstream.client",
    "dotstream.config.load",
    "dotstream.planner",
    "dotstream.store",
    "dotstream.transaction",
    "sqlite3",
}
NEW = {"ctypes", "struct"}
"""What the first change of a home may need, and no other."""
NOTHING_WRITTEN = {
    "dotstream.config.document",
    "dotstream.config.schema",
    "dotstream.fs.change",
    "dotstream.fs.lock",
    "dotstream.history.history",
    "dotstream.model.events",
    "dotstream.transaction",
    "sqlite3",
    "tomli",
}
"""What is for a configuration that says something, and for what was done before."""


def imported(*words: str, cwd: Path) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "dotstream", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=True,
    )
    # What runs before the program is not its choice: site, and -m itself.
    lines = [line.rpartition("|")[2].strip() for line in done.stderr.splitlines()]
    return set(lines[lines.index("runpy") + 1 :])


def test_a_dry_run_imports_nothing_heavy(scratch_home: Path) -> None:
    root = household(scratch_home)
    unneeded = HEAVY | NEW | NOTHING_WRITTEN | {"heapq", "locale"}
    assert imported("manage", "-n", "zsh", cwd=root) & unneeded == set()
    dotstream("manage", "vim", cwd=root)
    # From now on there is a journal, which says whether links of the package are elsewhere.
    assert imported("manage", "-n", "zsh", cwd=root) & (HEAVY | NEW) == set()


def test_the_version_is_told_without_anything_of_ours(scratch_home: Path) -> None:
    found = imported("--version", cwd=scratch_home)
    assert not {name for name in found if name.startswith("dotstream.")}


@pytest.mark.parametrize(
    "words",
    [("completion", "bash"), ("__complete", "dotstream", "man")],
    ids=lambda words: words[0],
)
def test_what_a_shell_asks_for_is_told_without_the_engine(
    scratch_home: Path, words: tuple[str, ...]
) -> None:
    assert imported(*words, cwd=scratch_home) & (HEAVY | ENGINE) == set()


def test_a_small_change_imports_what_it_writes_with_and_nothing_else(scratch_home: Path) -> None:
    root = household(scratch_home)
    assert imported("manage", "vim", cwd=root) & HEAVY == set()
    again = imported("manage", "zsh", cwd=root)
    assert again & (HEAVY | NEW) == set(), "the home is known by now"


def test_json_events_are_asked_for_before_they_are_paid_for(scratch_home: Path) -> None:
    root = household(scratch_home)
    assert "json" in imported("manage", "-n", "zsh", "--json", cwd=root)


def test_a_command_that_ends_at_once_has_closed_what_it_read(scratch_home: Path) -> None:
    root = household(scratch_home)
    for words in (
        ("manage", "vim"),
        ("manage", "-n", "zsh"),
        ("status",),
        ("history",),
        ("doctor",),
        ("__complete", "dotstream", "manage", ""),
        ("__complete", "dotstream", "undo", ""),
        ("undo", "--yes"),
    ):
        dotstream(*words, cwd=root)
    state = scratch_home / ".local/state"
    names = {path.name for path in state.rglob("*")}
    assert "journal.db" in names
    assert not {name for name in names if name.endswith(("-wal", "-shm"))}
