"""Operations and members that come from a coroutine, handed to what runs in a thread."""

from __future__ import annotations

import asyncio
import os
import threading
from typing import TYPE_CHECKING

import pytest
from tests.snapshot import difference, snapshot

from dotstream.async_client import AsyncClient
from dotstream.errors import OperationRefused
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.farm import Farm

    from dotstream.model.items import Operation

_REAL = Preferences(folding="never")


@pytest.fixture
def client(farm: Farm) -> AsyncClient:
    farm.make({f"stow/zsh/{number:04}": "z" for number in range(1000)})
    return AsyncClient(farm.client())


def test_operations_pass_a_users_coroutine_between_plan_and_execution(
    farm: Farm, client: AsyncClient
) -> None:
    async def even(operations: AsyncIterator[Operation]) -> AsyncIterator[Operation]:
        async for operation in operations:
            await asyncio.sleep(0)
            if int(operation.name) % 2 == 0:
                yield operation

    async def go() -> int:
        async with client.stream_manage("zsh", prefer=_REAL) as plan:
            return (await client.execute(even(aiter(plan.operations))).drain()).applied

    assert asyncio.run(go()) == 500
    assert sorted(os.listdir(farm.target)) == [f"{number:04}" for number in range(0, 1000, 2)]
    assert len(list(client.client.history())) == 1


def test_members_come_from_an_asynchronous_scan(client: AsyncClient) -> None:
    async def go() -> tuple[int, int, int]:
        async with client.scan("zsh") as scan:
            errors = scan.errors
            chosen = (member async for member in scan if member.path.endswith("7"))
            plan = await client.plan_members(chosen, "zsh")
            met = [error async for error in errors]
        async with client.scan("zsh") as scan, client.stream_members(scan, "zsh") as stream:
            whole = [item async for item in stream]
        return len(plan.operations), len(met), len(whole)

    assert asyncio.run(go()) == (100, 0, 1000)


def test_what_a_coroutine_raises_rolls_everything_back(farm: Farm, client: AsyncClient) -> None:
    before = snapshot(farm.target)

    async def broken(operations: list[Operation]) -> AsyncIterator[Operation]:
        for operation in operations[:600]:
            yield operation
        raise OSError("the connection is gone")

    async def go() -> None:
        plan = await client.plan_manage("zsh", prefer=_REAL)
        await client.execute(broken(plan.operations), stream=True, batch=100).drain()

    with pytest.raises(OSError, match="connection"):
        asyncio.run(go())
    assert difference(before, snapshot(farm.target)) == []


def test_leaving_while_the_next_operation_is_awaited_ends_worker_and_coroutine(
    farm: Farm, client: AsyncClient
) -> None:
    before, ended = snapshot(farm.target), threading.Event()

    async def stuck(
        operations: list[Operation], waits: asyncio.Event
    ) -> AsyncIterator[Operation]:
        try:
            for operation in operations[:600]:
                yield operation
            waits.set()
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def go() -> None:
        plan = await client.plan_manage("zsh", prefer=_REAL)
        waits = asyncio.Event()
        run = client.execute(stuck(plan.operations, waits), stream=True, batch=100)
        task = asyncio.create_task(run.drain())
        await waits.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(go())
    assert ended.is_set()
    assert difference(before, snapshot(farm.target)) == []
    assert not [thread for thread in threading.enumerate() if thread.name == "dotstream-stream"]


def test_a_wrong_operation_from_a_coroutine_is_refused(client: AsyncClient) -> None:
    async def wrong(operations: list[Operation]) -> AsyncIterator[Operation]:
        for operation in operations:
            yield operation._replace(name="..")

    async def go() -> None:
        plan = await client.plan_manage("zsh", prefer=_REAL)
        await client.execute(wrong(plan.operations)).drain()

    with pytest.raises(OperationRefused, match="not a name in a directory"):
        asyncio.run(go())
