"""Running `stow` commands as processes: ours and the two GNU Stows.

A long-lived worker forks a child for each command, so that thousands of commands take
seconds; see ``forker.py``.  ``DOTSTREAM_TEST_STOW`` names another command to judge in
place of ours (a developer's option): it is then started anew each time.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "PYTHON_STOW",
    "Forker",
    "Outcome",
    "Runner",
    "Spawner",
    "dotstream",
    "perl_stow",
    "python_stow",
]

_HERE = os.path.dirname(os.path.abspath(__file__))
_CACHE = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
PYTHON_STOW = os.path.join(_CACHE, "dotstream", "stow-python-2.4.1")
"""Where ``make oracles`` puts the Python twin of GNU Stow."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did: its exit status (negative: the signal) and what it wrote."""

    status: int
    stdout: str
    stderr: str

    @property
    def result(self) -> str:
        """``ok``, ``conflict`` (status 1, and conflicts listed) or ``error``."""
        if self.status == 0:
            return "ok"
        listed = "would cause conflicts" in self.stderr
        return "conflict" if self.status == 1 and listed else "error"

    @property
    def conflicts(self) -> list[str]:
        """The conflict lines, without their bullets."""
        return [line[4:] for line in self.stderr.split("\n") if line.startswith("  * ")]


class Runner(Protocol):
    """Something that runs a command line in given surroundings, one at a time."""

    def start(self, args: Sequence[str], *, cwd: str, env: Mapping[str, str]) -> None:
        """Start the command; ``finish`` waits for it."""

    def finish(self) -> Outcome:
        """Wait for the command that was started, and return what it did."""

    def close(self) -> None:
        """End what is kept running."""


@dataclass(slots=True)
class Spawner:
    """Starts the command anew each time."""

    command: Sequence[str]
    _running: subprocess.Popen[str] = field(init=False)

    def start(self, args: Sequence[str], *, cwd: str, env: Mapping[str, str]) -> None:
        self._running = subprocess.Popen(
            [*self.command, *args],
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            errors="surrogateescape",
            encoding="utf-8",
        )

    def finish(self) -> Outcome:
        stdout, stderr = self._running.communicate(timeout=60)
        return Outcome(self._running.returncode, stdout, stderr)

    def close(self) -> None:
        pass


@dataclass(slots=True)
class Forker:
    """Keeps one worker that forks a child for each command."""

    worker: Sequence[str]
    prefix: Sequence[str] = ()
    _process: subprocess.Popen[bytes] = field(init=False)
    _scratch: tempfile.TemporaryDirectory[str] = field(init=False)

    def __post_init__(self) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="forker.")
        self._process = subprocess.Popen(
            self.worker,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**_surroundings(), "LC_ALL": "C", "HOME": self._scratch.name},
        )

    def start(self, args: Sequence[str], *, cwd: str, env: Mapping[str, str]) -> None:
        entries = [f"{name}={value}" for name, value in env.items()]
        fields = [cwd, self._file("out"), self._file("err"), str(len(entries)), *entries]
        fields += [*self.prefix, *args]
        line = " ".join(os.fsencode(field).hex() or "-" for field in fields)
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    def finish(self) -> Outcome:
        assert self._process.stdout is not None
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the worker {shlex.join(self.worker)} has died")
        return Outcome(int(answer), self._read("out"), self._read("err"))

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.kill()  # it may wait for what does not end
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()
        self._scratch.cleanup()

    def _file(self, name: str) -> str:
        return os.path.join(self._scratch.name, name)

    def _read(self, name: str) -> str:
        with open(
            self._file(name), encoding="utf-8", errors="surrogateescape", newline=""
        ) as written:
            return written.read()


def _surroundings() -> dict[str, str]:
    """Return what a worker needs to start; what is run has surroundings of its own."""
    return {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}


def dotstream(*arguments: str) -> Runner:
    """Return a runner of ``dotstream ARGUMENTS…``, or of the command put in its place."""
    other = os.environ.get("DOTSTREAM_TEST_STOW")
    if other and arguments == ("stow",):
        return Spawner(shlex.split(other))
    forker = os.path.join(_HERE, "forker.py")
    return Forker([sys.executable, forker, "dotstream.__main__:main"], arguments)


def python_stow() -> Forker:
    """Return a runner of the Python twin of GNU Stow 2.4.1."""
    script = os.path.join(PYTHON_STOW, "bin", "stow")
    if not os.path.exists(script):
        raise FileNotFoundError(f"{script} is missing: run `make oracles`")
    forker = os.path.join(_HERE, "forker.py")
    return Forker([os.path.join(PYTHON_STOW, "bin", "python"), forker, script])


def perl_stow() -> Forker:
    """Return a runner of GNU Stow as the system has it."""
    script = shutil.which("stow", path="/usr/bin:/usr/local/bin")
    if script is None:
        raise FileNotFoundError("GNU Stow is missing: run `make oracles`")
    return Forker(["perl", os.path.join(_HERE, "forker.pl"), script])
