"""The package directories that the manifest records links of, each by a number."""

from __future__ import annotations

import posixpath

from dotstream.fs.files import file_identity, identity_of, is_that
from dotstream.fs.look import is_marked
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.names import decoded, encoded

if TYPE_CHECKING:
    import sqlite3

    from dotstream.model.directory import Directory
    from dotstream.model.entry import Identity


class PackageDirectories:
    """The table of package directories in an open database."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._paths: dict[str, str] = {}

    def all(self) -> dict[str, str]:
        """Return the path of each, by its number; something is or was recorded of them."""
        rows = self._database.execute("SELECT id, path FROM stow")
        return {str(number): decoded(path) for number, path in rows}

    def identities(self) -> dict[str, Identity]:
        """Return which directory each was when it was last worked with, by its path."""
        rows = self._database.execute("SELECT path, inode, born FROM stow")
        return {decoded(path): (inode, when) for path, inode, when in rows}

    def spellings(self, path: str) -> list[str]:
        """Return where a package directory is, and where it was before it moved."""
        known = self.identities()
        return [path, *(each for each in known if is_that(path, each, known))]

    def note(self, path: str) -> None:
        """Note which directory a path is, so that it is known again once it moves."""
        found = file_identity(path)
        if found is None or self.identities().get(path, (0, 0))[0] == found[1]:
            return
        self._database.execute(
            "UPDATE stow SET inode = ?, born = ? WHERE path = ?",
            (*identity_of(path), encoded(path)),
        )

    def path(self, number: str) -> str:
        """Return the path of one."""
        if number not in self._paths:
            self._paths = self.all()
        return self._paths[number]

    def number(self, path: str) -> str:
        """Return the number of a path, which is a new one if need be."""
        self._database.execute("INSERT OR IGNORE INTO stow(path) VALUES (?)", (encoded(path),))
        (number,) = self._database.execute(
            "SELECT id FROM stow WHERE path = ?", (encoded(path),)
        ).fetchone()
        return str(number)


def marked_above(path: str) -> str | None:
    """Return the topmost directory above a path that is marked to hold packages, if one is."""
    parts = path.split("/")
    above = ("/".join(parts[:count]) for count in range(2, len(parts)))
    return next(filter(is_marked, above), None)


def leading(known: dict[str, str], directory: Directory, text: str, number: str) -> str:
    """Return the number of the package directory that a link leads into.

    Args:
        known: paths by number.
        number: of the one that the link was made for; where another one's fold is opened,
            its links lead there all the same.
    """
    full = posixpath.normpath(posixpath.join(directory.absolute, text))
    found = [each for each, path in known.items() if full.startswith(f"{path.rstrip('/')}/")]
    return max(found, key=lambda each: len(known[each]), default=number)
