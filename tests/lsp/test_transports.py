"""TCP and WebSocket: where the server listens, who may connect, several clients at once."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from tests.lsp.editor import Editor
from tests.lsp.wires import KNOWN, Server, WebSocket
from websockets.exceptions import InvalidStatus
from websockets.frames import Frame, Opcode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lsp.conftest import World


@pytest.fixture(params=["tcp", "ws"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Return a server on a port, which has to end well when it is told to."""
    started = Server(request.param)
    yield started
    assert started.end() == 0
    assert b"Traceback" not in started.log, started.log.decode()


@pytest.fixture
def private(tmp_path: Path) -> Iterator[Server]:
    """Return a server on a Unix socket."""
    started = Server("unix", address=str(tmp_path / "socket"))
    started.wait_for_log(b"listening on")
    yield started
    assert started.end() == 0
    assert b"Traceback" not in started.log, started.log.decode()


@pytest.fixture
def listening() -> Iterator[Server]:
    """Return a server for WebSockets."""
    started = Server("ws")
    yield started
    assert started.end() == 0
    assert b"Traceback" not in started.log, started.log.decode()


def test_one_line_tells_where_it_listens(server: Server) -> None:
    host, port = server.address()
    assert host == "127.0.0.1"
    told = f"dotstream: listening on {server.transport}://{host}:{port}\n"
    assert server.log.decode().startswith(told)


def test_clients_are_served_one_after_another(world: World, server: Server) -> None:
    for _ in range(3):
        with Editor(server=server) as editor:
            assert editor.ask("dotstream/plan", world.params("zsh"))["counts"]["create_link"] == 1


def test_clients_are_served_at_once_and_each_by_itself(world: World, server: Server) -> None:
    world.grow("big", 2000)
    with Editor(server=server) as first, Editor(server=server) as second:
        params = world.params("big", window=1, partialResultToken="same")
        requests = [editor.request("dotstream/plan", params) for editor in (first, second)]
        for editor in (first, second):
            editor.wait(lambda editor=editor: editor.batches == 1)  # type: ignore[misc]
        first.cancel(requests[0])
        assert first.answer(requests[0])["error"]["code"] == -32800
        second.acks = True
        second.notify("dotstream/ack", {"token": "same", "seq": 1})
        assert second.answer(requests[1])["result"]["counts"]["create_link"] == 2000


def test_requests_are_refused_after_a_goodbye_and_others_stay(
    world: World, server: Server
) -> None:
    with Editor(server=server) as stays:
        leaves = Editor(server=server)
        leaves.ask("shutdown")
        assert leaves.error("dotstream/plan", world.params("zsh"))["code"] == -32600
        leaves.notify("exit", None)
        assert leaves.hang_up() is None
        assert stays.ask("dotstream/plan", world.params("zsh"))["conflicts"] == 0


def test_too_many_clients_are_sent_away_until_one_leaves(server: Server) -> None:
    wires = [Editor(server=server) for _ in range(32)]
    host_and_port = server.address()
    with socket.create_connection(host_and_port) as one_more:
        assert one_more.recv(1) == b""
    server.wait_for_log(b"another was refused")
    for editor in wires:
        editor.leave()
    with Editor(server=server) as again:
        assert again.error("no/such", {})["code"] == -32601


def test_who_says_nothing_locks_nobody_out() -> None:
    """Those who have been silent for long give their places to those who come."""
    servers = [Server("tcp"), Server("ws")]  # at once, as the time that is long goes by
    with ExitStack() as silent:
        for server in servers * 32:
            silent.enter_context(socket.create_connection(server.address()))
        for server in servers:
            while not _is_answered(server):  # as long as they may still be about to say something
                pass
    assert [server.end() for server in servers] == [0, 0]


def _is_answered(server: Server) -> bool:
    """Whether one more client gets any answer, or is sent away."""
    asked = b'{"jsonrpc":"2.0","id":1,"method":"no/such"}'
    said = {
        "tcp": b"Content-Length: %d\r\n\r\n%b" % (len(asked), asked),
        "ws": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    }
    with socket.create_connection(server.address()) as connected:
        try:
            connected.sendall(said[server.transport])
            return connected.recv(1) != b""
        except ConnectionError:
            return False


