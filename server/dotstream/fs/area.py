"""The backup area: what lies there, and what says where it came from.

An entry is called after the transaction and the step that moved it there.  Beside the
entries of a transaction lies its *origin*, a small file that is on the disk before the first
of them is moved: a line that says which transaction it is, and a line for each entry with
the path where it was.  So an entry can be put back without any journal.
"""

from __future__ import annotations

import os
import re

from dotstream.fs.files import opened
from dotstream.fs.system import on_disk
from dotstream.light_typing import TYPE_CHECKING, BinaryIO, NamedTuple, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ENTRY = r"(\d+)-(\d+)$"
_LONGEST = 32 * 1024  # no line is longer
_ORIGIN = r"\.(\d+)\.origin$"


class Origin(NamedTuple):
    """Where an entry came from.

    Attributes:
        path: absolute; empty if unknown.
        inode: of the directory that it was in; 0 if unknown.
        started: when its transaction began, in seconds since the epoch; 0 if unknown.
        target: the target then; empty if unknown.
    """

    path: str = ""
    inode: int = 0
    started: float = 0.0
    target: str = ""


def note(
    area: str,
    transaction: int,
    began: tuple[float, str],
    entries: Iterable[tuple[int, str, int]],
) -> None:
    """Write down where entries will have come from, onto the disk, before they are moved.

    Args:
        began: when the transaction began, and its target.
        entries: step, absolute path, and inode of the directory (0 if unknown) of each, in
            order; those that are written down already are passed over.

    Raises:
        OSError: it cannot be written.
    """
    from json import dumps  # only paid for where something is backed up

    with open(_path(area, transaction), "a+b", opener=opened) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - _LONGEST, 0))
        known = [read[0] for read in map(_read, file.read().split(b"\n")) if _is_entry(read)]
        last = known[-1] if known else 0
        if size == 0:
            started, target = began
            file.write(f"{dumps({'started': started, 'target': target})}".encode("ascii"))
        new = [dumps(entry).encode("ascii") for entry in entries if entry[0] > last]
        file.write(b"\n".join([b"", *new, b""]))  # what a cut left of a line ends there
        file.flush()
        on_disk(file.fileno())
    if size == 0:
        _flush(area)


def origin(area: str, transaction: int, step: int) -> Origin:
    """Return what is written down of an entry; what is damaged is passed over."""
    try:
        with open(_path(area, transaction), "rb", opener=opened) as file:
            head = _read(file.readline())
            entry = _search(file, step)
    except OSError:
        return Origin()
    found = Origin()
    if isinstance(head, dict):
        match head:
            case {"started": float() | int() as started, "target": str(target)}:
                found = found._replace(started=float(started), target=target)
    return found if entry is None else found._replace(path=entry[1], inode=entry[2])


def _search(file: BinaryIO, step: int) -> tuple[int, str, int] | None:
    """Find the line of a step, by halves."""
    low, high = 0, file.seek(0, os.SEEK_END)
    while low < high:
        middle = (low + high) // 2
        file.seek(max(middle - 1, 0))
        if middle:
            file.readline()  # to where a line begins
        found = next((read for read in map(_read, file) if _is_entry(read)), None)
        if found is None or found[0] > step:
            high = middle
        elif found[0] == step:
            return found
        else:
            low = file.tell()
    return None


def _read(line: bytes) -> object:
    from json import loads

    try:
        return loads(line) if line else None
    except (ValueError, RecursionError):
        return None


def _is_entry(read: object) -> TypeGuard[tuple[int, str, int]]:
    match read:
        case [int(), str(path), int()]:
            return path.startswith("/")
        case _:
            return False


def forget(area: str, transaction: int) -> None:
    """Remove what is written down of a transaction, once the area holds nothing of it."""
    if next(held(area, transaction), None) is None and os.path.lexists(_path(area, transaction)):
        os.unlink(_path(area, transaction))


def held(area: str, transaction: int) -> Iterator[str]:
    """Stream the paths of what the area holds of one transaction, in no order."""
    for number, _, path in contents(area):
        if number == transaction:
            yield path


def contents(area: str) -> Iterator[tuple[int, int, str]]:
    """Stream what the area holds, in no order: transaction, step and path of each entry."""
    with os.scandir(area) as scan:
        for entry in scan:
            if found := re.match(_ENTRY, entry.name, re.ASCII):
                yield int(found[1]), int(found[2]), entry.path


def own(name: str) -> bool:
    """Whether a name in the area is an origin's, which is nothing that was backed up."""
    return re.match(_ORIGIN, name, re.ASCII) is not None


def highest(area: str) -> tuple[int, int]:
    """Return the highest number of a transaction, and of a step, that the area knows; or 0."""
    transaction = step = 0
    with os.scandir(area) as scan:
        for entry in scan:
            if found := re.match(_ENTRY, entry.name, re.ASCII):
                step = max(step, int(found[2]))
            elif not (found := re.match(_ORIGIN, entry.name, re.ASCII)):
                continue
            transaction = max(transaction, int(found[1]))
    return transaction, step


def _path(area: str, transaction: int) -> str:
    return f"{area}/.{transaction}.origin"


def _flush(directory: str) -> None:
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        on_disk(fd)
    finally:
        os.close(fd)
