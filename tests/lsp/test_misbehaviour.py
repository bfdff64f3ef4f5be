"""Clients that misbehave, on every transport, with buffered and unbuffered output."""

from __future__ import annotations

import subprocess
import sys
from threading import Semaphore, Thread
from time import monotonic
from typing import TYPE_CHECKING

import pytest
from tests.long import by_length
from tests.lsp.editor import Editor
from tests.lsp.test_cancel import STATE, applying
from tests.lsp.wires import PATIENCE, TRANSPORTS, Server
from tests.snapshot import difference, snapshot
from tests.systems import processes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lsp.conftest import World


@pytest.fixture(params=[*TRANSPORTS, "stdio, unbuffered"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Return a server on every transport, with its output set up both ways if it has any."""
    transport, *unbuffered = request.param.split(", ")
    started = Server(transport, environ={"PYTHONUNBUFFERED": "1" if unbuffered else None})
    yield started
    started.end()
    assert b"Traceback" not in started.log, started.log.decode()


def _goes_on(server: Server) -> None:
    """Check that a server on a port still serves, and that one on pipes ends by itself."""
    if server.transport == "stdio":
        assert server.process.wait(PATIENCE) == 1
    else:
        with Editor(server=server) as another:
            assert another.error("no/such", {})["code"] == -32601


@processes
def test_one_that_stops_reading_for_a_while_goes_on_where_it_was(
    world: World, server: Server
) -> None:
    world.grow("big", 12_000)
    editor = Editor(server=server)
    editor.keep = False
    editor.ask("dotstream/plan", world.params("big", partialResultToken="warm"))
    before = server.peak()
    editor.reading.clear()
    request = editor.request(
        "dotstream/plan", world.params("big", window=64, partialResultToken="p")
    )
    for seq in range(1, 65):  # it acknowledges what it has not even read
        editor.notify("dotstream/ack", {"token": "p", "seq": seq})
    other = editor.request("no/such", {})
    if server.transport != "stdio":
        with Editor(server=server) as another:  # meanwhile, others are served
            assert another.ask("dotstream/plan", world.params("zsh"))["conflicts"] == 0
    editor.acks = True
    editor.reading.set()
    assert editor.answer(other)["error"]["code"] == -32601
    assert editor.answer(request)["result"]["counts"]["create_link"] == 12_000
    assert server.peak() - before < 8192
    editor.leave()


def test_one_that_dies_in_the_middle_of_a_plan(world: World, server: Server) -> None:
    world.grow("big", 5000)
    editor = Editor(server=server)
    editor.request("dotstream/plan", world.params("big", window=2, partialResultToken="p"))
    editor.wait(lambda: editor.batches == 2)
    editor.vanish()
    _goes_on(server)


def test_one_that_dies_with_answers_unread(world: World, server: Server) -> None:
    world.grow("big", 12_000)
    editor = Editor(server=server)
    editor.reading.clear()
    params = world.params("big", window=64, partialResultToken="p")
    editor.request("dotstream/plan", params)
    editor.vanish()
    _goes_on(server)


def test_one_that_dies_in_the_middle_of_an_apply_is_taken_back(
    world: World, server: Server
) -> None:
    before = snapshot(world.target, prune=STATE | {"dotfiles"})
    editor = Editor(server=server)
    applying(world, editor)
    assert (world.target / "d0000/f000").is_symlink()
    editor.vanish()
    if server.transport != "stdio":
        with Editor(server=server) as another:  # waits for the lock, so for the rollback
            deadline = monotonic() + PATIENCE
            while not _unlocked(world, another):
                assert monotonic() < deadline, "the rollback does not end"
    else:
        assert server.process.wait(PATIENCE) == 1
    assert not difference(before, snapshot(world.target, prune=STATE | {"dotfiles"}))


def _unlocked(world: World, editor: Editor) -> bool:
    """Whether nobody is changing the target: an apply of nothing is answered."""
    answer = editor.answer(
        editor.request("dotstream/apply", world.params("zsh", action="unmanage"))
    )
    assert "result" in answer or answer["error"]["data"]["kind"] == "locked"
    return "result" in answer


def test_one_that_sends_nothing_more_still_gets_its_answers(world: World, server: Server) -> None:
    before = snapshot(world.target, prune=STATE | {"dotfiles"})
    editor = Editor(server=server)
    request = applying(world, editor)
    editor.hang_up()
    if server.transport != "ws":  # whose goodbye is for both directions
        assert editor.answer(request)["error"]["code"] == -32800
        assert editor.values("p")[-1]["reason"] == "cancelled"
    assert not difference(before, snapshot(world.target, prune=STATE | {"dotfiles"}))
    _goes_on(server)


@processes
def test_one_that_floods_it_with_requests_and_acknowledgements(server: Server) -> None:
    editor = Editor(server=server)
    before = server.peak()
    requests = []
    for number in range(by_length(1000, 3000)):
        requests.append(editor.request("dotstream/plan" if number % 50 == 0 else "no/such", {}))
        editor.notify("dotstream/ack", {"token": "p", "seq": number})
    assert {editor.answer(request)["error"]["code"] for request in requests} == {-32601, -32602}
    assert server.peak() - before < 8192
    editor.leave()


@processes
def test_one_that_floods_it_and_does_not_read_is_not_read_from(server: Server) -> None:
    editor = Editor(server=server)
    editor.ask("shutdown")  # every answer from here on is a refusal
    before = server.peak()
    editor.reading.clear()
    sent = Semaphore(0)
    ids = [f"{number:<20000}" for number in range(1500)]

    def flood() -> None:
        for name in ids:
            editor.send({"jsonrpc": "2.0", "id": name, "method": "no/such"})
            sent.release()

    flooding = Thread(target=flood)
    flooding.start()
    for _ in range(350):  # as much as it takes without being read from, and nearly more
        assert sent.acquire(timeout=PATIENCE)
    editor.reading.set()
    for name in ids:
        assert editor.answer(name)["error"]["code"] == -32600
    flooding.join(PATIENCE)
    assert server.peak() - before < 20 * 1024
    editor.notify("exit", None)
    editor.hang_up()


def test_a_message_over_the_limit_is_said_and_survived() -> None:
    with Editor() as editor:
        length = (64 << 20) + 1
        editor.send_bytes(b"Content-Length: %d\r\n\r\n" % length)
        for _ in range(64):
            editor.send_bytes(b"x" * (1 << 20))
        editor.send_bytes(b"x")
        assert editor.error("no/such", {})["code"] == -32601
        refusal = next(each for each in editor.messages if each.get("id", 0) is None)
        assert "over the limit of 64 MiB" in refusal["error"]["message"]
        editor.server.wait_for_log(b"over the limit of 64 MiB")


@pytest.mark.parametrize("transport", ["stdio", "tcp"])
def test_the_end_of_the_clients_process_is_the_end_of_its_connection(transport: str) -> None:
    """Whoever started the editor may have its pipe open still."""
    server = Server(transport)
    editor = Editor(server=server, initialize=False)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as client:
        editor.ask("initialize", {"processId": client.pid, "capabilities": {}})
        assert editor.error("no/such", {})["code"] == -32601
    editor.wait_for_end()
    editor.hang_up()
    assert server.end() == (1 if transport == "stdio" else 0)


@pytest.mark.parametrize("process", [2**22 + 1, 2**70, -1, 0])
def test_a_process_that_was_never_there_ends_nothing(process: int) -> None:
    with Editor(initialize=False) as editor:
        answer = editor.answer(
            editor.request("initialize", {"processId": process, "capabilities": {}})
        )
        assert "result" in answer
        assert editor.error("no/such", {})["code"] == -32601
