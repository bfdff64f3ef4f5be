"""JSON-RPC messages as bytes."""

from __future__ import annotations

from json.encoder import JSONEncoder
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

JSON: TypeAlias = "str | int | float | bool | Sequence[JSON] | Mapping[str, JSON] | None"

# ASCII only: whatever the client makes of UTF-8, it cannot get this wrong.
dumps: Callable[[object], str] = JSONEncoder(separators=(",", ":")).encode
"""Return a value as compact JSON."""


def message(**fields: JSON) -> bytes:
    """Return a message with these fields: an answer, a request or a notification."""
    return dumps({"jsonrpc": "2.0", **fields}).encode("ascii")
