"""Text files that are written whole: pages for an editor to show, and edited configuration."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["cache_home", "replace_text"]


def cache_home(environ: Mapping[str, str], home: str) -> str:
    """Return dotstream's cache directory (XDG Base Directory Specification)."""
    base = environ.get("XDG_CACHE_HOME") or ""
    return f"{base if base.startswith('/') else f'{home}/.cache'}/dotstream"


def replace_text(path: str, text: str) -> None:
    """Write a file whole, so that nobody ever sees half of it; as UTF-8.

    Bytes that are not UTF-8 are surrogates in ``text``, as in file names.

    Directories above it are made.  Links are followed, and permissions stay what they are;
    a new file is its owner's alone.

    Raises:
        OSError: it cannot be written.
    """
    path = os.path.realpath(path)
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    beside = f"{path}.{os.getpid()}.new"
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(fd, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            if os.path.exists(path):
                os.fchmod(fd, os.stat(path).st_mode & 0o7777)
            file.write(text)
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise
