"""The same words for asyncio: streaming, cancelling, applying."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from dotstream.aio import AsyncClient
from dotstream.errors import Cancelled

if TYPE_CHECKING:
    from tests.farm import Farm

_MANY = {f"stow/zsh/{number:05}": "z" for number in range(3000)}


def test_a_plan_streams_the_same_items_as_without_asyncio(farm: Farm) -> None:
    client = farm.make(_MANY).client()

    async def collect() -> tuple[list[str], str]:
        async with AsyncClient(client).stream_manage("zsh") as plan:
            assert plan.metadata.packages == ("zsh",)
            paths = [item.path async for item in plan]
        return paths, plan.summary.digest

    paths, digest = asyncio.run(collect())
    expected = client.plan_manage("zsh")
    assert paths == [item.path for item in expected.items]
    assert digest == expected.summary.digest


def test_leaving_early_ends_the_worker(farm: Farm) -> None:
    client = farm.make(_MANY).client()

    async def look() -> None:
        async with AsyncClient(client).stream_manage("zsh") as plan:
            async for _ in plan:
                break

    asyncio.run(look())
    assert not [thread for thread in threading.enumerate() if thread.name == "dotstream-plan"]


def test_a_slow_consumer_holds_the_planner_back(farm: Farm) -> None:
    client = farm.make(_MANY).client()

    async def look() -> int:
        async with AsyncClient(client).stream_manage("zsh") as plan:
            async for _ in plan:
                for _ in range(50):
                    await asyncio.sleep(0)  # every chance for the worker to run ahead
                return sum(plan.summary.counts.values())
        return 0

    assert asyncio.run(look()) < 2500


def test_cancelling_raises_in_the_consumer(farm: Farm) -> None:
    client = farm.make(_MANY).client()

    async def look() -> None:
        async with AsyncClient(client).stream_manage("zsh") as plan:
            async for _ in plan:
                plan.cancel()

    with pytest.raises(Cancelled):
        asyncio.run(look())


def test_apply_leaves_the_event_loop_free_and_links(farm: Farm) -> None:
    client = farm.make({"stow/zsh/dot-zshrc": "z"}).client()

    async def go() -> None:
        away = AsyncClient(client)
        result = await away.apply(away.stream_manage("zsh"))
        assert result.applied == 1

    asyncio.run(go())
    assert farm.home() == {".zshrc": "-> ../stow/zsh/dot-zshrc"}


def test_cancelling_the_task_rolls_back_first(farm: Farm) -> None:
    client = farm.make(_MANY).client()
    begun = threading.Event()

    async def go() -> None:
        away = AsyncClient(client)
        task = asyncio.ensure_future(
            away.apply(away.stream_manage("zsh"), stream=True, on_progress=lambda _: begun.set())
        )
        await asyncio.to_thread(begun.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(go())
    assert farm.home() == {} or len(farm.home()) == len(_MANY)  # it may have been too late
    assert client.unfinished() is None
