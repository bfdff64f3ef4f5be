"""dotstream: plans and applies symlink farms as a stream.

import dotstream

client = dotstream.Client("~/dotfiles", target="~")
with client.stream_manage("zsh", "vim") as plan:
    for item in plan:
        print(item)
client.apply(client.stream_manage("zsh", "vim"))
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotstream.aio import AsyncClient
    from dotstream.client import Client
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.items import Conflict, Notice, Operation, ScanError
    from dotstream.model.options import Preferences
    from dotstream.model.plan import Plan
    from dotstream.planner.stream import StreamingPlan

__version__ = "0.1.0"

_HOMES = {
    "AsyncClient": "aio",
    "CancellationToken": "model.cancel",
    "Client": "client",
    "Conflict": "model.items",
    "Notice": "model.items",
    "Operation": "model.items",
    "Plan": "model.plan",
    "Preferences": "model.options",
    "ScanError": "model.items",
    "StreamingPlan": "planner.stream",
}

__all__ = [
    "AsyncClient",
    "CancellationToken",
    "Client",
    "Conflict",
    "Notice",
    "Operation",
    "Plan",
    "Preferences",
    "ScanError",
    "StreamingPlan",
    "__version__",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used, so that importing dotstream is cheap."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"dotstream.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
