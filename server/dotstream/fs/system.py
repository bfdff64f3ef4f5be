"""What macOS and Linux call by different names; nothing else asks which of them this is.

Each function is the same promise on both; the other modules of ``fs`` build on these.  Both
halves are checked on any machine: ``mypy --platform darwin`` and ``--platform linux``.
"""

from __future__ import annotations

import errno
import fcntl
import os
import posix
import sys

from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def flush_all() -> None:
    """Have what was done on any file system on its medium; on macOS, on its way there."""
    os.sync()


def _renamer(name: str) -> Callable[[int, bytes, int, bytes, int], int] | None:
    """Return a rename with flags, which Python has no name for; it returns an error number."""
    import ctypes

    function = getattr(ctypes.CDLL(None, use_errno=True), name, None)
    if function is None:
        return None
    function.argtypes = (
        ctypes.c_int,
        ctypes.c_char_p,
        ctypes.c_int,
        ctypes.c_char_p,
        ctypes.c_uint,
    )
    get_errno = ctypes.get_errno

    def call(fd: int, old: bytes, to_fd: int, new: bytes, flags: int) -> int:
        while function(fd, old, to_fd, new, flags) != 0:
            number = get_errno()
            if number != errno.EINTR:
                return number
        return 0

    return call


if sys.platform == "darwin":
    _RENAME, _SWAP, _NEW = "renameatx_np", 2, 4  # sys/stdio.h: RENAME_SWAP, RENAME_EXCL

    def reserve(fd: int, size: int) -> None:
        """Have ``size`` bytes on the disk behind an empty file."""
        os.pwrite(fd, bytes(size), 0)  # no posix_fallocate here; nothing written is a hole

    def on_disk(fd: int) -> None:
        """Have a file, or a directory's entries, on the medium: fsync(2) does not say that."""
        try:
            fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
        except OSError:  # not every file system has it
            os.fsync(fd)

    def flush(fd: int) -> None:
        """Have all that was done on a directory's file system on the medium."""
        flush_all()  # there is no syncfs here
        on_disk(fd)

    def flushes(_fd: int) -> bool:
        """Whether ``flush`` reaches the file system of a directory."""
        return True

    def boot() -> str:
        """Return what tells this start of the system from every other; empty if unknown."""
        import ctypes

        ask = getattr(ctypes.CDLL(None), "sysctlbyname", None)
        found = ctypes.create_string_buffer(64)
        size = ctypes.c_size_t(len(found))
        name = b"kern.bootsessionuuid"
        if ask is None or ask(name, found, ctypes.byref(size), None, ctypes.c_size_t(0)) != 0:
            return ""
        return found.value.decode("ascii", "replace")

    def born(path: str) -> int:
        """Return when a directory was made, in nanoseconds; 0 if the system does not tell."""
        return int(os.stat(path).st_birthtime * 1_000_000_000)

    def copy_attributes(fd: int, to_fd: int) -> None:
        """Copy extended attributes, the access list and resource fork of a file or directory."""
        # fcopyfile(3): COPYFILE_ACL | COPYFILE_XATTR
        posix._fcopyfile(fd, to_fd, 0b101)  # type: ignore[attr-defined]  # noqa: SLF001

    def attributes_lost(_path: str, _there: str) -> list[str]:
        """Return the extended attributes that a copy in a directory will not have."""
        return []  # copyfile(3) carries what there is

    DIFFER = True
    """Whether a name may be spelt in another case or Unicode form than on the disk."""

    def spelt(path: str) -> str:
        """Return a path without links as it is spelt on the disk."""
        try:
            fd = os.open(path, os.O_EVTONLY | os.O_DIRECTORY)  # not a pipe: that would wait
        except (FileNotFoundError, NotADirectoryError):
            above, name = os.path.split(path)
            return path if path == above else os.path.join(spelt(above), name)
        except OSError:
            return path
        try:
            return os.fsdecode(fcntl.fcntl(fd, fcntl.F_GETPATH, bytes(1024)).rstrip(b"\0"))
        finally:
            os.close(fd)

