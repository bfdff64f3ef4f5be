"""What a test starts and does not end when it fails; it is ended all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

__all__ = ["at_the_latest", "count", "end_since", "started"]

_ENDINGS: list[Callable[[], object]] = []


def at_the_latest(ending: Callable[[], object]) -> None:
    """Call ``ending`` after the test, which changes nothing where all has ended by then."""
    _ENDINGS.append(ending)


def started(process: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
    """Return ``process``, which does not outlive the test that started it."""
    at_the_latest(lambda: _end(process))
    return process


def count() -> int:
    """Return how much has been started so far."""
    return len(_ENDINGS)


def end_since(before: int) -> None:
    """End what was started since there were so many, the latest first."""
    while len(_ENDINGS) > before:
        _ENDINGS.pop()()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        try:
            if pipe is not None:
                pipe.close()
        except BrokenPipeError:
            pass
