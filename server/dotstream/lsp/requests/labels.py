"""Paths as the person who runs the server knows them."""

from __future__ import annotations

from dotstream.fs.process import environment, known_home
from dotstream.lsp.uris import label


def path_label(path: str) -> str:
    """Return a path for people: ``~`` for their home directory."""
    return label(path, known_home(environment()) or "/")
