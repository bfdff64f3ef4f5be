"""Names that a transaction gives to what it keeps for a moment, and for good."""

from __future__ import annotations

from dotstream.model.names import blake2b, encoded

PREFIX = ".~dotstream-"
"""Every temporary entry beside a path in the target begins with this."""


def spare_name(transaction: int, sequence: int) -> str:
    """Return the temporary name of one step; of a length that always fits."""
    return f"{PREFIX}{transaction}-{sequence}"


def aside_name(transaction: int, name: str) -> str:
    """Return the name that the directory ``name`` has beside its place.

    It tells siblings apart, and never gets too long.
    """
    digest = blake2b(encoded(name), digest_size=8).hexdigest()
    return f"{PREFIX}{transaction}-{digest}"


def kept_path(backups: str, transaction: int, sequence: int) -> str:
    """Return where the backup area keeps what a step backed up."""
    return f"{backups}/{transaction}-{sequence}"
