"""What is cut short is found by the next command, and rolled back or carried to its end."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

import pytest
from tests.cli.process import MANY, crowded, dotstream, events, on_terminal, start, until
from tests.cli.test_events import check, of
from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from tests.snapshot import Tree

STATE = frozenset({".local"})
FULL = 50_000
"""As many as leave time for a kill, also where nobody waits for a pipe."""

CUT_SHORT = "manage zsh (transaction 1) was cut short"


@pytest.fixture
def root(scratch_home: Path) -> Path:
    """A package of several batches, whose events are more than a pipe holds."""
    (scratch_home / ".inputrc").write_text("mine\n")
    return crowded(scratch_home)


def home(scratch_home: Path) -> Tree:
    return snapshot(scratch_home, prune=STATE)


def cut_short(scratch_home: Path, root: Path) -> Tree:
    """Kill an apply halfway, and return what was there before it."""
    before = home(scratch_home)
    with start("manage", "zsh", "--stream", "--json", cwd=root) as process:
        assert process.stdout is not None
        until(process.stdout, "progress", phase="applying")
        process.kill()
    assert process.returncode == -signal.SIGKILL
    left = difference(before, home(scratch_home))
    assert 0 < len(left) < MANY
    return before


def cut_short_when_all_was_written_down(scratch_home: Path, root: Path) -> None:
    """Kill an apply soon after its first change; by then the journal has the whole plan."""
    for number in range(MANY, FULL):
        (root / f"zsh/rc{number}").touch()
    with start("manage", "zsh", "-q", cwd=root) as process:
        while not os.path.lexists(scratch_home / "rc0") and process.poll() is None:
            pass
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert not os.path.lexists(scratch_home / "rc9999")


def test_recover_takes_back_what_a_killed_run_did(scratch_home: Path, root: Path) -> None:
    before = cut_short(scratch_home, root)
    done = dotstream("recover", cwd=root)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("manage zsh (transaction 1) had been cut short: ")
    assert done.out.endswith(" steps rolled back\n")
    assert difference(before, home(scratch_home)) == []
    assert dotstream("recover", cwd=root) == (
        0,
        "nothing was cut short; nothing to recover\n",
        "",
    )


def test_resume_carries_it_to_its_end(scratch_home: Path, root: Path) -> None:
    cut_short_when_all_was_written_down(scratch_home, root)
    done = dotstream("recover", "--resume", cwd=root)
    assert (done.code, done.err) == (0, "")
    assert "(transaction 1) had been cut short: finished, " in done.out
    assert len([name for name in os.listdir(scratch_home) if name.startswith("rc")]) == FULL
    assert "nothing to do" in dotstream("manage", "zsh", cwd=root).out


def test_what_was_not_planned_to_its_end_cannot_be_resumed(
    scratch_home: Path, root: Path
) -> None:
    before = cut_short(scratch_home, root)
    done = dotstream("recover", "--resume", cwd=root)
    assert done.code == 1
    assert done.out.endswith(" steps rolled back\n")
    assert "it could not be finished" in done.err
    assert difference(before, home(scratch_home)) == []


def test_what_was_written_down_in_full_is_taken_back_too(scratch_home: Path, root: Path) -> None:
    before = home(scratch_home)
    cut_short_when_all_was_written_down(scratch_home, root)
    assert dotstream("recover", "--rollback", cwd=root).code == 0
    for number in range(MANY, FULL):
        (root / f"zsh/rc{number}").unlink()
    assert difference(before, home(scratch_home)) == []


def test_the_two_directions_exclude_each_other(root: Path) -> None:
    done = dotstream("recover", "--resume", "--rollback", cwd=root)
    assert done.code == 2
    assert "--rollback" in done.err


def test_the_second_ctrl_c_leaves_it_to_the_next_command(scratch_home: Path, root: Path) -> None:
    before = home(scratch_home)
    with start("manage", "zsh", "--stream", "--json", cwd=root) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        until(process.stdout, "progress", phase="applying")
        process.send_signal(signal.SIGINT)
        # The pipe is full, so the clean end cannot come before the second signal does.
        assert process.stderr.readline() == b"\n"
        assert b"press Ctrl-C again" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
    assert process.returncode == -signal.SIGINT
    assert difference(before, home(scratch_home)) != []
    done = dotstream("unmanage", "vim", cwd=root)
    assert (done.code, done.out) == (0, "unmanage vim: nothing to do\n")
    assert done.err.startswith("dotstream: manage zsh (transaction 1) had been cut short: ")
    assert difference(before, home(scratch_home)) == []


@pytest.mark.parametrize(
    "words",
    [
        ("manage", "vim"),
        ("manage", "vim", "--stream"),
        ("unmanage", "vim"),
        ("remanage", "git"),
        ("adopt", "~/.inputrc", "-p", "vim"),
    ],
)
def test_a_command_that_changes_something_takes_it_back_first_and_says_so(
    scratch_home: Path, root: Path, words: tuple[str, ...]
) -> None:
    cut_short(scratch_home, root)
    done = dotstream(*words, cwd=root)
    assert done.code == 0
    first, *rest = done.err.splitlines()
    assert first.startswith("dotstream: manage zsh (transaction 1) had been cut short: ")
    assert first.endswith(" steps rolled back")
    assert rest == []
    assert not [name for name in os.listdir(scratch_home) if name.startswith("rc")]
    assert dotstream("recover", cwd=root).out.startswith("nothing was cut short")


def test_undo_takes_it_back_first_and_then_undoes_what_came_before(
    scratch_home: Path, root: Path
) -> None:
    before = home(scratch_home)
    dotstream("manage", "vim", cwd=root)
    cut_short(scratch_home, root)
    done = dotstream("undo", cwd=root)
    assert (done.code, done.out) == (0, "undo 1: 2 unlinked\n")
    assert "manage zsh (transaction 2) had been cut short" in done.err
    assert difference(before, home(scratch_home)) == []


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "manage", "git"),
        ("manage", "git", "-n"),
        ("undo", "-n"),
        ("status", "git"),
        ("list", "zsh"),
        ("history",),
        ("backups",),
    ],
)
def test_a_command_that_looks_only_mentions_it(
    scratch_home: Path, root: Path, words: tuple[str, ...]
) -> None:
    dotstream("manage", "vim", cwd=root)
    cut_short(scratch_home, root)
    halfway = home(scratch_home)
    done = dotstream(*words, cwd=root)
    assert done.code == 0
    assert done.err == (
        "dotstream: manage zsh (transaction 2) was cut short; the next change rolls back what "
        "it did first. To do that now, or to finish it: dotstream recover [--resume]\n"
    )
    assert difference(halfway, home(scratch_home)) == []
    stream = events(*words, cwd=root)
    check(stream)
    assert stream[1]["type"] == "unfinished"
    assert (stream[1]["transaction"], stream[1]["packages"]) == (2, ["zsh"])
    assert of(stream, "recovered") == []


def test_what_is_under_way_is_not_called_cut_short(root: Path) -> None:
    with start("manage", "zsh", "--stream", "--json", cwd=root) as process:
        assert process.stdout is not None
        until(process.stdout, "progress", phase="applying")
        assert "cut short" not in dotstream("status", "vim", cwd=root).err
        assert dotstream("history", cwd=root).out.endswith("manage zsh  (under way)\n")
        process.stdout.read()
    assert process.returncode == 0


def test_programs_are_told_of_the_recovery(scratch_home: Path, root: Path) -> None:
    before = cut_short(scratch_home, root)
    stream = events("recover", cwd=root)
    check(stream)
    (told,) = of(stream, "recovered")
    assert told["transaction"] == 1
    assert told["resumed"] is False
    assert told["reverted"] > 0
    assert told["left"] == []
    assert difference(before, home(scratch_home)) == []
    stream = events("recover", cwd=root)
    check(stream)
    (told,) = of(stream, "recovered")
    assert (told["transaction"], told["resumed"], told["reverted"]) == (None, False, 0)


def test_it_is_told_in_the_stream_of_the_command_that_found_it(
    scratch_home: Path, root: Path
) -> None:
    cut_short(scratch_home, root)
    done = dotstream("manage", "vim", "--json", cwd=root)
    stream = [json.loads(line) for line in done.out.splitlines()]
    check(stream)
    kinds = [event["type"] for event in stream]
    assert kinds.index("recovered") < kinds.index("operation") < kinds.index("applied")
    assert done.err == ""


def test_what_somebody_changed_meanwhile_is_left_alone_and_named(
    scratch_home: Path, root: Path
) -> None:
    before = cut_short(scratch_home, root)
    (scratch_home / "rc0").unlink()
    (scratch_home / "rc0").write_text("theirs")
    done = dotstream("recover", cwd=root)
    assert done.code == 0
    assert f"    · {scratch_home}/rc0 " in done.err
    assert (scratch_home / "rc0").read_text() == "theirs"
    (scratch_home / "rc0").unlink()
    assert difference(before, home(scratch_home)) == []


def test_a_recovery_that_ctrl_c_stopped_goes_on_the_next_time(
    scratch_home: Path, root: Path
) -> None:
    before = cut_short(scratch_home, root)
    with start("recover", "--json", cwd=root) as process:
        assert process.stdout is not None
        until(process.stdout, "hello")
        process.send_signal(signal.SIGINT)
        process.stdout.read()
    assert process.returncode in {0, 130}
    dotstream("recover", cwd=root)
    assert difference(before, home(scratch_home)) == []


def test_recover_is_told_who_is_changing_the_target(root: Path) -> None:
    with start("manage", "zsh", "--stream", "--json", cwd=root) as first:
        assert first.stdout is not None
        until(first.stdout, "progress", phase="applying")
        done = dotstream("recover", cwd=root)
        assert done.code == 1
        assert f"is being changed by process {first.pid}" in done.err
        first.stdout.read()
    assert first.returncode == 0


def test_it_is_taken_back_before_a_plan_is_shown_to_be_agreed_to(
    scratch_home: Path, root: Path
) -> None:
    cut_short(scratch_home, root)
    words = ("adopt", "~/.inputrc", "-p", "vim", "--color=never")
    done = on_terminal(*words, cwd=root, typed="y\n")
    assert done.code == 0
    first = done.out.index("had been cut short: ")
    assert first < done.out.index("move   .inputrc") < done.out.index("Move these into")
    assert (scratch_home / ".inputrc").is_symlink()
    assert not [name for name in os.listdir(scratch_home) if name.startswith("rc")]
