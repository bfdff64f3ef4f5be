"""A shell in a real pseudo-terminal, typed into by a script, and all that it shows, with when."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["COLUMNS", "ROWS", "Piece", "played"]

COLUMNS, ROWS = 80, 60
"""The rows are more than any script shows, so that nothing scrolls."""

_PROMPT = b"$ "
_QUESTION = re.compile(rb"\[(?:\w/)+\w\] $")
_KEYS = 3
_STROKE = 0.09
"""How many keys are pressed at once, and seconds from one time to the next."""
_PAUSE = 1.6
"""Seconds that a person looks at what is shown before typing on."""
_LONG = 30


class Piece(NamedTuple):
    """Something that was shown."""

    at: float  # seconds from the start
    shown: bytes


def played(lines: Sequence[str], home: Path, environ: Mapping[str, str]) -> Iterator[Piece]:
    """Type each line once the shell, or a question, waits for it; yield all that is shown."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    shell = subprocess.Popen(
        ["bash", "--norc", "--noprofile", "--noediting", "-i"],
        cwd=home / "dotfiles",
        env={**environ, "HOME": str(home), "PS1": _PROMPT.decode(), "TERM": "xterm-256color"},
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no threads
    )
    os.close(follower)
    start = time.monotonic()
    try:
        for line in lines:
            yield from _shown(leader, start, until_asked=True)
            time.sleep(_PAUSE)
            for at in range(0, len(line), _KEYS):
                os.write(leader, line[at : at + _KEYS].encode())
                time.sleep(_STROKE)
                yield from _shown(leader, start, until_asked=False)
            os.write(leader, b"\n")
        yield from _shown(leader, start, until_asked=True)
    finally:
        shell.kill()
        shell.wait()
        os.close(leader)


def _shown(leader: int, start: float, *, until_asked: bool) -> Iterator[Piece]:
    """Yield what comes: up to the next prompt or question, or what is there already."""
    seen = b""
    while select.select([leader], [], [], _LONG if until_asked else 0)[0]:
        piece = os.read(leader, 65536)
        yield Piece(time.monotonic() - start, piece)
        seen += piece
        if until_asked and (seen.endswith(_PROMPT) or _QUESTION.search(seen)):
            return
    assert not until_asked, f"no prompt came after {seen!r}"
