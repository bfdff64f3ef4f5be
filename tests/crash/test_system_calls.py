"""Killed at system calls, SQLite's own too: (call, number) pairs, given to strace.

``DOTSTREAM_LONG=1`` takes every pair of more scenes.
"""

from __future__ import annotations

import collections
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.crash.mounts import elsewhere
from tests.crash.scenes import SCENES, Stage, check_manifest, lost, world
from tests.long import LONG, by_length
from tests.snapshot import difference

if TYPE_CHECKING:
    from pathlib import Path

    from tests.farm import Farm
    from tests.snapshot import Tree

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_PAIRS = by_length(9, 10**6)
_NAMES = (
    ["manage with unfold", "unmanage with refold", "adopt", "manage, adopting", "remanage",
     "back up directories, state away", "adopt directories, packages away",
     "undo of: manage with unfold", "undo of: remanage"]
    if LONG
    else ["manage with unfold", "back up directories, state away"]
)  # fmt: skip

_CALLS = (
    "symlinkat", "symlink", "mkdirat", "mkdir", "unlinkat", "unlink", "rmdir", "renameat2",
    "renameat", "rename", "linkat", "fchmodat", "chmod", "pwrite64", "write", "ftruncate",
    "fallocate", "fsync", "fdatasync",
)  # fmt: skip
"""Calls that change something on a disk."""

_APPLY = """
import sys
from tests.crash.scenes import SCENES, Away, Stage
from tests.farm import apply, Farm
name, directory, target, state = sys.argv[1:]
farm = Farm.__new__(Farm)
farm.directory, farm.target, farm.state = directory, target, state
farm.root = target.rpartition("/")[0]
apply(SCENES[name].plan(farm), state=state)
"""


def _traced(farm: Farm, name: str, log: str, *options: str) -> subprocess.CompletedProcess[str]:
    traced = ["strace", "-f", "-qq", "-o", log, *options]
    program = [sys.executable, "-S", "-c", _APPLY, name]
    return subprocess.run(
        [*traced, *program, farm.directory, farm.target, farm.state],
        capture_output=True, text=True, check=False, cwd=_ROOT,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
    )  # fmt: skip


def _count(farm: Farm, name: str, log: str) -> list[tuple[str, int]]:
    """Run once to the end; return every (call, number) pair that was made."""
    done = _traced(farm, name, log, "-e", "trace=" + ",".join(f"?{call}" for call in _CALLS))
    if done.returncode:
        pytest.skip(f"tracing is not allowed here: {done.stderr.strip()[-200:]}")
    with open(log, encoding="utf-8", errors="replace") as lines:
        made = [match[1] for line in lines if (match := re.match(r"\d+ +(\w+)\(", line))]
    totals = collections.Counter(made)
    return [(call, number) for call in totals for number in range(1, totals[call] + 1)]


@pytest.mark.timeout(by_length(400, 3600))
@pytest.mark.skipif(shutil.which("strace") is None, reason="kills at system calls with strace")
@pytest.mark.parametrize("name", _NAMES)
def test_killed_at_any_system_call_it_ends_before_or_after(scratch: Path, name: str) -> None:
    with elsewhere() as away:
        if away is None:
            pytest.skip("there is no second file system here, and none can be mounted")
        stage = Stage(SCENES[name], f"{scratch}/here", f"{away}/there")
        before = world(stage.farm)
        pairs = _count(stage.farm, name, f"{scratch}/log")
        after = world(stage.farm)
        assert difference(before, after)
        killed = 0
        for call, number in pairs[:: max(1, len(pairs) // _PAIRS)]:
            farm = stage.reset()
            inject = f"inject={call}:signal=SIGKILL:when={number}"
            done = _traced(farm, name, f"{scratch}/log", "-e", f"trace={call}", "-e", inject)
            killed += done.returncode != 0
            _look(farm, before, after, f"{call} {number}")
        assert killed > 5


def _look(farm: Farm, before: Tree, after: Tree, point: str) -> None:
    """Recover by the next command, and have everything as before or as after."""
    client = farm.client()
    list(client.history())
    client.apply(client.stream_manage("idle"))
    now = world(farm)
    assert not lost(before, now), point
    assert not difference(before, now) or not difference(after, now), point
    check_manifest(farm)
    assert client.recover().transaction is None
