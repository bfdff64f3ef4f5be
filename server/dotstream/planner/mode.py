"""What a target directory is while its names are planned."""

from __future__ import annotations

from enum import Enum


class Mode(Enum):
    """The modes of a target directory."""

    REAL = "as on the disk"
    RESET = "folded away and opened again, so that its entries count as gone"
    FRESH = "new, so that there is nothing to look at"
