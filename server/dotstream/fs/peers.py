"""Who is at the other end of a connection on this machine: the uid, as the kernel tells it."""

from __future__ import annotations

import ipaddress
import os
import sys

__all__ = ["is_stranger"]

_TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
_ESTABLISHED = "01"
_MAPPED = "0000000000000000FFFF0000" if sys.byteorder == "little" else f"{'0' * 20}FFFF"
"""What is before an IPv4 address where an IPv6 socket is used for it."""


def is_stranger(peer: tuple[str, int], own: tuple[str, int]) -> bool:
    """Whether a connection comes from another user of this machine, who is not root.

    What cannot be told counts as no stranger: the peer is on another machine, or the system
    has no ``/proc``.

    Args:
        peer, own: addresses and ports of both ends, as numbers.
    """
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
                return row[3] != _ESTABLISHED or int(row[7]) not in (0, os.geteuid())
    # It is of this machine, and has gone already.
    return readable and (peer[0] == own[0] or ipaddress.ip_address(_bare(peer[0])).is_loopback)


def _written(host: str, port: int) -> str:
    """Return an address as the kernel writes it: words of 32 bits in the machine's order."""
    packed = ipaddress.ip_address(_bare(host)).packed
    words = [packed[at : at + 4] for at in range(0, len(packed), 4)]
    if sys.byteorder == "little":
        words = [word[::-1] for word in words]
    return f"{b''.join(words).hex().upper()}:{port:04X}"


def _bare(host: str) -> str:
    return host.partition("%")[0]
