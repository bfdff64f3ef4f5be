"""What was chosen to be managed, as each change left it."""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.choice import Choice
from dotstream.model.names import decoded, encoded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dotstream.model.choice import Choosing
    from dotstream.store.database import Database


class Choices:
    """The choices of one target, by package directory."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def current(self, directories: Sequence[str]) -> Choice | None:
        """Return what is chosen of a package directory.

        Args:
            directories: where it is, and where it was before.
        """
        for directory in directories:
            row = self._database.run(
                "SELECT chosen FROM choice WHERE directory = ? ORDER BY rowid DESC LIMIT 1",
                (encoded(directory),),
            ).fetchone()
            if row is not None:
                return _read(decoded(row[0]))
        return None

    def change(self, change: Choosing, directories: Sequence[str], transaction: int = 0) -> None:
        """Note what a change chose, if that is anything new; it is part of a transaction."""
        before = self.current(directories)
        after = (before or change.before or Choice()).after(change)
        if after != before:
            self._note(transaction, directories[0], _written(after))

    def leave(self, directories: Sequence[str]) -> None:
        """Note that the target is not the configured one of a package directory any more."""
        before = self.current(directories)
        if before is not None and before.place:
            self._note(0, directories[0], _written(before._replace(place="")))

    def take_back(self, undone: int, transaction: int, directory: str) -> None:
        """Note what was chosen before a transaction that is undone."""
        row = self._database.run(
            "SELECT min(rowid) FROM choice WHERE txn = ? AND directory = ?",
            (undone, encoded(directory)),
        ).fetchone()
        if row[0] is None:
            return
        before = self._database.run(
            "SELECT chosen FROM choice WHERE rowid < ? AND directory = ? "
            "ORDER BY rowid DESC LIMIT 1",
            (row[0], encoded(directory)),
        ).fetchone()
        chosen = _written(Choice()) if before is None else decoded(before[0])
        self._note(transaction, directory, chosen)

    def _note(self, transaction: int, directory: str, chosen: str) -> None:
        self._database.run(
            "INSERT INTO choice VALUES (?, ?, ?)",
            (transaction, encoded(directory), encoded(chosen)),
        )


def _written(choice: Choice) -> str:
    """Write a choice: its four lists of names, whether it is everything, and its place."""
    lists = (choice.packages, choice.profiles, choice.without, choice.members)
    written = ("\0".join(f"={name}" for name in each) for each in lists)
    return "\0\0".join((*written, "all" if choice.everything else "", choice.place))


def _read(text: str) -> Choice:
    *lists, everything, place = (*text.split("\0\0"), "")[:6]
    packages, profiles, without, members = (
        tuple(name[1:] for name in each.split("\0")) if each else () for each in lists
    )
    return Choice(packages, profiles, everything == "all", without, members, place)
