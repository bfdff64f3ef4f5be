"""Having it written down where files come from, before they are moved to the backup area."""

from __future__ import annotations

from dotstream.errors import JournalError
from dotstream.fs.area import note
from dotstream.fs.look import identity
from dotstream.fs.oserror import reason
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.items import Operation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dotstream.fs.descriptors import Descriptors
    from dotstream.store.journal import Journal
    from dotstream.store.steps import Numbered


def note_origins(
    journal: Journal,
    transaction: int,
    backups: str,
    descriptors: Descriptors,
    steps: Iterable[Numbered],
) -> None:
    """Note what steps that are to be carried out will move to the backup area.

    Raises:
        JournalError: it cannot be written, so none of them may be carried out.
    """
    moves = [
        (sequence, item.path, _inode(descriptors, item))
        for sequence, item in steps
        if isinstance(item, Operation) and item.kind == "move_file" and item.text is None
    ]
    found = journal.transactions.find(transaction) if moves else None
    if found is None:
        return
    try:
        note(backups, transaction, (found.began, found.target), moves)
    except OSError as error:
        raise JournalError(
            f"{backups}: {reason(error)}: where files come from could not be recorded"
        ) from error


def _inode(descriptors: Descriptors, operation: Operation) -> int:
    try:
        return identity(descriptors.fd(operation.directory))[1]
    except OSError:
        return 0  # then the move fails, and says why
