"""Listing directories in byte order at bounded memory.

A directory of more than ``RUN`` entries is sorted in runs that are spilled to one
temporary file and merged while reading, so a flat directory of a million names costs
megabytes, not hundreds.
"""

from __future__ import annotations

import heapq
import marshal
import os
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "DIR",
    "FILE",
    "LINK",
    "SPECIAL",
    "Entry",
    "any_entry",
    "bounded_listing",
    "sort_key",
    "sorted_entries",
]

FILE, DIR, LINK, SPECIAL = 1, 2, 3, 4
"""Kinds of directory entries; symbolic links are never followed."""

Entry = tuple[str, int, str]
"""``(name to sort by, kind, raw name)``."""

RUN = 20_000
_CHUNK = 256

sort_key = os.fsencode
"""Names are ordered by their bytes, like GNU Stow and every file system."""


def _kind(entry: os.DirEntry[str]) -> int:
    if entry.is_dir(follow_symlinks=False):
        return DIR
    if entry.is_file(follow_symlinks=False):
        return FILE
    return LINK if entry.is_symlink() else SPECIAL


def _by_bytes(entry: Entry) -> bytes:
    return os.fsencode(entry[0])


def _sort(entries: list[Entry]) -> None:
    # Code points and UTF-8 bytes sort alike for ASCII; the key is only paid for beyond it.
    if all(entry[0].isascii() for entry in entries):
        entries.sort()
    else:
        entries.sort(key=_by_bytes)


def sorted_entries(
    fd: int,
    rename: Callable[[str], str | None] | None = None,
    poll: Callable[[], None] | None = None,
) -> list[Entry] | Iterator[Entry]:
    """List the directory open at ``fd``, sorted by the bytes of the renamed name.

    Args:
        fd: a directory descriptor; it stays open and may be closed once this returns.
        rename: maps a raw name to the name to sort by; ``None`` leaves the entry out.
        poll: called now and then; may raise to give up.

    Returns:
        A list, or for a very wide directory an iterator over spilled runs.

    Raises:
        OSError: the directory cannot be read.
    """
    entries: list[Entry] = []
    spill: _Spill | None = None
    with os.scandir(fd) as scan:
        if rename is None:
            for entry in scan:
                name = entry.name
                entries.append((name, _kind(entry), name))
                if len(entries) == RUN:
                    spill = spill or _Spill()
                    spill.add(entries)
                    entries = []
                    if poll is not None:
                        poll()
        else:
            for entry in scan:
                raw = entry.name
                renamed = rename(raw)
                if renamed is not None:
                    entries.append((renamed, _kind(entry), raw))
                    if len(entries) == RUN:
                        spill = spill or _Spill()
                        spill.add(entries)
                        entries = []
                        if poll is not None:
                            poll()
    if spill is None:
        _sort(entries)
        return entries
    spill.add(entries)
    del entries
    return spill.merge()


def bounded_listing(fd: int, limit: int) -> dict[str, int] | None:
    """List names and kinds, or return ``None`` if there are more than ``limit``.

    Raises:
        OSError: the directory cannot be read.
    """
    found: dict[str, int] = {}
    with os.scandir(fd) as scan:
        for entry in scan:
            found[entry.name] = _kind(entry)
            if len(found) > limit:
                return None
    return found


def any_entry(fd: int, test: Callable[[str, int], bool]) -> bool:
    """Whether ``test(name, kind)`` holds for any entry; stops at the first.

    Raises:
        OSError: the directory cannot be read.
    """
    with os.scandir(fd) as scan:
        return any(test(entry.name, _kind(entry)) for entry in scan)


class _Spill:
    """Sorted runs of entries in one anonymous temporary file."""

    __slots__ = ("ascii", "file", "runs")

    def __init__(self) -> None:
        import tempfile

        self.file: BinaryIO = tempfile.TemporaryFile(prefix="dotstream-")  # noqa: SIM115 - closed by merge
        self.runs: list[tuple[int, int]] = []
        self.ascii = True

    def add(self, entries: list[Entry]) -> None:
        self.ascii = self.ascii and all(entry[0].isascii() for entry in entries)
        _sort(entries)
        start = self.file.tell()
        for index in range(0, len(entries), _CHUNK):
            marshal.dump(entries[index : index + _CHUNK], self.file)
        self.runs.append((start, self.file.tell()))

    def merge(self) -> Iterator[Entry]:
        with self.file:
            runs = [self._read(start, end) for start, end in self.runs]
            yield from heapq.merge(*runs, key=None if self.ascii else _by_bytes)

    def _read(self, position: int, end: int) -> Iterator[Entry]:
        while position < end:
            self.file.seek(position)
            chunk: list[Entry] = marshal.load(self.file)  # noqa: S302 - our own file
            position = self.file.tell()
            yield from chunk
