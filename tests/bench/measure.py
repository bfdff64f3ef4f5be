"""Whole processes, measured: wall time, processor time, peak memory, first line."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Cost", "Subject", "first_line", "interleaved", "process"]


class Cost(NamedTuple):
    """What one process took: seconds, seconds, MiB."""

    wall: float
    cpu: float
    memory: float


class Subject(NamedTuple):
    """Something to measure: a command, and what to do before it and after it."""

    command: Sequence[str]
    before: Callable[[], None] = lambda: None
    after: Callable[[], None] = lambda: None
    rounds: int | None = None


def process(command: Sequence[str], env: Mapping[str, str], *, ends: int = 0) -> Cost:
    """Run ``command`` to its end and return what it took; ``ends`` is the exit code it must have.

    Its peak memory is no less than this process's own, which it has for an instant.
    """
    with tempfile.TemporaryFile() as said:
        actions = [(os.POSIX_SPAWN_DUP2, said.fileno(), descriptor) for descriptor in (1, 2)]
        began = time.perf_counter()
        child = os.posix_spawnp(command[0], list(command), dict(env), file_actions=actions)
        _, status, usage = os.wait4(child, 0)
        wall = time.perf_counter() - began
        if os.waitstatus_to_exitcode(status) != ends:
            said.seek(0)
            sys.exit(f"{' '.join(command)} failed: {said.read(2000).decode(errors='replace')}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


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


def interleaved(
    subjects: Mapping[str, Subject], rounds: int, env: Mapping[str, str]
) -> dict[str, Cost]:
    """Measure the subjects in turn, ``rounds`` times; return medians.

    In turn, so that a busy moment of the machine hits all of them alike.
    """
    costs: dict[str, list[Cost]] = {name: [] for name in subjects}
    for number in range(rounds):
        for name, subject in subjects.items():
            if number < (subject.rounds or rounds):
                subject.before()
                costs[name].append(process(subject.command, env))
                subject.after()
    return {
        name: Cost(*(statistics.median(column) for column in zip(*taken, strict=True)))
        for name, taken in costs.items()
    }
