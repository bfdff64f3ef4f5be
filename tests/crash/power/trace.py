"""Runs a program under strace, and replays its system calls into a ``Disk``."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tests.crash.power.disk import Op, Slot

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.crash.power.disk import Disk, Place

__all__ = ["UMASK", "traced"]

UMASK = 0o022

_CALLS = (
    "open", "openat", "creat", "close", "dup", "dup2", "dup3", "fcntl", "lseek", "write",
    "pwrite64", "writev", "pwritev", "pwritev2", "ftruncate", "truncate", "fallocate", "fsync",
    "fdatasync", "syncfs", "sync", "rename", "renameat", "renameat2", "link", "linkat",
    "symlink", "symlinkat", "mkdir", "mkdirat", "rmdir", "unlink", "unlinkat", "chmod",
    "fchmod", "fchmodat", "fchmodat2", "chdir", "copy_file_range", "sendfile", "mknod",
    "mknodat", "utimensat",
)  # fmt: skip
_LINE = re.compile(r"(?:\d+ +)?(\w+)\((.*)\) += (-?\d+|\?)")
_RESUMED = re.compile(r"(\d+) +<\.\.\. \w+ resumed>(.*)")
_UNFINISHED = "<unfinished ...>"
_AT_CWD = "AT_FDCWD"


def traced(
    command: Sequence[str], disk: Disk, *, log: str, cwd: str, environ: dict[str, str]
) -> None:
    """Run a command, and have the disk see all that it does.

    Raises:
        RuntimeError: it failed, or cannot be traced here.
    """
    assert shutil.which("strace"), "what is written is seen by strace: make oracles installs it"
    calls = ",".join(f"?{call}" for call in _CALLS)
    strace = ["strace", "-f", "-qq", "-xx", "-s", "16777216", "--seccomp-bpf"]
    done = subprocess.run(
        [*strace, "-e", "signal=none", "-o", log, "-e", f"trace={calls}", *command],
        env=environ, cwd=cwd, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{command} ended with {done.returncode}: {done.stderr}")
    _Replay(disk, cwd).run(log)


def _lines(log: str) -> Iterator[str]:
    """Read a log, with calls that another thread came in between of on one line."""
    pending: dict[str, str] = {}
    with open(log, encoding="latin-1") as file:
        for each in file:
            line = each.rstrip("\n")
            if line.endswith(_UNFINISHED):
                pending[line.split(" ", 1)[0]] = line.removesuffix(_UNFINISHED).rstrip()
            elif resumed := _RESUMED.match(line):
                yield pending.pop(resumed[1]) + resumed[2]
            else:
                yield line


def _arguments(text: str) -> list[str]:
    """Split at the commas outside of strings and brackets; strings are all in hexadecimal."""
    parts, depth, quoted, start = [], 0, False, 0
    for match in re.finditer(r'["\[\](){},]', text):
        char, index = match[0], match.start()
        if char == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif char in "[{(":
            depth += 1
        elif char in "]})":
            depth -= 1
        elif depth == 0:
            parts.append(text[start:index].strip())
            start = index + 1
    return [*parts, text[start:].strip()]


def _bytes(argument: str) -> bytes:
    assert argument.startswith('"'), argument[:80]
    assert argument.endswith('"'), argument[-80:]
    return bytes.fromhex(argument[1:-1].replace("\\x", ""))


def _path(argument: str) -> str:
    return os.fsdecode(_bytes(argument))


@dataclass(slots=True)
class _Open:
    """An open file: of our file systems, or a directory above them, by its path."""

    inode: int = 0
    above: str = ""
    offset: int = 0
    appends: bool = False


class _Replay:
    """Gives a disk the calls of a log; the methods are named as the calls."""

    def __init__(self, disk: Disk, cwd: str) -> None:
        self._disk = disk
        self._open: dict[int, _Open] = {}
        found = disk.walk(None, cwd)
        self._cwd = None if found is None else found.inode

    def run(self, log: str) -> None:
        for line in _lines(log):
            match = _LINE.match(line)
            if match is None or match[3] == "?" or int(match[3]) < 0:
                continue
            call = getattr(self, match[1], None)
            assert call is not None, f"not understood: {line[:200]}"
            call(_arguments(match[2]), int(match[3]))

    # What the calls are made of ----------------------------------------------------------

    def _at(self, fd: str, path: str, *, follow: bool = True) -> Place | None:
        proc = re.match(r"/proc/self/fd/(\d+)(?:/(.*))?$", path)
        if proc:
            fd, path = proc[1], proc[2] or "."
        if path.startswith("/"):
            return self._disk.walk(None, path, follow=follow)
        if fd == _AT_CWD:
            return self._disk.walk(self._cwd, path, follow=follow)
        held = self._open.get(int(fd), _Open())
        if held.above:
            return self._disk.walk(None, f"{held.above.rstrip('/')}/{path}", follow=follow)
        return self._disk.walk(held.inode or None, path, follow=follow)

    def _held(self, fd: str) -> _Open | None:
        """Return an open file that is on one of our file systems."""
        held = self._open.get(int(fd)) if fd.isdigit() else None
        return held if held is not None and held.inode else None

    def _do(
        self,
        kind: Literal["write", "size", "mode", "fsync", "syncfs"],
        inode: int,
        label: str,
        *,
        offset: int = 0,
        data: bytes = b"",
        value: int = 0,
        data_only: bool = False,
    ) -> None:
        found = self._disk.inodes[inode]
        label = f"{label} {self._disk.name(inode)}"
        grows = kind == "write" and offset + len(data) > len(found.data)
        self._disk.add(
            Op(kind, found.system, label, inode, (), offset, data, value, data_only, grows)
        )

    def _name(self, label: str, *slots: Slot) -> None:
        system = self._disk.inodes[slots[0].directory].system
        self._disk.add(Op("names", system, label, slots=slots))

    def _made(
        self, kind: Literal["dir", "file", "link"], place: Place | None, mode: int, text: str = ""
    ) -> int:
        """Make something in one of our directories; returns 0 if it is elsewhere."""
        if place is None or place.directory is None:
            return 0
        made = self._disk.make(kind, place, mode, text)
        self._name(f"make {kind} {place.name}", Slot(place.directory, place.name, None, made))
        return made

    # Open files --------------------------------------------------------------------------

    def chdir(self, a: list[str], _: int) -> None:
        found = self._at(_AT_CWD, _path(a[0]))
        self._cwd = None if found is None else found.inode

    def open(self, a: list[str], fd: int) -> None:
        self.openat([_AT_CWD, *a], fd)

    def creat(self, a: list[str], fd: int) -> None:
        self.openat([_AT_CWD, a[0], "O_WRONLY|O_CREAT|O_TRUNC", a[1]], fd)

    def openat(self, a: list[str], fd: int) -> None:
        self._open.pop(fd, None)
        path, flags = _path(a[1]), a[2]
        place = self._at(a[0], path, follow="O_NOFOLLOW" not in flags)
        if place is None:
            held = self._open.get(int(a[0])) if a[0].isdigit() else None
            if path.startswith("/"):
                self._open[fd] = _Open(above=path)
            elif held is not None and held.above and path != "..":
                self._open[fd] = _Open(above=f"{held.above.rstrip('/')}/{path}")
            return
        inode = place.inode
        if inode is None:
            if "O_CREAT" not in flags:
                return
            inode = self._made("file", place, int(a[3], 8) & ~UMASK)
        elif "O_TRUNC" in flags and self._disk.inodes[inode].data:
            self._do("size", inode, "empty", value=0)
        self._open[fd] = _Open(inode, appends="O_APPEND" in flags)

    def close(self, a: list[str], _: int) -> None:
        self._open.pop(int(a[0]), None)

    def dup(self, a: list[str], fd: int) -> None:
        self._open.pop(fd, None)
        if int(a[0]) in self._open:
            self._open[fd] = self._open[int(a[0])]

    dup2 = dup3 = dup

    def fcntl(self, a: list[str], fd: int) -> None:
        if a[1].startswith("F_DUPFD"):
            self.dup(a, fd)

    # Bytes -------------------------------------------------------------------------------

    def lseek(self, a: list[str], offset: int) -> None:
        if held := self._held(a[0]):
            held.offset = offset

    def write(self, a: list[str], count: int) -> None:
        held = self._held(a[0])
        if held and count:
            if held.appends:
                held.offset = len(self._disk.inodes[held.inode].data)
            data = _bytes(a[1])[:count]
            self._do("write", held.inode, f"write {count}", offset=held.offset, data=data)
            held.offset += count

    def pwrite64(self, a: list[str], count: int) -> None:
        if held := self._held(a[0]):
            data = _bytes(a[1])[:count]
            self._do("write", held.inode, f"write {count}", offset=int(a[3]), data=data)

    def writev(self, a: list[str], _: int) -> None:
        assert not self._held(a[0]), f"not understood: {a}"

    pwritev = pwritev2 = mknodat = sendfile = writev

    def mknod(self, a: list[str], _: int) -> None:
        assert self._at(_AT_CWD, _path(a[0])) is None, f"not understood: {a}"

    def copy_file_range(self, a: list[str], _: int) -> None:
        assert not self._held(a[2]), f"not understood: {a}"

    def ftruncate(self, a: list[str], _: int) -> None:
        held = self._held(a[0])
        if held and len(self._disk.inodes[held.inode].data) != int(a[1]):
            self._do("size", held.inode, f"cut to {a[1]}", value=int(a[1]))

    def truncate(self, a: list[str], _: int) -> None:
        found = self._at(_AT_CWD, _path(a[0]))
        if found and found.inode:
            self._do("size", found.inode, f"cut to {a[1]}", value=int(a[1]))

    def fallocate(self, a: list[str], _: int) -> None:
        held, end = self._held(a[0]), int(a[2]) + int(a[3])
        if held and end > len(self._disk.inodes[held.inode].data):
            self._do("size", held.inode, f"lengthen to {end}", value=end)

    # Syncs -------------------------------------------------------------------------------

    def fsync(self, a: list[str], _: int) -> None:
        if held := self._held(a[0]):
            self._do("fsync", held.inode, "fsync")

    def fdatasync(self, a: list[str], _: int) -> None:
        if held := self._held(a[0]):
            self._do("fsync", held.inode, "fdatasync", data_only=True)

    def syncfs(self, a: list[str], _: int) -> None:
        if held := self._held(a[0]):
            self._do("syncfs", held.inode, "syncfs")

    def sync(self, _a: list[str], _: int) -> None:
        for root in self._disk.roots.values():
            self._do("syncfs", root, "sync")

    # Names -------------------------------------------------------------------------------

    def rename(self, a: list[str], _: int) -> None:
        self.renameat2([_AT_CWD, a[0], _AT_CWD, a[1], "0"], _)

    def renameat(self, a: list[str], _: int) -> None:
        self.renameat2([*a, "0"], _)

    def renameat2(self, a: list[str], _: int) -> None:
        old = self._at(a[0], _path(a[1]), follow=False)
        new = self._at(a[2], _path(a[3]), follow=False)
        if old is None and new is None:
            return
        assert old is not None, f"not understood: {a}"
        assert new is not None, f"not understood: {a}"
        assert old.directory is not None, f"not understood: {a}"
        assert new.directory is not None, f"not understood: {a}"
        swapped = new.inode if "RENAME_EXCHANGE" in a[4] else None
        self._name(
            f"{'rename' if swapped is None else 'exchange'} {old.name} {new.name}",
            Slot(old.directory, old.name, old.inode, swapped),
            Slot(new.directory, new.name, new.inode, old.inode),
        )

    def link(self, a: list[str], _: int) -> None:
        self.linkat([_AT_CWD, a[0], _AT_CWD, a[1], "0"], _)

    def linkat(self, a: list[str], _: int) -> None:
        old = self._at(a[0], _path(a[1]), follow=False)
        new = self._at(a[2], _path(a[3]), follow=False)
        if old and new and new.directory is not None:
            self._name(
                f"link {old.name} {new.name}", Slot(new.directory, new.name, None, old.inode)
            )

    def symlink(self, a: list[str], _: int) -> None:
        self.symlinkat([a[0], _AT_CWD, a[1]], _)

    def symlinkat(self, a: list[str], _: int) -> None:
        self._made("link", self._at(a[1], _path(a[2]), follow=False), 0o777, _path(a[0]))

    def mkdir(self, a: list[str], _: int) -> None:
        self.mkdirat([_AT_CWD, *a], _)

    def mkdirat(self, a: list[str], _: int) -> None:
        place = self._at(a[0], _path(a[1]), follow=False)
        self._made("dir", place, int(a[2], 8) & ~UMASK)

    def unlink(self, a: list[str], _: int) -> None:
        self.unlinkat([_AT_CWD, a[0], "0"], _)

    rmdir = unlink

    def unlinkat(self, a: list[str], _: int) -> None:
        found = self._at(a[0], _path(a[1]), follow=False)
        if found and found.inode and found.directory is not None:
            slot = Slot(found.directory, found.name, found.inode, None)
            self._name(f"remove {found.name}", slot)

    # Modes and times ---------------------------------------------------------------------

    def chmod(self, a: list[str], _: int) -> None:
        self.fchmodat([_AT_CWD, *a], _)

    def fchmodat(self, a: list[str], _: int) -> None:
        found = self._at(a[0], _path(a[1]))
        if found and found.inode:
            self._do("mode", found.inode, f"chmod {a[2]}", value=int(a[2], 8))

    fchmodat2 = fchmodat

    def fchmod(self, a: list[str], _: int) -> None:
        if held := self._held(a[0]):
            self._do("mode", held.inode, f"chmod {a[1]}", value=int(a[1], 8))

    def utimensat(self, a: list[str], _: int) -> None:
        """Note the time of what was made; it is taken to reach the disk with the bytes."""
        if a[1].startswith('"'):
            found = self._at(a[0], _path(a[1]))
            inode = (found and found.inode) or 0
        else:
            held = self._held(a[0])
            inode = held.inode if held else 0
        times = re.findall(r"tv_sec=(\d+), tv_nsec=(\d+)", a[2])
        if inode and len(times) == 2 and self._disk.inodes[inode].born >= 0:
            when = int(times[1][0]) * 10**9 + int(times[1][1])
            self._disk.origin[inode].mtime = self._disk.inodes[inode].mtime = when
