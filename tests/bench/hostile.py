"""The longest that a hostile repository keeps a command: ``python -m tests.bench.hostile``."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from tests.hostile.repositories import COMMANDS, Scene, prepare, scenes

GUARD = 60  # seconds
_SLOWEST = 10


def measured(scene: Scene, scratch: Path) -> list[tuple[float, str]]:
    """Return how long each command took, with what it was."""
    home = scratch / "home"
    prepare(home)
    scene.make(home)
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_STATE_HOME": f"{scratch}/state",
        "LC_ALL": "C.UTF-8",
    }
    found = []
    for words in COMMANDS:
        begin = perf_counter()
        try:
            subprocess.run(
                [sys.executable, "-m", "dotstream", *words],
                cwd=home / "dots",
                env=environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=GUARD,
            )
        except subprocess.TimeoutExpired:
            pass  # its time says so
        found.append((perf_counter() - begin, f"{' '.join(words)} ({scene.name})"))
    return found


def main() -> None:
    """Print the slowest."""
    found: list[tuple[float, str]] = []
    for scene in scenes():
        with tempfile.TemporaryDirectory() as scratch:
            found += measured(scene, Path(scratch))
    found.sort(reverse=True)
    sys.stdout.write(f"{len(found):,} commands; the slowest:\n")
    sys.stdout.writelines(f"{seconds:6.2f} s  {what}\n" for seconds, what in found[:_SLOWEST])


if __name__ == "__main__":
    main()
