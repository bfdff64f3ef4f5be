"""``dotstream doctor`` shows what is wrong and what fixes it, and fixes it when told to."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.cli.process import dotstream, events, household, on_terminal
from tests.snapshot import difference, snapshot

from dotstream.model.directory import Directory
from dotstream.model.finding import FINDING_KINDS, Finding

if TYPE_CHECKING:
    from tests.cli.process import Finished

PAGE = Path(__file__).parents[2] / "docs/reference/doctor.md"
STATE = frozenset({".local"})


@pytest.fixture
def root(scratch_home: Path) -> Path:
    """Return the household, all of it managed."""
    root = household(scratch_home)
    assert dotstream("manage", "--all", cwd=root).code == 0
    return root


def _hurt(home: Path) -> None:
    """Break one link, remove one, and put a file in the place of one."""
    (home / "dotfiles/zsh/dot-zshrc").unlink()
    (home / ".vimrc").unlink()
    (home / ".config/git").unlink()
    (home / ".config/git").write_text("mine")


def _doctor(root: Path, *words: str) -> Finished:
    return dotstream("doctor", *words, cwd=root)


def test_a_healthy_farm_is_exit_code_0(root: Path) -> None:
    done = _doctor(root)
    assert (done.code, done.out, done.err) == (0, "no problems found\n", "")


def test_each_thing_is_one_line_with_the_command_that_mends_it(
    scratch_home: Path, root: Path
) -> None:
    _hurt(scratch_home)
    before = snapshot(scratch_home, prune=STATE)
    done = _doctor(root)
    assert done.code == 1
    assert done.err == ""
    assert done.out.replace(str(scratch_home), "~").splitlines() == [
        (
            "error ~/.vimrc: package vim had a link to dotfiles/vim/dot-vimrc here, and it is "
            "gone; to fix it: dotstream manage vim"
        ),
        (
            "error ~/.zshrc: this link of package zsh leads to dotfiles/zsh/dot-zshrc, which is "
            "gone; to fix it: dotstream doctor --fix"
        ),
        (
            "error ~/.config/git: package git had a link here, and a file is in its place; to "
            "fix it: dotstream manage git --on-conflict backup"
        ),
        "3 errors; dotstream doctor --fix fixes 2",
    ]
    assert difference(before, snapshot(scratch_home, prune=STATE)) == []


def test_on_a_terminal_the_command_stands_alone(scratch_home: Path, root: Path) -> None:
    (scratch_home / ".vimrc").unlink()
    done = on_terminal("doctor", "--color", "never", cwd=root)
    assert "error ~/.vimrc\n    package vim had a link" in done.out
    assert re.search(r"^    . dotstream manage vim$", done.out, re.MULTILINE)


def test_warnings_alone_are_exit_code_0(scratch_home: Path, root: Path) -> None:
    (scratch_home / "dotfiles/zsh/dot-zshrc").unlink()
    (scratch_home / ".zshrc").unlink()
    done = _doctor(root)
    assert done.code == 0
    assert done.out.startswith("warning ")
    assert done.out.endswith("1 warning; dotstream doctor --fix fixes 1\n")


def test_a_farm_that_is_not_recorded_is_a_remark(scratch_home: Path) -> None:
    root = household(scratch_home)
    (scratch_home / ".vimrc").symlink_to("dotfiles/vim/dot-vimrc")
    done = _doctor(root)
    assert (done.code, done.out.splitlines()[-1]) == (
        0,
        "1 note; dotstream doctor --fix fixes 1",
    )
    assert _doctor(root, "-q").out == ""
    assert _doctor(root, "--fix").out.splitlines() == [
        "doctor: nothing to do",
        "1 record corrected",
        "no problems found",
    ]


def test_fix_shows_what_it_did_and_what_is_left(scratch_home: Path, root: Path) -> None:
    _hurt(scratch_home)
    done = _doctor(root, "--fix")
    assert done.code == 1
    assert done.out.replace(str(scratch_home), "~").splitlines() == [
        "link   ~/.vimrc → dotfiles/vim/dot-vimrc",
        "unlink ~/.zshrc (was → dotfiles/zsh/dot-zshrc)",
        "doctor: 1 linked, 1 unlinked",
        (
            "error ~/.config/git: package git had a link here, and a file is in its place; to "
            "fix it: dotstream manage git --on-conflict backup"
        ),
        "1 error",
    ]
    assert (scratch_home / ".config/git").read_text() == "mine"
    assert dotstream("undo", "-y", cwd=root).code == 0
    assert not os.path.lexists(scratch_home / ".vimrc")
    assert os.path.lexists(scratch_home / ".zshrc")


def test_a_dry_run_of_fix_shows_the_same_and_changes_nothing(
    scratch_home: Path, root: Path
) -> None:
    _hurt(scratch_home)
    before = snapshot(scratch_home)
    shown = _doctor(root, "--fix", "-n")
    changed = difference(before, snapshot(scratch_home))
    assert [line for line in changed if "journal.db-" not in line] == []
    assert "doctor: 1 to link, 1 to unlink\n" in shown.out
    assert _doctor(root, "--fix").out.splitlines()[:2] == shown.out.splitlines()[:2]


def test_the_commands_that_are_shown_are_about_the_same_directories(
    scratch_home: Path, root: Path
) -> None:
    _hurt(scratch_home)
    (scratch_home / "src/a").mkdir(parents=True)
    (scratch_home / "src/a/old").symlink_to(f"{root}/zsh/old")
    for _ in range(2):
        for line in _doctor(
            scratch_home, "-d", str(root), "-t", str(scratch_home), "--scan", "deep", "--depth=3"
        ).out.splitlines():
            _, _, command = line.partition("to fix it: ")
            if command:
                name, *words = shlex.split(command)
                assert name == "dotstream"
                dotstream(*words, cwd=scratch_home)
    assert _doctor(root, "--scan", "deep").out == "no problems found\n"
    backups = [path.read_text() for path in scratch_home.rglob(".local/**/backups/*")]
    assert "mine" in backups  # beside it stands where it came from


def test_events_say_the_same(scratch_home: Path, root: Path) -> None:
    _hurt(scratch_home)
    hello, *findings, checkup, finished = events("doctor", cwd=root)
    assert hello["command"] == "doctor"
    assert [each["type"] for each in findings] == ["finding"] * 3
    assert findings[0] == {
        "type": "finding",
        "seq": 1,
        "kind": "missing_link",
        "severity": "error",
        "path": f"{scratch_home}/.vimrc",
        "package": "vim",
        "message": "package vim had a link to dotfiles/vim/dot-vimrc here, and it is gone",
        "command": "dotstream manage vim",
        "fixable": True,
        "count": 1,
    }
    assert {key: checkup[key] for key in ("type", "error", "warning", "info", "fixable")} == {
        "type": "checkup", "error": 3, "warning": 0, "info": 0, "fixable": 2,
    }  # fmt: skip
    assert finished["exit"] == 1
    kinds = [each["type"] for each in events("doctor", "--fix", cwd=root)]
    for kind in ("operation", "applied", "records", "finding", "checkup"):
        assert kind in kinds


def test_a_damaged_database_is_told_of_and_made_anew(scratch_home: Path, root: Path) -> None:
    (journal,) = scratch_home.rglob("journal.db")
    for tail in ("-wal", "-shm"):
        Path(f"{journal}{tail}").unlink(missing_ok=True)
    journal.write_bytes(b"not a database")
    done = _doctor(root)
    assert done.code == 1
    assert "to fix it: dotstream doctor --rebuild" in done.out
    assert dotstream("manage", "zsh", cwd=root).code == 1
    done = _doctor(root, "--rebuild")
    assert (done.code, done.out.replace(str(journal), "journal.db").splitlines()) == (
        0,
        [
            "the old database is now journal.db.bad-1",
            "5 records made from the links there are",
            "no problems found",
        ],
    )
    assert Path(f"{journal}.bad-1").read_bytes() == b"not a database"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--depth", "3"), "--depth and --skip need --scan deep"),
        (("--skip", "x", "--scan", "off"), "--depth and --skip need --scan deep"),
        (("--scan", "deep", "--depth", "-1"), "is not a number of levels"),
        (("--scan", "all"), "--scan cannot be 'all'"),
        (("-n",), "--dry-run needs --fix"),
        (("--rebuild", "--fix"), "--rebuild stands alone"),
        (("zsh",), "does not take 'zsh' (a package,"),
    ],
)
def test_a_wrong_request_is_exit_code_2(root: Path, words: tuple[str, ...], message: str) -> None:
    done = _doctor(root, *words)
    assert done.code == 2
    assert message in done.err


def test_the_reference_page_has_every_kind_with_its_severity_and_whether_fix_mends_it() -> None:
    rows = re.findall(r"(?m)^\| `(\w+)` \| (\w+) \| (.*?) \| .* \|$", PAGE.read_text())
    place = Directory("/home/me")
    wanted = [
        (kind, Finding(kind, place, "x").severity, Finding(kind, place, "x").fixable)
        for kind in FINDING_KINDS
    ]
    assert [(kind, severity, fixed != "") for kind, severity, fixed in rows] == wanted
