"""The same words for asyncio: streaming, cancelling, applying."""

from __future__ import annotations

import asyncio
import os
import threading
from typing import TYPE_CHECKING

import pytest

from dotstream.async_client import AsyncClient
from dotstream.errors import Cancelled, ConfigError
from dotstream.fs.lock import Lock
from dotstream.fs.state import existing_state
from dotstream.model.items import Operation
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from collections.abc import Coroutine

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
    assert not [thread for thread in threading.enumerate() if thread.name == "dotstream-stream"]


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

        async def applied() -> None:
            async with away.stream_apply(away.stream_manage("zsh"), stream=True) as run:
                async for _ in run:
                    begun.set()

        task = asyncio.ensure_future(applied())
        await asyncio.to_thread(begun.wait)
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(go())
    assert farm.home() == {} or len(farm.home()) == len(_MANY)  # it may have been too late
    assert client.unfinished() is None


def test_leaving_a_loop_early_without_a_block_ends_the_worker_too(farm: Farm) -> None:
    client = farm.make(_MANY).client()
    client.apply(client.stream_manage("zsh"))
    for name in _MANY:
        os.remove(f"{farm.root}/{name}")

    async def look() -> None:
        async for finding in AsyncClient(client).doctor():
            assert finding.kind == "broken_link"
            break

    asyncio.run(look())
    for thread in threading.enumerate():
        if thread.name == "dotstream-stream":
            thread.join(60)
            assert not thread.is_alive()


def test_the_past_is_told_and_taken_back(farm: Farm) -> None:
    client = farm.make({"stow/zsh/dot-zshrc": "z", "home/.zshrc": "mine"}).client()
    backup = Preferences(on_conflict="backup")

    async def go() -> None:
        away = AsyncClient(client)
        assert [each async for each in away.history()] == []
        result = await away.apply(away.stream_manage("zsh", prefer=backup))
        (kept,) = [each async for each in away.backups()]
        assert kept.path == f"{farm.target}/.zshrc"
        assert await away.unfinished() is None
        async with away.stream_undo() as plan:
            assert plan.metadata.undoes == result.transaction
            kinds = [item.kind async for item in plan if isinstance(item, Operation)]
        assert kinds == ["remove_link", "move_file"]
        await away.apply(away.stream_undo(result.transaction))
        told = [each.action async for each in away.history(limit=1)]
        assert told == ["undo"]

    asyncio.run(go())
    assert farm.read("home/.zshrc") == "mine"


def test_a_backup_is_restored(farm: Farm) -> None:
    client = farm.make({"stow/zsh/dot-zshrc": "z", "home/.zshrc": "mine"}).client()

    async def go() -> None:
        away = AsyncClient(client)
        await away.apply(away.stream_manage("zsh", prefer=Preferences(on_conflict="backup")))
        await away.apply(away.stream_unmanage("zsh"))
        async with away.backups() as backups:
            numbers = [backup.id async for backup in backups]
        await away.apply(away.stream_restore(*numbers))

    asyncio.run(go())
    assert farm.read("home/.zshrc") == "mine"


def test_with_nothing_unfinished_there_is_nothing_to_recover(farm: Farm) -> None:
    client = farm.make({"stow/zsh/dot-zshrc": "z"}).client()
    assert asyncio.run(AsyncClient(client).recover()).transaction is None
    assert asyncio.run(AsyncClient(client).recover(resume=True)).direction is None


async def _cancelled(waiting: Coroutine[None, None, object]) -> None:
    task = asyncio.ensure_future(waiting)
    await asyncio.sleep(0)  # it begins
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_cancelling_the_task_ends_the_wait_for_the_lock(farm: Farm) -> None:
    client = farm.make({"stow/zsh/dot-zshrc": "z"}).client()
    client.apply(client.stream_manage("zsh"))
    place = existing_state(farm.state, farm.target)
    assert place is not None

    with Lock(place.lock, farm.target):
        asyncio.run(_cancelled(AsyncClient(client).recover(wait=True)))


def test_cancelling_the_task_ends_the_wait_to_prune(farm: Farm) -> None:
    client = farm.make({"stow/zsh/dot-zshrc": "z", "home/.zshrc": "mine"}).client()
    client.apply(client.stream_manage("zsh", prefer=Preferences(on_conflict="backup")))
    place = existing_state(farm.state, farm.target)
    assert place is not None

    with Lock(place.lock, farm.target):
        asyncio.run(_cancelled(AsyncClient(client).prune_backups(wait=True)))
    assert [backup.path for backup in client.backups()] == [f"{farm.target}/.zshrc"]
    pruned = asyncio.run(AsyncClient(client).prune_backups())
    assert [backup.path for backup in pruned] == [f"{farm.target}/.zshrc"]
    assert list(client.backups()) == []


def test_the_records_are_made_anew(farm: Farm) -> None:
    client = farm.make({"stow/zsh/dot-zshrc": "z"}).client()
    client.apply(client.stream_manage("zsh"))
    place = existing_state(farm.state, farm.target)
    assert place is not None
    with open(place.journal, "wb") as journal:
        journal.write(b"nonsense")
    made = asyncio.run(AsyncClient(client).rebuild())
    assert made.aside is not None
    assert made.records == 1
    assert [each.kind for each in client.doctor()] == []


def test_the_same_words_in_one_go_and_a_look_around(farm: Farm) -> None:
    client = farm.make({"stow/zsh/dot-zshrc": "z", "stow/vim/dot-vimrc": "v"}).client()

    async def go() -> None:
        away = AsyncClient(client)
        plan = await away.plan_manage("zsh", "vim")
        assert plan.summary.digest == client.plan_manage("zsh", "vim").summary.digest
        async with away.children("manage", ["zsh", "vim"], skip=1) as children:
            assert [child.name async for child in children] == [".zshrc"]
        async with away.stream_apply(plan, planned=True) as run:
            seen = [event.path async for event in run if isinstance(event, Operation)]
        assert sorted(seen) == [f"{farm.target}/.vimrc", f"{farm.target}/.zshrc"]
        assert [each.name for each in await away.packages()] == ["vim", "zsh"]
        assert [each.name async for each in away.links()] == [".vimrc", ".zshrc"]
        assert (await away.diff(f"{farm.target}/.zshrc")).kind == "same"

    asyncio.run(go())


def test_what_is_wrong_is_told_and_mended(farm: Farm) -> None:
    client = farm.make({"stow/zsh/dot-zshrc": "z", "stow/vim/dot-vimrc": "v"}).client()

    async def go() -> None:
        away = AsyncClient(client)
        await away.apply(away.stream_manage("zsh", "vim"))
        states = {each.name: each.state async for each in away.status()}
        assert states == {"vim": "managed", "zsh": "managed"}
        os.remove(f"{farm.target}/.zshrc")
        assert (await away.locate(f"{farm.target}/.zshrc")).state == "unlinked"
        assert [each.kind async for each in away.doctor()] == ["missing_link"]
        await away.apply(away.stream_fix())
        assert (await away.correct()).records == 0
        assert [each.kind async for each in away.doctor(mode="deep", depth=2)] == []

    asyncio.run(go())
    assert farm.home()[".zshrc"] == "-> ../stow/zsh/dot-zshrc"


def test_an_error_is_raised_where_the_stream_is_iterated(farm: Farm) -> None:
    client = farm.configured("nonsense = 1\n")

    async def go() -> None:
        stream = AsyncClient(client).status()
        with pytest.raises(ConfigError):
            async for _ in stream:
                pass

    asyncio.run(go())
