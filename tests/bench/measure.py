"""Whole processes, measured: wall time, processor time, peak memory, system calls, first line."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["COUNTER", "Cost", "first_line", "process", "system_calls"]


_SPAWN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "spawn.py")

COUNTER = "strace"
"""What counts system calls."""


class Cost(NamedTuple):
    """What one process took: seconds, seconds, MiB."""

    wall: float
    cpu: float
    memory: float


def process(command: Sequence[str], env: Mapping[str, str], *, ends: int = 0) -> Cost:
    """Run ``command`` to its end and return what it took; ``ends`` is the exit code it must have.

    Its peak memory is no less than that of an empty Python, which starts it.
    """
    reading, writing = os.pipe()
    with tempfile.TemporaryFile() as said, os.fdopen(reading, "rb") as answer:
        subprocess.run(
            [sys.executable, "-I", "-S", _SPAWN, str(writing), *command],
            env=env,
            stdout=said,
            stderr=said,
            pass_fds=(writing,),
            check=False,
        )
        os.close(writing)
        told = answer.read().split()
        if not told or os.waitstatus_to_exitcode(int(told[0])) != ends:
            said.seek(0)
            sys.exit(f"{command[:8]} failed: {said.read(2000).decode(errors='replace')}")
    _, wall, cpu, peak = map(float, told)
    return Cost(wall, cpu, peak / 1024)


def first_line(command: Sequence[str], env: Mapping[str, str], mark: bytes) -> float:
    """Return the seconds from a process's start to its first line that has ``mark``."""
    reading, writing = os.pipe()
    actions = [(os.POSIX_SPAWN_DUP2, writing, 1), (os.POSIX_SPAWN_CLOSE, reading)]
    began = time.perf_counter()
    child = os.posix_spawnp(command[0], list(command), dict(env), file_actions=actions)
    os.close(writing)
    found = None
    with os.fdopen(reading, "rb", 0) as output:
        seen = b""
        while found is None and (piece := output.read(1 << 16)):
            seen += piece
            if mark in seen:
                found = time.perf_counter() - began
    os.kill(child, 15)
    os.waitpid(child, 0)
    if found is None:
        sys.exit(f"{' '.join(command)} never wrote {mark!r}")
    return found


def system_calls(command: Sequence[str], env: Mapping[str, str], *, ends: int = 0) -> int:
    """Return how many system calls ``command`` and all that it starts make."""
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as counted:
        process([COUNTER, "-f", "-c", "-o", counted.name, *command], env, ends=ends)
        total = counted.read().splitlines()[-1].split()
    return int(total[3])
