"""Names and link texts as the bytes that the system has of them, and back."""

from __future__ import annotations

from os import fsdecode as decoded
from os import fsencode as encoded

__all__ = ["decoded", "encoded"]
