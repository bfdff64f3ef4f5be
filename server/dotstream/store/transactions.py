"""The transactions of a journal, as they are read: one row each."""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.history import Transaction
from dotstream.model.names import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dotstream.store.database import Database

_UNFINISHED = ("active", "rolling_back", "stuck")

_COLUMNS = (
    "id, state, action, packages, directory, target, started, digest, counts, undone_by, undoes"
)


class Transactions:
    """The transactions of one target: finished, rolled back, and the one under way."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest_first(self, limit: int | None = None) -> Iterator[Transaction]:
        """Stream transactions, newest first."""
        below: int | None = None
        while limit is None or limit > 0:
            found = self._first("id < coalesce(?, id + 1) ORDER BY id DESC", below)
            if found is None:
                return
            yield found
            below = found.id
            limit = None if limit is None else limit - 1

    def find(self, number: int) -> Transaction | None:
        """Return one transaction."""
        return self._first("id = ?", number)

    def unfinished(self) -> Transaction | None:
        """Return the transaction that was begun and neither finished nor taken back."""
        marks = ", ".join(f"'{state}'" for state in _UNFINISHED)
        return self._first(f"state IN ({marks}) AND id > coalesce(?, 0) ORDER BY id", None)

    def unfinished_targets(self) -> set[str]:
        """Return the targets that the unfinished transaction is about besides this one."""
        found = self.unfinished()
        if found is None:
            return set()
        with self._database.explained():
            (targets,) = self._database.run(
                "SELECT targets FROM txn WHERE id = ?", (found.id,)
            ).fetchone()
        return set(decoded(targets).split("\0")) - {found.target, ""}

    def _first(self, which: str, value: int | None) -> Transaction | None:
        with self._database.explained():
            row = self._database.run(
                f"SELECT {_COLUMNS} FROM txn WHERE {which} LIMIT 1",  # noqa: S608 - ours
                (value,),
            ).fetchone()
        if row is None:
            return None
        (
            number,
            state,
            action,
            packages,
            directory,
            target,
            started,
            digest,
            counts,
            by,
            undoes,
        ) = row
        return Transaction(
            number,
            state,
            action,
            tuple(decoded(packages).split("\0")) if packages else (),
            decoded(directory),
            decoded(target),
            started,
            digest,
            _read(counts),
            by,
            undoes,
        )


def written(counts: Mapping[str, int]) -> str:
    """Write how many operations there are of each kind: ``create_link 3 make_dir 1``."""
    return " ".join(f"{kind} {count}" for kind, count in counts.items())


def _read(counts: str) -> dict[str, int]:
    """Read what ``written`` wrote."""
    words = counts.split()
    return dict(zip(words[::2], map(int, words[1::2]), strict=True))
