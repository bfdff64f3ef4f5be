"""The ways to a server, seen from the client: bytes out, messages in.

Written without the server's code.  Every way can also be cut off in the middle.
"""

from __future__ import annotations

import os
import re
import select
import socket
import subprocess
import sys
from threading import Condition, Lock, Thread
from typing import TYPE_CHECKING, Protocol

import pytest
from tests.leftovers import at_the_latest
from tests.lsp.imported import start
from tests.systems import MACOS
from websockets.client import ClientProtocol
from websockets.exceptions import InvalidState
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import IO

__all__ = ["KNOWN", "PATIENCE", "TRANSPORTS", "Pipes", "Server", "Tcp", "WebSocket", "Wire"]

PATIENCE = 60.0
TRANSPORTS = ("stdio", "tcp", "ws")
KNOWN = os.path.exists("/proc/net/tcp")
"""Whether the system tells whose a connection is: else TCP is refused, and tokens are shown."""


class Server:
    """A server process and what it logs.

    Args:
        transport: one of ``TRANSPORTS``.
        environ: variables on top of this process's own; ``None`` removes one.
        address: where to listen, for all but ``stdio``; of ``unix`` a path.
        under: a command that runs it, with other rights than our own.
    """

    def __init__(
        self,
        transport: str = "stdio",
        *,
        environ: dict[str, str | None] | None = None,
        address: str = "0",
        under: Sequence[str] = (),
    ) -> None:
        if transport == "tcp" and not KNOWN:
            pytest.skip("this system does not tell who connects")
        words = ["--stdio"] if transport == "stdio" else [f"--{transport}", address]
        self.transport = transport
        self._path = address
        self.process = (
            self._anew([*under, sys.executable], words, environ or {})
            if under or environ or MACOS
            else start(["lsp", *words], piped=transport == "stdio")
        )
        self.log = b""
        self._ended = False
        self._changed = Condition()
        self._collector = Thread(target=self._collect)
        self._collector.start()
        self._sockets: list[socket.socket] = []
        at_the_latest(self._give_up)

    def _anew(
        self, python: Sequence[str], words: Sequence[str], environ: Mapping[str, str | None]
    ) -> subprocess.Popen[bytes]:
        surroundings = {**os.environ, **environ}
        pipe = subprocess.PIPE if self.transport == "stdio" else subprocess.DEVNULL
        return subprocess.Popen(
            [*python, "-m", "dotstream", "lsp", *words],
            stdin=pipe,
            stdout=pipe,
            stderr=subprocess.PIPE,
            env={name: text for name, text in surroundings.items() if text is not None},
        )

    def address(self) -> tuple[str, int]:
        """Wait until it says where it listens."""
        line = re.compile(rb"dotstream: listening on \w+://\[?([^\]\s]+?)\]?:(\d+)\n")
        with self._changed:
            self._changed.wait_for(lambda: line.search(self.log) or self._ended, PATIENCE)
            match = line.search(self.log)
        assert match is not None, self.log.decode()
        return match[1].decode(), int(match[2])

    def token(self) -> str:
        """Wait until it says what a web page has to show."""
        line = rb" need ws://[^/\s]+/(\S+)\n"
        self.wait_for_log(b" need ws://")
        with self._changed:
            self._changed.wait_for(lambda: re.search(line, self.log), PATIENCE)
            match = re.search(line, self.log)
        assert match is not None
        return match[1].decode()

    def wait_for_log(self, text: bytes) -> None:
        """Wait until it has logged something."""
        with self._changed:
            assert self._changed.wait_for(lambda: text in self.log, PATIENCE), self.log

    def connect(self) -> Wire:
        """Return a way to it: the only one, or one more."""
        if self.transport == "stdio":
            assert self.process.stdin is not None
            assert self.process.stdout is not None
            return Pipes(self.process.stdin, self.process.stdout)
        if self.transport == "unix":
            self.wait_for_log(b"listening on unix:")
            connected = socket.socket(socket.AF_UNIX)
            connected.connect(self._path)
            self._sockets.append(connected)
            return Tcp(connected)
        connected = socket.create_connection(self.address(), PATIENCE)
        self._sockets.append(connected)
        connected.settimeout(None)
        # Else an acknowledgement waits for the answer to the one before.
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.transport == "tcp":
            return Tcp(connected)
        return WebSocket(connected) if KNOWN else WebSocket(connected, path=self.token())

    def peak(self) -> int:
        """Return the most memory that it has had, in KiB."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))

    def end(self) -> int:
        """Wait until it has ended, after asking it to unless its client left; its exit code."""
        if self.transport != "stdio":
            self.process.terminate()
        code = self.process.wait(PATIENCE)
        self._collector.join(PATIENCE)
        for connected in self._sockets:
            _cut(connected)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                if pipe is not None:
                    pipe.close()
            except BrokenPipeError:
                pass
        return code

    def _give_up(self) -> None:
        self.process.kill()
        self.end()

    def _collect(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._changed:
                self.log += line
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()


class Wire(Protocol):
    """A connection, seen from the client."""

    def send(self, body: bytes) -> None:
        """Send one message."""

    def send_bytes(self, data: bytes) -> None:
        """Send bytes as they are."""

    def messages(self) -> Iterator[bytes]:
        """Wait for bodies until the server hangs up."""

    def half_close(self) -> None:
        """Send nothing more; what comes is still read."""

    def cut(self) -> None:
        """Vanish: close everything, whatever is still under way."""


class _Framed:
    """Messages behind ``Content-Length``."""

    def send_bytes(self, data: bytes) -> None:
        raise NotImplementedError

    def receive(self) -> bytes:
        raise NotImplementedError

    def send(self, body: bytes) -> None:
        self.send_bytes(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def messages(self) -> Iterator[bytes]:
        buffer = bytearray()
        while True:
            while (end := buffer.find(b"\r\n\r\n")) < 0:
                data = self.receive()
                if not data:
                    assert not buffer, bytes(buffer)
                    return
                buffer += data
            header = bytes(buffer[:end])
            assert re.fullmatch(rb"Content-Length: \d+", header), header
            start, end = end + 4, end + 4 + int(header.split()[1])
            while len(buffer) < end:
                data = self.receive()
                if not data:
                    return
                buffer += data
            yield bytes(buffer[start:end])
            del buffer[:end]


class Pipes(_Framed):
    """Standard input and output of the server."""

    def __init__(self, writing: IO[bytes], reading: IO[bytes]) -> None:
        self._writing = writing
        self._reading = reading
        self._cut, self._cutter = os.pipe()  # ends a read that is under way

    def send_bytes(self, data: bytes) -> None:
        self._writing.write(data)
        self._writing.flush()

    def receive(self) -> bytes:
        try:
            output = self._reading.fileno()
            ready, _, _ = select.select([output, self._cut], [], [])
            return b"" if self._cut in ready else os.read(output, 1 << 16)
        except (OSError, ValueError):
            return b""

    def half_close(self) -> None:
        try:
            self._writing.close()
        except BrokenPipeError:
            pass

    def cut(self) -> None:
        self.half_close()
        if not self._reading.closed:
            os.close(self._cutter)
            self._reading.close()


class Tcp(_Framed):
    """A TCP connection."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected

    def send_bytes(self, data: bytes) -> None:
        self._socket.sendall(data)

    def receive(self) -> bytes:
        try:
            return self._socket.recv(1 << 16)
        except OSError:
            return b""

    def half_close(self) -> None:
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def cut(self) -> None:
        _cut(self._socket)


