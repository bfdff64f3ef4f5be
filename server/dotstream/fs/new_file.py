"""Writing a file that must not be there yet."""

from __future__ import annotations

__all__ = ["write_new"]


def write_new(path: str, text: str) -> None:
    """Create the file at ``path`` with ``text`` in it, as UTF-8.

    Raises:
        FileExistsError: something is there, be it a broken link.
        OSError: it cannot be written.
    """
    with open(path, "x", encoding="utf-8") as file:
        file.write(text)
