"""Malformed messages over a real wire: each request is answered once, and nothing breaks.

The messages are made from a seed; a failure names it.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from tests.lsp.editor import Editor
from tests.lsp.wires import TRANSPORTS, Server

from dotstream.lsp.requests.registry import METHODS as OURS

if TYPE_CHECKING:
    from tests.lsp.conftest import World

MESSAGES = 400
WRITES = {"dotstream/init", "dotstream/ignore"}  # into any directory that they are told
METHODS = (
    *(method for method in OURS if method not in WRITES),
    "initialize",
    "workspace/executeCommand",
    "$/progress",
    "$/unknown",
    "no/such",
    "textDocument/hover",
    "",
)
NOTIFICATIONS = (
    "dotstream/ack",
    "$/cancelRequest",
    "$/progress",
    "$/setTrace",
    "window/workDoneProgress/cancel",
    "textDocument/didOpen",
    "textDocument/didChange",
    "textDocument/didClose",
    "workspace/didChangeConfiguration",
    "workspace/didChangeWorkspaceFolders",
    "no/such",
    "initialized",
)
CODES = {-32601, -32602, -32600, -32800, -32803, -32801}
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2**31, 2**63, 2**200, 1e308, 0.5, "", "x", "\ud800", "\0"),
    *("file:///", "file:///etc", "file://host/x", "../..", "a/b", "é", "\U0001f600"),
    *([], [None], [[]], {}, {"jsonrpc": "2.0"}, {"type_name": "x", "class": 1, "_0": {}}),
    {"jsonrpc": "2.0", "id": 1, "method": "dotstream/plan", "params": {}},
    "x" * 10_000,
)


class Maker:
    """Makes messages that are wrong in some way, from a seed."""

    def __init__(self, seed: int, right: dict[str, Any]) -> None:
        self.random = random.Random(seed)
        self.right = right

    def odd(self, depth: int = 3) -> Any:
        """Return something unexpected, nested at times."""
        choose = self.random.random()
        if depth and choose < 0.15:
            return [self.odd(depth - 1) for _ in range(self.random.randrange(4))]
        if depth and choose < 0.3:
            names = (*self.right, "token", "seq", "id", "jsonrpc", "textDocument", "é")
            chosen = self.random.sample(names, 3)
            return {name: self.odd(depth - 1) for name in chosen}
        return self.random.choice(ODD)

    def params(self) -> Any:
        """Return parameters: right but for one field, or wrong altogether."""
        if self.random.random() < 0.3:
            return self.odd()
        params = json.loads(json.dumps(self.right))
        name = self.random.choice(list(params))
        if self.random.random() < 0.2:
            del params[name]
        elif isinstance(params[name], dict) and self.random.random() < 0.7:
            params[name][self.random.choice(list(params[name]))] = self.odd()
        else:
            params[name] = self.odd()
        return params

    def ack(self) -> Any:
        """Return an acknowledgement of the past, the future, nothing or nobody."""
        tokens: tuple[Any, ...] = ("p", "q", 1, 0, None, [], {}, True, "\ud800")
        return {"token": self.random.choice(tokens), "seq": self.random.choice(ODD)}

    def message(self, method: str, *, request: Any) -> dict[str, Any]:
        """Return a message with most of what it needs."""
        message: dict[str, Any] = {"jsonrpc": "2.0", "method": method}
        if request is not None:
            message["id"] = request
        if self.random.random() < 0.9:
            ack = method == "dotstream/ack" and self.random.random() < 0.7
            message["params"] = self.ack() if ack else self.params()
        return message

    def bad_body(self) -> bytes:
        """Return a body that is no message at all."""
        return self.random.choice(
            (
                b"",
                b"{",
                b"}{",
                b"nul",
                b"\xff\xfe\0",
                b'"text"',
                b"[1,2]",
                b"[]",
                b"3",
                b"null",
                b"{}",
                b'{"jsonrpc":"1.0","id":1,"method":"x"}',
                b'{"jsonrpc":2.0,"id":1,"method":"x"}',
                b'{"jsonrpc":"2.0","id":null,"method":"x"}',
                b'{"jsonrpc":"2.0","id":true,"method":"x"}',
                b'{"jsonrpc":"2.0","id":1.5,"method":"x"}',
                b'{"jsonrpc":"2.0","id":{},"method":"x"}',
                b'{"jsonrpc":"2.0","id":[[]],"method":["x"]}',
                b'{"jsonrpc":"2.0","id":"\\ud800","method":"x"}',
                b'[{"jsonrpc":"2.0","id":1,"method":"no/batches"}]',
                b"[" * 50_000,
                b'{"a":' * 50_000,
                b'{"jsonrpc":"2.0","method":"dotstream/ack","params":'
                + b"[" * 900
                + b"]" * 900
                + b"}",
                b"1" * 10_000,
                b"NaN",
            )
        )


BAD_HEADERS = (
    b"Content-Length: -1\r\n\r\n",
    b"Content-Length: 1e3\r\n\r\n",
    b"Content-Length:\r\n\r\n",
    b"Content-Type: application/json\r\n\r\n",
    b"Content-Length: 0x10\r\n\r\n",
    b"\r\n\r\n",
    b": \r\n\r\n",
    b"\0\xff\r\n\r\n",
)


def _right(world: World, token: str) -> dict[str, Any]:
    options = {"folding": "safe", "onConflict": "fail", "resolutions": {}, "stream": False}
    more = {"window": 64, "partialResultToken": token, "workDoneToken": "w", "options": options}
    return world.params("zsh", profile=None, paths=[], digest=None, **more)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_comes_is_answered_once_and_the_server_goes_on(
    world: World, transport: str, seed: int
) -> None:
    server = Server(transport)
    editor = Editor(server=server)
    editor.acks = True
    make = Maker(seed, _right(world, "p"))
    asked: Counter[Any] = Counter()
    refused = 0
    for number in range(1000, 1000 + MESSAGES):
        kind = make.random.random()
        if kind < 0.5:
            request: Any = number if make.random.random() < 0.8 else f"r{number}"
            if make.random.random() < 0.05 and asked:
                request = make.random.choice(list(asked))
            editor.send(make.message(make.random.choice(METHODS), request=request))
            asked[request] += 1
        elif kind < 0.8:
            editor.send(make.message(make.random.choice(NOTIFICATIONS), request=None))
        elif kind < 0.9 or transport == "ws":
            editor.wire.send(make.bad_body())
        else:
            editor.send_bytes(make.random.choice(BAD_HEADERS))
    editor.wait(lambda: len(editor.outstanding(asked)) == 0)
    assert editor.error("no/such", {})["code"] == -32601
    result = editor.ask("dotstream/plan", world.params("zsh", window=1, partialResultToken="z"))
    assert result["omitted"] == 0
    answers = Counter(m["id"] for m in editor.messages if "method" not in m and "id" in m)
    assert {request: answers[request] for request in asked} == dict(asked)
    for message in editor.messages:
        refused += message.get("error", {}).get("code") in {-32700, -32600}
        if "error" in message and message["id"] in asked:
            assert message["error"]["code"] in CODES, message
        assert "Traceback" not in json.dumps(message)
    assert refused
    editor.leave()
    server.end()
    assert b"Traceback" not in server.log, server.log.decode()


@pytest.mark.parametrize(
    "data", [b"Content-Length: 99999999999\r\n\r\n{", b"x" * 20_000], ids=["length", "headers"]
)
@pytest.mark.parametrize("transport", ["stdio", "tcp"])
def test_what_is_too_long_ends_that_connection_alone(transport: str, data: bytes) -> None:
    server = Server(transport)
    editor = Editor(server=server)
    editor.send_bytes(data)
    editor.hang_up()
    assert editor.messages[-1]["error"]["code"] == -32700
    if transport == "tcp":
        with Editor(server=server) as another:
            assert another.error("no/such", {})["code"] == -32601
    assert server.end() == (1 if transport == "stdio" else 0)
    assert b"Traceback" not in server.log


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_every_request_after_shutdown_is_refused(world: World, transport: str) -> None:
    server = Server(transport)
    editor = Editor(server=server)
    editor.ask("shutdown")
    make = Maker(3, _right(world, "p"))
    for number in range(100, 160):
        editor.send(make.message(make.random.choice((*METHODS, "shutdown")), request=number))
        editor.send(make.message(make.random.choice(NOTIFICATIONS), request=None))
    for number in range(100, 160):
        assert editor.answer(number)["error"]["code"] == -32600
    editor.notify("exit", None)
    editor.hang_up()
    assert server.end() == 0
    assert b"Traceback" not in server.log
