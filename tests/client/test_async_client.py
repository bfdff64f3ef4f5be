"""``AsyncClient`` is ``Client`` with the same words."""

from __future__ import annotations

import inspect

import pytest

from dotstream import AsyncClient, Client

_METHODS = [
    name
    for name, value in vars(Client).items()
    if not name.startswith("_") and inspect.isfunction(value)
]


@pytest.mark.parametrize("name", _METHODS)
def test_each_method_takes_what_the_one_of_the_client_takes(name: str) -> None:
    ours = inspect.signature(getattr(Client, name)).parameters
    theirs = inspect.signature(getattr(AsyncClient, name)).parameters
    assert [(each.name, each.kind, each.default) for each in ours.values()] == [
        (each.name, each.kind, each.default) for each in theirs.values()
    ]


@pytest.mark.parametrize("name", _METHODS)
def test_each_method_says_what_the_one_of_the_client_says(name: str) -> None:
    method = getattr(AsyncClient, name)
    assert method.__qualname__ == f"AsyncClient.{name}"
    assert (inspect.getdoc(method) or "").startswith(
        (inspect.getdoc(getattr(Client, name)) or "").partition(";")[0].partition(".\n")[0]
    )


def test_what_a_method_returns_is_shown_as_what_it_is_for_asyncio() -> None:
    shown = {
        name: inspect.signature(getattr(AsyncClient, name)).return_annotation for name in _METHODS
    }
    assert shown["plan_manage"] == "Plan"
    assert shown["stream_manage"] == "AsyncStreamingPlan"
    assert shown["stream_apply"] == "AsyncExecution[Result]"
    assert shown["scan"] == "AsyncScan"
    assert shown["doctor"] == "AsyncStream[Finding]"
