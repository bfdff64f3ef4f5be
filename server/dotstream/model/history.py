"""What the journal remembers: transactions, backups, recoveries."""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

TransactionState = Literal[
    "active", "rolling_back", "committed", "rolled_back", "stuck", "undone"
]


class Transaction(NamedTuple):
    """One apply, as the journal has it.

    Attributes:
        state: ``active``, ``rolling_back`` and ``stuck`` are unfinished.
        action: what was asked for; also ``undo``, ``restore``, ``doctor``.
        directory, target: absolute paths of the package directory and the target.
        began: seconds since the epoch.
        digest: of the plan that was carried out.
        counts: operations by kind.
        undone_by: the transaction that undid this one.
        undoes: the transaction that this one undid.
    """

    id: int
    state: TransactionState
    action: str
    packages: tuple[str, ...]
    directory: str
    target: str
    began: float
    digest: str
    counts: Mapping[str, int]
    undone_by: int | None = None
    undoes: int | None = None

    @property
    def moment(self) -> str:
        """When it began: ISO 8601, in UTC."""
        from datetime import UTC, datetime

        return datetime.fromtimestamp(self.began, UTC).isoformat(timespec="milliseconds")


class Backup(NamedTuple):
    """Something that was moved out of the way and is kept.

    Attributes:
        id: the number of the step that moved it.
        path: where it was, absolute; empty if nobody knows any more.
        kept: where it is now, absolute.
        size: bytes, of a file.
        began: when that transaction began, in seconds since the epoch; 0 if unknown.
    """

    id: int
    transaction: int
    path: str
    kept: str
    size: int
    kind: Literal["file", "directory", "link"]
    began: float = 0.0


class Recovery(NamedTuple):
    """What was done about a transaction that another run left unfinished.

    Attributes:
        transaction: the unfinished one, or ``None`` if there was none.
        direction: whether it was rolled back or carried to its end.
        steps: how many steps that took.
        left: foreign changes made meanwhile and left alone, a sentence each.
    """

    transaction: Transaction | None = None
    direction: Literal["rolled_back", "resumed"] | None = None
    steps: int = 0
    left: tuple[str, ...] = ()
