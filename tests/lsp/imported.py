"""A process that has the server imported, and forks one whenever it is asked to.

Only the interpreter's start is saved: a server has a process, streams and surroundings of its
own.  Who asks becomes its parent: an orphan falls to the nearest ancestor that takes it in.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING

from tests.scenarios.forker import preload, run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import IO

__all__ = ["Process", "start"]

_TAKE_IN = 36  # PR_SET_CHILD_SUBREAPER
_LONGEST = 1 << 17  # of a request


class Process:
    """What was forked for us, with what servers need of a ``subprocess.Popen``."""

    def __init__(self, pid: int, streams: Mapping[int, IO[bytes]]) -> None:
        self.pid = pid
        self.stdin, self.stdout, self.stderr = map(streams.get, range(3))
        self._status: int | None = None
        self._ends = os.pidfd_open(pid)

    def wait(self, timeout: float | None = None) -> int:
        if self._status is None:
            if not select.select([self._ends], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("dotstream", timeout or 0)
            self._status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            os.close(self._ends)
        return self._status

    def poll(self) -> int | None:
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def start(words: Sequence[str], *, piped: bool) -> Process:
    """Start ``dotstream`` with a pipe for its errors, and for the other streams if ``piped``."""
    pipes = {number: os.pipe() for number in ((0, 1, 2) if piped else (2,))}
    theirs = [ends[number != 0] for number, ends in pipes.items()]
    prctl = ctypes.CDLL(None).prctl
    prctl(_TAKE_IN, 1)
    socket.send_fds(
        _asked(), [json.dumps([os.getcwd(), dict(os.environ), words]).encode()], theirs
    )
    pid = int(_asked().recv(_LONGEST))
    _asked().recv(_LONGEST)  # by now it is an orphan
    prctl(_TAKE_IN, 0)
    for descriptor in theirs:
        os.close(descriptor)
    return Process(
        pid,
        {
            number: open(ends[number == 0], "rb" if number else "wb")
            for number, ends in pipes.items()
        },
    )


@cache
def _asked() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.lsp.imported", str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
    atexit.register(process.wait)
    atexit.register(ours.close)
    return ours


def _answer(asks: socket.socket) -> None:
    """Fork until nobody can ask any more."""
    preload("dotstream", without=())
    gc.freeze()
    while asked := socket.recv_fds(asks, _LONGEST, 3):
        request, descriptors, _, _ = asked
        if not request:
            return
        between = os.fork()
        if not between:
            child = os.fork()
            if not child:
                asks.close()
                os._exit(_become(descriptors, *json.loads(request)))
            asks.send(str(child).encode())
            os._exit(0)
        os.waitpid(between, 0)
        asks.send(b"-")
        for descriptor in descriptors:
            os.close(descriptor)


def _become(descriptors: list[int], cwd: str, environ: dict[str, str], words: list[str]) -> int:
    from dotstream.__main__ import main

    for number, descriptor in zip(range(3)[-len(descriptors) :], descriptors, strict=True):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environ)
    return run(lambda: sys.exit(main()), ["dotstream", *words])


if __name__ == "__main__":
    _answer(socket.socket(fileno=int(sys.argv[1])))
