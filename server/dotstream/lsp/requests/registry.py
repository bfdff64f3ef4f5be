"""The requests being worked on: started, found again by id or token, ended together.

Everything here runs on the event loop, so nothing here needs a lock.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from pygls.exceptions import JsonRpcException

from dotstream.lsp.requests.batches import AGE
from dotstream.lsp.requests.faults import REQUEST_FAILED
from dotstream.lsp.requests.params import invalid
from dotstream.lsp.requests.running import Work

if TYPE_CHECKING:
    from collections.abc import Callable

    from dotstream.lsp.requests.method import Method
    from dotstream.lsp.requests.params import AckParams
    from dotstream.lsp.requests.running import Changed, Outcome
    from dotstream.lsp.transport.outbox import Outbox

__all__ = ["MAX_OTHERS", "MAX_WORKS", "Works"]

MAX_WORKS = 8
"""Requests that stream rows and may be worked on at once."""

MAX_OTHERS = 64
"""Other requests that may be worked on at once."""

_log = logging.getLogger(__name__)


class Works:
    """The long requests of one connection.

    Args:
        answer: sends the answer to a request: a result or an error.
        changed: told of what a request changed, after it is answered.
    """

    def __init__(
        self,
        outbox: Outbox,
        loop: asyncio.AbstractEventLoop,
        answer: Callable[[str | int, Outcome], None],
        changed: Callable[[Changed], None],
    ) -> None:
        self._outbox = outbox
        self._loop = loop
        self._answer = answer
        self._changed = changed
        self._works: dict[str | int, Work] = {}
        self._idle = asyncio.Event()
        self._idle.set()
        self._tick_handle: asyncio.TimerHandle | None = None

    def __contains__(self, request_id: object) -> bool:
        return request_id in self._works

    def start(self, request_id: str | int, method: Method[Any], sent: object) -> None:
        """Begin to work on a request.

        Args:
            sent: its parameters, as they came.

        Raises:
            JsonRpcException: a parameter is wrong, or too much is being worked on.
        """
        params = method.check(sent)
        streams = params.partial is not None
        most = MAX_WORKS if streams else MAX_OTHERS
        alike = sum((work.params.partial is not None) == streams for work in self._works.values())
        if alike >= most:
            message = f"{most} requests are being worked on; wait for one, or cancel one"
            raise JsonRpcException(message, REQUEST_FAILED, {"kind": "busy"})
        if params.partial is not None and self._streaming(params.partial):
            raise invalid("partialResultToken", "another request is streaming on it")
        work = Work(request_id, params, method, outbox=self._outbox, finished=self._hand_over)
        self._works[request_id] = work
        self._idle.clear()
        work.start()
        if self._tick_handle is None:
            self._tick_handle = self._loop.call_later(AGE, self._tick)

    def _hand_over(self, work: Work, outcome: Outcome) -> None:
        """Pass an outcome from the work's thread to the event loop."""
        self._loop.call_soon_threadsafe(self._finish, work, outcome)

    def _finish(self, work: Work, outcome: Outcome) -> None:
        del self._works[work.request_id]
        work.end_progress(outcome)
        self._answer(work.request_id, outcome)
        if work.changed is not None:
            self._changed(work.changed)
        if not self._works:
            self._idle.set()

    def _tick(self) -> None:
        self._tick_handle = None
        for work in self._works.values():
            work.tick()
        if self._works:
            self._tick_handle = self._loop.call_later(AGE, self._tick)

    def _streaming(self, token: str | int) -> Work | None:
        for work in self._works.values():
            if work.params.partial == token:
                return work
        return None

    def acknowledge(self, params: AckParams) -> None:
        """Give a stream credit; late and wrong acknowledgements change nothing."""
        work = self._streaming(params.token)
        if work is not None and not work.batches.acknowledge(params.seq):
            _log.warning("batch %d of %r was never sent", params.seq, params.token)

    def cancel(self, request_id: str | int) -> bool:
        """Ask one request to stop; false if there is none of that id."""
        work = self._works.get(request_id)
        if work is not None:
            work.cancel()
        return work is not None

    def cancel_progress(self, token: str | int) -> None:
        """Ask the requests that report progress on ``token`` to stop."""
        for work in self._works.values():
            if work.params.work_done == token:
                work.cancel()

    async def end_all(self) -> None:
        """Ask every request to stop, and wait until each is answered."""
        for work in self._works.values():
            work.cancel()
        await self._idle.wait()
