"""``dotstream/history``, ``undo`` and ``recover``: what was done, and going back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dotstream.errors import Cancelled
from dotstream.lsp.requests.params import Asked, Fields, common, invalid
from dotstream.lsp.requests.plan import carried_out, looked_at, opened
from dotstream.lsp.requests.rows import shown
from dotstream.model.directory import display
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from dotstream.lsp.requests.rows import JSON
    from dotstream.lsp.requests.running import Work
    from dotstream.model.history import Transaction

__all__ = [
    "MAX_TRANSACTIONS",
    "TRANSACTIONS",
    "HistoryParams",
    "RecoverParams",
    "UndoParams",
    "history",
    "recover",
    "undo",
]

TRANSACTIONS = 100
"""Transactions told of, if the client does not say how many."""

MAX_TRANSACTIONS = 1000
"""Transactions told of at most."""

_POLICIES: tuple[Literal["fail", "skip"], ...] = ("fail", "skip")


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryParams(Asked):
    """What ``dotstream/history`` is asked for."""

    limit: int

    @property
    def title(self) -> str:
        """What is looked at."""
        return "Look at the history"

    @classmethod
    def of(cls, value: object) -> HistoryParams:
        """Check what a client sent.

        Raises:
            JsonRpcInvalidParams: a field is missing or wrong.
        """
        fields = Fields(value)
        limit = fields.number("limit", most=MAX_TRANSACTIONS) or TRANSACTIONS
        return cls(**common(fields), limit=limit)


def history(params: HistoryParams, work: Work) -> dict[str, JSON]:
    """Tell of the last transactions, newest first."""
    told: list[JSON] = []
    for transaction in opened(params).history(params.limit):
        if work.cancel_token.cancelled:
            raise Cancelled
        told.append(_transaction(transaction))
    return {"transactions": told}


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoParams(Asked):
    """What ``dotstream/undo`` is asked for.

    Attributes:
        transaction: its number; ``None`` for the last that is no undo itself.
        dry_run: whether only to plan.
        digest: of the plan that was shown.
    """

    transaction: int | None
    dry_run: bool
    digest: str | None
    prefer: Preferences

    @property
    def title(self) -> str:
        """What is rolled back."""
        what = "the last change" if self.transaction is None else f"change {self.transaction}"
        return f"Plan to undo {what}" if self.dry_run else f"Undo {what}"

    @property
    def bounded(self) -> bool:
        """Whether the whole plan is known before the first operation."""
        return not self.dry_run

    @classmethod
    def of(cls, value: object) -> UndoParams:
        """Check what a client sent.

        Raises:
            JsonRpcInvalidParams: a field is missing or wrong.
        """
        fields = Fields(value)
        dry_run, digest = fields.boolean("dryRun"), fields.optional_text("digest")
        if dry_run and digest is not None:
            raise invalid("digest", "a dry run makes one, and takes none")
        policy = fields.object("options").choice("onConflict", _POLICIES)
        return cls(
            **common(fields, streams=True),
            transaction=fields.number("transaction"),
            dry_run=dry_run,
            digest=digest,
            prefer=Preferences(on_conflict=policy),
        )


def undo(params: UndoParams, work: Work) -> dict[str, JSON]:
    """Take a transaction back, or plan that, and send every item."""
    client = opened(params)
    plan = client.stream_undo(params.transaction, prefer=params.prefer, cancel=work.cancel_token)
    undone = {"undone": plan.metadata.undoes}
    if not params.dry_run:
        return carried_out(client, plan, work, digest=params.digest) | undone
    return looked_at(plan, work) | undone


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverParams(Asked):
    """What ``dotstream/recover`` is asked for.

    Attributes:
        resume: whether to carry it to its end instead of rolling it back.
        dry_run: whether only to tell what is unfinished.
    """

    resume: bool
    dry_run: bool

    @property
    def title(self) -> str:
        """What is done."""
        return "Look for what is unfinished" if self.dry_run else "Recover"

    @classmethod
    def of(cls, value: object) -> RecoverParams:
        """Check what a client sent.

        Raises:
            JsonRpcInvalidParams: a field is missing or wrong.
        """
        fields = Fields(value)
        return cls(
            **common(fields),
            resume=fields.boolean("resume"),
            dry_run=fields.boolean("dryRun"),
        )


def recover(params: RecoverParams, work: Work) -> dict[str, JSON]:
    """Finish what another run left unfinished, or tell of it."""
    client = opened(params)
    if params.dry_run:
        unfinished = client.unfinished()
        return {
            "unfinished": None if unfinished is None else _transaction(unfinished),
            "recovered": None,
            "resumed": False,
            "reverted": 0,
            "left": [],
        }
    found = client.recover(
        resume=params.resume, cancel=work.cancel_token, on_progress=work.note_progress
    )
    if found.transaction is not None:
        work.note_change(client, found.transaction.id)
    resumed = found.direction == "resumed"
    return {
        "unfinished": None,
        "recovered": None if found.transaction is None else _transaction(found.transaction),
        "resumed": resumed,
        "reverted": 0 if resumed else found.steps,
        "left": [display(line) for line in found.left],
    }


def _transaction(transaction: Transaction) -> dict[str, JSON]:
    return {
        "id": transaction.id,
        "action": transaction.action,
        "packages": [shown(name) for name in transaction.packages],
        "state": transaction.state,
        "began": transaction.moment,
        "operations": sum(transaction.counts.values()),
        "undoable": transaction.state == "committed",
        "undoes": transaction.undoes,
        "undoneBy": transaction.undone_by,
    }
