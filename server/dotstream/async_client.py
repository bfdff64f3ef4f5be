"""dotstream for asyncio: the same words, computed in worker threads.

async with client.stream_manage("zsh") as plan:
    async for item in plan:
        ...
"""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeAlias, TypeVar, cast

from dotstream.async_streams import AsyncExecution, AsyncStream, AsyncStreamingPlan
from dotstream.client import Client
from dotstream.model.cancel import CancellationToken

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator, Iterator
    from os import PathLike
    from typing import Self

    from dotstream.model.events import Result
    from dotstream.model.member import Member
    from dotstream.model.plan import Plan
    from dotstream.planner.scan import Scan
    from dotstream.planner.stream import StreamingPlan
    from dotstream.transaction.execution import Execution

    _P = ParamSpec("_P")
    _Value = TypeVar("_Value")
    _Method: TypeAlias = Callable[Concatenate["AsyncClient", _P], _Value]
    _Awaited: TypeAlias = Callable[Concatenate["AsyncClient", _P], Coroutine[Any, Any, _Value]]

__all__ = ["AsyncClient"]


def _plans(
    method: Callable[Concatenate[Client, _P], StreamingPlan],
) -> _Method[_P, AsyncStreamingPlan]:
    """Return a method that plans, with the plan computed in a thread of its own."""

    def plan(self: AsyncClient, /, *args: _P.args, **kwargs: _P.kwargs) -> AsyncStreamingPlan:
        return AsyncStreamingPlan(method(self.client, *args, **kwargs))

    return _described(plan, method)


def _streams(
    method: Callable[Concatenate[Client, _P], Iterator[_Value]],
) -> _Method[_P, AsyncStream[_Value]]:
    """Return a method that tells one thing after another, each found in a thread of its own."""

    def stream(self: AsyncClient, /, *args: _P.args, **kwargs: _P.kwargs) -> AsyncStream[_Value]:
        values = cast("Generator[_Value]", method(self.client, *args, **kwargs))
        return AsyncStream(values, values.close)  # which all of them are

    return _described(stream, method)


def _answers(method: Callable[Concatenate[Client, _P], _Value]) -> _Awaited[_P, _Value]:
    """Return a method that only looks, in a worker thread."""

    async def answer(self: AsyncClient, /, *args: _P.args, **kwargs: _P.kwargs) -> _Value:
        return await asyncio.to_thread(method, self.client, *args, **kwargs)

    return _described(answer, method)


def _changes(method: Callable[Concatenate[Client, _P], _Value]) -> _Awaited[_P, _Value]:
    """Return a method that changes something, in a worker thread, and is not left half done.

    Cancelling the awaiting task cancels the token and waits for the end.
    """

    async def change(self: AsyncClient, /, *args: _P.args, **kwargs: _P.kwargs) -> _Value:
        token = kwargs.get("cancel") or CancellationToken()
        assert isinstance(token, CancellationToken)  # noqa: S101 - or the call itself fails
        kwargs["cancel"] = token
        task = asyncio.ensure_future(asyncio.to_thread(method, self.client, *args, **kwargs))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            token.cancel()
            await asyncio.wait([task])
            task.exception()  # it was taken back; the caller asked for that
            raise

    return _described(change, method)


def _applies(
    method: Callable[Concatenate[Client, Plan | StreamingPlan, _P], Result],
) -> Callable[
    Concatenate[AsyncClient, Plan | AsyncStreamingPlan, _P], Coroutine[Any, Any, Result]
]:
    """Return a method that changes something, for the plans that are made here."""
    change = _changes(method)

    async def apply(
        self: AsyncClient,
        plan: Plan | AsyncStreamingPlan,
        /,
        *args: _P.args,
        **kwargs: _P.kwargs,
    ) -> Result:
        source = plan.plan if isinstance(plan, AsyncStreamingPlan) else plan
        return await change(self, source, *args, **kwargs)

    return _described(apply, method)


def _scans(
    method: Callable[Concatenate[Client, _P], Scan],
) -> Callable[Concatenate[AsyncClient, _P], AsyncStream[Member]]:
    """Return a method that scans in a thread of its own."""

    def scan(self: AsyncClient, /, *args: _P.args, **kwargs: _P.kwargs) -> AsyncStream[Member]:
        found = method(self.client, *args, **kwargs)
        return AsyncStream(iter(found), found.close)

    return _described(scan, method)


