"""Who is at the other end of a connection on this machine: the uid, as the kernel tells it."""

from __future__ import annotations

import os
import socket
import sys

__all__ = ["is_stranger"]

_ESTABLISHED = "01"


def is_stranger(peer: tuple[str, int], own: tuple[str, int]) -> bool:
    """Whether a connection comes from another user of this machine, who is not root.

    What cannot be told counts as no stranger: the peer is on another machine, or the system
    has no ``/proc``.

    Args:
        peer, own: addresses and ports of both ends, as numbers.
    """
    table = "/proc/net/tcp6" if ":" in own[0] else "/proc/net/tcp"
    wanted = _written(*peer), _written(*own)
    try:
        with open(table, encoding="ascii") as lines:
            rows = [line.split() for line in lines]
    except OSError:
        return False
    for row in rows:
        if (row[1], row[2]) == wanted:
            # An end that is closed already has no owner any more.
            return row[3] != _ESTABLISHED or int(row[7]) not in (0, os.geteuid())
    return peer[0] == own[0]  # both ends are here, and it has gone already


def _written(host: str, port: int) -> str:
    """Return an address as the kernel writes it: words of 32 bits in the machine's order."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    packed = socket.inet_pton(family, host.partition("%")[0])
    words = [packed[at : at + 4] for at in range(0, len(packed), 4)]
    if sys.byteorder == "little":
        words = [word[::-1] for word in words]
    return f"{b''.join(words).hex().upper()}:{port:04X}"