class WebSocket:
    """A WebSocket connection."""

    def __init__(
        self, connected: socket.socket, *, origin: str | None = None, path: str = ""
    ) -> None:
        host, port = connected.getpeername()[:2]
        shown = f"[{host}]" if ":" in host else host
        self._socket = connected
        self._turn = Lock()  # the library only computes: two threads at once confuse it
        self._protocol = ClientProtocol(parse_uri(f"ws://{shown}:{port}/{path}"), max_size=None)
        request = self._protocol.connect()
        if origin is not None:
            request.headers["Origin"] = origin
        self._protocol.send_request(request)
        self._flush()
        while not self._protocol.events_received():
            data = connected.recv(1 << 16)
            if not data:
                self._protocol.receive_eof()
                break
            self._protocol.receive_data(data)
        self.refusal = self._protocol.handshake_exc
        self.close_code: int | None = None

    def _flush(self) -> None:
        self._socket.sendall(b"".join(self._protocol.data_to_send()))

    def send(self, body: bytes) -> None:
        self._socket.sendall(Frame(Opcode.TEXT, body).serialize(mask=True))

    def send_bytes(self, data: bytes) -> None:
        self._socket.sendall(data)

    def messages(self) -> Iterator[bytes]:
        try:
            while True:
                with self._turn:
                    events, goodbye = self._protocol.events_received(), self._protocol.close_rcvd
                for event in events:
                    assert isinstance(event, Frame)
                    if event.opcode is Opcode.TEXT:
                        yield bytes(event.data)
                if goodbye is not None:
                    self.close_code = goodbye.code
                data = self._socket.recv(1 << 16)
                if not data:
                    return
                with self._turn:
                    self._protocol.receive_data(data)
        except OSError:
            return

    def half_close(self) -> None:
        """Send the goodbye of the protocol."""
        try:
            with self._turn:
                self._protocol.send_close(1000)
                self._flush()
        except (OSError, InvalidState):  # the server was quicker
            pass

    def cut(self) -> None:
        _cut(self._socket)


def _cut(connected: socket.socket) -> None:
    try:
        connected.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    connected.close()
