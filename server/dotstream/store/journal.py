"""The journal: every step written down before it is carried out (SQLite, WAL).

One database per target.  Steps are numbered in the order of the plan and written in
chunks: one row holds a few hundred of them, their fields joined by NUL, which no name can
hold.  That costs a fifth of a row per step and reads back the same way, forwards and
backwards.  There is no mark per step, only a cursor per transaction.

``active``: the steps before the cursor are done, those of
one more chunk may be.  ``rolling_back``, ``stuck``: the steps from the cursor on are not
done, those of one chunk before it may be undone already.  ``committed``: all are done and
the manifest has them.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING

from dotstream.errors import JournalError
from dotstream.fs.state import is_full, release_reserve, reserve
from dotstream.fs.system import boot
from dotstream.model.history import Transaction
from dotstream.store.encoding import cut, decode, encode, singly
from dotstream.store.manifest import SCHEMA as MANIFEST_SCHEMA
from dotstream.store.manifest import Manifest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from dotstream.model.history import TransactionState
    from dotstream.model.plan import Metadata
    from dotstream.store.encoding import NumberedStep
    from dotstream.store.steps import Part, Step

__all__ = ["BATCH", "UNFINISHED", "UNSURE", "Journal"]

BATCH = 2048
"""Steps read, carried out and acknowledged together; no chunk holds more."""

UNSURE = 2 * BATCH
"""Steps that may be carried out before the cursor moves on; recovery looks at that many."""

UNFINISHED = ("active", "rolling_back", "stuck")

_SCHEMA_VERSION = 3
_WITHOUT_BOOT = 2  # the format before; all that it lacks is a column
_APPLICATION_ID = 0x646F7473  # "dots"

_SCHEMA = f"""
CREATE TABLE txn(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    state TEXT NOT NULL,
    action TEXT NOT NULL,
    packages BLOB NOT NULL,
    directory BLOB NOT NULL,
    target BLOB NOT NULL,
    targets BLOB NOT NULL,
    started REAL NOT NULL,
    digest TEXT NOT NULL DEFAULT '',
    counts TEXT NOT NULL DEFAULT '',
    boot TEXT NOT NULL DEFAULT '',
    undoes INTEGER,
    undone_by INTEGER,
    first INTEGER NOT NULL,
    cursor INTEGER NOT NULL
) STRICT;
CREATE TABLE chunk(
    first INTEGER PRIMARY KEY,
    size INTEGER NOT NULL,
    steps BLOB NOT NULL
) STRICT;
CREATE TABLE backup(seq INTEGER PRIMARY KEY, txn INTEGER NOT NULL, path BLOB NOT NULL) STRICT;
{MANIFEST_SCHEMA}
"""

_COLUMNS = (
    "id, state, action, packages, directory, target, started, digest, counts, undone_by, undoes"
)


class Journal:
    """The journal of one target.

    Args:
        path: of the database, which is made if it is not there.
        readonly: only look; it has to be there, and nobody is kept waiting.

    Raises:
        JournalError: the database is corrupt, foreign, or from a newer dotstream.
    """

    def __init__(self, path: str, *, readonly: bool = False) -> None:
        self._path = path
        self._next = 0
        self._left = (0, 0)
        with self._explained():
            if readonly:
                # Not mode=ro: that would leave the files of the write-ahead log behind.
                uri = f"file:{_quoted(path)}?mode=rw"
                self._database = sqlite3.connect(
                    uri, uri=True, isolation_level=None, check_same_thread=False
                )
                self._database.execute("PRAGMA query_only = ON")
            else:
                self._database = sqlite3.connect(path, isolation_level=None)
            try:
                self._prepare(readonly=readonly)
            except (sqlite3.Error, JournalError):
                self._database.close()
                raise
        self.manifest: Manifest = Manifest(self._database)

    def _prepare(self, *, readonly: bool) -> None:
        run = self._database.execute
        run("BEGIN")  # all three from one moment: another run may just be making it
        (application,) = run("PRAGMA application_id").fetchone()
        (version,) = run("PRAGMA user_version").fetchone()
        (tables,) = run("SELECT count(*) FROM sqlite_master").fetchone()
        run("COMMIT")
        if readonly and not tables:
            # Killed before the very first write: an empty past, which needs no file.
            self._database.close()
            self._database = sqlite3.connect(":memory:", isolation_level=None)
            run = self._database.execute
        if application == 0 and version == 0 and not (readonly and tables):
            if tables:
                raise JournalError(
                    f"{self._path} is a database of another program", remedy="move_away"
                )
            run("PRAGMA journal_mode = WAL")
            run("BEGIN IMMEDIATE")
            for statement in _SCHEMA.strip().split(";\n"):
                run(statement)
            run(f"PRAGMA application_id = {_APPLICATION_ID}")
            run(f"PRAGMA user_version = {_SCHEMA_VERSION}")
            run("COMMIT")
        elif application != _APPLICATION_ID:
            raise JournalError(
                f"{self._path} is a database of another program", remedy="move_away"
            )
        elif version > _SCHEMA_VERSION:
            raise JournalError(
                f"{self._path} was written by a newer dotstream "
                f"(format {version}, this one knows {_SCHEMA_VERSION})",
                remedy="update",
            )
        elif version == _WITHOUT_BOOT:
            if not readonly:
                run("BEGIN IMMEDIATE")
                if run("PRAGMA user_version").fetchone() == (_WITHOUT_BOOT,):
                    run("ALTER TABLE txn ADD COLUMN boot TEXT NOT NULL DEFAULT ''")
                    run(f"PRAGMA user_version = {_SCHEMA_VERSION}")
                run("COMMIT")
        elif version < _SCHEMA_VERSION:
            raise JournalError(
                f"{self._path} was written by an older dotstream (format {version}, this one "
                f"needs {_SCHEMA_VERSION})"
            )
        if not readonly:
            run("PRAGMA synchronous = NORMAL")
            reserve(self._path)

    @contextmanager
    def _explained(self) -> Generator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if is_full(self._path):
                raise JournalError(
                    f"{self._path}: {error}: No space left on device",
                    remedy="make_room",
                ) from error
            raise JournalError(f"{self._path}: {error}") from error

    def _write(self, statement: str, values: Sequence[object]) -> None:
        """Write one row that is already there again; a full disk gets room for that."""
        with self._explained():
            try:
                self._database.execute(statement, values)
            except sqlite3.OperationalError:
                if not is_full(self._path) or not release_reserve(self._path):
                    raise
                self._database.execute(statement, values)

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    # Writing ---------------------------------------------------------------------------

    def begin(self, metadata: Metadata, started: float) -> int:
        """Open a transaction and return its number; nobody sees it before ``activate``."""
        with self._explained():
            run = self._database.execute
            run("PRAGMA synchronous = FULL")
            run("BEGIN IMMEDIATE")
            (self._next,) = run(
                "SELECT max(coalesce(max(first + size), 1), ?) FROM chunk", (self._left[1] + 1,)
            ).fetchone()
            run(
                "INSERT INTO sqlite_sequence SELECT 'txn', 0 "
                "WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'txn')"
            )
            run(
                "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'txn'",
                (self._left[0],),
            )
            cursor = run(
                "INSERT INTO txn(state, action, packages, directory, target, targets, started, "
                "undoes, first, cursor, boot) VALUES ('active', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    metadata.action,
                    _bytes("\0".join(metadata.packages)),
                    _bytes(metadata.directory),
                    _bytes(metadata.target),
                    _bytes("\0".join(metadata.targets)),
                    started,
                    metadata.undoes,
                    self._next,
                    self._next,
                    boot(),
                ),
            )
        number = cursor.lastrowid
        assert number is not None  # noqa: S101 - an INSERT has one
        return number

    def append(self, steps: Sequence[Step], size: int) -> None:
        """Write up to ``BATCH`` steps down; ``size`` is how many they are.

        Once the transaction is active, that is a commit, and says that the batch before is
        carried out.
        """
        with self._explained():
            self._database.execute(
                "INSERT INTO chunk VALUES (?, ?, ?)", (self._next, size, encode(steps))
            )
        self._next += size

    @property
    def next(self) -> int:
        """The number that the next step will have."""
        return self._next

    def activate(self, transaction: int, digest: str) -> None:
        """Begin to carry out; from here on, what was written down is durable."""
        with self._explained():
            run = self._database.execute
            run("UPDATE txn SET digest = ? WHERE id = ?", (digest, transaction))
            run("COMMIT")
            if digest:  # else each batch, too, has to be on the disk before it is carried out
                run("PRAGMA synchronous = NORMAL")

    def advance(self, transaction: int, cursor: int) -> None:
        """Record how far a transaction has come."""
        self._write("UPDATE txn SET cursor = ? WHERE id = ?", (cursor, transaction))

    def cut(self, end: int) -> None:
        """Forget the steps from ``end`` on, none of which is done (any more)."""
        with self._explained():
            run = self._database.execute
            run("BEGIN IMMEDIATE")
            row = run(
                "SELECT first, steps FROM chunk WHERE first < ? ORDER BY first DESC LIMIT 1",
                (end,),
            ).fetchone()
            run("DELETE FROM chunk WHERE first >= ?", (end,))
            if row is not None:
                left = list(cut(decode(row[0], row[1]), end))
                run(
                    "UPDATE chunk SET size = ?, steps = ? WHERE first = ?",
                    (end - row[0], encode([part[1:] for part in left]), row[0]),
                )
            run("COMMIT")
        self._next = end

    def part(self, transaction: int) -> None:
        """Note that a transaction is only part of its plan, and not to be resumed as that.

        Part of an undo undoes nothing.
        """
        self._write("UPDATE txn SET undoes = NULL, digest = '' WHERE id = ?", (transaction,))

    def turn(self, transaction: int, state: TransactionState, cursor: int) -> None:
        """Change the state and the cursor of an unfinished transaction."""
        self._write(
            "UPDATE txn SET state = ?, cursor = ? WHERE id = ?", (state, cursor, transaction)
        )

    def commit(
        self, transaction: int, directory: str, digest: str, counts: Mapping[str, int]
    ) -> None:
        """End a transaction: the manifest, the list of backups and the state, in one commit."""

        def on_backup(sequence: int, path: str) -> None:
            run("INSERT INTO backup VALUES (?, ?, ?)", (sequence, transaction, _bytes(path)))

        with self._explained():
            run = self._database.execute
            run("PRAGMA synchronous = FULL")
            run("BEGIN IMMEDIATE")
            try:
                (target,) = run("SELECT target FROM txn WHERE id = ?", (transaction,)).fetchone()
                self.manifest.fold(
                    chain.from_iterable(self.chunks(self.first(transaction))),
                    directory,
                    _text(target),
                    on_backup,
                )
                run(
                    "UPDATE txn SET state = 'committed', digest = ?, counts = ?, cursor = ? "
                    "WHERE id = ?",
                    (digest, _written(counts), self._next, transaction),
                )
                run(
                    "UPDATE txn SET state = 'undone', undone_by = ? WHERE id = "
                    "(SELECT undoes FROM txn WHERE id = ?)",
                    (transaction, transaction),
                )
                run("COMMIT")
            except (sqlite3.Error, JournalError):
                if self._database.in_transaction:
                    run("ROLLBACK")
                raise
            run("PRAGMA synchronous = NORMAL")

    def discard(self, transaction: int) -> None:
        """Forget a transaction that never changed anything; its number is free again."""
        with self._explained():
            try:
                if self._database.in_transaction:  # it is not active yet
                    self._database.execute("ROLLBACK")
                else:
                    self._delete(transaction)
            except sqlite3.OperationalError:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                if not is_full(self._path) or not release_reserve(self._path):
                    raise
                self._delete(transaction)

    def _delete(self, transaction: int) -> None:
        run = self._database.execute
        run("BEGIN IMMEDIATE")
        run(
            "DELETE FROM chunk WHERE first >= (SELECT first FROM txn WHERE id = ?)",
            (transaction,),
        )
        run("DELETE FROM txn WHERE id = ?", (transaction,))
        run("UPDATE sqlite_sequence SET seq = ? WHERE name = 'txn'", (transaction - 1,))
        run("COMMIT")

    def forget_backup(self, sequence: int) -> None:
        """Take a backup off the list, after it is gone."""
        with self._explained():
            self._database.execute("DELETE FROM backup WHERE seq = ?", (sequence,))

    # Reading ---------------------------------------------------------------------------

    def resume(self, transaction: int) -> tuple[int, int, int]:
        """Take up an unfinished transaction: return its first step, cursor and end.

        One that is streamed, which has no digest yet, is as far as its last batch.
        """
        with self._explained():
            run = self._database.execute
            (self._next,) = run("SELECT coalesce(max(first + size), 1) FROM chunk").fetchone()
            first, cursor = run(
                "SELECT first, CASE WHEN state = 'active' AND digest = '' "
                "THEN max(cursor, (SELECT coalesce(max(first), 0) FROM chunk)) "
                "ELSE cursor END FROM txn WHERE id = ?",
                (transaction,),
            ).fetchone()
        return first, cursor, self._next

    def rebooted(self, transaction: int) -> bool:
        """Whether the system was started anew since a transaction began."""
        with self._explained():
            (then,) = self._database.execute(
                "SELECT boot FROM txn WHERE id = ?", (transaction,)
            ).fetchone()
        return bool(then != boot() or not then)

    def first(self, transaction: int) -> int:
        """Return the number of a transaction's first step."""
        with self._explained():
            row = self._database.execute(
                "SELECT first FROM txn WHERE id = ?", (transaction,)
            ).fetchone()
        return int(row[0])

    def end(self, transaction: int) -> int:
        """Return the number after a transaction's last step."""
        with self._explained():
            row = self._database.execute(
                "SELECT min(first) FROM txn WHERE id > ?", (transaction,)
            ).fetchone()
            last = self._database.execute(
                "SELECT coalesce(max(first + size), 1) FROM chunk"
            ).fetchone()
        return int(last[0] if row[0] is None else row[0])

    def chunks(self, first: int) -> Iterator[list[Part]]:
        """Read the chunk that begins with step ``first``, and those after it."""
        while True:
            with self._explained():
                row = self._database.execute(
                    "SELECT steps, size FROM chunk WHERE first = ?", (first,)
                ).fetchone()
            if row is None:
                return
            yield list(decode(first, row[0]))
            first += row[1]

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
        return [] if row is None else list(singly(decode(row[0], row[1])))

    def history(self, limit: int | None = None) -> Iterator[Transaction]:
        """Stream transactions, newest first."""
        below: int | None = None
        while limit is None or limit > 0:
            found = self._transaction("id < coalesce(?, id + 1) ORDER BY id DESC", below)
            if found is None:
                return
            yield found
            below = found.id
            limit = None if limit is None else limit - 1

    def transaction(self, number: int) -> Transaction | None:
        """Return one transaction."""
        return self._transaction("id = ?", number)

    def unfinished(self) -> Transaction | None:
        """Return the transaction that was begun and neither finished nor taken back."""
        marks = ", ".join(f"'{state}'" for state in UNFINISHED)
        return self._transaction(f"state IN ({marks}) AND id > coalesce(?, 0) ORDER BY id", None)

    def unfinished_targets(self) -> set[str]:
        """Return the targets that the unfinished transaction is about besides this one."""
        found = self.unfinished()
        if found is None:
            return set()
        with self._explained():
            (targets,) = self._database.execute(
                "SELECT targets FROM txn WHERE id = ?", (found.id,)
            ).fetchone()
        return set(_text(targets).split("\0")) - {found.target, ""}

    def _transaction(self, which: str, value: int | None) -> Transaction | None:
        with self._explained():
            row = self._database.execute(
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
            tuple(_text(packages).split("\0")) if packages else (),
            _text(directory),
            _text(target),
            started,
            digest,
            _read(counts),
            by,
            undoes,
        )

    def backed_up(self, step: int) -> int | None:
        """Return the transaction whose step is listed as having set something aside."""
        with self._explained():
            row = self._database.execute(
                "SELECT txn FROM backup WHERE seq = ?", (step,)
            ).fetchone()
        return None if row is None else int(row[0])

    def go_on_after(self, transaction: int, step: int) -> None:
        """Number what comes next after what another journal of this target has left."""
        self._left = (transaction, step)

    def backups(self) -> Iterator[tuple[int, int, str]]:
        """Stream what was set aside: step, transaction, and the path where it was."""
        last = 0
        while True:
            with self._explained():
                row = self._database.execute(
                    "SELECT seq, txn, path FROM backup WHERE seq > ? ORDER BY seq LIMIT 1",
                    (last,),
                ).fetchone()
            if row is None:
                return
            last = row[0]
            yield row[0], row[1], _text(row[2])


def _written(counts: Mapping[str, int]) -> str:
    """Write how many operations there are of each kind: ``create_link 3 make_dir 1``."""
    return " ".join(f"{kind} {count}" for kind, count in counts.items())


def _read(counts: str) -> dict[str, int]:
    """Read what ``_written`` wrote."""
    words = counts.split()
    return dict(zip(words[::2], map(int, words[1::2]), strict=True))


def _quoted(path: str) -> str:
    from urllib.parse import quote

    return quote(_bytes(path))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
