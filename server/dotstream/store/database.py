"""The database of one target: made, opened, brought up to date, explained when it fails (SQLite).

It holds the journal and the manifest.  A database of an older format is taken over, with
its history, its backups and what it says of links, by the statements that made the newer
format of it; one of a newer format is left alone.
"""

from __future__ import annotations

import posixpath
import sqlite3
from contextlib import contextmanager

from dotstream.errors import JournalError
from dotstream.fs.access import not_changeable, unwritable
from dotstream.fs.state import is_full, release_reserve, reserve
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.names import encoded

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

_APPLICATION = 0x646F7473  # "dots"

_FORMAT = 4

_CHOICE = """CREATE TABLE choice(
    txn INTEGER NOT NULL,
    directory BLOB NOT NULL,
    chosen BLOB NOT NULL
) STRICT"""

_MIGRATIONS = {
    2: ("ALTER TABLE txn ADD COLUMN boot TEXT NOT NULL DEFAULT ''",),
    3: (
        "ALTER TABLE stow ADD COLUMN inode INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE stow ADD COLUMN born INTEGER NOT NULL DEFAULT 0",
        _CHOICE,
    ),
}
"""By the format they start from: what makes the next one of it."""

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
CREATE TABLE stow(
    id INTEGER PRIMARY KEY,
    path BLOB NOT NULL UNIQUE,
    inode INTEGER NOT NULL DEFAULT 0,
    born INTEGER NOT NULL DEFAULT 0
) STRICT;
{_CHOICE};
CREATE TABLE page(
    root BLOB NOT NULL,
    path BLOB NOT NULL,
    first BLOB NOT NULL,
    entries BLOB NOT NULL,
    UNIQUE (root, path, first)
) STRICT
"""


class Database:
    """An open database of the newest format.

    Args:
        path: of its file, which is made if it is not there.
        readonly: only look; it has to be there, and nobody is kept waiting.

    Attributes:
        run: carries out one statement.

    Raises:
        JournalError: it is corrupt, foreign, or from a newer dotstream.
    """

    def __init__(self, path: str, *, readonly: bool = False) -> None:
        self.path = path
        with self.explained():
            if readonly:
                from urllib.parse import quote

                # Not mode=ro: that would leave the files of the write-ahead log behind.
                self._open(f"file:{quote(encoded(path))}?mode=rw", uri=True)
                self.run("PRAGMA query_only = ON")
            else:
                self._open(path)
            try:
                self._prepare(readonly=readonly)
            except (sqlite3.Error, JournalError):
                self.close()
                raise

    def _open(self, name: str, *, uri: bool = False) -> None:
        self.connection: sqlite3.Connection = sqlite3.connect(
            name, uri=uri, isolation_level=None, check_same_thread=not uri
        )
        self.run: Callable[..., sqlite3.Cursor] = self.connection.execute

    def copy(self) -> None:
        """Go on with a copy in memory, which may be changed."""
        found = self.connection
        self._open(":memory:")
        found.backup(self.connection)
        found.close()

    def _prepare(self, *, readonly: bool) -> None:
        run = self.run
        run("BEGIN")  # all three from one moment: another run may just be making it
        (application,) = run("PRAGMA application_id").fetchone()
        (found,) = run("PRAGMA user_version").fetchone()
        (tables,) = run("SELECT count(*) FROM sqlite_master").fetchone()
        run("COMMIT")
        if not tables and application == found == 0:
            if readonly:  # killed before the very first write: an empty past, without a file
                self.close()
                self._open(":memory:")
            self._make()
        elif application != _APPLICATION:
            raise JournalError(
                f"{self.path} is a database of another program", remedy="move_away"
            )
        elif found > _FORMAT:
            raise JournalError(
                f"{self.path} was written by a newer dotstream "
                f"(format {found}, this one knows {_FORMAT})",
                remedy="update",
            )
        elif found < min(_MIGRATIONS):
            raise JournalError(
                f"{self.path} was written by an older dotstream (format {found}, this one "
                f"needs {_FORMAT})"
            )
        elif found < _FORMAT:
            if readonly:
                self.copy()
            self._migrate()
        if not readonly:
            run("PRAGMA synchronous = NORMAL")
            reserve(self.path)

    def _make(self) -> None:
        self.run("PRAGMA journal_mode = WAL")
        with self.change():
            for statement in _SCHEMA.split(";\n"):
                self.run(statement)
            self.run(f"PRAGMA application_id = {_APPLICATION}")
            self.run(f"PRAGMA user_version = {_FORMAT}")

    def _migrate(self) -> None:
        with self.change():
            (found,) = self.run("PRAGMA user_version").fetchone()  # by now another may have
            for number in range(found, _FORMAT):
                for statement in _MIGRATIONS[number]:
                    self.run(statement)
            self.run(f"PRAGMA user_version = {_FORMAT}")

    @contextmanager
    def explained(self) -> Generator[None]:
        """Raise what SQLite says in the block as a sentence that says what to do."""
        try:
            yield
        except sqlite3.Error as error:
            if is_full(self.path):
                raise JournalError(
                    f"{self.path}: {error}: No space left on device", remedy="make_room"
                ) from error
            for path, why in (  # after a run as root, say
                (directory := posixpath.dirname(self.path), not_changeable(directory)),
                (self.path, unwritable(self.path)),
            ):
                if why is not None:
                    raise JournalError(f"{path}: {why}", permission=True) from error
            raise JournalError(f"{self.path}: {error}") from error

    @contextmanager
    def change(self) -> Generator[None]:
        """Have what the block writes be there as a whole, or not at all."""
        self.run("BEGIN IMMEDIATE")
        try:
            yield
            self.run("COMMIT")
        finally:
            self.drop()

    def drop(self) -> None:
        """Take back what is written and not committed, if anything is."""
        if self.connection.in_transaction:
            self.run("ROLLBACK")

    def write(self, statement: str, values: Sequence[object]) -> None:
        """Write one row that is already there again; a full disk gets room for that."""
        with self.explained():
            try:
                self.run(statement, values)
            except sqlite3.OperationalError:
                if not self.make_room():
                    raise
                self.run(statement, values)

    def make_room(self) -> bool:
        """Give back what is kept in reserve, if the disk is full; false if that is no help."""
        return is_full(self.path) and release_reserve(self.path)

    def check(self) -> None:
        """Look every page over.

        Raises:
            JournalError: one is damaged.
        """
        with self.explained():
            (told,) = self.run("PRAGMA quick_check(1)").fetchone()
        if told != "ok":
            raise JournalError(f"{self.path}: {told}")

    def close(self) -> None:
        """Close it."""
        self.connection.close()
