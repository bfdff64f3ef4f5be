"""Old history: which transactions may be forgotten, and forgetting them.

What the backup area holds something of stays, and so does the last transaction with steps:
numbers go on after those.  What is forgotten cannot be undone any more; links and the manifest
do not need it.
"""

from __future__ import annotations

from dotstream.fs.area import contents
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotstream.store.database import Database

MOST_TRANSACTIONS = 1_000
"""Transactions that are remembered, whatever is asked."""

MOST_STEPS = 10_000_000
"""Steps that are remembered; one takes some ten bytes.  The last transaction stays."""

_FREE = (
    "state IN ('committed', 'undone', 'rolled_back') "
    "AND id < (SELECT max(id) FROM txn WHERE first <= (SELECT max(first) FROM chunk))"
)
"""Those that are finished and do not own the newest chunk."""


def outdated(
    database: Database, area: str, *, keep: int = 0, began_before: float | None = None
) -> list[int]:
    """Return which transactions may be forgotten, oldest first.

    Args:
        area: absolute path of the backup area.
        keep: how many of the newest are not meant.
        began_before: seconds since the epoch; whatever began later is not meant.
    """
    with database.explained():
        rows = database.run(
            f"SELECT id FROM txn WHERE {_FREE} AND started <= coalesce(?, started) "  # noqa: S608
            "AND id NOT IN (SELECT id FROM txn ORDER BY id DESC LIMIT ?) ORDER BY id",
            (began_before, keep),
        ).fetchall()
    return _without_backups(rows, area)


def forget(database: Database, numbers: list[int]) -> None:
    """Forget transactions and their steps, all at once, and make the file smaller."""
    if numbers:
        with database.explained():
            with database.change():
                for number in numbers:
                    _forget(database, number)
            database.run("VACUUM")


def keep_within_limits(database: Database, area: str) -> None:
    """Forget what is beyond the limits, in the commit that is under way."""
    oldest, first = database.run("SELECT id, first FROM txn ORDER BY id LIMIT 1").fetchone()
    newest, last = database.run(
        "SELECT max(id), (SELECT first + size FROM chunk ORDER BY first DESC LIMIT 1) FROM txn"
    ).fetchone()
    if newest - oldest < MOST_TRANSACTIONS and last - first <= MOST_STEPS:
        return
    rows = database.run(
        f"SELECT id FROM txn WHERE {_FREE} AND (id < coalesce((SELECT id FROM txn "  # noqa: S608
        "ORDER BY id DESC LIMIT 1 OFFSET ?), 0) "
        "OR id < coalesce((SELECT max(id) FROM txn WHERE first <= ?), 0))",
        (MOST_TRANSACTIONS - 1, last - MOST_STEPS),
    ).fetchall()
    try:
        numbers = _without_backups(rows, area)
    except OSError:
        return  # the next commit has another look at what is in the area
    for number in numbers:
        _forget(database, number)


def _without_backups(rows: list[tuple[int]], area: str) -> list[int]:
    held = {transaction for transaction, _, _ in contents(area)}
    return [number for (number,) in rows if number not in held]


def _forget(database: Database, number: int) -> None:
    database.run(
        "DELETE FROM chunk WHERE first >= (SELECT first FROM txn WHERE id = ?1) "
        "AND first < (SELECT min(first) FROM txn WHERE id > ?1)",
        (number,),
    )
    database.run("DELETE FROM backup WHERE txn = ?", (number,))  # restored since
    database.run("DELETE FROM txn WHERE id = ?", (number,))
