"""Packages with very many files, quickly made: hard links to a few empty files."""

from __future__ import annotations

import os

__all__ = ["make_large"]

_NAMES = 1000
"""Files in a directory."""


def make_large(package: str, files: int) -> None:
    """Make a package of ``files`` files, a thousand to a directory."""
    os.makedirs(package)
    for number in range(0, files, _NAMES):
        directory = f"{package}/{number // _NAMES:04}"
        os.mkdir(directory)
        first = f"{directory}/0000"
        open(first, "xb").close()
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for name in range(1, min(_NAMES, files - number)):
                os.link("0000", f"{name:04}", src_dir_fd=descriptor, dst_dir_fd=descriptor)
        finally:
            os.close(descriptor)
