"""A client for tests: a real server process, every message kept, and checked.

A thread reads whatever the server sends and wakes those who wait for it; nothing here
sleeps.  It can misbehave on request: not acknowledge, not read, vanish.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from threading import Condition, Event, Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_from_bytes

from tests.lsp.schema import Checker
from tests.lsp.wires import PATIENCE, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import Self

__all__ = ["Editor", "uri"]


def uri(path: str | os.PathLike[str]) -> str:
    """Return the URI of a path, written without the server's help."""
    return "file://" + quote_from_bytes(os.fsencode(path))


class Editor:
    """One client and what the server has said to it.

    Args:
        initialize: whether to shake hands at once.
        environ: variables on top of this process's own; ``None`` removes one.
        server: a server to connect to; by default one is started for this client alone.
        experimental: what it says that it can do beyond LSP.

    Attributes:
        acks: whether every batch is acknowledged as it is read.
        reading: cleared, nothing more is taken from the wire.
        replies: answers what the server asks, by method: a result; what is left out is
            not answered.
    """

    def __init__(
        self,
        *,
        initialize: bool = True,
        environ: dict[str, str | None] | None = None,
        server: Server | None = None,
        experimental: Mapping[str, Any] | None = None,
    ) -> None:
        self._alone = server is None
        self.server = server or Server(environ=environ)
        self.process = self.server.process
        self.wire = self.server.connect()
        self.acks = False
        self.reading = Event()
        self.reading.set()
        self.messages: list[dict[str, Any]] = []
        self.keep = True
        self.batches = 0
        self.checker = Checker()
        self.replies: dict[str, Callable[[Any], Any]] = {}
        self._answers: dict[Any, dict[str, Any]] = {}
        self._answered: Counter[Any] = Counter()
        self._values: dict[Any, list[dict[str, Any]]] = {}
        self._ended = False
        self._next = 0
        self._changed = Condition()
        self._write = Condition()
        self._reader = Thread(target=self._read)
        self._reader.start()
        if initialize:
            capabilities = {} if experimental is None else {"experimental": {**experimental}}
            hello = {"processId": None, "capabilities": capabilities}
            self.initialized = self.ask("initialize", hello)
            self.notify("initialized", {})

    @property
    def log(self) -> bytes:
        """What the server has logged."""
        return self.server.log

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.leave()

    # Sending ---------------------------------------------------------------------------

    def send_bytes(self, data: bytes) -> None:
        """Write bytes as they are."""
        with self._write:
            self.wire.send_bytes(data)

    def send(self, message: object) -> None:
        """Send one message."""
        self.checker.sent(message)
        with self._write:
            self.wire.send(json.dumps(message).encode())

    def notify(self, method: str, params: object) -> None:
        """Send a notification."""
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def request(self, method: str, *params: object) -> int:
        """Send a request, without ``params`` if there are none, and return its id."""
        self._next += 1
        message: dict[str, object] = {"jsonrpc": "2.0", "id": self._next, "method": method}
        if params:
            message["params"] = params[0]
        self.send(message)
        return self._next

    def cancel(self, request: int) -> None:
        """Cancel a request."""
        self.notify("$/cancelRequest", {"id": request})

    # Receiving -------------------------------------------------------------------------

    def wait(self, condition: Callable[[], bool]) -> None:
        """Wait until something holds, looked at after every message."""
        with self._changed:
            met = self._changed.wait_for(lambda: condition() or self._ended, PATIENCE)
        assert met, "the server did not say what was waited for"
        assert condition(), f"the server ended: {self.log.decode()}"

    def follow(self, token: str, rows: int) -> None:
        """Acknowledge batches until so many rows came: a window of 1 stands still then."""
        read = 0
        while len(self.rows(token)) < rows:
            if read:
                self.notify("dotstream/ack", {"token": token, "seq": read})
            read += 1
            self.wait(lambda seq=read: self.batches >= seq)  # type: ignore[misc]

    def wait_for_end(self) -> None:
        """Wait until the server hangs up."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._ended, PATIENCE), "it does not hang up"

    def answer(self, request: object) -> dict[str, Any]:
        """Return the whole answer to a request."""
        self.wait(lambda: request in self._answers)
        return self._answers[request]

    def ask(self, method: str, *params: object) -> Any:
        """Send a request and return its result."""
        answer = self.answer(self.request(method, *params))
        assert "error" not in answer, answer
        return answer["result"]

    def error(self, method: str, *params: object) -> dict[str, Any]:
        """Send a request that must fail and return the error."""
        answer = self.answer(self.request(method, *params))
        assert "error" in answer, answer
        found: dict[str, Any] = answer["error"]
        return found

    def outstanding(self, asked: Mapping[Any, int]) -> dict[Any, int]:
        """Return which of so many requests per id are not answered, and how many."""
        left = {request: count - self._answered[request] for request, count in asked.items()}
        return {request: count for request, count in left.items() if count}

    def values(self, token: object) -> list[dict[str, Any]]:
        """Return what came on a progress token so far."""
        return list(self._values.get(token, ()))

    def rows(self, token: object) -> list[dict[str, Any]]:
        """Return the rows that came on a progress token so far."""
        return [row for value in self.values(token) for row in value.get("items", ())]

    # Ending ----------------------------------------------------------------------------

    def leave(self) -> int | None:
        """Say goodbye, or just hang up if the server does not listen; return its exit code."""
        self.reading.set()
        try:
            if not self._ended and self.process.poll() is None:
                self.answer(self.request("shutdown"))
                self.notify("exit", None)
        except OSError:
            pass
        finally:
            code = self.hang_up()  # whatever failed, no process and no socket is left
        return code

    def hang_up(self) -> int | None:
        """Send nothing more, and read what is still said; return the server's exit code.

        ``None`` if it goes on because it has other clients.
        """
        self.wire.half_close()
        self.reading.set()
        self._reader.join(PATIENCE)
        assert not self._reader.is_alive(), "the server does not hang up"
        self.wire.cut()
        code = self.server.end() if self._alone else None
        assert not self.checker.problems, self.checker.problems
        return code

    def vanish(self) -> int | None:
        """Close everything without a word, unread messages and all, as a client that dies."""
        self.reading.clear()
        self.wire.cut()
        self.reading.set()
        self._reader.join(PATIENCE)
        return self.server.end() if self._alone else None

    # The reading thread ----------------------------------------------------------------

    def _read(self) -> None:
        messages = self.wire.messages()
        while self.reading.wait() and (body := next(messages, None)) is not None:
            self._take(json.loads(body))
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _take(self, message: dict[str, Any]) -> None:
        self.checker.received(message)
        value = message.get("params", {}).get("value", {})
        with self._changed:
            if self.keep or "seq" not in value:
                self.messages.append(message)
            if "method" not in message:
                self._answers[message["id"]] = message
                self._answered[message["id"]] += 1
            elif message["method"] == "$/progress":
                if self.keep or "items" not in value:
                    self._values.setdefault(message["params"]["token"], []).append(value)
                self.batches += "items" in value
            self._changed.notify_all()
        if "id" in message and message.get("method") in self.replies:
            result = self.replies[message["method"]](message["params"])
            self.send({"jsonrpc": "2.0", "id": message["id"], "result": result})
        if self.acks and "items" in value:
            token = message["params"]["token"]
            try:
                self.notify("dotstream/ack", {"token": token, "seq": value["seq"]})
            except OSError:
                pass
