"""A method of ours: how its parameters are checked, and what is done on its thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from dotstream.lsp.requests.params import Asked
    from dotstream.lsp.requests.rows import JSON, Streamed
    from dotstream.lsp.requests.running import Work

__all__ = ["Method"]

_Params = TypeVar("_Params", bound="Asked")


@dataclass(frozen=True, slots=True)
class Method(Generic[_Params]):
    """One method.

    Attributes:
        check: returns what a client sent, checked, or raises ``JsonRpcInvalidParams``.
        task: does what is asked, on a thread of its own, and returns the result.
        rows: what makes the rows that it streams; ``None`` for one that only answers.
    """

    check: Callable[[object], _Params]
    task: Callable[[_Params, Work], dict[str, JSON]]
    rows: type[Streamed[Any]] | None = None
