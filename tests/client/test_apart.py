"""A plan read apart: whoever reads what, how fast, from wherever, nothing is lost or stuck."""

from __future__ import annotations

import asyncio
import os
import queue
import threading
from typing import TYPE_CHECKING

import pytest

from dotstream import AsyncClient, Cancelled, Client, Operation, Preferences, UsageError
from dotstream.planner import split

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.farm import Farm

    from dotstream import Conflict, ScanError

_FILES, _IN_THE_WAY = 2400, 1200
_REAL = Preferences(folding="never")


@pytest.fixture
def mixed(farm: Farm) -> Client:
    """Return the client of a farm in which every second file has something in its way."""
    for number in range(_FILES):
        directory = f"d{number // 300}"
        for root in (f"{farm.directory}/zsh", farm.target)[: 1 + number % 2]:
            os.makedirs(f"{root}/{directory}", exist_ok=True)
            os.close(os.open(f"{root}/{directory}/f{number:04}", os.O_CREAT))
    return farm.client()


def _links(operations: Iterable[object]) -> int:
    return sum(isinstance(each, Operation) and each.kind == "create_link" for each in operations)


def test_metadata_is_there_before_and_done_after_the_last_value(mixed: Client) -> None:
    with mixed.stream_manage("zsh", prefer=_REAL) as plan:
        assert (plan.metadata.action, plan.metadata.packages) == ("manage", ("zsh",))
        operations, errors = plan.operations, plan.errors
        next(operations)
        assert not plan.wait(timeout=0)
        assert 1 + _links(operations) >= _FILES - _IN_THE_WAY
        assert plan.wait(timeout=0)
        assert plan.done
        assert sum(1 for _ in errors) == _IN_THE_WAY
        assert list(plan.notices) == []


def test_errors_are_read_on_another_thread_while_a_consumer_takes_its_time(mixed: Client) -> None:
    told: queue.SimpleQueue[str] = queue.SimpleQueue()

    def tell(errors: Iterable[Conflict | ScanError]) -> None:
        for each in errors:
            told.put(each.path)

    with mixed.stream_manage("zsh", prefer=_REAL) as plan:
        operations, errors = plan.operations, plan.errors
        reader = threading.Thread(target=tell, args=(errors,))
        reader.start()
        found = 0
        for each in operations:  # waits for the other reader at every hundredth
            found += each.kind == "create_link"
            if found % 100 == 1 and found < _IN_THE_WAY:
                told.get(timeout=60)
        reader.join(timeout=60)
        assert not reader.is_alive()
    assert found == _FILES - _IN_THE_WAY
    assert told.qsize() == _IN_THE_WAY - _FILES // 200


def test_what_nobody_reads_yet_waits_outside_of_memory_and_is_whole(mixed: Client) -> None:
    with mixed.stream_manage("zsh", prefer=_REAL) as plan:
        operations, errors = plan.operations, plan.errors
        assert sum(1 for _ in errors) == _IN_THE_WAY  # every operation waits meanwhile
        assert plan._split is not None
        assert plan._split._operations.ahead > 0
        paths = [each.path for each in operations]
    assert paths == sorted(paths, key=os.fsencode)
    assert len(paths) >= _FILES - _IN_THE_WAY


def test_errors_taken_late_are_the_first_thousand_and_the_rest_is_counted(mixed: Client) -> None:
    with mixed.stream_manage("zsh", prefer=_REAL) as plan:
        assert _links(plan.operations) == _FILES - _IN_THE_WAY
        errors = plan.errors
        assert sum(1 for _ in errors) == split.REMEMBERED
        assert errors.omitted == _IN_THE_WAY - split.REMEMBERED
        assert plan.summary.counts["conflict"] == _IN_THE_WAY


def test_operations_taken_after_the_errors_went_by_are_refused(mixed: Client) -> None:
    with mixed.stream_manage("zsh", prefer=_REAL) as plan:
        next(plan.errors)
        with pytest.raises(UsageError, match=r"take plan\.operations before"):
            plan.operations  # noqa: B018 - taking it is the test


def test_a_consumer_that_leaves_holds_nobody_up(mixed: Client) -> None:
    with mixed.stream_manage("zsh", prefer=_REAL) as plan:
        operations, errors = plan.operations, plan.errors
        gone = threading.Thread(target=lambda: next(operations))
        gone.start()
        gone.join(timeout=60)
        operations.close()
        assert sum(1 for _ in errors) == _IN_THE_WAY
        assert plan.done


def test_a_consumer_that_leaves_the_block_stops_the_plan_and_wakes_who_waits(
    mixed: Client,
) -> None:
    waited: queue.SimpleQueue[bool] = queue.SimpleQueue()
    with mixed.stream_manage("zsh", prefer=_REAL) as plan:
        operations = plan.operations
        waiter = threading.Thread(target=lambda: waited.put(plan.wait(timeout=60)))
        waiter.start()
        next(operations)
    waiter.join(timeout=60)
    assert waited.get(timeout=60) is False
    assert not plan.done


def test_cancelling_ends_both_readers(mixed: Client) -> None:
    ended: queue.SimpleQueue[type[BaseException]] = queue.SimpleQueue()
    with mixed.stream_manage("zsh", prefer=_REAL) as plan:
        operations, errors = plan.operations, plan.errors
        next(operations)

        def read(stream: Iterable[object]) -> None:
            try:
                for _ in stream:
                    pass
            except Cancelled as error:
                ended.put(type(error))

        plan.cancel()
        readers = [threading.Thread(target=read, args=(each,)) for each in (operations, errors)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join(timeout=60)
        assert [ended.get(timeout=60) for _ in readers] == [Cancelled, Cancelled]
        assert not plan.done


def test_asyncio_reads_both_at_once_and_in_turn(mixed: Client) -> None:
    async def pair() -> tuple[int, int]:
        async with AsyncClient(mixed).stream_manage("zsh", prefer=_REAL) as plan:
            operations, errors = plan.operations, plan.errors

            async def links() -> int:
                return _links([each async for each in operations])

            async def problems() -> int:
                return len([each async for each in errors])

            found, met = await asyncio.gather(links(), problems())
            assert await plan.wait()
            assert plan.done
        return found, met

    assert asyncio.run(pair()) == (_FILES - _IN_THE_WAY, _IN_THE_WAY)


def test_asyncio_leaves_early_and_nothing_runs_on(mixed: Client) -> None:
    async def leave() -> None:
        plan = AsyncClient(mixed).stream_manage("zsh", prefer=_REAL)
        async with plan, plan.operations as operations:
            async for _ in operations:
                break

    before = set(threading.enumerate())
    asyncio.run(leave())
    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=60)
        assert not thread.is_alive()
