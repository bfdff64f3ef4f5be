"""The journal: every step written down before it is carried out.

Steps are numbered in the order of the plan and written in chunks.  There is no mark per
step, only a cursor per transaction.

``active``: the steps before the cursor are done, those of one more chunk may be.
``rolling_back``, ``stuck``: the steps from the cursor on are not done, those of one chunk
before it may be undone already.  ``committed``: all are done and the manifest has them.
"""

from __future__ import annotations

from itertools import chain
from sqlite3 import OperationalError

from dotstream.fs.lock import Held, name_run, named_run
from dotstream.fs.system import boot
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.names import decoded, encoded
from dotstream.store.choices import Choices
from dotstream.store.database import Database
from dotstream.store.encoding import Chunks, between, decode, encode
from dotstream.store.folding import fold
from dotstream.store.manifest import Manifest
from dotstream.store.pruning import keep_within_limits
from dotstream.store.read_only import intact
from dotstream.store.relocation import relocate
from dotstream.store.transactions import Transactions, written

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

    from dotstream.fs.state import Moves
    from dotstream.model.choice import Choosing
    from dotstream.model.history import TransactionState
    from dotstream.model.plan import Metadata
    from dotstream.store.steps import Step

BATCH = 2048
"""Steps read, carried out and acknowledged together; no chunk holds more."""

UNSURE = 2 * BATCH
"""Steps that may be carried out before the cursor moves on; recovery looks at that many."""


