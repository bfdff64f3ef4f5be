"""Names and link texts as the bytes that the system has of them, and back; and their hash."""

from __future__ import annotations

import sys

try:
    from _blake2 import blake2b
except ImportError:  # an interpreter that keeps it elsewhere
    from hashlib import blake2b

__all__ = ["blake2b", "decoded", "encoded"]

# What os.fsencode and os.fsdecode do, without asking of each text what type it has.
_ENCODING, _ERRORS = sys.getfilesystemencoding(), sys.getfilesystemencodeerrors()


def encoded(text: str) -> bytes:
    """Return a text as the system has it."""
    return text.encode(_ENCODING, _ERRORS)


def decoded(data: bytes) -> str:
    """Return what the system has as a text."""
    return data.decode(_ENCODING, _ERRORS)
