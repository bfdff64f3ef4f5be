"""``dotstream/history``, ``undo`` and ``recover``: what was done, and going back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from dotstream.errors import Cancelled
from dotstream.lsp.requests.call import Method
from dotstream.lsp.requests.carrying import rehearsed
from dotstream.lsp.requests.fields import Rehearsal
from dotstream.lsp.requests.rows import Rows, shown
from dotstream.model.directory import display
from dotstream.model.events import Applied, Progress
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from dotstream.lsp.messages import JSON
    from dotstream.lsp.requests.call import Call
    from dotstream.lsp.requests.fields import Fields
    from dotstream.model.history import Transaction

TRANSACTIONS = 100
"""Transactions told of, if the client does not say how many."""

MAX_TRANSACTIONS = 1000
"""Transactions told of at most."""

_POLICIES: tuple[Literal["fail", "skip"], ...] = ("fail", "skip")


def _history(limit: int, call: Call) -> dict[str, JSON]:
    """Tell of the last transactions, newest first."""
    told: list[JSON] = []
    for transaction in call.client.history(limit):
        if call.cancel_token.cancelled:
            raise Cancelled
        told.append(_transaction(transaction))
    return {"transactions": told}


class _Undo(NamedTuple):
    """What is to be undone.

    Attributes:
        transaction: its number; ``None`` for the last that is no undo itself.
    """

    transaction: int | None
    rehearsal: Rehearsal
    prefer: Preferences

    @classmethod
    def of(cls, fields: Fields) -> _Undo:
        policy = fields.object("options").choice("onConflict", _POLICIES)
        prefer = Preferences(on_conflict=policy)
        return cls(fields.number("transaction"), Rehearsal.of(fields), prefer)

    @property
    def title(self) -> str:
        """What is undone."""
        what = "the last change" if self.transaction is None else f"change {self.transaction}"
        return f"Plan to undo {what}" if self.rehearsal.dry_run else f"Undo {what}"


def _undo(params: _Undo, call: Call) -> dict[str, JSON]:
    """Undo a transaction, or plan that, and send every item."""
    client = call.client
    plan = client.stream_undo(params.transaction, prefer=params.prefer, cancel=call.cancel_token)
    done = rehearsed(client, plan, params.rehearsal, call)
    return done | {"undone": plan.metadata.undoes}


class _Recover(NamedTuple):
    """How to recover.

    Attributes:
        resume: whether to carry it to its end instead of rolling it back.
        dry_run: whether only to tell what is unfinished.
    """

    resume: bool
    dry_run: bool


def _recover(params: _Recover, call: Call) -> dict[str, JSON]:
    """Finish what another run left unfinished, or tell of it."""
    client = call.client
    if params.dry_run:
        unfinished = client.unfinished()
        return {
            "unfinished": None if unfinished is None else _transaction(unfinished),
            "recovered": None,
            "resumed": False,
            "reverted": 0,
            "left": [],
        }
    run = client.stream_recover(resume=params.resume, wait=call.waits, cancel=call.cancel_token)
    with run:
        for event in run:
            if isinstance(event, (Applied, Progress)):
                call.note_progress(event)
    found = run.result
    if found.transaction is not None:
        call.note_change(client, found.transaction.id)
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
        "counts": dict(transaction.counts),
        "undoable": transaction.state == "committed",
        "undoes": transaction.undoes,
        "undoneBy": transaction.undone_by,
    }


HISTORY = Method(
    lambda fields: fields.number("limit", most=MAX_TRANSACTIONS) or TRANSACTIONS,
    _history,
    lambda _: "Look at the history",
)
UNDO = Method(
    _Undo.of,
    _undo,
    lambda params: params.title,
    Rows,
    lambda params: not params.rehearsal.dry_run,
)
RECOVER = Method(
    lambda fields: _Recover(fields.boolean("resume"), fields.boolean("dryRun")),
    _recover,
    lambda params: "Look for unfinished changes" if params.dry_run else "Recover",
)
