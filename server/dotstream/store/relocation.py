"""A home that moved: its paths written anew in its database.

What links say on the disk has not changed, so their texts stay as they are written down.
"""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.names import encoded

if TYPE_CHECKING:
    from collections.abc import Callable

    from dotstream.fs.state import Moves
    from dotstream.store.database import Database

_RUNS = (b"c", b"d")
_MOVE = b"F"
_PATHS = (("txn", "id", ("directory", "target")), ("backup", "seq", ("path",)))


def relocate(database: Database, moves: Moves) -> None:
    """Write every path anew that is one of those that moved, or below it; all or nothing."""
    pairs = [(encoded(old), encoded(new)) for old, new in moves]

    def moved(path: bytes) -> bytes:
        for before, after in pairs:
            if path == before or path.startswith(before + b"/"):
                return after + path[len(before) :]
        return path

    database.run("PRAGMA synchronous = FULL")
    with database.change():
        for table, key, columns in _PATHS:
            for column in columns:
                _rewrite(database, table, key, column, moved)
        _rewrite(database, "txn", "id", "targets", lambda paths: _each(paths, moved))
        _rewrite(database, "stow", "id", "path", moved)
        _rewrite(database, "choice", "rowid", "directory", moved)
        _rewrite(database, "page", "rowid", "root", moved)
        _rewrite(database, "chunk", "first", "steps", lambda steps: _steps(steps, moved))
    database.run("PRAGMA synchronous = NORMAL")


def _rewrite(
    database: Database,
    table: str,
    key: str,
    column: str,
    change: Callable[[bytes], bytes],
) -> None:
    """Change one column, row by row."""
    last = -1
    while True:
        row = database.run(
            f"SELECT {key}, {column} FROM {table} "  # noqa: S608 - ours
            f"WHERE {key} > ? ORDER BY {key} LIMIT 1",
            (last,),
        ).fetchone()
        if row is None:
            return
        last, value = row
        if (wanted := change(value)) != value:
            database.run(
                f"UPDATE {table} SET {column} = ? WHERE {key} = ?",  # noqa: S608 - ours
                (wanted, last),
            )


def _each(paths: bytes, moved: Callable[[bytes], bytes]) -> bytes:
    return b"\0".join(map(moved, paths.split(b"\0")))


def _steps(data: bytes, moved: Callable[[bytes], bytes]) -> bytes:
    """Change the trees and destinations of written steps; see ``encoding.encode``."""
    written: list[bytes] = []
    position = 0
    while position < len(data):
        code, root, path, name, package, text, rest = _fields(data, position)
        if code in _RUNS:
            end = rest + int(text)
            written += [code, moved(root), path, name, package, text, data[rest:end]]
            position = end + 1
            continue
        if code == _MOVE:
            text = moved(text)
        end = data.find(b"\0", rest)
        end = len(data) if end < 0 else end
        written += [code, moved(root), path, name, package, text, data[rest:end]]
        position = end + 1
    return b"\0".join(written)


def _fields(data: bytes, start: int) -> tuple[bytes, bytes, bytes, bytes, bytes, bytes, int]:
    """Return the first six fields of a step, and where its last one begins."""
    here, fields = start, []
    for _ in range(6):
        end = data.index(b"\0", here)
        fields.append(data[here:end])
        here = end + 1
    code, root, path, name, package, text = fields
    return code, root, path, name, package, text, here
