"""Real file systems in images, to be looked at as a power cut at this moment leaves them.

The image is copied below the mounted file system: what was written to the device so far, as
of a disk that loses nothing of what it was given.  The copy is mounted, which replays its
journal.  So it is the mildest cut there is; ``states`` has the others.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["SYSTEMS", "Images", "missing"]

SYSTEMS = {
    "ext4": ("mkfs.ext4", "-q", "-F"),
    "xfs": ("mkfs.xfs", "-q", "-f"),
    "btrfs": ("mkfs.btrfs", "-q", "-f"),
}
_SIZE = 320 << 20


def missing(system: str) -> str:
    """Say what is needed to mount images of a file system, and is not there."""
    if os.geteuid() != 0:
        return "only root may mount images"
    if shutil.which(SYSTEMS[system][0]) is None:
        return f"there is no {SYSTEMS[system][0]}"
    return "" if os.path.exists("/dev/loop-control") else "there are no loop devices"


class Images:
    """File systems, each in an image of its own, mounted at ``place/NAME``."""

    def __init__(self, system: str, place: str, names: Sequence[str]) -> None:
        self._place, self._names = place, names
        for name in names:
            os.mkdir(f"{place}/{name}")
            with open(f"{place}/{name}.img", "wb") as file:
                file.truncate(_SIZE)
            _run(*SYSTEMS[system], f"{place}/{name}.img")

    @contextmanager
    def mounted(self, suffix: str = "img") -> Iterator[None]:
        """Have the images mounted, or their copies."""
        held: list[str] = []
        try:
            for name in self._names:
                at = f"{self._place}/{name}"
                _run("mount", "-o", "loop", f"{at}.{suffix}", at)
                held.append(at)
            yield
        finally:
            for at in held:
                _run("umount", at)

    def cut(self) -> None:
        """Copy the images as they are now."""
        for name in self._names:
            at = f"{self._place}/{name}"
            _run("cp", "--sparse=always", f"{at}.img", f"{at}.cut")


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)
