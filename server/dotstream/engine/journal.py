"""The journal: every step written down before it is carried out (SQLite, WAL).

One database per target.  Steps are rows in the order of the plan; a directory is written
once and its steps refer to it.  There is no mark per step, only a cursor per transaction:
everything before it is done.  Names are stored as bytes.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Literal

from dotstream.engine.steps import STEP_KINDS
from dotstream.errors import JournalError
from dotstream.model.directory import Directory
from dotstream.model.items import Operation

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from dotstream.engine.steps import Step, StepKind

__all__ = ["BATCH", "Journal", "State"]

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
CREATE TABLE dir(
    id INTEGER PRIMARY KEY,
    root BLOB NOT NULL,
    path BLOB NOT NULL
) STRICT;
CREATE TABLE step(
    seq INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    dir INTEGER NOT NULL,
    name BLOB NOT NULL,
    package BLOB NOT NULL,
    text BLOB,
    before BLOB
) STRICT;
"""

_CODES: dict[StepKind, int] = {kind: code for code, kind in enumerate(STEP_KINDS)}


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


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
        self._directory: Directory | None = None
        self._directory_id = 0
        self._loaded: tuple[int, Directory] | None = None
        self._next = 0

    def _prepare(self) -> None:
        run = self._database.execute
        (application,) = run("PRAGMA application_id").fetchone()
        (version,) = run("PRAGMA user_version").fetchone()
        if application == 0 and version == 0:
            (tables,) = run("SELECT count(*) FROM sqlite_master").fetchone()
            if tables:
                raise JournalError(
                    f"{self._path} is a database of another program; move it away"
                )
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
            (last,) = run("SELECT coalesce(max(seq), 0) FROM step").fetchone()
            (last_dir,) = run("SELECT coalesce(max(id), 0) FROM dir").fetchone()
            self._next, self._directory, self._directory_id = last + 1, None, last_dir
            cursor = run(
                "INSERT INTO txn(state, action, packages, started, first, cursor) "
                "VALUES ('planning', ?, ?, ?, ?, ?)",
                (action, "\n".join(packages).encode("utf-8", "replace").decode(), started)
                + (self._next, self._next),
            )
        number = cursor.lastrowid
        assert number is not None  # noqa: S101 - an INSERT has one
        return number

    def append(self, steps: Iterable[Step]) -> None:
        """Write steps down, in one commit."""
        rows: list[tuple[object, ...]] = []
        directories: list[tuple[object, ...]] = []
        sequence = self._next
        here, here_id = self._directory, self._directory_id
        for kind, operation in steps:
            if operation.directory is not here:
                here = operation.directory
                here_id = self._directory_id = self._directory_id + 1
                directories.append((here_id, _encode(here.root), _encode(here.path)))
            text, before = operation.text, operation.before
            rows.append(
                (
                    sequence,
                    _CODES[kind],
                    here_id,
                    operation.name.encode("utf-8", "surrogateescape"),
                    operation.package.encode("utf-8", "surrogateescape"),
                    None if text is None else text.encode("utf-8", "surrogateescape"),
                    None if before is None else before.encode("utf-8", "surrogateescape"),
                )
            )
            sequence += 1
        with self._explained():
            run = self._database
            run.execute("BEGIN IMMEDIATE")
            run.executemany("INSERT INTO dir VALUES (?, ?, ?)", directories)
            run.executemany("INSERT INTO step VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
            run.execute("COMMIT")
        self._directory, self._next = here, sequence

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
            run("DELETE FROM dir WHERE id IN (SELECT dir FROM step WHERE seq >= ?)", (first,))
            run("DELETE FROM step WHERE seq >= ?", (first,))
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

    def steps(self, first: int, end: int) -> Iterator[list[tuple[int, StepKind, Operation]]]:
        """Read steps ``first`` ≤ seq < ``end`` forwards, in batches."""
        while first < end:
            batch = self._read(
                "SELECT * FROM step WHERE seq >= ? AND seq < ? ORDER BY seq LIMIT ?",
                (first, end, BATCH),
            )
            if not batch:
                return
            yield batch
            first = batch[-1][0] + 1

    def steps_backwards(
        self, first: int, end: int
    ) -> Iterator[list[tuple[int, StepKind, Operation]]]:
        """Read steps ``first`` ≤ seq < ``end`` backwards, in batches."""
        while first < end:
            batch = self._read(
                "SELECT * FROM step WHERE seq >= ? AND seq < ? ORDER BY seq DESC LIMIT ?",
                (first, end, BATCH),
            )
            if not batch:
                return
            yield batch
            end = batch[-1][0]

    def _read(
        self, query: str, arguments: tuple[int, int, int]
    ) -> list[tuple[int, StepKind, Operation]]:
        found: list[tuple[int, StepKind, Operation]] = []
        here: Directory | None = None
        here_id = 0
        with self._explained(), closing(self._database.execute(query, arguments)) as rows:
            for sequence, code, directory, name, package, text, before in rows:
                if directory != here_id or here is None:
                    here, here_id = self._load(directory), directory
                kind = STEP_KINDS[code]
                found.append(
                    (
                        sequence,
                        kind,
                        Operation(
                            kind,  # type: ignore[arg-type]
                            here,
                            name.decode("utf-8", "surrogateescape"),
                            package.decode("utf-8", "surrogateescape"),
                            None if text is None else text.decode("utf-8", "surrogateescape"),
                            None if before is None else before.decode("utf-8", "surrogateescape"),
                        ),
                    )
                )
        return found

    def _load(self, number: int) -> Directory:
        if self._loaded is not None and self._loaded[0] == number:
            return self._loaded[1]  # batches cut directories in two
        root, path = self._database.execute(
            "SELECT root, path FROM dir WHERE id = ?", (number,)
        ).fetchone()
        directory = Directory(_decode(root)).descend(_decode(path))
        self._loaded = (number, directory)
        return directory

