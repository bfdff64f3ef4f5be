"""``AsyncClient`` is ``Client`` with the same words."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from tests.client.async_client import module

from dotstream import AsyncClient, Client, async_client

_METHODS = [
    name
    for name, value in vars(Client).items()
    if not name.startswith("_") and inspect.isfunction(value)
]


def test_it_is_written_from_the_client() -> None:
    assert Path(async_client.__file__).read_text() == module()


@pytest.mark.parametrize("name", _METHODS)
def test_each_method_takes_what_the_one_of_the_client_takes(name: str) -> None:
    ours = inspect.signature(getattr(Client, name)).parameters
    theirs = inspect.signature(getattr(AsyncClient, name)).parameters
    assert [(each.name, each.kind, each.default) for each in ours.values()] == [
        (each.name, each.kind, each.default) for each in theirs.values()
    ]
