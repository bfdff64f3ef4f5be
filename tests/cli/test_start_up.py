"""A small dry run starts without what it does not need."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests.cli.process import dotstream, household

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = {
    "_hashlib",  # OpenSSL
    "asyncio",
    "decimal",
    "difflib",
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
NEW = {"ctypes", "struct"}
"""What the first change of a home may need, and no other."""


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
    assert imported("manage", "-n", "zsh", cwd=root) & (HEAVY | NEW | {"sqlite3"}) == set()
    dotstream("manage", "vim", cwd=root)
    # From now on there is a journal, which says whether links of the package are elsewhere.
    assert imported("manage", "-n", "zsh", cwd=root) & (HEAVY | NEW) == set()


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
    for words in (("manage", "vim"), ("status",), ("history",), ("doctor",), ("undo", "--yes")):
        dotstream(*words, cwd=root)
    state = scratch_home / ".local/state"
    names = {path.name for path in state.rglob("*")}
    assert "journal.db" in names
    assert not {name for name in names if name.endswith(("-wal", "-shm"))}
