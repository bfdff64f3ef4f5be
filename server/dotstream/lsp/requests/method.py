"""A method of ours: how its parameters are read, and what is done on its thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from dotstream.lsp.messages import JSON
    from dotstream.lsp.requests.call import Call
    from dotstream.lsp.requests.fields import Fields
    from dotstream.lsp.requests.rows import Streamed

_Params = TypeVar("_Params")


@dataclass(frozen=True, slots=True)
class Method(Generic[_Params]):
    """One method.

    Attributes:
        read: returns its own parameters, checked, or raises ``JsonRpcInvalidParams``.
        task: does what is asked, on a thread of its own, and returns the result.
        title: says what is done in a few words.
        rows: what makes the rows that it streams; ``None`` for one that only answers.
        bounded: whether the size of the work is known before it ends.
    """

    read: Callable[[Fields], _Params]
    task: Callable[[_Params, Call], dict[str, JSON]]
    title: Callable[[_Params], str]
    rows: type[Streamed[Any]] | None = None
    bounded: Callable[[_Params], bool] = lambda _: False
