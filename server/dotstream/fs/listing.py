"""Listing directories in byte order at bounded memory.

A directory of more than ``RUN`` entries is sorted in runs that are spilled to one
temporary file and merged while reading, so a flat directory of a million names costs
megabytes, not hundreds.
"""

from __future__ import annotations

import marshal
import os
from itertools import islice, repeat

from dotstream.light_typing import TYPE_CHECKING, BinaryIO, ClassVar, Self, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dotstream.model.rule import Hidden

FILE, DIR, LINK, SPECIAL = 1, 2, 3, 4
"""Kinds of directory entries; symbolic links are never followed."""

Entry = tuple[str, int, str]
"""``(name to sort by, kind, raw name)``."""


class Names:
    """A listing of one kind of entries, each under its raw name: the names are all there is.

    Most directories of most packages, and of most targets, are that; it takes less time.
    """

    __slots__ = ("names",)
    kind: ClassVar[int]

    def __init__(self, names: list[str]) -> None:
        self.names: list[str] = names

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[Entry]:
        return zip(self.names, repeat(self.kind), self.names)

    def __getitem__(self, part: slice) -> Self:
        return type(self)(self.names[part])


class Files(Names):
    """A listing of regular files only."""

    __slots__ = ()
    kind = FILE


class Links(Names):
    """A listing of symbolic links only."""

    __slots__ = ()
    kind = LINK


Listing: TypeAlias = "list[Entry] | Names"
"""What is in a directory that is short enough to be kept in memory."""

Rename: TypeAlias = "tuple[str, Callable[[str], str]]"
"""A prefix, and what maps raw names that begin with it to the name to sort by."""

RUN = 8192
_CHUNK = 64

sort_key: Callable[[str], bytes] = os.fsencode
"""Names are ordered by their bytes, like GNU Stow and every file system."""


def _kind(entry: os.DirEntry[str]) -> int:
    if entry.is_symlink():
        return LINK
    if entry.is_file(follow_symlinks=False):
        return FILE
    return DIR if entry.is_dir(follow_symlinks=False) else SPECIAL


def _by_bytes(entry: Entry) -> tuple[bytes, bytes]:
    """Sort by bytes; members that share a name, as .vimrc and dot-vimrc do, by raw names.

    Not needed where names are raw and ASCII: their code points sort as their bytes do.
    """
    return os.fsencode(entry[0]), os.fsencode(entry[2])


def sorted_entries(
    fd: int,
    *,
    hidden: Hidden | None = None,
    rename: Rename | None = None,
    poll: Callable[[], None] | None = None,
) -> Listing | Iterator[Entry]:
    """List the directory open at ``fd``, sorted by the bytes of the (renamed) name.

    Args:
        fd: a directory descriptor; it stays open and may be closed once this returns.
        hidden: tells which raw names are left out.
        rename: a prefix, and what maps raw names that begin with it to the name to sort by.
        poll: called now and then; may raise to give up.

    Returns:
        A listing, or for a very wide directory an iterator over spilled runs.

    Raises:
        OSError: the directory cannot be read.
    """
    spill: _Spill | None = None
    with os.scandir(fd) as scan:
        while True:
            block = list(islice(scan, RUN))
            entries, plain = _sorted_block(block, hidden, rename)
            if len(block) < RUN and spill is None:
                return entries
            spill = spill or _Spill()
            spill.add(entries, plain=plain)
            if len(block) < RUN:
                return spill.merge()
            if poll is not None:
                poll()


def short_listing(fd: int, *, hidden: Hidden | None, rename: Rename | None) -> Listing | None:
    """List a directory like ``sorted_entries``; ``None`` if it is a very wide one.

    Raises:
        OSError: the directory cannot be read.
    """
    with os.scandir(fd) as scan:
        block = list(islice(scan, RUN))
    return _sorted_block(block, hidden, rename)[0] if len(block) < RUN else None


def _sorted_block(
    block: list[os.DirEntry[str]], hidden: Hidden | None, rename: Rename | None
) -> tuple[Listing, bool]:
    """Return sorted entries, and whether plain comparing is enough to sort them."""
    block, names = _visible(block, hidden)
    joined = "\0".join(names)
    plain = joined.isascii()
    renamed = rename is not None and f"\0{rename[0]}" in f"\0{joined}"
    links = bool(block) and all(map(os.DirEntry.is_symlink, block))
    regular = [not links and entry.is_file(follow_symlinks=False) for entry in block]
    if (links or all(regular)) and not renamed:
        names = names if plain else sorted(names, key=sort_key)
        return Links(names) if links else Files(names), plain
    raws = [entry.name for entry in block]
    shown = _renamed(raws, rename) if renamed else raws
    kinds = [FILE if is_file else _kind(e) for e, is_file in zip(block, regular, strict=True)]
    entries = list(zip(shown, kinds, raws, strict=True))
    plain = plain and not renamed
    entries.sort(key=None if plain else _by_bytes)
    return entries, plain


def _visible(
    block: list[os.DirEntry[str]], hidden: Hidden | None
) -> tuple[list[os.DirEntry[str]], list[str]]:
    """Return the entries that are not left out, and their names, sorted."""
    names = sorted([entry.name for entry in block])
    if hidden is None or hidden.none_of(names):
        return block, names
    test = hidden.test
    block = [entry for entry in block if not test(entry.name)]
    return block, sorted([entry.name for entry in block])


def _renamed(names: list[str], rename: Rename | None) -> list[str]:
    if rename is None:
        return names
    prefix, translate = rename
    return [translate(raw) if raw.startswith(prefix) else raw for raw in names]


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


def more_than(fd: int, limit: int) -> bool:
    """Whether a directory has more than ``limit`` entries.

    Raises:
        OSError: the directory cannot be read.
    """
    with os.scandir(fd) as scan:
        return next(islice(scan, limit, None), None) is not None


def any_entry(fd: int, test: Callable[[str, int], bool]) -> bool:
    """Whether ``test(name, kind)`` holds for any entry; stops at the first.

    Raises:
        OSError: the directory cannot be read.
    """
    with os.scandir(fd) as scan:
        return any(test(entry.name, _kind(entry)) for entry in scan)


def every_entry(fd: int) -> Iterator[tuple[str, int]]:
    """Yield name and kind of each entry, in no order.

    Raises:
        OSError: the directory cannot be read.
    """
    with os.scandir(fd) as scan:
        for entry in scan:
            yield entry.name, _kind(entry)


class _Spill:
    """Sorted runs of entries in one anonymous temporary file."""

    __slots__ = ("file", "plain", "runs")

    def __init__(self) -> None:
        import tempfile

        self.file: BinaryIO = tempfile.TemporaryFile(prefix="dotstream-")  # noqa: SIM115 - by __del__
        self.runs: list[tuple[int, int]] = []
        self.plain = True

    def __del__(self) -> None:
        self.file.close()

    def add(self, listing: Listing, *, plain: bool) -> None:
        self.plain = self.plain and plain
        start = self.file.tell()
        entries = list(listing)
        for index in range(0, len(entries), _CHUNK):
            marshal.dump(entries[index : index + _CHUNK], self.file)
        self.runs.append((start, self.file.tell()))

    def merge(self) -> Iterator[Entry]:
        from heapq import merge  # few directories are as large

        runs = [self._read(start, end) for start, end in self.runs]
        yield from merge(*runs, key=None if self.plain else _by_bytes)

    def _read(self, position: int, end: int) -> Iterator[Entry]:
        while position < end:
            self.file.seek(position)
            chunk: list[Entry] = marshal.load(self.file)  # noqa: S302 - our own file
            position = self.file.tell()
            yield from chunk
