"""The manifest: which links and directories are ours, per target (in the journal's database).

Entries are kept in pages, a few hundred names of one directory to a row, sorted; so it can
be streamed, looked into by directory, and folded from a transaction's steps in the same
commit that ends it, at a fraction of the cost of a row per link.

How a page is written is in ``pages``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import groupby

from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.entry import Entry
from dotstream.model.names import decoded, encoded
from dotstream.model.run import LONGEST
from dotstream.store.package_directories import PackageDirectories
from dotstream.store.pages import (
    CODES,
    KINDS,
    PageWriter,
    links_in,
    names_in,
    packages_in,
    rows_in,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Container, Iterable, Iterator, Mapping

    from dotstream.store.pages import Row


class Manifest:
    """The manifest in an open database; changes belong to the caller's transaction.

    Attributes:
        directories: the package directories that it has anything of.
        writer: changes its pages.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database: sqlite3.Connection = database
        self.directories: PackageDirectories = PackageDirectories(database)
        self.writer: PageWriter = PageWriter(database)

    # Reading ---------------------------------------------------------------------------

    def entries(self, root: str | None = None, under: str = "") -> Iterator[Entry]:
        """Stream entries sorted by root, directory and name.

        Args:
            root: only this tree.
            under: only this directory of it and what is below.
        """
        last: tuple[bytes, bytes, bytes] | None = None
        while True:
            where = "root > x'01'"  # below that is what a step took away
            values: tuple[bytes, ...] = ()
            if last is not None:
                where, values = "(root, path, first) > (?, ?, ?)", last
            if root is not None:
                where += " AND root = ?"
                values = (*values, encoded(root))
            if under:
                where += " AND (path = ? OR (path >= ? AND path < ?))"
                values = (*values, encoded(under), encoded(f"{under}/"), encoded(f"{under}0"))
            row = self.database.execute(
                f"SELECT root, path, first, entries FROM page WHERE {where} "  # noqa: S608 - ours
                "ORDER BY root, path, first LIMIT 1",
                values,
            ).fetchone()
            if row is None:
                return
            last = row[:3]
            yield from self._decode(decoded(row[0]), decoded(row[1]), row[3])

    def directory(self, root: str, path: str) -> Iterator[Entry]:
        """Stream the entries of one directory, sorted by name."""
        for data in self._pages(root, path):
            yield from self._decode(root, path, data)

    def names(self, root: str, path: str) -> Iterator[str]:
        """Stream the names of one directory's entries, sorted."""
        for data in self._pages(root, path):
            yield from names_in(data)

    def _pages(self, root: str, path: str) -> Iterator[bytes]:
        first = b""
        while True:
            row = self.database.execute(
                "SELECT first, entries FROM page WHERE root = ? AND path = ? AND first > ? "
                "ORDER BY first LIMIT 1",
                (encoded(root), encoded(path), first),
            ).fetchone()
            if row is None:
                return
            first = row[0]
            yield row[1]

    def entry(self, root: str, path: str, name: str) -> Entry | None:
        """Return what is recorded of one name."""
        row = self.database.execute(
            "SELECT entries FROM page WHERE root = ? AND path = ? AND first <= ? "
            "ORDER BY first DESC LIMIT 1",
            (encoded(root), encoded(path), encoded(name)),
        ).fetchone()
        found = next((each for each in rows_in(row[0]) if each[0] == name), None) if row else None
        return self._entry(root, path, found) if found else None

    def packages(self, root: str, path: str) -> set[str]:
        """Return the packages that have something in one directory."""
        found: set[str] = set()
        for (data,) in self.database.execute(
            "SELECT entries FROM page WHERE root = ? AND path = ?", (encoded(root), encoded(path))
        ):
            found.update(packages_in(data))
        return found

    def linked(self, spellings: Container[str]) -> dict[str, Counter[str]]:
        """Return how many links each package has, by root.

        Args:
            spellings: where the package directory is, and where it was before.
        """
        numbers = {number for number, path in self.directories.all().items() if path in spellings}
        found: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for root, data in self.database.execute(
            "SELECT root, entries FROM page WHERE root > x'01'"
        ):
            for (package, number), count in links_in(data).items():
                if number in numbers:
                    found[package][decoded(root)] += count
        return found

    def roots(self) -> list[str]:
        """Return the trees that something is recorded in."""
        found: list[bytes] = []
        while True:
            (root,) = self.database.execute(
                "SELECT min(root) FROM page WHERE root > ?", (found[-1] if found else b"\x01",)
            ).fetchone()
            if root is None:
                return list(map(decoded, found))
            found.append(root)

    def any_below(self, root: str, path: str) -> bool:
        """Whether anything is recorded in a directory or below it."""
        return (
            self.database.execute(
                "SELECT 1 FROM page WHERE root = ? AND (path = ? OR (path >= ? AND path < ?)) "
                "LIMIT 1",
                (encoded(root), encoded(path), encoded(f"{path}/"), encoded(f"{path}0")),
            ).fetchone()
            is not None
        )

    def _decode(self, root: str, path: str, data: bytes) -> Iterator[Entry]:
        for row in rows_in(data):
            yield self._entry(root, path, row)

    def _entry(self, root: str, path: str, row: Row) -> Entry:
        name, code, package, number, value = row
        kind = KINDS[code]
        if kind == "directory":
            text, mode = None, value
        else:
            text, _, mode = value.partition("\1")
        there = self.directories.path(number)
        return Entry(root, path, name, kind, package, there, text, mode or None)

    # Writing ---------------------------------------------------------------------------

    def replace_all(self, entries: Iterable[Entry]) -> None:
        """Forget everything and record ``entries``, sorted as ``entries()`` gives them."""
        self.database.execute("DELETE FROM page")
        here: tuple[str, str] | None = None
        rows: list[Row] = []
        for entry in entries:
            if here != entry[:2] or len(rows) >= LONGEST:
                if here is not None:
                    self.writer.put(*here, rows)
                here, rows = (entry.root, entry.directory), []
            value = entry.mode or ""
            if entry.kind != "directory":
                value = (entry.text or "") + (f"\1{entry.mode}" if entry.mode else "")
            number = self.directories.number(entry.stow_dir)
            rows.append((entry.name, CODES[entry.kind], entry.package, number, value))
        if here is not None:
            self.writer.put(*here, rows)

    def forget_links(self, directory: str, leaving: Mapping[str, Container[str]]) -> None:
        """Forget what packages of a directory have in trees that they have left.

        Args:
            leaving: the packages, by tree.
        """
        spellings = self.directories.spellings(directory)
        for root, packages in leaving.items():
            for path, entries in groupby(self.entries(root), key=lambda entry: entry.directory):
                names = [
                    entry.name
                    for entry in entries
                    if entry.package in packages and entry.stow_dir in spellings
                ]
                self.writer.change(root, path, dict.fromkeys(names))
