"""Other programs, run to their end at the terminal of this one."""

from __future__ import annotations

import os
import subprocess

from dotstream.fs.ctrl_c import noticed
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_ERROR = 2  # the descriptor of standard error


def run_program(
    words: Sequence[str],
    *,
    cwd: str,
    environ: Mapping[str, str] | None = None,
    without: Collection[str] = (),
    aside: bool = False,
) -> int:
    """Run a program, and return its exit code.

    Args:
        environ: variables on top of this process's own.
        without: variables of this process that it does not get.
        aside: let its standard output go where errors go; the other is for a program to read.

    Raises:
        OSError: it cannot be started.
        KeyboardInterrupt: Ctrl-C was pressed, and it has ended; pressed again, it was killed.
    """
    with noticed() as pressed:
        process = subprocess.Popen(
            list(words),
            cwd=cwd,
            env={**_environ(without), **(environ or {})},
            stdout=_ERROR if aside else None,
        )
        try:
            code = process.wait()  # after Ctrl-C it may be clearing up, as git does
        except KeyboardInterrupt:
            process.kill()
            process.wait()
            raise
        if pressed():
            raise KeyboardInterrupt
        return code


def output_of(words: Sequence[str], *, without: Collection[str] = ()) -> str | None:
    """Return what a program prints, without the last line's end; ``None`` if it fails.

    Args:
        without: variables of this process that it does not get.

    Raises:
        OSError: it cannot be started.
    """
    done = subprocess.run(
        list(words), cwd="/", env=_environ(without), capture_output=True, check=False
    )
    return os.fsdecode(done.stdout).removesuffix("\n") if done.returncode == 0 else None


def _environ(without: Collection[str]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in without}
