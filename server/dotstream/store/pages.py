"""Pages of the manifest as bytes: the entries of one directory, a few hundred to a page.

A page is fields joined by NUL: name, code, package, stow directory and value of each entry.
Links of one package whose texts begin alike make a plain page, which says that once: an
empty field, package, stow directory, what the texts begin with, and the names.
"""

from __future__ import annotations

from collections import Counter
from itertools import chain

from dotstream.fs.listing import sort_key
from dotstream.light_typing import TYPE_CHECKING, TypeAlias
from dotstream.model.names import decoded, encoded
from dotstream.model.run import LONGEST, Run

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping

    from dotstream.model.entry import EntryKind

CODES: dict[EntryKind, str] = {"link": "L", "directory": "D", "adopted": "A"}
KINDS: dict[str, EntryKind] = {code: kind for kind, code in CODES.items()}

Row: TypeAlias = "tuple[str, str, str, str, str]"
"""Name, code, package, stow directory's number and text or mode, as they are written."""

_FIELDS = 5


def written(rows: Iterable[Row]) -> bytes:
    """Write a page."""
    return encoded("\0".join(chain.from_iterable(rows)))


def plain(run: Run, number: str) -> bytes:
    """Write a run of links as a plain page."""
    return b"\0".join((b"", encoded(run.package), encoded(number), encoded(run.stem), run.joined))


def rows_in(data: bytes) -> Iterator[Row]:
    """Read a page."""
    fields = decoded(data).split("\0")
    if not fields[0]:
        _, package, number, stem, *names = fields
        return ((name, "L", package, number, stem + name) for name in names)
    return zip(*(fields[start::_FIELDS] for start in range(_FIELDS)), strict=True)


def names_in(data: bytes) -> list[str]:
    """Read the names of a page alone."""
    fields = decoded(data).split("\0")
    return fields[::_FIELDS] if fields[0] else fields[4:]


def packages_in(data: bytes) -> list[str]:
    """Read the packages of a page alone."""
    fields = decoded(data).split("\0")
    return fields[2::_FIELDS] if fields[0] else fields[1:2]


def links_in(data: bytes) -> Counter[tuple[str, str]]:
    """Count the links of a page, by package and number of its directory."""
    if data.startswith(b"\0"):
        package, number = data.split(b"\0", 3)[1:3]
        return Counter({(decoded(package), decoded(number)): data.count(b"\0") - 3})
    fields = decoded(data).split("\0")
    columns = (fields[start::_FIELDS] for start in (1, 2, 3))
    return Counter(
        (package, number)
        for code, package, number in zip(*columns, strict=True)
        if KINDS[code] != "directory"
    )


def sorted_names(names: Iterable[str]) -> list[str]:
    """Sort names by their bytes; for ASCII they sort as they are."""
    listed = list(names)
    return sorted(listed, key=None if "".join(listed).isascii() else sort_key)


_Place: TypeAlias = tuple[bytes, bytes]  # a directory: its root and path

_FEW = 2
_REMEMBERED = 256  # new directories of which the last name is known, of those that are open
_ANYWHERE = (b"\xff", b"")  # no root is that far on


class PageWriter:
    """Changes pages, and remembers while a transaction is taken in what needs no reading."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._last: dict[_Place, bytes] = {}  # the last name, where none was before this fold
        self._furthest: _Place = _ANYWHERE  # no page is of a directory after it

    def start(self) -> None:
        """Look how far the pages go, before a transaction is taken in."""
        self._last.clear()
        self._furthest = self._database.execute(
            "SELECT root, path FROM page ORDER BY root DESC, path DESC LIMIT 1"
        ).fetchone() or (b"", b"")

    def forget_last(self) -> None:
        """Take nothing for granted of any directory: some have moved."""
        self._last.clear()

    def forget_furthest(self) -> None:
        """Take nothing for granted of what is after all others: something came back."""
        self._furthest = _ANYWHERE
        self._last.clear()

    def forget(self, root: str, path: str) -> None:
        """Forget everything in one directory."""
        self._last.pop((encoded(root), encoded(path)), None)
        self._database.execute(
            "DELETE FROM page WHERE root = ? AND path = ?", (encoded(root), encoded(path))
        )

    def begin(self, root: str, path: str) -> None:
        """Take note of a directory; nothing is recorded of it if it is after all others."""
        self._begin((encoded(root), encoded(path)))

    def _begin(self, key: _Place) -> None:
        if key > self._furthest:
            self._furthest = key
            self._end_with(key, b"")

    def add_new(self, run: Run, number: str) -> bool:
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
        self._end_with(key, names[names.rfind(b"\0") + 1 :])
        entries = plain(run, number)
        self._database.execute("INSERT INTO page VALUES (?, ?, ?, ?)", (*key, first, entries))
        return True

    def _end_with(self, key: _Place, last: bytes) -> None:
        """Take note of the last name of a directory of which nothing was recorded before."""
        if len(self._last) >= _REMEMBERED:
            del self._last[next(iter(self._last))]
        self._last[key] = last

    def change(self, root: str, path: str, wanted: Mapping[str, Row | None]) -> None:
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
            page, upto = self.page(root, path, names[0])
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

    def page(
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
            self.put(root, path, rows[start : start + LONGEST])

    def put(self, root: str, path: str, rows: list[Row]) -> None:
        """Write a new page: some of the names of one directory."""
        key = encoded(root), encoded(path)
        self._furthest = max(self._furthest, key)
        self._database.execute(
            "INSERT INTO page VALUES (?, ?, ?, ?)", (*key, encoded(rows[0][0]), written(rows))
        )
