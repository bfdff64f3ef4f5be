"""The manifest: which links and directories are ours, per target (in the journal's database).

Entries are kept in pages, a few hundred names of one directory to a row, sorted; so it can
be streamed, looked into by directory, and folded from a transaction's steps in the same
commit that ends it, at a fraction of the cost of a row per link.

How a page is written is in ``pages``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import groupby

from dotstream.fs.listing import sort_key
from dotstream.light_typing import TYPE_CHECKING, TypeAlias
from dotstream.model.entry import Entry
from dotstream.model.names import decoded, encoded
from dotstream.model.run import LONGEST, Run
from dotstream.store.package_directories import PackageDirectories, leading
from dotstream.store.pages import (
    CODES,
    KINDS,
    links_in,
    names_in,
    packages_in,
    plain,
    rows_in,
    sorted_names,
    written,
)
from dotstream.store.steps import End

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping

    from dotstream.model.items import Operation
    from dotstream.store.pages import Row
    from dotstream.store.steps import Numbered

__all__ = ["Entry", "Manifest"]

_Place: TypeAlias = tuple[bytes, bytes]  # a directory: its root and path

_FEW = 2
_PENDING = 32  # directories whose changes are gathered before they are written
_REMEMBERED = 256  # new directories of which the last name is known, of those that are open
_ANYWHERE = (b"\xff", b"")  # no root is that far on


class Manifest:
    """The manifest in an open database; changes belong to the caller's transaction.

    Attributes:
        directories: the package directories that it has anything of.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self.directories: PackageDirectories = PackageDirectories(database)
        self._others: dict[str, str] = {}  # to tell links apart by, if there are several
        self._last: dict[_Place, bytes] = {}  # the last name, where none was before this fold
        self._furthest: _Place = _ANYWHERE  # no page is of a directory after it

    # Reading ---------------------------------------------------------------------------

    def entries(self, root: str | None = None, under: str = "") -> Iterator[Entry]:
        """Stream entries sorted by root, directory and name.

        Args:
            root: only this tree.
            under: only this directory of it and what is below.
        """
        last: tuple[bytes, bytes, bytes] | None = None
        while True:
            where = "root > x'01'"  # what is set aside is put away below that
            values: tuple[bytes, ...] = ()
            if last is not None:
                where, values = "(root, path, first) > (?, ?, ?)", last
            if root is not None:
                where += " AND root = ?"
                values = (*values, encoded(root))
            if under:
                where += " AND (path = ? OR (path >= ? AND path < ?))"
                values = (*values, encoded(under), encoded(f"{under}/"), encoded(f"{under}0"))
            row = self._database.execute(
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
            row = self._database.execute(
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
        row = self._database.execute(
            "SELECT entries FROM page WHERE root = ? AND path = ? AND first <= ? "
            "ORDER BY first DESC LIMIT 1",
            (encoded(root), encoded(path), encoded(name)),
        ).fetchone()
        if row is None or name not in names_in(row[0]):
            return None
        return next(entry for entry in self._decode(root, path, row[0]) if entry.name == name)

    def packages(self, root: str, path: str) -> set[str]:
        """Return the packages that have something in one directory."""
        found: set[str] = set()
        for (data,) in self._database.execute(
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
        for root, data in self._database.execute(
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
            (root,) = self._database.execute(
                "SELECT min(root) FROM page WHERE root > ?", (found[-1] if found else b"\x01",)
            ).fetchone()
            if root is None:
                return list(map(decoded, found))
            found.append(root)

    def any_below(self, root: str, path: str) -> bool:
        """Whether anything is recorded in a directory or below it."""
        return (
            self._database.execute(
                "SELECT 1 FROM page WHERE root = ? AND (path = ? OR (path >= ? AND path < ?)) "
                "LIMIT 1",
                (encoded(root), encoded(path), encoded(f"{path}/"), encoded(f"{path}0")),
            ).fetchone()
            is not None
        )

    def _decode(self, root: str, path: str, data: bytes) -> Iterator[Entry]:
        for name, code, package, stow, value in rows_in(data):
            kind = KINDS[code]
            if kind == "directory":
                text, mode = None, value or None
            else:
                text, _, mode = value.partition("\1")
            yield Entry(
                root, path, name, kind, package, self.directories.path(stow), text, mode or None
            )

    # Writing ---------------------------------------------------------------------------

    def replace_all(self, entries: Iterable[Entry]) -> None:
        """Forget everything and record ``entries``, sorted as ``entries()`` gives them."""
        self._database.execute("DELETE FROM page")
        here: tuple[str, str] | None = None
        rows: list[Row] = []
        for entry in entries:
            if here != entry[:2] or len(rows) >= LONGEST:
                if here is not None:
                    self._put(*here, rows)
                here, rows = (entry.root, entry.directory), []
            value = entry.mode or ""
            if entry.kind != "directory":
                value = (entry.text or "") + (f"\1{entry.mode}" if entry.mode else "")
            number = self.directories.number(entry.stow_dir)
            rows.append((entry.name, CODES[entry.kind], entry.package, number, value))
        if here is not None:
            self._put(*here, rows)

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
                self._change(root, path, dict.fromkeys(names))

    def fold(
        self,
        parts: Iterable[Numbered],
        stow_dir: str,
        target: str,
        on_backup: Callable[[int, str], None],
    ) -> None:
        """Take a finished transaction's steps in.

        Args:
            parts: its steps and runs, in order.
            stow_dir: the package directory that the operations are about.
            target: absolute path of the target.
            on_backup: called with the number and the path of each step that moved
                something to the backup area.
        """
        number, known = self.directories.number(stow_dir), self.directories.all()
        self.directories.note(stow_dir)
        self._others = known if len(known) > 1 else {}
        adopted: dict[tuple[str, str, str], str] = {}
        pending: dict[tuple[str, str], dict[str, Row | None]] = {}
        emptied: tuple[str, str] | None = None
        self._last.clear()
        self._furthest = self._database.execute(
            "SELECT root, path FROM page ORDER BY root DESC, path DESC LIMIT 1"
        ).fetchone() or (b"", b"")
        for sequence, item in parts:
            if isinstance(item, End):
                continue  # its beginning says all
            kind = item.kind
            root, path = place = item.directory.root, item.directory.path
            if kind == "remove_link" and place == emptied:
                continue  # it was forgotten as a whole
            changes = pending.get(place)
            if changes is None:
                if isinstance(item, Run) and not adopted and self._add_new(item, number):
                    continue
                if len(pending) >= _PENDING:
                    oldest = next(iter(pending))
                    self._change(*oldest, pending.pop(oldest))
                changes = pending[place] = {}
                self._begin((encoded(root), encoded(path)))
            if isinstance(item, Run):
                for operation in item.operations():
                    self._take_in(operation, number, changes, adopted)
            elif kind == "remove_dir":
                changes[item.name] = None
                emptied = root, item.directory.join(item.name)
                pending.pop(emptied, None)
                self._forget(*emptied)
            elif kind == "move_file" and not item.text:
                on_backup(sequence, item.path)
                self._flush(pending)
                self._set_aside(sequence, root, path, item.name)
            elif kind == "move_file" and not (item.text or "").startswith(f"{stow_dir}/"):
                self._flush(pending)
                self._bring_back(item.name.rpartition("-")[2], target, item.text or "")
            elif kind != "make_dir" or root != stow_dir:
                self._take_in(item, number, changes, adopted)
            if len(changes) >= LONGEST and pending.pop(place, None) is not None:
                self._change(root, path, changes)
        self._flush(pending)

    def _take_in(
        self,
        operation: Operation,
        number: str,
        changes: dict[str, Row | None],
        adopted: dict[tuple[str, str, str], str],
    ) -> None:
        """Note what one operation on a link or directory changes in its directory."""
        name, package, text = operation.name, operation.package, operation.text or ""
        if self._others and text:
            number = leading(self._others, operation.directory, text, number)
        key = (operation.directory.root, operation.directory.path, name)
        match operation.kind:
            case "create_link" | "replace_link" | "refold":
                mode = adopted.pop(key, None)
                value = text if mode is None else f"{text}\1{mode}"
                changes[name] = (name, "A" if mode else "L", package, number, value)
            case "make_dir" | "unfold":
                changes[name] = (name, "D", package, number, "")
            case "remove_link":
                changes[name] = None
            case "move_file":
                adopted[key] = (operation.before or "").rpartition(" ")[2]

    def _forget(self, root: str, path: str) -> None:
        """Forget everything in one directory."""
        self._last.pop((encoded(root), encoded(path)), None)
        self._database.execute(
            "DELETE FROM page WHERE root = ? AND path = ?", (encoded(root), encoded(path))
        )

    def _flush(self, pending: dict[tuple[str, str], dict[str, Row | None]]) -> None:
        """Write the changes that are gathered."""
        for (root, path), changes in pending.items():
            self._change(root, path, changes)
        pending.clear()

    def _set_aside(self, sequence: int, root: str, path: str, name: str) -> None:
        """Put away what is recorded of a path, and below, that went to the backup area."""
        self._last.clear()
        inside = f"{path}/{name}" if path else name
        page, _ = self._page(root, path, name)
        row = next((row for row in rows_in(page[1]) if row[0] == name), None) if page else None
        kept = _kept(sequence)
        if row is not None:
            self._change(root, path, {name: None})
            self._database.execute(
                "INSERT INTO page VALUES (?, x'00', ?, ?)",
                (kept, encoded(name), encoded("\0".join(row))),
            )
        self._database.execute(
            "UPDATE page SET root = ?, path = substr(path, ?) "
            "WHERE root = ? AND (path = ? OR (path >= ? AND path < ?))",
            (
                kept,
                len(encoded(inside)) + 1,
                encoded(root),
                encoded(inside),
                encoded(f"{inside}/"),
                encoded(f"{inside}0"),
            ),
        )

    def _bring_back(self, number: str, target: str, text: str) -> None:
        """Record again what was put away, once it is back at the absolute path ``text``."""
        if not number.isdecimal() or not text.startswith(f"{target.rstrip('/')}/"):
            return
        self._furthest = _ANYWHERE
        self._last.clear()
        kept, inside = _kept(int(number)), text[len(target.rstrip("/")) + 1 :]
        own = self._database.execute(
            "SELECT entries FROM page WHERE root = ? AND path = x'00'", (kept,)
        ).fetchone()
        self._database.execute("DELETE FROM page WHERE root = ? AND path = x'00'", (kept,))
        self._database.execute(
            "UPDATE page SET root = ?, path = CAST(? || path AS BLOB) WHERE root = ?",
            (encoded(target), encoded(inside), kept),
        )
        if own is not None:
            (row,) = rows_in(own[0])
            self._change(target, inside.rpartition("/")[0], {row[0]: row})

    def _add_new(self, run: Run, number: str) -> bool:
        """Record a run of new links in a directory nothing else is recorded of, if it is one.

        Nearly every link comes this way, so nothing is done name by name.
        """
        names, root, path = run.joined, run.directory.root, run.directory.path
        if run.kind != "create_link" or not _FEW < run.size <= LONGEST:
            return False
        key = encoded(root), encoded(path)
        first = names[: names.find(b"\0")]
        self._begin(key)
        last = self._last.get(key)
        if (last is None or last >= first) and self._database.execute(
            "SELECT 1 FROM page WHERE root = ? AND path = ? LIMIT 1", key
        ).fetchone():
            return False
        if self._others:
            number = leading(self._others, run.directory, f"{run.stem}x", number)
        self._end_with(key, names[names.rfind(b"\0") + 1 :])
        entries = plain(run, number)
        self._database.execute("INSERT INTO page VALUES (?, ?, ?, ?)", (*key, first, entries))
        return True

    def _begin(self, key: _Place) -> None:
        """Take note of a directory; nothing is recorded of it if it is after all others."""
        if key > self._furthest:
            self._furthest = key
            self._end_with(key, b"")

    def _end_with(self, key: _Place, last: bytes) -> None:
        """Take note of the last name of a directory of which nothing was recorded before."""
        if len(self._last) >= _REMEMBERED:
            del self._last[next(iter(self._last))]
        self._last[key] = last

    def _change(self, root: str, path: str, wanted: Mapping[str, Row | None]) -> None:
        """Change entries of one directory; ``None`` forgets a name."""
        if not wanted:
            return
        names = sorted_names(wanted)
        key = encoded(root), encoded(path)
        last = self._last.pop(key, None)
        rows = [row for name in names if (row := wanted[name]) is not None]
        if last is not None and last < sort_key(names[0]) and len(rows) == len(names):
            self._put_all(root, path, rows)
            self._end_with(key, sort_key(names[-1]))
            return
        while names:
            # The page that the next name belongs to, and all names that belong there too.
            page, upto = self._page(root, path, names[0])
            count = len(names)
            if upto is not None:
                count = next((i for i, name in enumerate(names) if sort_key(name) >= upto), count)
            here, names = names[:count], names[count:]
            there = {row[0]: row for row in rows_in(page[1])} if page else {}
            for name in here:
                row = wanted[name]
                if row is None:
                    there.pop(name, None)
                else:
                    there[name] = row
            if page:
                self._database.execute(
                    "DELETE FROM page WHERE root = ? AND path = ? AND first = ?",
                    (encoded(root), encoded(path), page[0]),
                )
            self._put_all(root, path, [there[name] for name in sorted_names(there)])

    def _page(
        self, root: str, path: str, name: str
    ) -> tuple[tuple[bytes, bytes] | None, bytes | None]:
        """Return the page that a name belongs to, and where the next one begins."""
        key = (encoded(root), encoded(path), sort_key(name))
        page = self._database.execute(
            "SELECT first, entries FROM page WHERE root = ? AND path = ? AND first <= ? "
            "ORDER BY first DESC LIMIT 1",
            key,
        ).fetchone()
        (upto,) = self._database.execute(
            "SELECT min(first) FROM page WHERE root = ? AND path = ? AND first > ?", key
        ).fetchone()
        return page, upto

    def _put_all(self, root: str, path: str, rows: list[Row]) -> None:
        for start in range(0, len(rows), LONGEST):
            self._put(root, path, rows[start : start + LONGEST])

    def _put(self, root: str, path: str, rows: list[Row]) -> None:
        key = encoded(root), encoded(path)
        self._furthest = max(self._furthest, key)
        self._database.execute(
            "INSERT INTO page VALUES (?, ?, ?, ?)", (*key, encoded(rows[0][0]), written(rows))
        )


def _kept(sequence: int) -> bytes:
    """Return the root under which the records of what a step set aside are put away."""
    return b"\0" + str(sequence).encode("ascii")
