"""The journal: every step written down before it is carried out (SQLite, WAL).

One database per target.  Steps are numbered in the order of the plan and written in
chunks: one row holds a few hundred of them, their fields joined by NUL, which no name can
hold.  That costs a fifth of a row per step and reads back the same way, forwards and
backwards.  There is no mark per step, only a cursor per transaction: everything before it
is done.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, TypeAlias

from dotstream.engine.steps import STEP_KINDS
from dotstream.errors import JournalError
from dotstream.model.directory import Directory
from dotstream.model.items import Operation

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence

    from dotstream.engine.steps import Step, StepKind
    from dotstream.model.items import OperationKind

__all__ = ["BATCH", "Journal", "NumberedStep", "State", "decode", "encode"]

NumberedStep: TypeAlias = "tuple[int, StepKind, Operation]"

State = Literal["planning", "active", "rolling_back", "committed", "rolled_back", "stuck"]

BATCH = 512
"""Steps read, carried out and acknowledged together."""

_SCHEMA_VERSION = 1
_APPLICATION_ID = 0x646F7473  # "dots"

_SCHEMA = """
CREATE TABLE txn(
    id INTEGER PRIMARY KEY,
    state TEXT NOT NULL,
    action TEXT NOT NULL,
    packages TEXT NOT NULL,
    started REAL NOT NULL,
    digest TEXT NOT NULL DEFAULT '',
    first INTEGER NOT NULL,
    cursor INTEGER NOT NULL
) STRICT;
CREATE TABLE chunk(
    first INTEGER PRIMARY KEY,
    size INTEGER NOT NULL,
    steps BLOB NOT NULL
) STRICT;
"""

_CODES: dict[StepKind, str] = {kind: chr(65 + code) for code, kind in enumerate(STEP_KINDS)}
_KINDS: dict[str, tuple[StepKind, OperationKind]] = {
    _CODES[step]: (step, operation) for step, operation in STEP_KINDS.items()
}

_FIELDS = 7


def encode(steps: Sequence[Step]) -> bytes:
    """Write steps as bytes: kind, root, path, name, package, text, before of each.

    A directory is written where it changes; an empty root means the one before.  No link
    is empty and no precondition either, so an empty field means that there is none.
    """
    fields: list[str] = []
    here: Directory | None = None
    for kind, operation in steps:
        directory = operation.directory
        if directory is here:
            root = path = ""
        else:
            here, root, path = directory, directory.root, directory.path
        fields += (
            _CODES[kind],
            root,
            path,
            operation.name,
            operation.package,
            operation.text or "",
            operation.before or "",
        )
    return "\0".join(fields).encode("utf-8", "surrogateescape")


def decode(data: bytes) -> Iterator[Step]:
    """Read what ``encode`` wrote."""
    fields = data.decode("utf-8", "surrogateescape").split("\0")
    here = Directory("/")
    for index in range(0, len(fields), _FIELDS):
        code, root, path, name, package, text, before = fields[index : index + _FIELDS]
        if root:
            here = Directory(root).descend(path)
        kind, operation = _KINDS[code]
        yield kind, Operation(operation, here, name, package, text or None, before or None)


def _shown(packages: Iterable[str]) -> str:
    return "\n".join(packages).encode("utf-8", "replace").decode()


class Journal:
    """The journal of one target.

    Raises:
        JournalError: the database is corrupt, foreign, or from a newer dotstream.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        with self._explained():
            self._database = sqlite3.connect(path, isolation_level=None)
            try:
                self._prepare()
            except (sqlite3.Error, JournalError):
                self._database.close()
                raise
        self._next = 0

    def _prepare(self) -> None:
        run = self._database.execute
        (application,) = run("PRAGMA application_id").fetchone()
        (version,) = run("PRAGMA user_version").fetchone()
        if application == 0 and version == 0:
            (tables,) = run("SELECT count(*) FROM sqlite_master").fetchone()
            if tables:
                raise JournalError(f"{self._path} is a database of another program; move it away")
            run("PRAGMA journal_mode = WAL")
            run("BEGIN IMMEDIATE")
            for statement in _SCHEMA.strip().split(";\n"):
                run(statement)
            run(f"PRAGMA application_id = {_APPLICATION_ID}")
            run(f"PRAGMA user_version = {_SCHEMA_VERSION}")
            run("COMMIT")
        elif application != _APPLICATION_ID:
            raise JournalError(f"{self._path} is a database of another program; move it away")
        elif version > _SCHEMA_VERSION:
            raise JournalError(
                f"{self._path} was written by a newer dotstream "
                f"(format {version}, this one knows {_SCHEMA_VERSION}); update dotstream"
            )
        run("PRAGMA synchronous = NORMAL")

    @contextmanager
    def _explained(self) -> Generator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise JournalError(f"{self._path}: {error}; nothing more was changed") from error

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    # Writing ---------------------------------------------------------------------------

    def begin(self, action: str, packages: Iterable[str], started: float) -> int:
        """Open a transaction and return its number."""
        with self._explained():
            run = self._database.execute
            (self._next,) = run("SELECT coalesce(max(first + size), 1) FROM chunk").fetchone()
            cursor = run(
                "INSERT INTO txn(state, action, packages, started, first, cursor) "
                "VALUES ('planning', ?, ?, ?, ?, ?)",
                (action, _shown(packages), started, self._next, self._next),
            )
        number = cursor.lastrowid
        assert number is not None  # noqa: S101 - an INSERT has one
        return number

    def append(self, steps: Sequence[Step]) -> None:
        """Write steps down, in one commit."""
        with self._explained():
            self._database.execute(
                "INSERT INTO chunk VALUES (?, ?, ?)", (self._next, len(steps), encode(steps))
            )
        self._next += len(steps)

    @property
    def next(self) -> int:
        """The number that the next step will have."""
        return self._next

    def set_state(self, transaction: int, state: State, digest: str | None = None) -> None:
        """Change a transaction's state, durably."""
        with self._explained():
            run = self._database.execute
            run("PRAGMA synchronous = FULL")
            run(
                "UPDATE txn SET state = ?, digest = coalesce(?, digest) WHERE id = ?",
                (state, digest, transaction),
            )
            run("PRAGMA synchronous = NORMAL")

    def advance(self, transaction: int, cursor: int) -> None:
        """Record that every step before ``cursor`` is done."""
        with self._explained():
            self._database.execute(
                "UPDATE txn SET cursor = ? WHERE id = ?", (cursor, transaction)
            )

    def discard(self, transaction: int) -> None:
        """Forget a transaction that never changed anything."""
        with self._explained():
            run = self._database.execute
            (first,) = run("SELECT first FROM txn WHERE id = ?", (transaction,)).fetchone()
            run("BEGIN IMMEDIATE")
            run("DELETE FROM chunk WHERE first >= ?", (first,))
            run("DELETE FROM txn WHERE id = ?", (transaction,))
            run("COMMIT")

    # Reading ---------------------------------------------------------------------------

    def first(self, transaction: int) -> int:
        """Return the number of a transaction's first step."""
        with self._explained():
            row = self._database.execute(
                "SELECT first FROM txn WHERE id = ?", (transaction,)
            ).fetchone()
        return int(row[0])

    def steps(self, first: int, end: int) -> Iterator[list[NumberedStep]]:
        """Read steps ``first`` ≤ number < ``end`` forwards, chunk by chunk."""
        while first < end:
            found = self._chunk("first <= ? ORDER BY first DESC", first)
            rows = [row for row in found if first <= row[0] < end]
            if not rows:
                return
            yield rows
            first = rows[-1][0] + 1

    def steps_backwards(self, first: int, end: int) -> Iterator[list[NumberedStep]]:
        """Read steps ``first`` ≤ number < ``end`` backwards, chunk by chunk."""
        while first < end:
            found = self._chunk("first < ? ORDER BY first DESC", end)
            rows = [row for row in reversed(found) if first <= row[0] < end]
            if not rows:
                return
            yield rows
            end = rows[-1][0]

    def _chunk(self, which: str, number: int) -> list[NumberedStep]:
        """Read the one chunk that a condition names."""
        with self._explained():
            row = self._database.execute(
                f"SELECT first, steps FROM chunk WHERE {which} LIMIT 1",  # noqa: S608 - ours
                (number,),
            ).fetchone()
        if row is None:
            return []
        return [(row[0] + index, *step) for index, step in enumerate(decode(row[1]))]
