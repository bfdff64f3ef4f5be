"""Names that a transaction gives to what it keeps for a moment, and for good."""

from __future__ import annotations

__all__ = ["PREFIX", "aside_name", "kept_path", "spare_name"]

PREFIX = ".~dotstream-"
"""Every temporary entry beside a path in the target begins with this."""


def spare_name(transaction: int, sequence: int) -> str:
    """Return the temporary name of one step; of a length that always fits."""
    return f"{PREFIX}{transaction}-{sequence}"


def aside_name(transaction: int) -> str:
    """Return the name of a directory that is filled or emptied beside its place.

    One name does for a transaction: no two are open at once in one directory.
    """
    return f"{PREFIX}{transaction}-aside"


def kept_path(backups: str, transaction: int, sequence: int) -> str:
    """Return where the backup area keeps what a step set aside."""
    return f"{backups}/{transaction}-{sequence}"