def _runs(
    method: Callable[Concatenate[Client, _P], Execution[_Value]],
) -> Callable[Concatenate[AsyncClient, _P], AsyncExecution[_Value]]:
    """Return a method whose run goes on in a thread of its own."""

    def run(self: AsyncClient, /, *args: _P.args, **kwargs: _P.kwargs) -> AsyncExecution[_Value]:
        return AsyncExecution(method(self.client, *args, **kwargs))

    return _described(run, method)


def _runs_plan(
    method: Callable[Concatenate[Client, Plan | StreamingPlan, _P], Execution[Result]],
) -> Callable[Concatenate[AsyncClient, Plan | AsyncStreamingPlan, _P], AsyncExecution[Result]]:
    """Return a method that carries a plan out, of whichever client."""

    def run(
        self: AsyncClient,
        plan: Plan | AsyncStreamingPlan,
        /,
        *args: _P.args,
        **kwargs: _P.kwargs,
    ) -> AsyncExecution[Result]:
        source = plan.plan if isinstance(plan, AsyncStreamingPlan) else plan
        return AsyncExecution(method(self.client, source, *args, **kwargs))

    return _described(run, method)


_Made = TypeVar("_Made", bound="Callable[..., object]")


def _described(made: _Made, method: Callable[..., object]) -> _Made:
    """Have a method say what it takes, what it returns, and where to read on."""
    name = method.__name__
    made.__name__, made.__qualname__ = name, f"AsyncClient.{name}"
    first = (method.__doc__ or "").partition("\n")[0].rstrip(".").partition("; see ``")[0]
    made.__doc__ = f"{first}; see ``Client.{name}``."

    def worded(annotation: Any) -> Any:
        if not isinstance(annotation, str):
            return annotation
        return annotation.replace("StreamingPlan", "AsyncStreamingPlan").replace(
            "Iterator[", "AsyncStream["
        )

    signature = inspect.signature(method)
    parameters = [
        each.replace(annotation=worded(each.annotation)) for each in signature.parameters.values()
    ]
    returned = worded(signature.return_annotation)
    made.__signature__ = signature.replace(  # type: ignore[attr-defined]  # inspect looks for it
        parameters=parameters, return_annotation=returned
    )
    return made


class AsyncClient:
    """A package directory and its target, for asyncio; see ``Client``.

    What looks is computed in worker threads.  What changes something is not left half done:
    cancelling the awaiting task cancels the token, waits until what was done is taken back,
    and then raises ``asyncio.CancelledError``.
    """

    def __init__(self, client: Client) -> None:
        self.client = client

    @classmethod
    def open(
        cls,
        directory: str | PathLike[str] | None = None,
        *,
        target: str | PathLike[str] | None = None,
    ) -> Self:
        """Return the client of a package directory; see ``Client``."""
        return cls(Client(directory, target=target))

    stream = _plans(Client.stream)
    stream_manage = _plans(Client.stream_manage)
    stream_unmanage = _plans(Client.stream_unmanage)
    stream_remanage = _plans(Client.stream_remanage)
    stream_adopt = _plans(Client.stream_adopt)
    plan_manage = _answers(Client.plan_manage)
    plan_unmanage = _answers(Client.plan_unmanage)
    plan_remanage = _answers(Client.plan_remanage)
    plan_adopt = _answers(Client.plan_adopt)
    plan = _answers(Client.plan)
    apply = _applies(Client.apply)
    stream_apply = _runs_plan(Client.stream_apply)
    execute = _runs(Client.execute)
    scan = _scans(Client.scan)
    children = _streams(Client.children)

    packages = _answers(Client.packages)
    status = _streams(Client.status)
    links = _streams(Client.links)
    locate = _answers(Client.locate)
    diff = _answers(Client.diff)

    history = _streams(Client.history)
    unfinished = _answers(Client.unfinished)
    stream_undo = _plans(Client.stream_undo)
    recover = _changes(Client.recover)
    stream_recover = _runs(Client.stream_recover)
    backups = _streams(Client.backups)
    stream_restore = _plans(Client.stream_restore)
    prune_backups = _changes(Client.prune_backups)
    stream_prune_backups = _runs(Client.stream_prune_backups)

    doctor = _streams(Client.doctor)
    stream_fix = _plans(Client.stream_fix)
    correct = _changes(Client.correct)
    stream_correct = _runs(Client.stream_correct)
    rebuild = _changes(Client.rebuild)
    stream_rebuild = _runs(Client.stream_rebuild)
