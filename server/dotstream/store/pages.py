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

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dotstream.model.entry import EntryKind
    from dotstream.model.run import Run

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
