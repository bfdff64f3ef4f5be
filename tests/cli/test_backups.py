"""``dotstream backups``: what was backed up can be listed, put back and deleted."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.cli.process import dotstream, events, household, on_terminal
from tests.cli.test_events import check, of
from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from pathlib import Path

STATE = frozenset({".local"})


@pytest.fixture
def root(scratch_home: Path) -> Path:
    """Two things were set aside: a file by transaction 1, a directory by 2."""
    root = household(scratch_home)
    (scratch_home / ".zshrc").write_text("mine\n")
    (scratch_home / ".zshrc").chmod(0o600)
    (scratch_home / ".vimrc").mkdir()
    (scratch_home / ".vimrc/inside").write_text("mine too\n")
    for package in ("zsh", "vim"):
        done = dotstream("manage", package, "--on-conflict", "backup", cwd=root)
        assert done.code == 0, done.err
    return root


def listed(root: Path) -> dict[str, int]:
    """Return what is listed: path → number."""
    stream = events("backups", cwd=root)
    check(stream)
    return {event["path"]: event["id"] for event in of(stream, "backup")}


def test_where_nothing_is_set_aside_it_says_so(scratch_home: Path) -> None:
    root = household(scratch_home)
    before = snapshot(scratch_home)
    assert dotstream("backups", cwd=root) == (0, "nothing is backed up\n", "")
    assert dotstream("backups", "list", "--json", cwd=root).code == 0
    assert difference(before, snapshot(scratch_home)) == []


def test_what_was_set_aside_is_listed_oldest_first(scratch_home: Path, root: Path) -> None:
    done = dotstream("backups", cwd=root)
    assert (done.code, done.err) == (0, "")
    numbers = listed(root)
    zshrc, vimrc = f"{scratch_home}/.zshrc", f"{scratch_home}/.vimrc"
    assert done.out.splitlines() == [
        f"{numbers[zshrc]:>4}  {zshrc}  (file, 5 bytes, backed up by 1)",
        f"{numbers[vimrc]:>4}  {vimrc}  (directory, backed up by 2)",
    ]


def test_programs_are_told_where_it_is_kept(root: Path) -> None:
    stream = events("backups", "list", cwd=root)
    check(stream)
    first, second = of(stream, "backup")
    assert (first["kind"], first["size"], first["transaction"]) == ("file", 5, 1)
    assert (second["kind"], second["transaction"]) == ("directory", 2)
    with open(first["kept"], encoding="utf-8") as kept:
        assert kept.read() == "mine\n"
    with open(f"{second['kept']}/inside", encoding="utf-8") as kept:
        assert kept.read() == "mine too\n"


def test_restore_puts_it_back_as_it_was(scratch_home: Path, root: Path) -> None:
    dotstream("unmanage", "zsh", cwd=root)
    number = listed(root)[f"{scratch_home}/.zshrc"]
    before = snapshot(scratch_home, prune=STATE)
    planned = dotstream("backups", "restore", str(number), "-n", cwd=root)
    assert planned.code == 0
    assert difference(before, snapshot(scratch_home, prune=STATE)) == []
    done = dotstream("backups", "restore", str(number), cwd=root)
    assert (done.code, done.out, done.err) == (0, "restore: 1 moved\n", "")
    assert (scratch_home / ".zshrc").read_text() == "mine\n"
    assert (scratch_home / ".zshrc").stat().st_mode & 0o777 == 0o600
    assert list(listed(root)) == [f"{scratch_home}/.vimrc"]


def test_several_are_restored_at_once(scratch_home: Path, root: Path) -> None:
    dotstream("unmanage", "zsh", "vim", cwd=root)
    numbers = [str(number) for number in listed(root).values()]
    assert dotstream("backups", "restore", *numbers, cwd=root).code == 0
    assert (scratch_home / ".zshrc").read_text() == "mine\n"
    assert (scratch_home / ".vimrc/inside").read_text() == "mine too\n"
    assert listed(root) == {}


def test_restore_does_not_overwrite_what_is_there_now(scratch_home: Path, root: Path) -> None:
    dotstream("unmanage", "zsh", cwd=root)
    (scratch_home / ".zshrc").write_text("newer\n")
    number = listed(root)[f"{scratch_home}/.zshrc"]
    before = snapshot(scratch_home, prune=STATE)
    done = dotstream("backups", "restore", str(number), cwd=root)
    assert done.code == 3
    assert "conflict ~/.zshrc" in done.err
    assert difference(before, snapshot(scratch_home, prune=STATE)) == []
    assert listed(root)[f"{scratch_home}/.zshrc"] == number


@pytest.mark.parametrize("flags", [("--all",), ("--older-than", "0")])
def test_prune_deletes_for_good(scratch_home: Path, root: Path, flags: tuple[str, ...]) -> None:
    before = snapshot(scratch_home, prune=STATE)
    kept = [event["kept"] for event in of(events("backups", cwd=root), "backup")]
    looked = dotstream("backups", "prune", *flags, "-n", cwd=root)
    assert looked.out.endswith("prune: 2 backups to delete\n")
    assert all(map(os.path.lexists, kept))
    done = dotstream("backups", "prune", *flags, cwd=root)
    assert (done.code, done.out) == (0, "prune: 2 backups deleted\n")
    assert not any(map(os.path.lexists, kept))
    assert listed(root) == {}
    assert difference(before, snapshot(scratch_home, prune=STATE)) == []


def test_what_is_young_stays(root: Path) -> None:
    for dry_run in (("-n",), ()):
        done = dotstream("backups", "prune", "--older-than", "1", *dry_run, cwd=root)
        assert done.out.startswith("prune: 0 backups ")
    assert len(listed(root)) == 2


def test_programs_are_told_what_was_deleted(scratch_home: Path, root: Path) -> None:
    stream = events("backups", "prune", "--all", cwd=root)
    check(stream)
    assert [event["path"] for event in of(stream, "pruned")] == [
        f"{scratch_home}/.zshrc",
        f"{scratch_home}/.vimrc",
    ]


def test_on_a_terminal_it_asks_before_it_deletes(root: Path) -> None:
    refused = on_terminal("backups", "prune", "--all", cwd=root, typed="n\n")
    assert refused.code == 130
    assert "~/.zshrc" in refused.out
    assert "Delete these for good? [y/N]" in refused.out
    assert len(listed(root)) == 2
    assert on_terminal("backups", "prune", "--all", "--yes", cwd=root).code == 0
    assert listed(root) == {}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("restore",), "restore, and only restore, needs numbers"),
        (("list", "1"), "restore, and only restore, needs numbers"),
        (("prune",), "needs --older-than DAYS or --all"),
        (("list", "--all"), "needs --older-than DAYS or --all"),
        (("prune", "--older-than", "long"), "'long' is not a number of days"),
        (("prune", "--older-than=-1"), "'-1' is not a number of days"),
        (("restore", "x"), "invalid int value: 'x'"),
        (("restore", "9999"), "9999"),
        (("delete",), "ACTION cannot be 'delete'; it can be list,"),
    ],
)
def test_a_wrong_request_changes_nothing(
    root: Path, words: tuple[str, ...], message: str
) -> None:
    before = listed(root)
    done = dotstream("backups", *words, cwd=root)
    assert done.code == 2
    assert message in done.err
    assert listed(root) == before
