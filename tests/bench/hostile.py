"""What a hostile repository costs a command at most: ``python -m tests.bench.hostile [TEXT]``.

Seconds of CPU, which other programs change little, and those on the clock; ``TEXT`` chooses
scenes.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from tests.hostile.repositories import COMMANDS, Scene, prepare, scenes

GUARD = 60  # seconds
_SLOWEST = 10


def measured(scene: Scene, scratch: Path) -> list[tuple[float, float, str]]:
    """Return how much CPU each command took, and how long, with what it was."""
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
        begin, before = perf_counter(), _spent()
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
        what = f"{' '.join(words)} ({scene.name})"
        found.append((_spent() - before, perf_counter() - begin, what))
    return found


def _spent() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def main() -> None:
    """Print the slowest."""
    found: list[tuple[float, float, str]] = []
    for scene in scenes():
        if not all(word in scene.name for word in sys.argv[1:]):
            continue
        with tempfile.TemporaryDirectory() as scratch:
            found += measured(scene, Path(scratch))
    found.sort(reverse=True)
    sys.stdout.write(f"{len(found):,} commands; the slowest:\n")
    sys.stdout.writelines(
        f"{cpu:6.2f} s of CPU, {clock:6.2f} s  {what}\n" for cpu, clock, what in found[:_SLOWEST]
    )


if __name__ == "__main__":
    main()
