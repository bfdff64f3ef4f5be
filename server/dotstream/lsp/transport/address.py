"""Where to listen: a host and a port, written in one word."""

from __future__ import annotations

import argparse
import re
from typing import NamedTuple

LOOPBACK = "127.0.0.1"

_written = re.compile(r"(?:(?:\[([^]]+)\]|([^:]+)):)?([0-9]{1,5})", re.ASCII).fullmatch


class Address(NamedTuple):
    """A host, which may be a name, and a port from 0 to 65535."""

    host: str
    port: int

    def __str__(self) -> str:
        """Return it as it is written."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @classmethod
    def of(cls, text: str) -> Address:
        """Read ``HOST:PORT``, ``[IPV6]:PORT`` or ``PORT``.

        Raises:
            argparse.ArgumentTypeError: it is none of these.
        """
        match = _written(text)
        if match is None or int(match[3]) > 65535:
            raise argparse.ArgumentTypeError(
                f"{text!r} is not an address; write HOST:PORT, [IPV6]:PORT or PORT, up to 65535"
            )
        return cls(match[1] or match[2] or LOOPBACK, int(match[3]))
