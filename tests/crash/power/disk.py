"""A file system in memory, and the log of what was done to it.

``trace`` replays the system calls of a run into a ``Disk``; ``states`` makes of its log the
trees that a power cut may leave.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Disk", "Inode", "Inodes", "Op", "Place", "Slot", "carry_out"]

_LINKS = 20  # followed in one path, at most


@dataclass(slots=True)
class Inode:
    """A directory, file or link.

    Attributes:
        system: number of the file system that it is on.
        names: of a directory: what is in it.
        pool: of what was there before: where the real one has a second name, or, if it is a
            directory, where it is kept while it has no other.
        born: number of the op that made it; -1 if it was there before.
    """

    number: int
    kind: Literal["dir", "file", "link"]
    system: int
    mode: int
    text: str = ""
    data: bytes | bytearray = b""
    mtime: int = 0
    names: dict[str, int] = field(default_factory=dict)
    pool: str = ""
    born: int = -1

    def copy(self) -> Inode:
        """Return one that can be changed without changing this one."""
        return replace(self, names=dict(self.names), data=bytes(self.data))


Inodes: TypeAlias = dict[int, Inode]


class Slot(NamedTuple):
    """A name in a directory, and what it stands for before and after."""

    directory: int
    name: str
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Op:
    """One thing that was done: to names, to the bytes or the mode of a file; or a sync.

    Attributes:
        grows: whether the file is longer after this write.
        data_only: whether it is an fdatasync.
    """

    kind: Literal["names", "write", "size", "mode", "fsync", "syncfs"]
    system: int
    label: str
    inode: int = 0
    slots: tuple[Slot, ...] = ()
    offset: int = 0
    data: bytes = b""
    value: int = 0
    data_only: bool = False
    grows: bool = False


class Place(NamedTuple):
    """Where a path leads; the directory is ``None`` for a path that ends in ``..`` or ``.``."""

    directory: int | None
    name: str
    inode: int | None


class Disk:
    """What programs see, and the log of how it came to that.

    Attributes:
        origin: each inode as it was when it first was there.
        directories: those that were there before, by device and inode number.

    Args:
        roots: directories, each on a file system of its own.
        pools: where second names of the files are made, for each root.
        volatile: files below this path are written in place; they get no second name.
    """

    def __init__(self, roots: Sequence[str], pools: Sequence[str], volatile: str) -> None:
        self.inodes: Inodes = {}
        self.roots: dict[str, int] = {}
        self.log: list[Op] = []
        self.directories: dict[tuple[int, int], Inode] = {}
        self._volatile = f"{volatile}/"
        for system, (root, pool) in enumerate(zip(roots, pools, strict=True)):
            os.makedirs(pool)
            self.roots[root] = self._load(root, system, pool)
        self.origin = {number: inode.copy() for number, inode in self.inodes.items()}

    def _load(self, root: str, system: int, pool: str) -> int:
        top = self._loaded(root, system, pool)
        todo = [(root, top)]
        while todo:
            path, inode = todo.pop()
            for name in sorted(os.listdir(path)) if inode.kind == "dir" else ():
                inner = self._loaded(f"{path}/{name}", system, pool)
                inode.names[name] = inner.number
                todo.append((f"{path}/{name}", inner))
        return top.number

    def _loaded(self, path: str, system: int, pool: str) -> Inode:
        status = os.lstat(path)
        mode = stat.S_IMODE(status.st_mode)
        if stat.S_ISDIR(status.st_mode):
            made = self._inode("dir", system, mode)
            made.pool = f"{pool}/{made.number}"
            self.directories[status.st_dev, status.st_ino] = made
            return made
        if stat.S_ISLNK(status.st_mode):
            made = self._inode("link", system, mode, text=os.readlink(path))
        else:
            with open(path, "rb") as file:
                made = self._inode("file", system, mode, data=file.read())
            made.mtime = status.st_mtime_ns
        if not path.startswith(self._volatile) or "/backups/" in path:
            made.pool = f"{pool}/{made.number}"
            os.link(path, made.pool, follow_symlinks=False)
        return made

    def _inode(
        self,
        kind: Literal["dir", "file", "link"],
        system: int,
        mode: int,
        *,
        text: str = "",
        data: bytes = b"",
        born: int = -1,
    ) -> Inode:
        number = len(self.inodes) + 1
        inode = Inode(number, kind, system, mode, text, data, born=born)
        self.inodes[number] = inode
        return inode

    def make(
        self, kind: Literal["dir", "file", "link"], place: Place, mode: int, text: str = ""
    ) -> int:
        """Make an inode, and return its number; ``add`` gives it a name."""
        assert place.directory is not None
        system = self.inodes[place.directory].system
        made = self._inode(kind, system, mode, text=text, born=len(self.log))
        self.origin[made.number] = made.copy()
        return made.number

    def add(self, op: Op) -> None:
        """Do something."""
        self.log.append(op)
        carry_out(self.inodes, op)

    def name(self, inode: int) -> str:
        """Return a name that an inode has, or had first, for people."""
        for inodes in (self.inodes, self.origin):
            for each in inodes.values():
                for name, child in each.names.items():
                    if child == inode:
                        return name
        return f"inode {inode}"

    # Paths -----------------------------------------------------------------------------

    def walk(self, start: int | None, path: str, *, follow: bool = True) -> Place | None:
        """Return where a path leads, from a directory or the root; ``None`` if outside."""
        trail, parts = self._enter(start, path)
        links = 0
        while trail and parts:
            name = parts.pop(0)
            if name in ("", "."):
                continue
            if name == "..":
                last = trail.pop()
                trail = trail or self._above(last)
                continue
            inode = self.inodes[trail[-1]].names.get(name)
            leads = inode is not None and self.inodes[inode].kind == "link"
            if not any(parts) and not (leads and follow):
                return Place(trail[-1], name, inode)
            if inode is None or links > _LINKS:
                return None
            if leads:
                links += 1
                text = self.inodes[inode].text
                there, first = self._enter(trail[-1], text)
                trail = there if text.startswith("/") else trail
                parts = first + parts
            else:
                trail.append(inode)
        return Place(None, "", trail[-1]) if trail else None

    def _enter(self, start: int | None, path: str) -> tuple[list[int], list[str]]:
        """Return the directory that a path begins in, if it is one of ours, and its parts."""
        if not path.startswith("/"):
            return ([] if start is None else [start]), path.split("/")
        for root, inode in self.roots.items():
            if path == root or path.startswith(f"{root}/"):
                return [inode], path[len(root) :].split("/")
        return [], []

    def _above(self, inode: int) -> list[int]:
        return [each.number for each in self.inodes.values() if inode in each.names.values()]


def carry_out(inodes: Inodes, op: Op) -> None:
    """Do to inodes what an op does."""
    if op.kind == "names":
        for slot in op.slots:
            names = inodes[slot.directory].names
            if slot.after is None:
                names.pop(slot.name, None)
            else:
                names[slot.name] = slot.after
    elif op.kind == "write":
        data = _bytes(inodes[op.inode])
        data.extend(bytes(max(0, op.offset - len(data))))
        data[op.offset : op.offset + len(op.data)] = op.data
    elif op.kind == "size":
        data = _bytes(inodes[op.inode])
        data.extend(bytes(max(0, op.value - len(data))))
        del data[op.value :]
    elif op.kind == "mode":
        inodes[op.inode].mode = op.value


def _bytes(inode: Inode) -> bytearray:
    if not isinstance(inode.data, bytearray):
        inode.data = bytearray(inode.data)
    return inode.data
