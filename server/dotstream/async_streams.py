"""Streams for asyncio: what a generator yields, computed in one worker thread.

The worker runs ahead of the consumer by at most a few batches, then it waits: a slow
consumer slows the scan.  The event loop is never blocked.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterable
from concurrent.futures import CancelledError

from dotstream.errors import Cancelled
from dotstream.light_typing import TYPE_CHECKING, Generic, TypeVar, cast
from dotstream.model.cancel import CancellationToken
from dotstream.model.events import Event
from dotstream.model.items import Item
from dotstream.model.member import Member

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterable, Iterator
    from concurrent.futures import Future

    from dotstream.light_typing import Self
    from dotstream.model.items import Conflict, Operation, ScanError
    from dotstream.model.plan import Metadata, Plan, Summary
    from dotstream.planner.scan import Scan
    from dotstream.planner.stream import StreamingPlan
    from dotstream.transaction.execution import Execution

_Outcome = TypeVar("_Outcome")

_BATCH = 256
_AHEAD = 4

_Value = TypeVar("_Value")


class AsyncStream(Generic[_Value]):
    """Values to be used with ``async for``, once; ``async with`` ends it at the block's end.

    Nothing is computed before it is iterated.

    Args:
        close: releases what computing them holds, in the worker.
        stop: lets a worker that waits for the event loop go on.
    """

    def __init__(
        self,
        values: Iterator[_Value],
        close: Callable[[], None],
        stop: Callable[[], None] = lambda: None,
    ) -> None:
        self._values = values
        self._close = close
        self._stop = stop
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready: asyncio.Queue[list[_Value] | BaseException | None] = asyncio.Queue()
        self._room = threading.Semaphore(_AHEAD)
        self._worker: threading.Thread | None = None
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._end()
        if self._worker is not None:
            await asyncio.to_thread(self._worker.join)
        else:
            self._close()

    def _end(self) -> None:
        """Have the worker give everything back and end."""
        self._closed = True
        self._stop()
        self._room.release()

    async def __aiter__(self) -> AsyncIterator[_Value]:
        """Iterate over the values.

        Raises:
            DotstreamError: what the synchronous method raises while it is iterated.
        """
        self._loop = asyncio.get_running_loop()
        self._worker = threading.Thread(target=self._work, name="dotstream-stream", daemon=True)
        self._worker.start()
        try:
            while True:
                batch = await self._ready.get()
                if batch is None:
                    return
                if isinstance(batch, BaseException):
                    raise batch
                for value in batch:
                    yield value
                self._room.release()
        finally:
            self._end()

    def _work(self) -> None:
        """Compute batches in the worker thread and hand them over."""
        try:
            try:
                batch: list[_Value] = []
                size = 1  # the first value goes out at once
                for value in self._values:
                    batch.append(value)
                    if len(batch) == size:
                        if not self._hand_over(batch):
                            return
                        batch, size = [], _BATCH
                self._hand_over(batch)
            finally:
                self._close()
        except Exception as error:  # noqa: BLE001 - raised again in the consumer's thread
            self._put(error)
        else:
            self._put(None)

    def _hand_over(self, batch: list[_Value]) -> bool:
        self._room.acquire()
        if self._closed:
            return False
        self._put(batch)
        return True

    def _put(self, value: list[_Value] | BaseException | None) -> None:
        assert self._loop is not None  # noqa: S101 - set before the worker starts
        try:
            self._loop.call_soon_threadsafe(self._ready.put_nowait, value)
        except RuntimeError:
            pass  # the loop has ended, and nobody waits any more


def _later(plan: StreamingPlan) -> Iterator[Item]:
    """Iterate over a plan as a whole, once it is asked for; until then it may be read apart."""
    yield from plan


class AsyncExecution(AsyncStream[Event], Generic[_Outcome]):
    """A run to be used with ``async with`` and ``async for``, once; see ``Execution``.

    Leaving the block early, and cancelling the task in it, roll back what was done, and wait
    until that is finished.
    """

    def __init__(
        self, execution: Execution[_Outcome], stop: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(execution, execution.close, stop)
        self.execution = execution

    def _end(self) -> None:
        self.execution.cancel()  # the worker may be in the middle of a batch
        super()._end()

    @property
    def result(self) -> _Outcome:
        """What was done; see ``Execution.result``."""
        return self.execution.result

    def cancel(self, *, keep: bool = False) -> None:
        """Stop between two operations; see ``Execution.cancel``."""
        self.execution.cancel(keep=keep)

    async def drain(self) -> _Outcome:
        """Carry it to its end, and return the result."""
        async with self:
            async for _ in self:
                pass
        return self.result


class AsyncStreamingPlan(AsyncStream[Item]):
    """A streaming plan to be used with ``async with`` and ``async for``, once.

    Attributes:
        metadata: what was asked; known at once.
    """

    def __init__(self, plan: StreamingPlan, stop: Callable[[], None] = lambda: None) -> None:
        super().__init__(_later(plan), plan.close, stop)
        self.plan = plan
        self.metadata: Metadata = plan.metadata

    @property
    def summary(self) -> Summary:
        """Counts so far; with the digest once the last item was reached."""
        return self.plan.summary

    def cancel(self) -> None:
        """Ask the plan to stop; iterating then raises ``Cancelled``."""
        self.plan.cancel()

    @property
    def operations(self) -> AsyncStream[Operation]:
        """The operations alone; see ``StreamingPlan.operations``."""
        stream = self.plan.operations
        return AsyncStream(iter(stream), stream.close)

    @property
    def errors(self) -> AsyncStream[Conflict | ScanError]:
        """The conflicts and scan errors alone; see ``StreamingPlan.errors``."""
        stream = self.plan.errors
        return AsyncStream(iter(stream), stream.close)

    @property
    def done(self) -> bool:
        """Whether the last item was reached."""
        return self.plan.done

    async def wait(self, timeout: float | None = None) -> bool:  # noqa: ASYNC109 - as the other
        """Wait until somebody has read the plan to its end, or has closed it."""
        return await asyncio.to_thread(self.plan.wait, timeout)

    async def collect(self) -> Plan:
        """Compute the whole plan into memory."""
        return await asyncio.to_thread(self.plan.collect)


class AsyncScan(AsyncStream[Member]):
    """What packages have, to be used with ``async with`` and ``async for``, once."""

    def __init__(self, scan: Scan) -> None:
        super().__init__(scan, scan.close)
        self.scan = scan

    @property
    def errors(self) -> AsyncStream[ScanError]:
        """What could not be read, as a stream; see ``Scan.errors``."""
        stream = self.scan.errors
        return AsyncStream(iter(stream), stream.close)

    def cancel(self) -> None:
        """Ask it to stop; iterating then raises ``Cancelled``."""
        self.scan.cancel()


def stream_of(values: Iterator[_Value]) -> AsyncStream[_Value]:
    """Return what is told one thing after another, each found in a worker thread."""
    closing = cast("Generator[_Value]", values)  # all of them can be closed
    return AsyncStream(iter(closing), closing.close)


def plan_of(plan: Plan | AsyncStreamingPlan) -> Plan | StreamingPlan:
    """Return the plan that is meant, as ``Client`` takes it."""
    return plan.plan if isinstance(plan, AsyncStreamingPlan) else plan


async def to_its_end(
    call: Callable[[CancellationToken], _Value], cancel: CancellationToken | None
) -> _Value:
    """Call what changes something in a worker thread, and do not leave it half done.

    Cancelling the awaiting task cancels the token and waits for the end.
    """
    token = cancel or CancellationToken()
    task = asyncio.ensure_future(asyncio.to_thread(call, token))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        token.cancel()
        await asyncio.wait([task])
        task.exception()  # it was taken back; the caller asked for that
        raise


_FED = 256

_Found = TypeVar("_Found")


class Feed(Generic[_Value]):
    """Values from a plain or an asynchronous iterable, as a plain one for a worker thread.

    Nothing is taken before it is iterated.  An asynchronous one is read on the loop that
    this was made on, at most 256 values ahead of the worker.
    """

    def __init__(self, values: Iterable[_Value] | AsyncIterable[_Value]) -> None:
        self._values = values
        self._ready: asyncio.Queue[_Value | None] = asyncio.Queue(_FED)
        self._filling: Future[None] | None = None
        self._stopped = False
        if isinstance(values, AsyncIterable):
            self._loop: asyncio.AbstractEventLoop = asyncio.get_running_loop()

    def __iter__(self) -> Iterator[_Value]:
        if isinstance(self._values, AsyncIterable):
            return self._taken(self._values)
        return iter(self._values)

    def stop(self) -> None:
        """Read no more; a worker that waits for a value goes on with ``Cancelled``."""
        self._stopped = True
        if self._filling is not None:
            self._filling.cancel()

    def close(self) -> None:
        """Give back what the iterable holds; for the worker, when it takes no more."""
        self.stop()
        if not isinstance(self._values, AsyncIterable):
            getattr(self._values, "close", lambda: None)()

    def _taken(self, values: AsyncIterable[_Value]) -> Generator[_Value]:
        """Yield the values, in the worker thread.

        Raises:
            Cancelled: it was stopped before the last of them.
        """
        self._filling = filling = self._on_loop(self._fill(values))
        if self._stopped:
            filling.cancel()
        try:
            while True:
                for value in self._on_loop(self._some()).result():
                    if value is None:
                        filling.result()  # raises what the iterable raised
                        return
                    yield value
        except CancelledError:
            raise Cancelled from None
        finally:
            filling.cancel()

    def _on_loop(self, what: Coroutine[object, object, _Found]) -> Future[_Found]:
        return asyncio.run_coroutine_threadsafe(what, self._loop)

    async def _fill(self, values: AsyncIterable[_Value]) -> None:
        try:
            async for value in values:
                await self._ready.put(value)
        except asyncio.CancelledError:
            while not self._ready.empty():  # nobody wants them any more
                self._ready.get_nowait()
            raise
        finally:
            await self._ready.put(None)

    async def _some(self) -> list[_Value | None]:
        """Return what is ready, as soon as something is; ``None`` is the end."""
        found = [await self._ready.get()]
        while not self._ready.empty():
            found.append(self._ready.get_nowait())
        return found
