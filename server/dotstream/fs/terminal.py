"""What a program on a terminal knows of it: the environment, and how wide it is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["columns", "environment"]


def environment() -> Mapping[str, str]:
    """Return the environment of this process."""
    return os.environ


def columns(descriptor: int, default: int = 80) -> int:
    """Return the width of the terminal at ``descriptor``, or ``default`` if it is none."""
    try:
        return os.get_terminal_size(descriptor).columns or default
    except OSError:
        return default
