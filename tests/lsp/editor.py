"""A client for tests: a real server process, every message framed and kept.

A thread reads whatever the server sends and wakes those who wait for it; nothing here
sleeps.  It can misbehave on request: not acknowledge, not read, vanish.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from threading import Condition, Event, Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_from_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

__all__ = ["Editor", "uri"]

_PATIENCE = 60.0


def uri(path: str | os.PathLike[str]) -> str:
    """Return the URI of a path, written without the server's help."""
    return "file://" + quote_from_bytes(os.fsencode(path))


class Editor:
    """One server process and what it has said.

    Args:
        initialize: whether to shake hands at once.
        environ: variables on top of this process's own; ``None`` removes one.

    Attributes:
        acks: whether every batch is acknowledged as it is read.
        reading: cleared, nothing more is read from the pipe.
    """

    def __init__(
        self, *, initialize: bool = True, environ: dict[str, str | None] | None = None
    ) -> None:
        surroundings: dict[str, str | None] = {**os.environ, **(environ or {})}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dotstream", "lsp", "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={name: text for name, text in surroundings.items() if text is not None},
        )
        self.acks = False
        self.reading = Event()
        self.reading.set()
        self.messages: list[dict[str, Any]] = []
        self.keep = True
        self.batches = 0
        self.log = b""
        self._answers: dict[Any, dict[str, Any]] = {}
        self._values: dict[Any, list[dict[str, Any]]] = {}
        self._ended = False
        self._next = 0
        self._changed = Condition()
        self._write = Condition()
        self._threads = [Thread(target=self._read), Thread(target=self._collect_log)]
        for thread in self._threads:
            thread.start()
        if initialize:
            self.initialized = self.ask("initialize", {"processId": None, "capabilities": {}})
            self.notify("initialized", {})

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
        assert self.process.stdin is not None
        with self._write:
            self.process.stdin.write(data)
            self.process.stdin.flush()

    def send(self, message: object) -> None:
        """Send one message."""
        body = json.dumps(message).encode()
        self.send_bytes(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

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
            met = self._changed.wait_for(lambda: condition() or self._ended, _PATIENCE)
        assert met, "the server did not say what was waited for"
        assert condition(), f"the server ended: {self.log.decode()}"

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

    def values(self, token: object) -> list[dict[str, Any]]:
        """Return what came on a progress token so far."""
        return list(self._values.get(token, ()))

    def rows(self, token: object) -> list[dict[str, Any]]:
        """Return the rows that came on a progress token so far."""
        return [row for value in self.values(token) for row in value.get("items", ())]

    # Ending ----------------------------------------------------------------------------

    def leave(self) -> int:
        """Say goodbye, or just hang up if the server does not listen; return its exit code."""
        self.reading.set()
        try:
            if self.process.poll() is None and not self._ended:
                self.answer(self.request("shutdown"))
                self.notify("exit", None)
        except OSError:
            pass
        return self.hang_up()

    def hang_up(self) -> int:
        """Close both pipes without a word, as a client that dies does."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.reading.set()
        code = self.process.wait(_PATIENCE)
        for thread in self._threads:
            thread.join(_PATIENCE)
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()
        return code

    # The reading thread ----------------------------------------------------------------

    def _collect_log(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log += line

    def _read(self) -> None:
        assert self.process.stdout is not None
        pipe = self.process.stdout
        while self.reading.wait() and (header := pipe.readline()):
            assert header.startswith(b"Content-Length: "), header
            length = int(header.split()[1])
            while pipe.readline() != b"\r\n":
                pass
            self._take(json.loads(pipe.read(length)))
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _take(self, message: dict[str, Any]) -> None:
        value = message.get("params", {}).get("value", {})
        with self._changed:
            if self.keep or "seq" not in value:
                self.messages.append(message)
            if "method" not in message:
                self._answers[message["id"]] = message
            elif message["method"] == "$/progress":
                if self.keep or "items" not in value:
                    self._values.setdefault(message["params"]["token"], []).append(value)
                self.batches += "items" in value
            self._changed.notify_all()
        if self.acks and "items" in value:
            token = message["params"]["token"]
            try:
                self.notify("dotstream/ack", {"token": token, "seq": value["seq"]})
            except OSError:
                pass
