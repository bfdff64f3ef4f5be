"""Who is at the other end of a connection on this machine, as the kernel tells it.

Also a socket in the file system that is its owner's alone.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import stat
import struct
import sys

from dotstream.light_typing import Literal, TypeAlias

Peer: TypeAlias = Literal["friend", "stranger", "far", "unknown"]
"""The same user or root; another user of this machine; on another machine; it cannot be told."""

_TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
_ESTABLISHED = "01"
_MAPPED = "0000000000000000FFFF0000" if sys.byteorder == "little" else f"{'0' * 20}FFFF"
"""What is before an IPv4 address where an IPv6 socket is used for it."""
_SOL_LOCAL, _LOCAL_PEERCRED = 0, 1  # of macOS; Python has no names for them


def peer_of(connected: socket.socket) -> Peer:
    """Return who is at the other end of a socket.

    Raises:
        OSError: it has gone already.
    """
    if connected.family == socket.AF_UNIX:
        return _known(_owner(connected))
    return _over_tcp(connected.getpeername()[:2], connected.getsockname()[:2])


def tells_peers() -> bool:
    """Whether this system tells whose the other end of a connection to a port is."""
    return os.access(_TABLES[0], os.R_OK)


def listen_at(path: str, backlog: int) -> socket.socket:
    """Return a socket that listens at a path; only its owner may connect.

    A socket that a server left there when it was killed is replaced.

    Raises:
        OSError: something else is there, or it cannot be made.
    """
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if _is_deserted(path):
            os.unlink(path)
        listener.bind(path)
        os.chmod(path, 0o600)  # before it listens, so nobody came in between
        listener.listen(backlog)
    except BaseException:
        listener.close()
        raise
    return listener


def _is_deserted(path: str) -> bool:
    """Whether there is a socket at a path that nobody listens to."""
    try:
        if not stat.S_ISSOCK(os.lstat(path).st_mode):
            return False
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
            caller.connect(path)
    except ConnectionRefusedError:
        return True
    except FileNotFoundError:
        return False
    return False


def _known(uid: int) -> Peer:
    return "friend" if uid in {0, os.geteuid()} else "stranger"


def _owner(connected: socket.socket) -> int:
    """Return the uid of whoever connected to a socket in the file system."""
    if sys.platform == "darwin":
        _, uid = struct.unpack("=II", connected.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, 76)[:8])
    else:
        _, uid, _ = struct.unpack(
            "=iII", connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        )
    return int(uid)


def _over_tcp(peer: tuple[str, int], own: tuple[str, int]) -> Peer:
    """Look the connection up among all of this machine, by addresses and ports of both ends."""
    ends = _written(*peer), _written(*own)
    wanted = {ends, (_MAPPED + ends[0], _MAPPED + ends[1])}
    readable = False
    for table in _TABLES:
        try:
            with open(table, encoding="ascii") as lines:
                rows = [line.split() for line in lines]
        except OSError:
            continue
        readable = True
        for row in rows:
            if (row[1], row[2]) in wanted:
                # An end that is closed already has no owner any more.
                return _known(int(row[7])) if row[3] == _ESTABLISHED else "stranger"
    if peer[0] != own[0] and not ipaddress.ip_address(_bare(peer[0])).is_loopback:
        return "far"
    return "stranger" if readable else "unknown"  # of this machine, and gone already


def _written(host: str, port: int) -> str:
    """Return an address as the kernel writes it: words of 32 bits in the machine's order."""
    packed = ipaddress.ip_address(_bare(host)).packed
    words = [packed[at : at + 4] for at in range(0, len(packed), 4)]
    if sys.byteorder == "little":
        words = [word[::-1] for word in words]
    return f"{b''.join(words).hex().upper()}:{port:04X}"


def _bare(host: str) -> str:
    return host.partition("%")[0]
