"""How much the tests try: the short set for every day, ``DOTSTREAM_LONG=1`` for the rest."""

from __future__ import annotations

import os
from typing import TypeVar

__all__ = ["LONG", "by_length"]

LONG = os.environ.get("DOTSTREAM_LONG") == "1"

_Amount = TypeVar("_Amount")


def by_length(short: _Amount, long: _Amount) -> _Amount:
    """Return how much is tried this time."""
    return long if LONG else short
