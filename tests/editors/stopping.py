"""A process that stands still in the middle of its work, however fast that is."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["stopped"]

_PATIENCE = 180


@contextmanager
def stopped(process: int, when: Callable[[], bool]) -> Iterator[Callable[[], None]]:
    """Have a process stop as soon as something holds, and go on after the block.

    What is under way then is not over before the block has seen it, however busy the machine
    is.  The block gets what waits until the process has stopped.
    """
    _set_niceness(process, 19)  # what watches it goes first, and stops it in time
    with ThreadPoolExecutor(1) as watching:
        stopping = watching.submit(_stop, process, when)
        try:
            yield stopping.result
        finally:
            stopping.result()
            _set_niceness(process, 0)
            with suppress(ProcessLookupError):  # another may stand in its place
                os.kill(process, signal.SIGCONT)


def _stop(process: int, when: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not when():
        assert time.monotonic() < end, "what is waited for does not come to be"
        time.sleep(0.001)
    os.kill(process, signal.SIGSTOP)


def _set_niceness(process: int, niceness: int) -> None:
    """Let a process go after others, or as they do again, which only root may."""
    with suppress(FileNotFoundError):  # it has ended meanwhile
        for task in os.listdir(f"/proc/{process}/task"):
            with suppress(ProcessLookupError, PermissionError):
                os.setpriority(os.PRIO_PROCESS, int(task), niceness)
