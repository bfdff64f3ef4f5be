"""dotstream for asyncio: the same words, computed in one worker thread.

    async with client.stream_manage("zsh") as plan:
        async for item in plan:
            ...

The worker runs ahead of the consumer by at most a few batches, then it waits: a slow
consumer slows the scan.  The event loop is never blocked.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from dotstream.client import Client
from dotstream.model.cancel import CancellationToken
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from os import PathLike
    from types import TracebackType
    from typing import Self

    from dotstream.model.events import Progress, Result
    from dotstream.model.items import Item
    from dotstream.model.options import Action
    from dotstream.model.plan import Metadata, Plan, Summary
    from dotstream.planner.stream import StreamingPlan

__all__ = ["AsyncClient", "AsyncStreamingPlan"]

_AS_CONFIGURED = Preferences()
_BATCH = 256
_AHEAD = 4


class AsyncStreamingPlan:
    """A streaming plan to be used with ``async with`` and ``async for``, once.

    Attributes:
        metadata: what was asked; known at once.
    """

    def __init__(self, plan: StreamingPlan) -> None:
        self._plan = plan
        self.metadata: Metadata = plan.metadata
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready: asyncio.Queue[list[Item] | BaseException | None] = asyncio.Queue()
        self._room = threading.Semaphore(_AHEAD)
        self._worker: threading.Thread | None = None
        self._closed = False

    @property
    def summary(self) -> Summary:
        """Counts so far; with the digest once the last item was reached."""
        return self._plan.summary

    def cancel(self) -> None:
        """Ask the plan to stop; iterating then raises ``Cancelled``."""
        self._plan.cancel()

    async def collect(self) -> Plan:
        """Compute the whole plan into memory."""
        return await asyncio.to_thread(self._plan.collect)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._closed = True
        self._room.release()
        if self._worker is not None:
            await asyncio.to_thread(self._worker.join)
        else:
            self._plan.close()

    async def __aiter__(self) -> AsyncIterator[Item]:
        """Iterate over the plan's items.

        Raises:
            Cancelled: the plan was cancelled.
        """
        self._loop = asyncio.get_running_loop()
        self._worker = threading.Thread(target=self._work, name="dotstream-plan", daemon=True)
        self._worker.start()
        while True:
            batch = await self._ready.get()
            if batch is None:
                return
            if isinstance(batch, BaseException):
                raise batch
            for item in batch:
                yield item
            self._room.release()

    def _work(self) -> None:
        """Compute batches in the worker thread and hand them over."""
        try:
            with self._plan as plan:
                batch: list[Item] = []
                size = 1  # the first item goes out at once
                for item in plan:
                    batch.append(item)
                    if len(batch) == size:
                        if not self._hand_over(batch):
                            return
                        batch, size = [], _BATCH
                self._hand_over(batch)
        except Exception as error:  # noqa: BLE001 - raised again in the consumer's thread
            self._put(error)
        else:
            self._put(None)

    def _hand_over(self, batch: list[Item]) -> bool:
        self._room.acquire()
        if self._closed:
            return False
        self._put(batch)
        return True

    def _put(self, value: list[Item] | BaseException | None) -> None:
        assert self._loop is not None  # noqa: S101 - set before the worker starts
        self._loop.call_soon_threadsafe(self._ready.put_nowait, value)


class AsyncClient:
    """A package directory and its target, for asyncio; see ``Client``."""

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

    def stream(
        self,
        action: Action,
        packages: Sequence[str] = (),
        *,
        profile: str | None = None,
        everything: bool = False,
        prefer: Preferences = _AS_CONFIGURED,
        cancel: CancellationToken | None = None,
    ) -> AsyncStreamingPlan:
        """Plan an action, computed as it is iterated; see ``Client.stream``."""
        return AsyncStreamingPlan(
            self.client.stream(
                action,
                packages,
                profile=profile,
                everything=everything,
                prefer=prefer,
                cancel=cancel,
            )
        )

    def stream_manage(
        self, *packages: str, prefer: Preferences = _AS_CONFIGURED
    ) -> AsyncStreamingPlan:
        """Plan to install links; see ``Client.stream``."""
        return self.stream("manage", packages, prefer=prefer)

    def stream_unmanage(
        self, *packages: str, prefer: Preferences = _AS_CONFIGURED
    ) -> AsyncStreamingPlan:
        """Plan to remove links; see ``Client.stream``."""
        return self.stream("unmanage", packages, prefer=prefer)

    def stream_remanage(
        self, *packages: str, prefer: Preferences = _AS_CONFIGURED
    ) -> AsyncStreamingPlan:
        """Plan to bring links up to date; see ``Client.stream``."""
        return self.stream("remanage", packages, prefer=prefer)

    def stream_adopt(
        self,
        *paths: str | PathLike[str],
        package: str | None = None,
        prefer: Preferences = _AS_CONFIGURED,
    ) -> AsyncStreamingPlan:
        """Plan to move what is in the target into a package; see ``Client.stream_adopt``."""
        return AsyncStreamingPlan(
            self.client.stream_adopt(*paths, package=package, prefer=prefer)
        )

    async def apply(
        self,
        plan: Plan | AsyncStreamingPlan,
        *,
        stream: bool = False,
        digest: str | None = None,
        cancel: CancellationToken | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Result:
        """Carry a plan out in a worker thread; see ``Client.apply``.

        Cancelling the awaiting task cancels the apply, waits for its rollback, and then
        raises ``asyncio.CancelledError``. ``on_progress`` runs in the worker thread.
        """
        token = cancel or CancellationToken()
        source = plan._plan if isinstance(plan, AsyncStreamingPlan) else plan  # noqa: SLF001
        work = asyncio.ensure_future(
            asyncio.to_thread(
                self.client.apply,
                source,
                stream=stream,
                digest=digest,
                cancel=token,
                on_progress=on_progress,
            )
        )
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            token.cancel()
            await asyncio.wait([work])
            work.exception()  # it was rolled back; the caller asked for that
            raise
