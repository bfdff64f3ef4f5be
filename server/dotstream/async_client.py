"""dotstream for asyncio: the same words, computed in worker threads.

async with client.stream_manage("zsh") as plan:
    async for item in plan:
        ...

Each method takes what the one of ``Client`` takes that is named above it, and says the same.
"""

from __future__ import annotations

import asyncio

from dotstream.async_streams import (
    AsyncExecution,
    AsyncScan,
    AsyncStreamingPlan,
    Feed,
    plan_of,
    stream_of,
    to_its_end,
)
from dotstream.client import Client
from dotstream.declaring import declaring
from dotstream.light_typing import TYPE_CHECKING, cast
from dotstream.model.options import AS_CONFIGURED, Preferences

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable, Coroutine, Iterable, Mapping
    from os import PathLike
    from typing import Concatenate, ParamSpec, TypeVar

    from dotstream.declaring import Declaring
    from dotstream.light_typing import Any, Self
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.events import Result
    from dotstream.model.items import Operation
    from dotstream.model.member import Member
    from dotstream.model.plan import Plan

    _Arguments = ParamSpec("_Arguments")
    _Found = TypeVar("_Found")
    _Made = TypeVar("_Made")
    _OfClient = Callable[Concatenate[Client, _Arguments], _Found]
    _Declaring = Declaring[Concatenate["AsyncClient", _Arguments], _Made]


