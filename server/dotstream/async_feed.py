"""What a worker thread takes from an asynchronous iterable, which is read on its event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable
from concurrent.futures import CancelledError

from dotstream.errors import Cancelled
from dotstream.light_typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator, Iterable, Iterator
    from concurrent.futures import Future

_AHEAD = 256

_Value = TypeVar("_Value")
_Found = TypeVar("_Found")


class Feed(Generic[_Value]):
    """Values from a plain or an asynchronous iterable, as a plain one for a worker thread.

    Nothing is taken before it is iterated.  An asynchronous one is read on the loop that
    this was made on, at most 256 values ahead of the worker.
    """

    def __init__(self, values: Iterable[_Value] | AsyncIterable[_Value]) -> None:
        self._values = values
        self._ready: asyncio.Queue[_Value | None] = asyncio.Queue(_AHEAD)
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