@pytest.mark.skipif(KNOWN, reason="this system tells who connects")
def test_where_the_system_does_not_tell_who_connects_a_port_says_what_to_use() -> None:
    command = [sys.executable, "-m", "dotstream", "lsp", "--tcp", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        assert "use --unix PATH, or standard input and output" in server.stderr.readline()
        server.terminate()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
@pytest.mark.skipif(not KNOWN, reason="this system does not tell who connects")
def test_other_users_of_this_machine_are_sent_away(server: Server) -> None:
    host, port = server.address()
    program = (
        "import encodings.idna, os, socket, sys\n"  # now: nobody else may read root's Python
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as s:\n"
        "    s.sendall(b'GET / HTTP/1.1\\r\\n\\r\\n')\n"
        "    print(s.recv(1000))"
    )
    command = [sys.executable, "-c", program, host, str(port)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout in ("b''\n", "")  # or reset before it could read
    server.wait_for_log(b"a connection from another user of this machine was refused")
    with Editor(server=server) as editor:
        assert editor.error("no/such", {})["code"] == -32601


def test_a_unix_socket_serves_several_and_is_gone_in_the_end(
    world: World, private: Server, tmp_path: Path
) -> None:
    with Editor(server=private) as first, Editor(server=private) as second:
        for editor in (first, second):
            assert editor.ask("dotstream/plan", world.params("zsh"))["counts"]["create_link"] == 1
    assert (tmp_path / "socket").stat().st_mode & 0o777 == 0o600
    assert private.log.decode() == f"dotstream: listening on unix:{tmp_path}/socket\n"
    assert private.end() == 0
    assert not (tmp_path / "socket").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_other_users_are_sent_away_from_a_unix_socket_that_they_can_reach() -> None:
    """As when root makes its mode wider, for whatever reason."""
    with TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        server = Server("unix", address=f"{place}/socket")
        server.wait_for_log(b"listening on")
        Path(place, "socket").chmod(0o666)
        pid = os.fork()
        if not pid:
            os.setuid(65534)
            caller = socket.socket(socket.AF_UNIX)
            caller.connect(f"{place}/socket")
            os._exit(len(caller.recv(1)))
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        server.wait_for_log(b"a connection from another user of this machine was refused")
        assert server.end() == 0


def test_the_socket_of_a_server_that_was_killed_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    killed = Server("unix", address=str(path))
    killed.wait_for_log(b"listening on")
    in_use = _run("--unix", str(path))
    assert (in_use.returncode, "Address already in use" in in_use.stderr) == (1, True)
    killed.process.kill()
    assert killed.end() == -signal.SIGKILL
    again = Server("unix", address=str(path))
    with Editor(server=again) as editor:
        assert editor.error("no/such", {})["code"] == -32601
    assert again.end() == 0
    path.write_text("mine\n")
    assert _run("--unix", str(path)).returncode == 1
    assert path.read_text() == "mine\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_every_connection(server: Server, number: signal.Signals) -> None:
    editors = [Editor(server=server) for _ in range(2)]
    server.process.send_signal(number)
    assert server.process.wait(60) == 0
    for editor in editors:
        assert editor.hang_up() is None


@pytest.mark.parametrize("address", ["localhost:0", "[::1]:0", "127.0.0.1:0"])
def test_it_listens_where_it_is_told_to(address: str) -> None:
    server = Server("ws", address=address)
    host, _ = server.address()
    assert host in {"127.0.0.1", "::1"}
    with Editor(server=server) as editor:
        assert editor.error("no/such", {})["code"] == -32601
    assert server.end() == 0
    assert b"WARNING" not in server.log


def test_other_machines_are_let_in_only_with_a_warning() -> None:
    server = Server("tcp", address="0.0.0.0:0")
    server.address()
    assert b"WARNING: 0.0.0.0 is open to others: anyone who can connect" in server.log
    assert server.end() == 0


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--tcp", "nowhere"], "'nowhere' is not an address"),
        (["--tcp", ":80"], "':80' is not an address"),
        (["--ws", "1:2:3"], "'1:2:3' is not an address"),
        (["--ws", "70000"], "up to 65535"),
        (["--tcp", "0", "--ws", "0"], "--ws"),
        (["--stdio", "--ws", "0"], "--ws"),
    ],
)
def test_what_is_no_address_is_a_usage_error(words: list[str], problem: str) -> None:
    done = _run(*words)
    assert done.returncode == 2
    assert problem in done.stderr


