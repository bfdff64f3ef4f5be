"""The methods of ours, and the calls being worked on: started, found again, ended together.

Everything here runs on the event loop, so nothing here needs a lock; but for ``acknowledge``,
which any thread may call: it reads what the loop has begun, and ``Batches`` has a lock.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, Any

from pygls.exceptions import JsonRpcException

from dotstream.lsp.requests import (
    children,
    configuration,
    doctor,
    history,
    plan,
    single,
    status,
)
from dotstream.lsp.requests.batches import AGE
from dotstream.lsp.requests.call import Call, Method
from dotstream.lsp.requests.commands import COMMANDS
from dotstream.lsp.requests.faults import REQUEST_FAILED
from dotstream.lsp.requests.fields import Fields, invalid
from dotstream.lsp.requests.running import Running
from dotstream.lsp.requests.telling import Answering, Showing

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from dotstream.lsp.peer import Peer
    from dotstream.lsp.requests.running import Outcome, Teller
    from dotstream.lsp.transport.outbox import Outbox

METHODS: dict[str, Method[Any]] = {
    "dotstream/plan": plan.PLAN,
    "dotstream/apply": plan.APPLY,
    "dotstream/link": single.LINK,
    "dotstream/unlink": single.UNLINK,
    "dotstream/resolve": single.RESOLVE,
    "dotstream/ignore": configuration.IGNORE,
    "dotstream/init": configuration.INIT,
    "dotstream/agree": configuration.AGREE,
    "dotstream/packages": status.PACKAGES,
    "dotstream/status": status.STATUS,
    "dotstream/children": children.CHILDREN,
    "dotstream/history": history.HISTORY,
    "dotstream/undo": history.UNDO,
    "dotstream/recover": history.RECOVER,
    "dotstream/doctor": doctor.DOCTOR,
    "dotstream/diff": single.DIFF,
}

LOOKING = frozenset(
    {plan.PLAN, status.PACKAGES, status.STATUS, children.CHILDREN, history.HISTORY, single.DIFF}
)
"""Those that change nothing, so that the process may end in the middle of one."""

MAX_STREAMS = 8
"""Calls that stream rows and may be worked on at once."""

MAX_OTHERS = 64
"""Other calls that may be worked on at once."""

_PATIENCE = 2.0  # seconds

_log = logging.getLogger(__name__)


class Registry:
    """The calls of one client.

    Args:
        answer: sends the answer to a request: a result or an error.
        finished: told of each call that has ended, after its client.
    """

    def __init__(
        self,
        peer: Peer,
        outbox: Outbox,
        answer: Callable[[str | int, Outcome], None],
        finished: Callable[[Call], None],
    ) -> None:
        self._peer = peer
        self._outbox = outbox
        self._loop = asyncio.get_running_loop()
        self._answer = answer
        self._finished = finished
        self._running: dict[Hashable, Running] = {}
        self._numbers = count(1)
        self._idle = asyncio.Event()
        self._idle.set()
        self._tick_handle: asyncio.TimerHandle | None = None

    def __contains__(self, request_id: object) -> bool:
        return request_id in self._running

    def request(self, request_id: str | int, name: str, sent: object) -> None:
        """Begin to work on a request.

        Args:
            name: of the method.
            sent: its parameters, as they came.

        Raises:
            JsonRpcException: a parameter is wrong, or too much is being worked on.
        """
        call = Call(METHODS[name], sent, self._peer, waits=False)
        token = call.asked.partial
        if token is not None and self._streaming(token):
            raise invalid("partialResultToken", "another request is streaming on it")

        def answer(outcome: Outcome) -> None:
            self._answer(request_id, outcome)

        self._refuse_too_many(streams=token is not None)
        self._start(request_id, call, Answering(call, self._outbox, answer))

    def command(self, name: str, sent: object) -> None:
        """Begin to carry out a command: its method, with what a person asks for by default.

        Raises:
            JsonRpcException: a parameter is wrong, or too much is being worked on.
        """
        command = COMMANDS[name]
        call = Call(METHODS[command.method], command.completed(sent), self._peer, waits=True)
        self._refuse_too_many(streams=False)
        key = "command", next(self._numbers)
        self._start(key, call, Showing(f"dotstream-{key[1]}", command, call))

    def _refuse_too_many(self, *, streams: bool) -> None:
        most = MAX_STREAMS if streams else MAX_OTHERS
        alike = sum((each.call.asked.partial is not None) == streams for each in self._all())
        if alike >= most:
            message = f"{most} requests are being worked on; wait for one, or cancel one"
            raise JsonRpcException(message, REQUEST_FAILED, {"kind": "busy"})

    def _start(self, key: Hashable, call: Call, teller: Teller) -> None:
        running = Running(key, call, teller, self._hand_over)
        self._running[key] = running
        self._idle.clear()
        running.start()
        if self._tick_handle is None:
            self._tick_handle = self._loop.call_later(AGE, self._tick)

    def _hand_over(self, running: Running, outcome: Outcome) -> None:
        """Pass an outcome from the thread that worked to the event loop."""
        self._loop.call_soon_threadsafe(self._finish, running, outcome)

    def _finish(self, running: Running, outcome: Outcome) -> None:
        del self._running[running.key]
        running.teller.tell(outcome)
        self._finished(running.call)
        if not self._running:
            self._idle.set()

    def _tick(self) -> None:
        self._tick_handle = None
        for running in self._all():
            running.teller.tick()
        if self._running:
            self._tick_handle = self._loop.call_later(AGE, self._tick)

    def _all(self) -> list[Running]:
        return list(self._running.values())

    def _streaming(self, token: str | int) -> Answering | None:
        for running in self._all():
            if running.call.asked.partial == token and isinstance(running.teller, Answering):
                return running.teller
        return None

    def acknowledge(self, sent: object) -> None:
        """Give a stream credit; late and wrong acknowledgements change nothing.

        Raises:
            JsonRpcInvalidParams: a field is missing or wrong.
        """
        fields = Fields(sent)
        token, seq = fields.required_token("token"), fields.required_number("seq")
        found = self._streaming(token)
        if found is not None and not found.batches.acknowledge(seq):
            _log.warning("batch %d of %r was never sent", seq, token)

    def cancel(self, request_id: str | int) -> bool:
        """Ask one request to stop; false if there is none of that id."""
        running = self._running.get(request_id)
        if running is not None:
            running.cancel()
        return running is not None

    def cancel_progress(self, token: str | int) -> None:
        """Ask the calls that tell their progress on ``token`` to stop."""
        for running in self._all():
            if running.teller.progress_token == token:
                running.cancel()

    def cancel_commands(self) -> None:
        """Ask every command to stop."""
        for running in self._all():
            if isinstance(running.teller, Showing):
                running.cancel()

    async def end_all(self) -> None:
        """Ask every call to stop, and wait until each has ended.

        One that changes nothing is not waited for for long: it may hang in the system.
        """
        for running in self._all():
            running.cancel()
        patience = self._loop.time() + _PATIENCE
        while self._running and (self._changing() or self._loop.time() < patience):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._idle.wait(), _PATIENCE / 4)

    def _changing(self) -> bool:
        return any(running.call.method not in LOOKING for running in self._all())
