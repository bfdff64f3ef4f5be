"""Gives a Python on Linux the limits of one on macOS: what is missing, what fails otherwise.

Python imports a module of this name by itself when it starts, so that whatever a test starts
has the same limits; ``limits.sh`` puts it on the path. What it cannot show: APFS,
what macOS asks its user for, kqueue, what F_FULLFSYNC costs, Apple's SQLite.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import functools
import gc
import os
import posix
import select
import selectors
import signal
import socket
import stat
import struct
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_OF_LINUX: dict[ModuleType, str] = {
    os: """posix_fallocate posix_fadvise getxattr setxattr listxattr removexattr pipe2
        memfd_create eventfd eventfd_read eventfd_write copy_file_range splice pidfd_open
        getrandom O_TMPFILE O_PATH O_DIRECT O_LARGEFILE O_NOATIME O_RSYNC sched_getaffinity
        sched_setaffinity sched_setscheduler sched_getscheduler sched_getparam sched_setparam
        sched_rr_get_interval getresuid getresgid setresuid setresgid fdatasync XATTR_CREATE
        XATTR_REPLACE XATTR_SIZE_MAX unshare setns P_PIDFD GRND_NONBLOCK GRND_RANDOM""",
    signal: "sigwaitinfo sigtimedwait SIGRTMIN SIGRTMAX SIGSTKFLT SIGPWR SIGPOLL SIGCLD",
    socket: "SOCK_CLOEXEC SOCK_NONBLOCK AF_NETLINK AF_PACKET SO_PEERCRED",
    select: "epoll",
    selectors: "EpollSelector",
    fcntl: " ".join(
        name
        for name in dir(fcntl)
        if name.startswith(("F_OFD", "F_ADD_SEALS", "F_SEAL", "F_GETPIPE", "F_SETPIPE"))
    ),
}
_ILLEGAL_BYTES = 92  # EILSEQ of macOS
_FULLFSYNC, _GETPATH = 51, 50
_COPYFILE_DATA, _COPYFILE_STAT = 8, 2
_RENAME_SWAP, _RENAME_EXCL = 2, 4
_PROC = "/proc/.of-linux"  # where limits.sh keeps it for these lines alone

_LOCAL_PEERCRED, _SIZE_OF_XUCRED, _SO_PEERCRED = 1, 76, socket.SO_PEERCRED
_getsockopt = socket.socket.getsockopt
_stat, _open, _fcntl, _dir_fd = os.stat, os.open, fcntl.fcntl, set(os.supports_dir_fd)
_symbol = ctypes.CDLL.__getattr__
_statx, _CWD, _BORN = ctypes.CDLL(None).statx, -100, 0x800
_births: dict[tuple[int, int], float] = {}
_renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
_renameat2.argtypes = (
    ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint,
)  # fmt: skip


def _is_utf8(name: str | bytes) -> bool:
    try:
        os.fsencode(name).decode()
    except UnicodeDecodeError:
        return False
    return True


def _link(path: str | bytes, dir_fd: int | None) -> bool:
    try:
        return stat.S_ISLNK(_stat(path, dir_fd=dir_fd, follow_symlinks=False).st_mode)
    except OSError:
        return False


def _replace(name: str, *, creates: int | None = None) -> None:
    """Have a function of ``os`` fail as it does on macOS; ``creates`` is its new name."""
    real: Callable[..., Any] = getattr(os, name)

    @functools.wraps(real)
    def call(*args: Any, **keywords: Any) -> Any:
        if creates is not None and not _is_utf8(args[creates]):
            raise OSError(_ILLEGAL_BYTES, "Illegal byte sequence", args[creates])
        try:
            return real(*args, **keywords)
        except IsADirectoryError as error:
            if name in {"unlink", "remove"}:
                raise PermissionError(errno.EPERM, "Operation not permitted", args[0]) from error
            raise
        except NotADirectoryError as error:
            follows = name != "open" or not args[1] & os.O_NOFOLLOW
            if follows or not _link(args[0], keywords.get("dir_fd")):
                raise
            message = "Too many levels of symbolic links"
            raise OSError(errno.ELOOP, message, args[0]) from error

    setattr(os, name, call)
    if real in _dir_fd:
        _dir_fd.remove(real)
        _dir_fd.add(call)


@functools.wraps(_stat)
def _stat_with_birth(path: Any, **keywords: Any) -> os.stat_result:
    """Note when what is at a path was made, which only that tells here."""
    status = _stat(path, **keywords)
    found = ctypes.create_string_buffer(256)  # struct statx of statx(2)
    whole = isinstance(path, str) and keywords.get("dir_fd") is None
    if whole and not _statx(_CWD, os.fsencode(path), 0, _BORN, found):
        seconds, part = struct.unpack_from("=qI", found, 80)
        _births[status.st_dev, status.st_ino] = seconds + part / 1_000_000_000
    return status


class _RenameatxNp:
    """What macOS has for renameat2(2)."""

    argtypes: object = None

    def __call__(self, fd: int, old: bytes, to_fd: int, new: bytes, flags: int) -> int:
        if not _is_utf8(new):
            ctypes.set_errno(_ILLEGAL_BYTES)
            return -1
        swap, only_new = bool(flags & _RENAME_SWAP), bool(flags & _RENAME_EXCL)
        return int(_renameat2(fd, old, to_fd, new, 2 * swap + only_new))


class _Sysctlbyname:
    """Tells one thing: which start of the system this is."""

    def __call__(
        self, name: bytes, found: Any, _size: object, _new: None, _length: object
    ) -> int:
        found.value = b"A-START-OF-THE-SYSTEM" if name == b"kern.bootsessionuuid" else b""
        return 0 if found.value else -1


_OF_MACOS = {"renameatx_np": _RenameatxNp, "sysctlbyname": _Sysctlbyname}


def _of_library(library: ctypes.CDLL, name: str) -> Any:
    if name in {"renameat2", "syncfs", "statx", "copy_file_range", "getxattr", "setxattr"}:
        raise AttributeError(name)
    return _OF_MACOS[name]() if name in _OF_MACOS else _symbol(library, name)


def _control(fd: Any, command: int, argument: Any = 0) -> Any:
    if command == _FULLFSYNC:
        return os.fsync(fd)
    if command == _GETPATH:
        return os.fsencode(os.readlink(f"{_PROC}/self/fd/{fd}"))
    return _fcntl(fd, command, argument)


def _socket_option(self: Any, level: int, option: int, size: int = 0) -> Any:
    """As getsockopt(2), with the credentials of a peer as macOS has them: version, then uid."""
    if (level, option, size) != (0, _LOCAL_PEERCRED, _SIZE_OF_XUCRED):
        return _getsockopt(self, level, option, *([size] if size else []))
    _, uid, _ = struct.unpack("=iII", _getsockopt(self, socket.SOL_SOCKET, _SO_PEERCRED, 12))
    return struct.pack("=II", 0, uid).ljust(size, b"\0")


def _copyfile(fd: int, to_fd: int, flags: int) -> None:
    """As fcopyfile(3), but attributes and access lists are left out."""
    if flags & _COPYFILE_DATA:
        os.lseek(fd, 0, os.SEEK_SET)
        while block := os.read(fd, 1 << 20):
            os.write(to_fd, block)
    if flags & _COPYFILE_STAT:
        status = os.fstat(fd)
        os.fchmod(to_fd, stat.S_IMODE(status.st_mode))
        os.utime(to_fd, ns=(status.st_atime_ns, status.st_mtime_ns))


def _pretend() -> None:
    for module, names in _OF_LINUX.items():
        for name in names.split():
            for each in {module, posix} if module is os else {module}:
                if hasattr(each, name):
                    delattr(each, name)
    selectors.DefaultSelector = selectors.SelectSelector  # type: ignore[misc, assignment]
    for name in ("unlink", "remove", "open"):
        _replace(name)
    _replace("mkdir", creates=0)
    for name in ("symlink", "rename", "replace", "link"):
        _replace(name, creates=1)
    os.supports_dir_fd = _dir_fd
    more: dict[ModuleType, dict[str, object]] = {
        os: {"O_EVTONLY": os.O_RDONLY, "sync": lambda: None},  # which does not wait there
        fcntl: {"F_FULLFSYNC": _FULLFSYNC, "F_GETPATH": _GETPATH, "fcntl": _control},
        posix: {"_fcopyfile": _copyfile, "_COPYFILE_DATA": _COPYFILE_DATA},
    }
    for module, added in more.items():
        for name, value in added.items():
            setattr(module, name, value)
    socket.socket.getsockopt = _socket_option  # type: ignore[method-assign]
    ctypes.CDLL.__getattr__ = _of_library  # type: ignore[method-assign]
    for known in (_dir_fd, os.supports_fd, os.supports_follow_symlinks):
        known.remove(_stat)
        known.add(_stat_with_birth)
    os.stat = _stat_with_birth
    attributes = gc.get_referents(os.stat_result.__dict__)[0]
    attributes["st_birthtime"] = property(lambda status: _births[status.st_dev, status.st_ino])
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(os.stat_result))
    # Python's own settings are in a file whose name says where it was built.
    of_linux = f"_sysconfigdata_{sys.abiflags}_{sys.platform}_{sys.implementation._multiarch}"
    os.environ["_PYTHON_SYSCONFIGDATA_NAME"] = of_linux
    sys.platform = "darwin"


_pretend()