class Journal:
    """The journal of one target.

    Attributes:
        database: where it is kept.
        manifest: what is recorded as ours.
        chunks: the steps, to be read.
        choices: what was chosen to be managed.
        transactions: the transactions, to be read.

    Args:
        path: of the database, which is made if it is not there.
        readonly: only look; it has to be there, and nobody is kept waiting.
        moved: paths that were, and what they are now, if the home has moved.

    Raises:
        JournalError: the database is corrupt, foreign, or from a newer dotstream.
    """

    def __init__(self, path: str, *, readonly: bool = False, moved: Moves = ()) -> None:
        self.database: Database = Database(path, readonly=readonly)
        if moved:
            with self.database.explained():
                if readonly:
                    self.database.copy()
                relocate(self.database, moved)
        self.manifest: Manifest = Manifest(self.database.connection)
        self.chunks: Chunks = Chunks(self.database)
        self.choices: Choices = Choices(self.database)
        self.transactions: Transactions = Transactions(self.database)
        self._next = 0
        self._left = (0, 0)
        place = path.rpartition("/")[0]
        self._lock, self._area = f"{place}/lock", f"{place}/backups"
        self._running: int | None = None

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    # Writing ---------------------------------------------------------------------------

    def begin(self, metadata: Metadata, started: float) -> int:
        """Open a transaction and return its number; nobody sees it before ``activate``."""
        with self.database.explained():
            run = self.database.run
            run("PRAGMA synchronous = FULL")
            run("BEGIN IMMEDIATE")
            (self._next,) = run(
                "SELECT max(coalesce(max(first + size), 1), ?) FROM chunk", (self._left[1] + 1,)
            ).fetchone()
            self.count_on(self._left[0])
            cursor = run(
                "INSERT INTO txn(state, action, packages, directory, target, targets, started, "
                "undoes, first, cursor, boot) VALUES ('active', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    metadata.action,
                    encoded("\0".join(metadata.packages)),
                    encoded(metadata.directory),
                    encoded(metadata.target),
                    encoded("\0".join(metadata.targets)),
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
        with self.database.explained():
            self.database.run(
                "INSERT INTO chunk VALUES (?, ?, ?)", (self._next, size, encode(steps))
            )
        self._next += size
        self._name(0)

    def _name(self, cursor: int, *, durable: bool = False) -> None:
        """Have the lock file say how far the run is that is being carried out."""
        if self._running is not None:
            name_run(self._lock, Held(self._running, cursor, self._next), durable=durable)

    def _unname(self, *, durable: bool = False) -> None:
        self._running = None
        name_run(self._lock, None, durable=durable)

    def lost(self) -> str | None:
        """Return what the lock file knows of a run that was killed and the journal does not.

        Then the end of the write-ahead log was lost or damaged; it is told once.  Of a run
        whose end the journal has, nothing is lost: after a power cut the lock file may be
        older than the journal.
        """
        run = named_run(self._lock)
        if run is None:
            return None
        known = self.transactions.find(run.transaction)
        if known is None:
            missing = f"transaction {run.transaction}"
        elif known == self.transactions.unfinished() and self.end(known.id) < run.end:
            missing = f"the end of transaction {run.transaction}"
        else:
            return None
        name_run(self._lock, None)
        return missing

    @property
    def next(self) -> int:
        """The number that the next step will have."""
        return self._next

    def activate(self, transaction: int, digest: str) -> None:
        """Begin to carry out; from here on, what was written down is durable."""
        with self.database.explained():
            run = self.database.run
            run("UPDATE txn SET digest = ? WHERE id = ?", (digest, transaction))
            run("COMMIT")
            self._running = transaction
            self._name(self.first(transaction))
            if digest:  # else each batch, too, has to be on the disk before it is carried out
                run("PRAGMA synchronous = NORMAL")

    def advance(self, transaction: int, cursor: int) -> None:
        """Record how far a transaction has come."""
        self.database.write("UPDATE txn SET cursor = ? WHERE id = ?", (cursor, transaction))
        self._name(cursor)

    def cut(self, end: int) -> None:
        """Forget the steps from ``end`` on, none of which is done (any more)."""
        self._next = end
        self._name(0, durable=True)  # first, or they could be missed
        run = self.database.run
        with self.database.explained(), self.database.change():
            row = run(
                "SELECT first, steps FROM chunk WHERE first < ? ORDER BY first DESC LIMIT 1",
                (end,),
            ).fetchone()
            run("DELETE FROM chunk WHERE first >= ?", (end,))
            if row is not None:
                left = [step for _, step in between(decode(*row), row[0], end)]
                run(
                    "UPDATE chunk SET size = ?, steps = ? WHERE first = ?",
                    (end - row[0], encode(left), row[0]),
                )

    def drop(self) -> None:
        """Take back what was being written when something was raised."""
        with self.database.explained():
            self.database.drop()

    def part(self, transaction: int) -> None:
        """Note that a transaction is only part of its plan, and not to be resumed as that.

        Part of an undo undoes nothing.
        """
        self.database.write(
            "UPDATE txn SET undoes = NULL, digest = '' WHERE id = ?", (transaction,)
        )

    def turn(self, transaction: int, state: TransactionState, cursor: int) -> None:
        """Change the state and the cursor of an unfinished transaction."""
        self.database.write(
            "UPDATE txn SET state = ?, cursor = ? WHERE id = ?", (state, cursor, transaction)
        )
        self._running = None
        if state == "rolled_back":
            self._unname()

    def commit(
        self,
        transaction: int,
        directory: str,
        digest: str,
        counts: Mapping[str, int],
        choosing: Choosing | None = None,
    ) -> None:
        """End a transaction: the manifest, what is chosen, backups and state, in one commit."""

        def on_backup(sequence: int, path: str) -> None:
            self.list_backup(sequence, transaction, path)

        run = self.database.run
        with self.database.explained():
            run("PRAGMA synchronous = FULL")
            with self.database.change():
                target, undoes = run(
                    "SELECT target, undoes FROM txn WHERE id = ?", (transaction,)
                ).fetchone()
                steps = self.chunks.forwards(self.first(transaction), self._next)
                with intact(f"the manifest in {self.database.path}"):
                    parts = chain.from_iterable(steps)
                    fold(self.manifest, parts, directory, decoded(target), on_backup)
                run(
                    "UPDATE txn SET state = 'committed', digest = ?, counts = ?, cursor = ? "
                    "WHERE id = ?",
                    (digest, written(counts), self._next, transaction),
                )
                if undoes is not None:
                    self.choices.take_back(undoes, transaction, directory)
                if choosing is not None:
                    spellings = self.manifest.directories.spellings(directory)
                    self.choices.change(choosing, spellings, transaction)
                run(
                    "UPDATE txn SET state = 'undone', undone_by = ? WHERE id = "
                    "(SELECT undoes FROM txn WHERE id = ?)",
                    (transaction, transaction),
                )
                keep_within_limits(self.database, self._area)
            run("PRAGMA synchronous = NORMAL")
        self._unname()

    def choose(self, directory: str, choosing: Choosing) -> None:
        """Note what a change chose that had nothing to do."""
        with self.database.explained(), self.database.change():
            self.choices.change(choosing, self.manifest.directories.spellings(directory))

    def leave(self, directory: str, leaving: Mapping[str, Container[str]]) -> None:
        """Forget what has left for another target, which is the configured one now."""
        spellings = self.manifest.directories.spellings(directory)
        with self.database.explained(), self.database.change():
            self.manifest.forget_links(directory, leaving)
            if not self.manifest.linked(spellings):
                self.choices.leave(spellings)

    def discard(self, transaction: int) -> None:
        """Forget a transaction that never changed anything; its number is free again."""
        with self.database.explained():
            try:
                if self.database.connection.in_transaction:  # it is not active yet
                    self.database.run("ROLLBACK")
                else:
                    self._delete(transaction)
            except OperationalError:
                if not self.database.make_room():
                    raise
                self._delete(transaction)

    def _delete(self, transaction: int) -> None:
        self._unname(durable=True)  # first, or it could be missed
        run = self.database.run
        with self.database.change():
            run(
                "DELETE FROM chunk WHERE first >= (SELECT first FROM txn WHERE id = ?)",
                (transaction,),
            )
            run("DELETE FROM txn WHERE id = ?", (transaction,))
            run("UPDATE sqlite_sequence SET seq = ? WHERE name = 'txn'", (transaction - 1,))

    def go_on_after(self, transaction: int, step: int) -> None:
        """Number what comes next after what another journal of this target has left."""
        self._left = (transaction, step)

    def count_on(self, last: int) -> None:
        """Number transactions from after ``last``, or after those that are there."""
        with self.database.explained():
            self.database.run(
                "INSERT INTO sqlite_sequence SELECT 'txn', 0 "
                "WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'txn')"
            )
            self.database.run(
                "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'txn'", (last,)
            )

    def list_backup(self, number: int, transaction: int, path: str) -> None:
        """Put a backup that lies in the area onto the list, in the change that is under way."""
        values = number, transaction, encoded(path)
        self.database.run("INSERT INTO backup VALUES (?, ?, ?)", values)

    def forget_backup(self, sequence: int) -> None:
        """Take a backup off the list, after it is gone."""
        with self.database.explained():
            self.database.run("DELETE FROM backup WHERE seq = ?", (sequence,))

    # Reading ---------------------------------------------------------------------------

    def resume(self, transaction: int) -> tuple[int, int, int]:
        """Take up an unfinished transaction: return its first step, cursor and end.

        One that is streamed, which has no digest yet, is as far as its last batch.
        """
        with self.database.explained():
            run = self.database.run
            (self._next,) = run("SELECT coalesce(max(first + size), 1) FROM chunk").fetchone()
            first, cursor = run(
                "SELECT first, CASE WHEN state = 'active' AND digest = '' "
                "THEN max(cursor, (SELECT coalesce(max(first), 0) FROM chunk)) "
                "ELSE cursor END FROM txn WHERE id = ?",
                (transaction,),
            ).fetchone()
        return first, cursor, self._next

    def rebooted(self, transaction: int) -> bool:
        """Whether the system was started anew since, or the cursor of a transaction is lost."""
        with self.database.explained():
            then, cursor, state = self.database.run(
                "SELECT boot, cursor, state FROM txn WHERE id = ?", (transaction,)
            ).fetchone()
        run = named_run(self._lock)
        behind = state == "active" and run is not None and run.cursor > cursor
        return bool(then != boot() or not then or behind)

    def first(self, transaction: int) -> int:
        """Return the number of a transaction's first step."""
        with self.database.explained():
            row = self.database.run(
                "SELECT first FROM txn WHERE id = ?", (transaction,)
            ).fetchone()
        return int(row[0])

    def end(self, transaction: int) -> int:
        """Return the number after a transaction's last step."""
        with self.database.explained():
            row = self.database.run(
                "SELECT min(first) FROM txn WHERE id > ?", (transaction,)
            ).fetchone()
            last = self.database.run(
                "SELECT coalesce(max(first + size), 1) FROM chunk"
            ).fetchone()
        return int(last[0] if row[0] is None else row[0])

    def backed_up(self, step: int) -> int | None:
        """Return the transaction whose step is listed as having set something aside."""
        with self.database.explained():
            row = self.database.run("SELECT txn FROM backup WHERE seq = ?", (step,)).fetchone()
        return None if row is None else int(row[0])

    def backups(self) -> Iterator[tuple[int, int, str]]:
        """Stream what was backed up: step, transaction, and the path where it was."""
        last = 0
        while True:
            with self.database.explained():
                row = self.database.run(
                    "SELECT seq, txn, path FROM backup WHERE seq > ? ORDER BY seq LIMIT 1",
                    (last,),
                ).fetchone()
            if row is None:
                return
            last = row[0]
            yield row[0], row[1], decoded(row[2])