else:
    _RENAME, _SWAP, _NEW = "renameat2", 2, 1  # RENAME_EXCHANGE, RENAME_NOREPLACE
    _CWD, _BORN = -100, 0x800  # AT_FDCWD, STATX_BTIME
    _FUSE = 0x65735546  # FUSE_SUPER_MAGIC

    def reserve(fd: int, size: int) -> None:
        """Have ``size`` bytes on the disk behind an empty file."""
        os.posix_fallocate(fd, 0, size)

    def on_disk(fd: int) -> None:
        """Have a file, or a directory's entries, on the medium."""
        os.fsync(fd)

    def flush(fd: int) -> None:
        """Have all that was done on a directory's file system on the medium."""
        import ctypes

        function = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
        while function is not None and function(ctypes.c_int(fd)) != 0:
            number = ctypes.get_errno()
            if number == errno.ENOSYS:
                function = None
            elif number != errno.EINTR:
                raise OSError(number, os.strerror(number))
        if function is None:
            flush_all()

    def flushes(_fd: int) -> bool:
        """Whether ``flush`` reaches the file system of a directory: syncfs(2) passes FUSE by."""
        import ctypes

        ask = getattr(ctypes.CDLL(None), "fstatfs", None)
        found = ctypes.create_string_buffer(256)
        if ask is None or ask(ctypes.c_int(_fd), found) != 0:
            return True
        return ctypes.c_long.from_buffer(found).value & 0xFFFFFFFF != _FUSE

    def boot() -> str:
        """Return what tells this start of the system from every other; empty if unknown."""
        try:
            with open("/proc/sys/kernel/random/boot_id", "rb") as file:
                return file.read().decode("ascii").strip()
        except OSError:
            return ""

    def born(path: str) -> int:
        """Return when a directory was made, in nanoseconds; 0 if the system does not tell."""
        import ctypes

        ask = getattr(ctypes.CDLL(None), "statx", None)
        found = ctypes.create_string_buffer(256)  # struct statx of statx(2)
        if ask is None or ask(_CWD, os.fsencode(path), 0, _BORN, found) != 0:
            return 0

        def number(start: int, end: int) -> int:
            return int.from_bytes(found.raw[start:end], sys.byteorder, signed=True)

        return number(80, 88) * 1_000_000_000 + number(88, 92) if number(0, 4) & _BORN else 0

    def copy_attributes(fd: int, to_fd: int) -> None:
        """Copy extended attributes of a file or directory, access lists with them."""
        for name in os.listxattr(fd):
            try:
                os.setxattr(to_fd, name, os.getxattr(fd, name))
            except OSError as error:
                if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENODATA, errno.EINVAL):
                    raise

    def attributes_lost(path: str, there: str) -> list[str]:
        """Return the extended attributes that a copy in a directory will not have."""
        try:
            found = os.listxattr(path, follow_symlinks=False)
        except OSError:
            return []  # this file system has none
        return [name for name in found if not _carried(name, there)]

    def _carried(name: str, there: str) -> bool:
        kind = name.partition(".")[0]
        if kind in ("security", "trusted") and os.geteuid() != 0:
            return name == "security.selinux"  # every file has one, given by the system
        try:
            os.getxattr(there, "user.dotstream" if kind == "user" else name)
        except OSError as error:
            return error.errno == errno.ENODATA
        return True

    DIFFER = False
    """Whether a name may be spelt in another case or Unicode form than on the disk."""

    def spelt(path: str) -> str:
        """Return a path without links as it is spelt on the disk."""
        return path


class _Renames:
    """Looks the function up at its first call: ctypes costs milliseconds."""

    def __init__(self) -> None:
        self.call: Callable[[int, bytes, int, bytes, int], int] | None = None
        self.known = False

    def __call__(self, fd: int, old: str, to_fd: int, new: str, flags: int) -> int:
        if not self.known:
            self.call, self.known = _renamer(_RENAME), True
        if self.call is None:
            return errno.ENOSYS
        return self.call(fd, os.fsencode(old), to_fd, os.fsencode(new), flags)


_rename = _Renames()


def rename_new(fd: int, old: str, to_fd: int, new: str) -> int:
    """Rename to where nothing is; returns an error number, or 0."""
    return _rename(fd, old, to_fd, new, _NEW)


def exchange(fd: int, one: str, to_fd: int, other: str) -> int:
    """Swap two names in one step; returns an error number, or 0."""
    return _rename(fd, one, to_fd, other, _SWAP)
