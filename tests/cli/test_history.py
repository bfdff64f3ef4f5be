"""``dotstream history``: what was done, newest first."""

from __future__ import annotations

import re
import signal
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from tests.cli.process import dotstream, events, household, start, until
from tests.cli.test_events import check, of
from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from pathlib import Path

LINE = re.compile(r"^ *(\d+)  \d{4}-\d\d-\d\d \d\d:\d\d  (.*)$")


@pytest.fixture
def root(scratch_home: Path) -> Path:
    return household(scratch_home)


def told(*words: str, root: Path) -> list[tuple[int, str]]:
    """Return what history shows, without the times."""
    done = dotstream("history", *words, cwd=root)
    assert (done.code, done.err) == (0, "")
    matches = [LINE.match(line) for line in done.out.splitlines()]
    return [(int(match[1]), match[2]) for match in matches if match]


def test_where_nothing_was_done_it_says_so_and_makes_nothing(
    scratch_home: Path, root: Path
) -> None:
    before, state = snapshot(scratch_home), scratch_home / ".local/state/dotstream"
    assert dotstream("history", cwd=root) == (
        0,
        f"nothing is recorded for {scratch_home} in the state directory {state}\n",
        "",
    )
    assert difference(before, snapshot(scratch_home)) == []


def test_changes_are_told_newest_first(scratch_home: Path, root: Path) -> None:
    (scratch_home / ".inputrc").touch()
    dotstream("manage", "vim", "git", cwd=root)
    dotstream("adopt", "~/.inputrc", "-p", "zsh", cwd=root)
    dotstream("unmanage", "vim", cwd=root)
    dotstream("unmanage", "vim", cwd=root)  # changes nothing, so it is no transaction
    assert told(root=root) == [
        (3, "unmanage vim: 2 unlinked"),
        (2, "adopt zsh: 1 linked, 1 moved"),
        (1, "manage vim git: 3 linked"),
    ]
    assert told("-n", "2", root=root) == told(root=root)[:2]
    assert told("--limit", "1", root=root) == told(root=root)[:1]


def test_what_was_undone_or_rolled_back_says_so(root: Path) -> None:
    dotstream("manage", "vim", cwd=root)
    dotstream("undo", cwd=root)
    for number in range(10_000):
        (root / f"zsh/rc{number}").touch()
    with start("manage", "zsh", "--stream", "--json", cwd=root) as process:
        assert process.stdout is not None
        until(process.stdout, "progress", phase="applying")
        process.send_signal(signal.SIGINT)
        process.stdout.read()
    third, second, first = told(root=root)
    assert first == (1, "manage vim: 2 linked  (undone by 2)")
    assert second == (2, "undo 1: 2 unlinked")
    assert third[0] == 3
    assert third[1].startswith("manage zsh")
    assert third[1].endswith("  (rolled back)")


def test_what_was_cut_short_says_so(root: Path) -> None:
    for number in range(10_000):
        (root / f"zsh/rc{number}").touch()
    with start("manage", "zsh", "--stream", "--json", cwd=root) as process:
        assert process.stdout is not None
        until(process.stdout, "progress", phase="applying")
        process.kill()
    assert dotstream("history", cwd=root).out.endswith("  (cut short)\n")
    dotstream("recover", cwd=root)
    assert dotstream("history", cwd=root).out.endswith("  (rolled back)\n")


def test_programs_get_everything(scratch_home: Path, root: Path) -> None:
    stream = events("manage", "vim", cwd=root)
    (applied,) = of(stream, "applied")
    dotstream("undo", cwd=root)
    stream = events("history", cwd=root)
    check(stream)
    second, first = of(stream, "transaction")
    assert first["id"] == applied["transaction"] == 1
    assert first["digest"] == applied["digest"]
    assert (first["state"], first["action"]) == ("undone", "manage")
    assert (first["undoneBy"], second["undoes"]) == (2, 1)
    assert (first["root"], first["target"]) == (str(root), str(scratch_home))
    assert first["counts"] == applied["counts"] == {"create_link": 2}
    assert second["counts"] == {"remove_link": 2}
    assert first["began"] <= second["began"] <= datetime.now(UTC).isoformat()
    assert stream[-1]["exit"] == 0


def test_each_target_has_a_history_of_its_own(scratch_home: Path, root: Path) -> None:
    (scratch_home / "elsewhere").mkdir()
    dotstream("manage", "vim", cwd=root)
    dotstream("manage", "git", "-t", str(scratch_home / "elsewhere"), cwd=root)
    assert told(root=root) == [(1, "manage vim: 2 linked")]
    assert told("-t", str(scratch_home / "elsewhere"), root=root) == [(1, "manage git: 1 linked")]


@pytest.mark.parametrize("limit", ["0", "-1", "many", "1.5"])
def test_a_limit_is_a_number_above_0(root: Path, limit: str) -> None:
    done = dotstream("history", f"--limit={limit}", cwd=root)
    assert done.code == 2
    assert f"{limit!r} is not a number above 0" in done.err


def test_old_changes_are_shown_and_forgotten(root: Path) -> None:
    before = dotstream("history", cwd=root).out.splitlines()
    shown = dotstream("history", "prune", "--keep", "1", "--dry-run", cwd=root)
    assert shown.out.splitlines()[:-1] == before[:0:-1]
    done = dotstream("history", "prune", "--keep", "1", cwd=root)
    assert (done.code, done.err) == (0, "")
    assert done.out == shown.out.splitlines()[-1].replace("to forget", "forgotten") + "\n"
    assert dotstream("history", cwd=root).out.splitlines() == before[:1]


@pytest.mark.parametrize("words", [("prune",), ("--keep", "1"), ("prune", "--keep", "0")])
def test_prune_says_what_it_needs(root: Path, words: tuple[str, ...]) -> None:
    assert dotstream("history", *words, cwd=root).code == 2
