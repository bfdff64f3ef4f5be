"""Ctrl-C: the first takes everything back, the second ends the process there and then."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.cli.process import MANY, crowded, start, until
from tests.leftovers import started
from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STATE = frozenset({".local"})


@pytest.fixture(autouse=True)
def hang_ups_are_heard() -> Iterator[None]:
    """Where the tests run under nohup, their children would ignore hang-ups too."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def root(scratch_home: Path) -> Path:
    """A package of several batches, whose events are more than a pipe holds."""
    return crowded(scratch_home)


def streaming(root: Path) -> subprocess.Popen[bytes]:
    return start("manage", "zsh", "--stream", "--json", cwd=root)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_rolls_everything_back(
    scratch_home: Path, root: Path, number: signal.Signals
) -> None:
    before = snapshot(scratch_home, prune=STATE)
    with streaming(root) as process:
        assert process.stdout is not None
        until(process.stdout, "progress", phase="applying")
        assert difference(before, snapshot(scratch_home, prune=STATE)) != []
        process.send_signal(number)
        rest = [json.loads(line) for line in process.stdout.read().splitlines()]
    assert process.returncode == 130
    kinds = [event["type"] for event in rest]
    assert kinds[-2:] == ["failure", "finished"]
    assert {"type": "progress", "phase": "rolling_back"}.items() <= rest[-3].items()
    assert rest[-2]["kind"] == "cancelled"
    assert (rest[-1]["exit"], rest[-1]["reason"]) == (130, "cancelled")
    assert difference(before, snapshot(scratch_home, prune=STATE)) == []


def test_the_second_ctrl_c_ends_it_at_once(root: Path) -> None:
    with streaming(root) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        until(process.stdout, "progress", phase="applying")
        process.send_signal(signal.SIGINT)
        # The pipe is full, so the clean end cannot come before the second signal does.
        assert process.stderr.readline() == b"\n"
        assert b"cancelling; press Ctrl-C again" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait() == -signal.SIGINT


def test_a_plan_that_is_only_looked_at_can_be_cancelled(root: Path) -> None:
    with start("plan", "manage", "zsh", "--json", cwd=root) as process:
        assert process.stdout is not None
        until(process.stdout, "operation")
        process.send_signal(signal.SIGINT)
        rest = [json.loads(line) for line in process.stdout.read().splitlines()]
    assert process.returncode == 130
    assert [event["type"] for event in rest[-2:]] == ["failure", "finished"]
    assert len(rest) < MANY


def test_a_reader_that_leaves_does_not_stop_an_apply(scratch_home: Path, root: Path) -> None:
    with start("manage", "zsh", "-v", cwd=root) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
    assert process.returncode == 0
    assert (scratch_home / "rc2499").is_symlink()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_ends_a_call_that_does_not_return_while_nothing_is_changed(
    number: signal.Signals,
) -> None:
    script = """
import os
from dotstream.fs.ctrl_c import cancellable
reads, writes = os.pipe()
print("ready", flush=True)
try:
    with cancellable(lambda text: None, changed=lambda: False):
        os.write(1, b"x")
        os.read(reads, 1)  # nobody ever writes
except KeyboardInterrupt:
    raise SystemExit(130)
"""
    with started(
        subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    ) as process:
        assert process.stdout is not None
        assert process.stdout.read(7) == b"ready\nx"
        process.send_signal(number)
        assert process.wait() == 130


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stow_does_all_or_nothing_when_it_is_told_to_end(
    scratch_home: Path, root: Path, number: signal.Signals
) -> None:
    before = snapshot(scratch_home, prune=STATE)
    command = ("stow", "-d", str(root), "-t", str(scratch_home), "--no-folding", "zsh")
    with start(*command, cwd=root) as process:
        while process.poll() is None and not (scratch_home / "rc0").is_symlink():
            pass
        process.send_signal(number)
        assert process.stderr is not None
        said = process.stderr.read()
    if process.returncode == 0:  # the signal came too late
        assert (scratch_home / f"rc{MANY - 1}").is_symlink()
    else:
        assert (process.returncode, b"stow: cancelled" in said) == (130, True)
        assert difference(before, snapshot(scratch_home, prune=STATE)) == []


def test_one_signal_ends_a_stow_that_only_looks(root: Path) -> None:
    """Nobody reads what it says, so it is waiting in the middle of a call of the system."""
    with start("stow", "-n", "-v", "-t", "..", "zsh", cwd=root) as process:
        assert process.stderr is not None
        process.stderr.read(1)
        process.send_signal(signal.SIGTERM)
        said = process.stderr.read()
    assert (process.returncode, b"stow: cancelled" in said.splitlines()[-1]) == (130, True)
