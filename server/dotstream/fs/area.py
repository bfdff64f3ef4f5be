"""The backup area: what lies there, and of which transaction."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["held"]


def held(area: str, transaction: int) -> Iterator[str]:
    """Stream the paths of what the area holds of one transaction, in no order."""
    with os.scandir(area) as scan:
        for entry in scan:
            if entry.name.startswith(f"{transaction}-"):
                yield entry.path
