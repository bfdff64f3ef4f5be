"""Other programs at the terminal: Ctrl-C reaches both, and neither is left behind."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from dotstream.fs.programs import run_program

if TYPE_CHECKING:
    from pathlib import Path

_INTERRUPTED = 50  # one in thirty was left behind where only the wait was guarded


def test_a_program_that_ctrl_c_reaches_as_it_starts_is_waited_for(tmp_path: Path) -> None:
    for each in range(_INTERRUPTED):
        left = tmp_path / str(each)
        clearing_up = f"kill -INT $PPID; sleep 0.02; : > {left}"
        with pytest.raises(KeyboardInterrupt):
            run_program(("sh", "-c", clearing_up), cwd="/")
        assert left.exists()


def test_a_program_is_killed_when_ctrl_c_is_pressed_again() -> None:
    twice = "kill -INT $PPID; sleep 0.2; kill -INT $PPID; trap '' INT; exec sleep 600"
    with pytest.raises(KeyboardInterrupt):
        run_program(("sh", "-c", twice), cwd="/")


def test_ctrl_c_that_was_being_ignored_stays_so() -> None:
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "from dotstream.fs.programs import run_program\n"
        "print(run_program(('sh', '-c', 'kill -INT $PPID; kill -INT $$; exit 3'), cwd='/'))"
    )
    done = subprocess.run(
        (sys.executable, "-c", program), capture_output=True, text=True, check=True
    )
    assert done.stdout == "3\n"
