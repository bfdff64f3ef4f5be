"""Real processes on one target: many writers at once, readers meanwhile, signals at any time."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from tests.crash.scenes import check_manifest, world
from tests.farm import Farm
from tests.long import by_length
from tests.snapshot import difference

from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from pathlib import Path

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_NEVER = Preferences(folding="never")
_SIGNALS = by_length(4, 20)


def _command(farm: Farm, *words: str) -> list[str]:
    where = ["--dir", farm.directory, "--target", farm.target]
    return [sys.executable, "-m", "dotstream", *words, *where]


def _environment(farm: Farm) -> dict[str, str]:
    """Return an environment in which the command line finds the farm's state."""
    return {**os.environ, "HOME": farm.target, "XDG_STATE_HOME": os.path.dirname(farm.state)}


@pytest.fixture
def farm(scratch: Path) -> Farm:
    """A farm whose state is where the command line keeps it."""
    made = Farm(scratch / "farm")
    made.state = f"{made.root}/state/dotstream"
    return made


def _start(farm: Farm, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        _command(farm, *words),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, cwd=_ROOT, env=_environment(farm),
    )  # fmt: skip


def _run(farm: Farm, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _command(farm, *words),
        capture_output=True, text=True, check=False, cwd=_ROOT, env=_environment(farm),
    )  # fmt: skip


def test_eight_at_once_are_all_recorded_or_clearly_refused(farm: Farm) -> None:
    packages = [f"p{number}" for number in range(8)]
    farm.make(
        {f"stow/{name}/shared/{name}-{n}": name for name in packages for n in range(150)}
        | {f"stow/{name}/own-{name}": name for name in packages}
    )
    waiting = set(packages[::2])
    started = {
        name: _start(farm, "manage", name, *(["--wait"] if name in waiting else []))
        for name in packages
    }
    ended = {
        name: (process.communicate(), process.returncode) for name, process in started.items()
    }
    done = {name for name, (_, code) in ended.items() if code == 0}
    assert waiting <= done
    for name in set(packages) - done:
        (_, told), code = ended[name]
        assert code == 1, told
        assert "is being changed by" in told
        assert not os.path.lexists(f"{farm.target}/own-{name}")
    check_manifest(farm)
    recorded = [each.packages for each in farm.client().history() if each.state == "committed"]
    assert sorted(recorded) == sorted((name,) for name in done)
    assert {status.name for status in farm.client().status() if status.state == "managed"} == done
    for name in done:
        assert farm.read(f"home/shared/{name}-149") == name


def test_readers_are_never_blocked_by_a_long_write(farm: Farm) -> None:
    farm.make({"stow/git/g": "g"}).run("manage", "git")
    farm.make({f"stow/zsh/{number // 100}/{number:05}": "z" for number in range(5000)})
    with _start(farm, "manage", "zsh", "--stream", "--json", "--no-folding") as writer:
        assert writer.stdout is not None
        for line in writer.stdout:  # then it is held up by the pipe that nobody reads
            if '"phase": "applying"' in line or '"phase":"applying"' in line:
                break
        for words in (
            ("status", "git"), ("list", "git"), ("history",), ("plan", "manage", "git"),
            ("backups",), ("doctor",),
        ):  # fmt: skip
            assert writer.poll() is None
            read = _run(farm, *words)
            assert "being changed" not in read.stderr, words
            assert read.returncode in {0, 1}, (words, read.stderr)
        assert "manage" in _run(farm, "history").stdout
        assert len(list(farm.client().history())) == 2
        writer.stdout.read()
    assert writer.returncode == 0
    check_manifest(farm)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("how", ["at once", "--stream"])
def test_a_signal_at_any_time_leaves_before_or_after(
    farm: Farm, number: signal.Signals, how: str
) -> None:
    farm.make({f"stow/zsh/{n // 100}/{n:05}": "z" for n in range(5000)})
    farm.make({"stow/idle/.stow-local-ignore": ".*"})
    words = ["manage", "zsh", "--no-folding", *([how] if how.startswith("-") else [])]
    before = world(farm)
    began = time.monotonic()
    assert _run(farm, *words).returncode == 0
    whole = time.monotonic() - began
    after = world(farm)
    farm.run("unmanage", "zsh")
    assert difference(before, world(farm)) == []
    rng = random.Random(int(number))
    seen: set[str] = set()
    for _ in range(_SIGNALS):
        process = _start(farm, *words)
        try:
            process.wait(rng.uniform(0, 1.1) * whole)
        except subprocess.TimeoutExpired:
            process.send_signal(number)
        told = process.communicate()[1]
        # Python itself is interrupted while it starts: 1, and nothing of ours has begun.
        early = process.returncode == 1 and "KeyboardInterrupt" in told
        assert early or process.returncode in {0, 130, -number}, told
        if process.returncode < 0:
            farm.client().recover()
        now = world(farm)
        assert farm.client().unfinished() is None
        end = "before" if not difference(before, now) else "after"
        assert end == "before" or not difference(after, now)
        assert (end == "after") <= (process.returncode <= 0)
        check_manifest(farm)
        seen.add(end)
        if end == "after":
            farm.run("unmanage", "zsh")
    assert seen


def test_a_second_signal_leaves_it_to_the_next_command(farm: Farm) -> None:
    farm.make({f"stow/zsh/{n:05}": "z" for n in range(5000)})
    before = world(farm)
    process = _start(farm, "manage", "zsh", "--stream", "--json")
    assert process.stdout is not None
    for line in process.stdout:
        if "applying" in line:
            break
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert farm.client().unfinished() is not None
    farm.client().recover()
    assert difference(before, world(farm)) == []