def test_a_port_in_use_is_told(server: Server) -> None:
    host, port = server.address()
    done = _run("--tcp", str(port))
    assert done.returncode == 1
    assert done.stderr == (f"dotstream: cannot listen on {host}:{port}: Address already in use\n")


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dotstream", "lsp", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    "origin",
    [
        "https://example.com",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com:80",
        "https://example.com#http://localhost",
        "null",
        "file://",
        "",
    ],
)
def test_pages_of_other_sites_are_refused(listening: Server, origin: str) -> None:
    with socket.create_connection(listening.address()) as connected:
        refused = WebSocket(connected, origin=origin).refusal
        assert isinstance(refused, InvalidStatus)
        assert refused.response.status_code == 403


@pytest.mark.parametrize(
    "origin",
    ["http://localhost", "https://localhost:8443", "http://127.0.0.1:80", "http://[::1]"],
)
def test_pages_of_this_machine_are_let_in_with_the_token_alone(
    listening: Server, origin: str
) -> None:
    token = listening.token()
    for path in ("", "x", token[:-1], f"{token}/", f"?{token}"):
        with socket.create_connection(listening.address()) as connected:
            refused = WebSocket(connected, origin=origin, path=path).refusal
            assert isinstance(refused, InvalidStatus)
            assert refused.response.status_code == 403
    with socket.create_connection(listening.address()) as connected:
        assert WebSocket(connected, origin=origin, path=token).refusal is None


def test_a_page_of_another_site_is_refused_though_it_has_the_token(listening: Server) -> None:
    token = listening.token()
    with socket.create_connection(listening.address()) as connected:
        refused = WebSocket(connected, origin="https://example.com", path=token).refusal
        assert isinstance(refused, InvalidStatus)


def test_a_web_page_cannot_post_messages_to_a_tcp_port() -> None:
    server = Server("tcp")
    body = b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}'
    with socket.create_connection(server.address()) as connected:
        head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body)
        connected.sendall(head + body)
        said = b""
        while data := connected.recv(1000):
            said += data
    assert b'"code":-32700' in said
    assert b"capabilities" not in said
    assert server.end() == 0


def test_a_message_may_come_in_fragments(listening: Server) -> None:
    body = b'{"jsonrpc":"2.0","id":7,"method":"no/such"}'
    with Editor(server=listening) as editor:
        editor.wire.send_bytes(
            Frame(Opcode.TEXT, body[:9], fin=False).serialize(mask=True)
            + Frame(Opcode.PING, b"there?").serialize(mask=True)
            + Frame(Opcode.CONT, body[9:30], fin=False).serialize(mask=True)
            + Frame(Opcode.CONT, body[30:]).serialize(mask=True)
        )
        assert editor.answer(7)["error"]["code"] == -32601


def test_frames_that_are_not_text_end_the_connection(listening: Server) -> None:
    editor = Editor(server=listening)
    editor.wire.send_bytes(Frame(Opcode.BINARY, b"{}").serialize(mask=True))
    editor.wait_for_end()
    editor.hang_up()
    assert isinstance(editor.wire, WebSocket)
    assert editor.wire.close_code == 1003


def test_the_server_says_goodbye_before_it_ends() -> None:
    server = Server("ws")
    editor = Editor(server=server)
    server.process.terminate()
    assert server.process.wait(60) == 0
    editor.hang_up()
    assert isinstance(editor.wire, WebSocket)
    assert editor.wire.close_code == 1001
    server.end()


def test_what_is_no_handshake_is_refused(listening: Server) -> None:
    for data in (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\0\1\2\r\n\r\n", b"x" * 100_000):
        with socket.create_connection(listening.address()) as connected:
            try:
                connected.sendall(data)
                while connected.recv(1000):
                    pass
            except ConnectionError:
                pass  # refused before all of it was read
    with Editor(server=listening) as editor:
        assert editor.error("no/such", {})["code"] == -32601
