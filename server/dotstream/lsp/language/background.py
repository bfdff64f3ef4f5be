"""Work for the editor's questions, off the event loop, each with a token that ends it."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from dotstream.errors import DotstreamError
from dotstream.model.cancel import CancellationToken

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable

_THREADS = 4
_Result = TypeVar("_Result")

_log = logging.getLogger(__name__)


class Background:
    """A few threads of our own: pygls' threads also read what the client sends."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, "language")
        self._tokens: set[CancellationToken] = set()
        self._later: dict[Hashable, asyncio.Task[None]] = {}

    async def run(
        self,
        work: Callable[[CancellationToken], _Result],
        token: CancellationToken | None = None,
    ) -> _Result:
        """Have a thread work, and return what it found.

        Cancelling the caller cancels the token.
        """
        token = token or CancellationToken()
        self._tokens.add(token)
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, work, token)
        finally:
            token.cancel()
            self._tokens.discard(token)

    async def try_run(
        self, work: Callable[[CancellationToken], _Result], otherwise: _Result
    ) -> _Result:
        """Like ``run``, but what cannot be told is answered with ``otherwise``."""
        try:
            return await self.run(work)
        except (DotstreamError, OSError) as error:
            _log.info("no answer: %s", error)
            return otherwise

    def later(
        self, name: Hashable, delay: float, work: Callable[[], Coroutine[None, None, None]]
    ) -> None:
        """Do something after a while, unless it is asked for again before; seconds."""

        async def wait() -> None:
            try:
                await asyncio.sleep(delay)
                await work()
            except Exception:  # noqa: BLE001 - the boundary; nobody waits for an answer
                _log.exception("a bug in dotstream: %r failed", name)
            finally:
                if self._later.get(name) is asyncio.current_task():
                    del self._later[name]

        self.drop(name)
        self._later[name] = asyncio.get_running_loop().create_task(wait())

    def drop(self, name: Hashable) -> None:
        """Forget what was to be done later, or end it."""
        task = self._later.pop(name, None)
        if task is not None:
            task.cancel()

    def close(self) -> None:
        """End everything."""
        for task in list(self._later.values()):
            task.cancel()
        for token in list(self._tokens):
            token.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)
