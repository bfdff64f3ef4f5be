"""A user's program, checked by mypy with the rest of the tests: a typo is a type error.

Every ignored error below is one that has to be there: mypy says where none is.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

import dotstream
from dotstream import AsyncClient, Conflict, Operation, Preferences

if TYPE_CHECKING:
    from tests.farm import Farm

    from dotstream import Policy


def settled(conflict: Conflict) -> Policy | None:
    return "backup" if conflict.kind == "real_file" else None


def test_a_typo_in_a_name_is_an_error() -> None:
    with pytest.raises(AttributeError):
        dotstream.Cleint()  # type: ignore[attr-defined]


def test_a_typo_in_a_keyword_is_an_error(farm: Farm) -> None:
    client = farm.make({"stow/zsh/dot-zshrc": "z"}).client()
    with pytest.raises(TypeError):
        client.stream_manage("zsh", profil="x")  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        AsyncClient(client).stream_manage("zsh", profil="x")  # type: ignore[call-arg]


def test_types_come_through_both_clients(farm: Farm) -> None:
    client = farm.make({"stow/zsh/dot-zshrc": "z", "home/.zshrc": "mine"}).client()
    prefer = Preferences(resolve=settled, where=lambda path: not path.endswith("~"))
    with client.stream_manage("zsh", prefer=prefer) as plan:
        operations: list[Operation] = list(plan.operations)

    async def go() -> list[Operation]:
        async with AsyncClient(client).stream_manage("zsh", prefer=prefer) as plan:
            return [operation async for operation in plan.operations]

    assert [each.verb for each in asyncio.run(go())] == [each.verb for each in operations]
