"""What another run left unfinished: asked by nearly every command, so at little cost."""

from __future__ import annotations

from dotstream.fs.state import existing_state
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotstream.model.history import Transaction


def unfinished(state: str, target: str) -> Transaction | None:
    """Return the transaction that another run left unfinished.

    Raises:
        JournalError: the journal that says so cannot be read.
    """
    place = existing_state(state, target)
    if place is None:
        return None
    from dotstream.fs.lock import left_behind

    if not left_behind(place.lock, place.journal):
        return None  # without having paid for a look into the journal
    from dotstream.store.read_only import opened

    with opened(place) as journal:
        return None if journal is None else journal.transactions.unfinished()
