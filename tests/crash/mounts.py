"""Small file systems of our own, where mounting is allowed."""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.farm import QUICK
from tests.systems import MACOS

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["elsewhere", "mounted"]


@contextmanager
def mounted(place: str, options: str) -> Iterator[str | None]:
    """Mount a RAM disk on a directory, or yield ``None`` if that is not allowed."""
    if MACOS:  # has no RAM disks
        yield None
        return
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", place]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        yield None
        return
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


@contextmanager
def elsewhere() -> Iterator[str | None]:
    """Yield a directory on another file system than the RAM disk; ``None`` if there is none."""
    with tempfile.TemporaryDirectory() as made, mounted(made, "size=64m") as place:
        if place is None and (QUICK is None or os.stat(QUICK).st_dev == os.stat(made).st_dev):
            yield None
        else:
            yield os.path.realpath(made)