def _streamed(
    method: _OfClient[_Arguments, _Found], make: Callable[[_Found], _Made]
) -> _Declaring[_Arguments, _Made]:
    """Declare a method that makes its stream of that of the client."""

    def call(ours: AsyncClient, /, *args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Made:
        return make(method(ours.client, *args, **kwargs))

    returned = f"Async{method.__annotations__['return']}"
    return declaring(method, call, returned.replace("AsyncIterator", "AsyncStream"))


def _threaded(
    method: _OfClient[_Arguments, _Found],
) -> _Declaring[_Arguments, Coroutine[Any, Any, _Found]]:
    """Declare a method that calls that of the client in a worker thread."""

    async def call(
        ours: AsyncClient, /, *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> _Found:
        return await asyncio.to_thread(method, ours.client, *args, **kwargs)

    return declaring(method, call)


def _to_its_end(
    method: _OfClient[_Arguments, _Found],
) -> _Declaring[_Arguments, Coroutine[Any, Any, _Found]]:
    """Declare a method that changes something: it is not left half done."""

    async def call(
        ours: AsyncClient, /, *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> _Found:
        def run(token: CancellationToken) -> _Found:
            kwargs["cancel"] = token
            return method(ours.client, *args, **kwargs)

        return await to_its_end(run, cast("CancellationToken | None", kwargs.get("cancel")))

    return declaring(method, call)


class AsyncClient:
    """A package directory and its target, for asyncio; see ``Client``.

    Methods that only look run in worker threads.  Those that change something leave nothing
    half done: cancelling the awaiting task cancels the token, waits until what was done is
    rolled back, and then raises ``asyncio.CancelledError``.
    """

    def __init__(self, client: Client) -> None:
        self.client = client

    @classmethod
    def open(
        cls,
        directory: str | PathLike[str] | None = None,
        *,
        target: str | PathLike[str] | None = None,
        state: str | PathLike[str] | None = None,
        environ: Mapping[str, str] | None = None,
        home: str | None = None,
        cwd: str | None = None,
    ) -> Self:
        """Return the client of a package directory; see ``Client``."""
        return cls(
            Client(directory, target=target, state=state, environ=environ, home=home, cwd=cwd)
        )

    @property
    def directory(self) -> str:
        """The absolute canonical path of the package directory."""
        return self.client.directory

    @_threaded(Client.agree)
    def agree(self) -> None: ...

    @_threaded(Client.disagree)
    def disagree(self) -> None: ...

    @_streamed(Client.stream, AsyncStreamingPlan)
    def stream(self) -> None: ...

    @_streamed(Client.stream_manage, AsyncStreamingPlan)
    def stream_manage(self) -> None: ...

    @_streamed(Client.stream_unmanage, AsyncStreamingPlan)
    def stream_unmanage(self) -> None: ...

    @_streamed(Client.stream_remanage, AsyncStreamingPlan)
    def stream_remanage(self) -> None: ...

    @_streamed(Client.stream_adopt, AsyncStreamingPlan)
    def stream_adopt(self) -> None: ...

    @_streamed(Client.stream_release, AsyncStreamingPlan)
    def stream_release(self) -> None: ...

    @_threaded(Client.plan)
    def plan(self) -> None: ...

    @_threaded(Client.plan_manage)
    def plan_manage(self) -> None: ...

    @_threaded(Client.plan_unmanage)
    def plan_unmanage(self) -> None: ...

    @_threaded(Client.plan_remanage)
    def plan_remanage(self) -> None: ...

    @_threaded(Client.plan_adopt)
    def plan_adopt(self) -> None: ...

    @_threaded(Client.plan_release)
    def plan_release(self) -> None: ...

    @_streamed(Client.scan, AsyncScan)
    def scan(self) -> None: ...

    def stream_members(
        self,
        members: Iterable[Member] | AsyncIterable[Member],
        *packages: str,
        profile: str | None = None,
        everything: bool = False,
        prefer: Preferences = AS_CONFIGURED,
        cancel: CancellationToken | None = None,
    ) -> AsyncStreamingPlan:
        """Plan to install links for some of the members that ``scan`` has, and for no others.

        See ``Client.stream_members``.
        """
        feed = Feed(members)
        return AsyncStreamingPlan(
            self.client.stream_members(
                feed,
                *packages,
                profile=profile,
                everything=everything,
                prefer=prefer,
                cancel=cancel,
            ),
            feed.stop,
        )

    async def plan_members(
        self,
        members: Iterable[Member] | AsyncIterable[Member],
        *packages: str,
        profile: str | None = None,
        everything: bool = False,
        prefer: Preferences = AS_CONFIGURED,
        cancel: CancellationToken | None = None,
    ) -> Plan:
        """Plan to link some members, the whole plan in memory.

        See ``Client.plan_members``.
        """
        feed = Feed(members)
        try:
            return await asyncio.to_thread(
                self.client.plan_members,
                feed,
                *packages,
                profile=profile,
                everything=everything,
                prefer=prefer,
                cancel=cancel,
            )
        finally:
            feed.stop()

    @_streamed(Client.children, stream_of)
    def children(self) -> None: ...

    async def apply(
        self,
        plan: Plan | AsyncStreamingPlan,
        *,
        stream: bool = False,
        digest: str | None = None,
        cancel: CancellationToken | None = None,
        wait: bool = False,
        keep: bool = False,
    ) -> Result:
        """Carry a plan out, in one go; see ``Client.apply``."""
        return await to_its_end(
            lambda token: self.client.apply(
                plan_of(plan), stream=stream, digest=digest, cancel=token, wait=wait, keep=keep
            ),
            cancel,
        )

    def stream_apply(
        self,
        plan: Plan | AsyncStreamingPlan,
        *,
        stream: bool = False,
        digest: str | None = None,
        cancel: CancellationToken | None = None,
        wait: bool = False,
        keep: bool = False,
        planned: bool = False,
    ) -> AsyncExecution[Result]:
        """Carry a plan out as it is iterated, all of it or nothing, and tell what happens.

        See ``Client.stream_apply``.
        """
        return AsyncExecution(
            self.client.stream_apply(
                plan_of(plan),
                stream=stream,
                digest=digest,
                cancel=cancel,
                wait=wait,
                keep=keep,
                planned=planned,
            )
        )

    def execute(
        self,
        operations: Iterable[Operation] | AsyncIterable[Operation],
        *,
        stream: bool = False,
        digest: str | None = None,
        cancel: CancellationToken | None = None,
        wait: bool = False,
        keep: bool = False,
        partial: bool = False,
        batch: int = 2048,
    ) -> AsyncExecution[Result]:
        """Carry out operations from anywhere, as they are iterated: all of them or nothing.

        See ``Client.execute``.
        """
        feed = Feed(operations)
        return AsyncExecution(
            self.client.execute(
                feed,
                stream=stream,
                digest=digest,
                cancel=cancel,
                wait=wait,
                keep=keep,
                partial=partial,
                batch=batch,
            ),
            feed.stop,
        )

    @_threaded(Client.packages)
    def packages(self) -> None: ...

    @_streamed(Client.status, stream_of)
    def status(self) -> None: ...

    @_threaded(Client.outdated)
    def outdated(self) -> None: ...

    @_threaded(Client.unwanted)
    def unwanted(self) -> None: ...

    @_threaded(Client.linked_elsewhere)
    def linked_elsewhere(self) -> None: ...

    @_streamed(Client.links, stream_of)
    def links(self) -> None: ...

    @_threaded(Client.locate)
    def locate(self) -> None: ...

    @_threaded(Client.diff)
    def diff(self) -> None: ...

    @_streamed(Client.history, stream_of)
    def history(self) -> None: ...

    @_threaded(Client.unfinished)
    def unfinished(self) -> None: ...

    @_streamed(Client.stream_undo, AsyncStreamingPlan)
    def stream_undo(self) -> None: ...

    @_to_its_end(Client.recover)
    def recover(self) -> None: ...

    @_streamed(Client.stream_recover, AsyncExecution)
    def stream_recover(self) -> None: ...

    @_streamed(Client.backups, stream_of)
    def backups(self) -> None: ...

    @_streamed(Client.stream_restore, AsyncStreamingPlan)
    def stream_restore(self) -> None: ...

    @_to_its_end(Client.prune_backups)
    def prune_backups(self) -> None: ...

    @_streamed(Client.stream_prune_backups, AsyncExecution)
    def stream_prune_backups(self) -> None: ...

    @_to_its_end(Client.prune_history)
    def prune_history(self) -> None: ...

    @_streamed(Client.doctor, stream_of)
    def doctor(self) -> None: ...

    @_streamed(Client.stream_fix, AsyncStreamingPlan)
    def stream_fix(self) -> None: ...

    @_to_its_end(Client.correct)
    def correct(self) -> None: ...

    @_streamed(Client.stream_correct, AsyncExecution)
    def stream_correct(self) -> None: ...

    @_to_its_end(Client.rebuild)
    def rebuild(self) -> None: ...

    @_streamed(Client.stream_rebuild, AsyncExecution)
    def stream_rebuild(self) -> None: ...
