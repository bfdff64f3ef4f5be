"""A server that is asked to end ends, whatever its threads are doing."""

from __future__ import annotations

import subprocess
import sys


def test_a_thread_that_hangs_in_the_system_does_not_keep_the_process() -> None:
    script = """
import os, threading
from dotstream.lsp.transport.signals import leave
reads, writes = os.pipe()
threading.Thread(target=os.read, args=(reads, 1)).start()  # nobody ever writes
raise SystemExit(leave(3))
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 3


def test_threads_that_end_are_waited_for() -> None:
    script = """
import threading
from dotstream.lsp.transport.signals import leave
threading.Thread(target=lambda: print("done")).start()
raise SystemExit(leave(0))
"""
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True)
    assert (done.returncode, done.stdout) == (0, b"done\n")
