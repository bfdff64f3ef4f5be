"""Signals that ask the server to end."""

from __future__ import annotations

import asyncio
import signal
import threading
from time import monotonic
from typing import TYPE_CHECKING

from dotstream.fs.process import end_process

if TYPE_CHECKING:
    from collections.abc import Callable

_PATIENCE = 2.0  # seconds


def on_end(callback: Callable[[], object]) -> None:
    """Have the running event loop call ``callback`` when the process is asked to end."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, callback)


def leave(exit_code: int) -> int:
    """Return the exit code, or end the process with it if a thread does not come to its end.

    What changes something has been waited for; a thread that only looks may hang in the
    system, and must not keep the process.
    """
    until = monotonic() + _PATIENCE
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join(max(0.0, until - monotonic()))
            if thread.is_alive():
                end_process(exit_code)
    return exit_code
