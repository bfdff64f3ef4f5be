"""The command line as a real process, and the household of packages it is tried on."""

from __future__ import annotations

import atexit
import fcntl
import json
import os
import pty
import re
import subprocess
import sys
import termios
from functools import cache
from typing import IO, TYPE_CHECKING, Any, NamedTuple, cast

from tests.leftovers import started
from tests.scenarios import process as kept

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tests.scenarios.process import Runner

__all__ = [
    "COMMAND",
    "MANY",
    "Finished",
    "anew",
    "crowded",
    "dotstream",
    "events",
    "household",
    "on_terminal",
    "start",
    "until",
]

COMMAND = (sys.executable, "-m", "dotstream")

PACKAGES = {
    "vim/dot-vimrc": "set nocompatible\n",
    "vim/dot-vim/colors/dusk.vim": "hi clear\n",
    "zsh/dot-zshrc": "autoload -U compinit\n",
    "zsh/dot-config/zsh/aliases": "alias g=git\n",
    "git/dot-config/git/config": "[user]\n",
}


MANY = 3_000

_QUESTION = re.compile(rb"\[(?:\w/)+\w\] ")
"""How a question ends."""


class Finished(NamedTuple):
    """How a process ended, and what it wrote."""

    code: int
    out: str
    err: str


def household(home: Path, files: Mapping[str, str] = PACKAGES) -> Path:
    """Write packages and an empty ``dotstream.toml`` to ``home/dotfiles``; returns that."""
    root = home / "dotfiles"
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    (root / "dotstream.toml").touch()
    return root


def crowded(home: Path) -> Path:
    """The same, with a package of several batches whose events are more than a pipe holds."""
    root = household(home)
    for number in range(MANY):
        (root / f"zsh/rc{number}").touch()
    return root


def dotstream(*words: str | bytes, cwd: Path) -> Finished:
    """Run ``dotstream`` to its end, in a child of a process that has it imported already."""
    runner = _imported()
    try:
        runner.start([os.fsdecode(word) for word in words], cwd=str(cwd), env=os.environ)
        done = runner.finish()
    except BaseException:  # what is answered next is not about what is asked next
        _imported.cache_clear()
        raise
    return Finished(done.status, done.stdout, done.stderr)


@cache
def _imported() -> Runner:
    runner = kept.dotstream()
    atexit.register(runner.close)
    return runner


def anew(*words: str | bytes, cwd: Path, stdin: str = "") -> Finished:
    """Run ``dotstream`` to its end, in a process that imports it; ``stdin`` comes in a pipe."""
    done = subprocess.run(
        [*COMMAND, *words], cwd=cwd, input=stdin.encode(), capture_output=True, check=False
    )
    return Finished(done.returncode, done.stdout.decode(), done.stderr.decode())


def events(*words: str | bytes, cwd: Path) -> list[dict[str, Any]]:
    """Run ``dotstream … --json`` and return its events."""
    done = dotstream(*words, "--json", cwd=cwd)
    return [json.loads(line) for line in done.out.splitlines()]


def start(*words: str, cwd: Path) -> subprocess.Popen[bytes]:
    """Start ``dotstream`` with unbuffered pipes, to be talked to while it runs."""
    return started(
        subprocess.Popen(
            [*COMMAND, *words],
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    )


def until(stream: IO[bytes], kind: str, **fields: object) -> dict[str, Any]:
    """Read events up to one of a kind, and no further: the writer then fills the pipe."""
    for line in stream:
        event = cast("dict[str, Any]", json.loads(line))
        if event["type"] == kind and fields.items() <= event.items():
            return event
    raise AssertionError(f"no {kind} event")


def on_terminal(
    *words: str,
    cwd: Path,
    typed: str = "",
    controlling: bool = False,
    command: Sequence[str] = COMMAND,
    question: re.Pattern[bytes] = _QUESTION,
) -> Finished:
    """Run ``dotstream`` on a terminal; what both streams show comes back as ``out``.

    ``typed`` is typed when a ``question`` is shown, a line for each; ``controlling`` makes
    Ctrl-C a signal, and lets other programs ask.
    """
    leader, follower = pty.openpty()

    def attach() -> None:
        if controlling:
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    process = subprocess.Popen(
        [*command, *words],
        cwd=cwd,
        env=dict(os.environ),  # not what libraries of the test's process have added below it
        stdin=follower,
        stdout=follower,
        stderr=follower,
        preexec_fn=attach,  # noqa: PLW1509 - there are no threads here
    )
    os.close(follower)
    shown = bytearray()
    answers, asked = typed.splitlines(keepends=True), 0
    while True:
        if answers and len(question.findall(shown)) > asked:
            asked += 1
            os.write(leader, answers.pop(0).encode())
        try:
            piece = os.read(leader, 4096)
        except OSError:  # EIO: the other end is closed
            break
        if not piece:
            break
        shown += piece
    os.close(leader)
    return Finished(process.wait(), shown.decode().replace("\r\n", "\n"), "")
