"""Figures of the language server, measured from a client: ``make bench`` prints them too.

The client is this process: it acknowledges every batch when it has cut it out of the
stream, and takes nothing apart that it does not need.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from threading import Condition, Thread
from typing import TYPE_CHECKING, Any

from tests.bench.measure import process
from tests.bench.run import PACKAGE, Bench, Row, show
from tests.lsp.editor import uri
from tests.lsp.wires import TRANSPORTS, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.lsp.wires import Wire

_EMPTY = "from pygls.lsp.server import LanguageServer; LanguageServer('empty', '1').start_io()"


class Client:
    """A client that reads as fast as it can, unless it is told not to."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.batches = 0
        self.first = 0.0
        self.stall = 0.0
        self._number = 0
        self._answers: dict[int, tuple[float, dict[str, Any]]] = {}
        self._changed = Condition()
        Thread(target=self._read, daemon=True).start()

    def request(self, method: str, params: object) -> int:
        """Send a request; return its id."""
        self._number += 1
        message = {"jsonrpc": "2.0", "id": self._number, "method": method, "params": params}
        self.wire.send(json.dumps(message).encode())
        return self._number

    def answer(self, request: int) -> tuple[float, dict[str, Any]]:
        """Return when the answer came, and the answer."""
        with self._changed:
            self._changed.wait_for(lambda: request in self._answers)
            return self._answers.pop(request)

    def ask(self, method: str, params: object) -> dict[str, Any]:
        """Send a request and return its answer."""
        return self.answer(self.request(method, params))[1]

    def wait_for_batch(self, number: int) -> None:
        """Wait until so many batches were read."""
        with self._changed:
            self._changed.wait_for(lambda: self.batches >= number)

    def initialize(self) -> None:
        """Shake hands."""
        self.ask("initialize", {"processId": None, "capabilities": {}})

    def _read(self) -> None:
        for body in self.wire.messages():
            now = time.perf_counter()
            if b'"kind":"operations"' in body[:200]:
                seq = int(body[:200].split(b'"seq":')[1].split(b",")[0])
                ack = (
                    b'{"jsonrpc":"2.0","method":"dotstream/ack","params":{"token":"p","seq":%d}}'
                )
                self.wire.send(ack % seq)
                self.first = self.first or now
                if self.stall:
                    time.sleep(self.stall)
                    self.stall = 0.0
                with self._changed:
                    self.batches += 1
                    self._changed.notify_all()
            else:
                message = json.loads(body)
                if "id" in message:
                    with self._changed:
                        self._answers[message["id"]] = now, message
                        self._changed.notify_all()


class Wired(Bench):
    """The farms, and servers that plan them."""

    samples = 50

    def serve(self, transport: str, *, unbuffered: bool = False) -> tuple[Server, Client]:
        """Start a server, shake hands."""
        environ: dict[str, str | None] = dict(self.env)
        environ["PYTHONUNBUFFERED"] = "1" if unbuffered else None
        server = Server(transport, environ=environ)
        client = Client(server.connect())
        client.initialize()
        return server, client

    def params(self, farm: str, window: int | None = 16) -> dict[str, Any]:
        """Return what to plan: every link of a package, none there yet."""
        found = {
            "root": uri(farm),
            "target": uri(self.target),
            "action": "manage",
            "packages": [PACKAGE],
            "options": {"folding": "never"},
        }
        return found | ({"window": window, "partialResultToken": "p"} if window else {})


def end(server: Server, client: Client) -> None:
    """Leave a server, and have it end."""
    client.wire.half_close()
    server.end()


def throughput(bench: Wired) -> Iterator[Row]:
    """A large plan to a client that acknowledges, beside planning alone."""
    farm = bench.farm(bench.large)
    bench.fresh()
    plan = process(bench.ours(farm, "manage", "-n", "-q"), bench.env).wall
    for transport in TRANSPORTS:
        took = []
        for _ in range(bench.rounds):
            server, client = bench.serve(transport)
            began = time.perf_counter()
            answered, _ = client.answer(client.request("dotstream/plan", bench.params(farm)))
            took.append(answered - began)
            end(server, client)
            plan = min(plan, process(bench.ours(farm, "manage", "-n", "-q"), bench.env).wall)
        rate = bench.large / min(took)
        part = plan / min(took)
        figure = f"{rate:,.0f} a second, {part:.2f} x planning"
        yield Row(f"{bench.large:,} rows, {transport}", None, figure, ">= 0.5", part >= 0.5)


def latency(bench: Wired) -> Iterator[Row]:
    """While a large plan streams: a ping, a cancellation, and before it the first batch."""
    farm = bench.farm(bench.large)
    bench.fresh()
    for transport in TRANSPORTS:
        for unbuffered in (False, True):
            server, client = bench.serve(transport, unbuffered=unbuffered)
            where = f"{transport}, {'unbuffered' if unbuffered else 'buffered'}"
            pings, cancels, firsts = [], [], []
            for _ in range(bench.samples):
                seen, client.first = client.batches, 0.0
                began = time.perf_counter()
                plan = client.request("dotstream/plan", bench.params(farm))
                client.wait_for_batch(seen + 40)
                firsts.append(client.first - began)
                for _ in range(4):
                    asked = time.perf_counter()
                    pings.append(client.answer(client.request("no/such", {}))[0] - asked)
                asked = time.perf_counter()
                cancel = {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": plan}}
                client.wire.send(json.dumps(cancel).encode())
                cancelled, answer = client.answer(plan)
                assert "error" in answer, "the plan ended before it was cancelled"
                cancels.append(cancelled - asked)
            end(server, client)
            yield _quantiles(f"first batch, {where}", firsts, 50)
            yield _quantiles(f"ping, {where}", pings, 25)
            yield _quantiles(f"cancel, {where}", cancels, 50)


def _quantiles(what: str, seconds: list[float], bar: int) -> Row:
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    figure = f"p50 {cuts[49] * 1000:.1f}, p99 {cuts[98] * 1000:.1f} ms, n={len(seconds)}"
    return Row(what, None, figure, f"p99 <= {bar} ms", cuts[98] * 1000 <= bar)


def memory(bench: Wired) -> Iterator[Row]:
    """The server's peak, from a hundredth of the large farm to all of it, with a stall."""
    for transport in TRANSPORTS:
        peaks = []
        for files, stall in ((bench.large // 100, 0.0), (bench.large, 0.0), (bench.large, 10.0)):
            farm = bench.farm(files)
            bench.fresh()
            server, client = bench.serve(transport)
            client.stall = stall
            client.ask("dotstream/plan", bench.params(farm, 64))
            peaks.append(server.peak() / 1024)
            end(server, client)
        small, large, stalled = peaks
        figure = f"{small:.1f}, {large:.1f}, stalled 10 s {stalled:.1f} MiB"
        growth = max(large, stalled) - small
        yield Row(f"peak memory, {transport}", None, figure, "grows <= 8 MiB", growth <= 8)


def start(bench: Wired) -> Iterator[Row]:
    """From the start of the process to the answer to initialize, beside an empty pygls."""
    ours: list[float] = []
    empty: list[float] = []
    for _ in range(bench.samples // 2):
        for words, taken in ((["-m", "dotstream", "lsp"], ours), (["-c", _EMPTY], empty)):
            taken.append(_hello([sys.executable, *words], bench.env))
    times = statistics.median(ours) / statistics.median(empty)
    figure = f"{statistics.median(ours) * 1000:.0f} ms, {times:.2f} x an empty server"
    yield Row("start to initialize", None, figure, "<= 1.5", times <= 1.5)


def _hello(command: list[str], env: dict[str, str]) -> float:
    """Return the seconds from a server's start to its answer to initialize."""
    import subprocess

    body = b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}'
    began = time.perf_counter()
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=env,
        bufsize=0,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        said = b""
        while b'"capabilities"' not in said:
            data = server.stdout.read(1 << 16)
            assert data, "the server ended"
            said += data
        took = time.perf_counter() - began
        server.kill()
    return took


SECTIONS: dict[str, Callable[[Wired], Iterator[Row]]] = {
    "start": start,
    "throughput": throughput,
    "latency": latency,
    "memory": memory,
}


def main() -> None:
    """Measure the sections asked for and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", choices=SECTIONS, help="repeatable")
    parser.add_argument("--large", type=int, default=1_000_000, help="rows of the large plan")
    parser.add_argument("--rounds", type=int, default=3, help="for throughput")
    parser.add_argument("--samples", type=int, default=50, help="for latency and start")
    options = parser.parse_args()
    memory_disk = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="bench.", dir=memory_disk) as scratch:
        bench = Wired(scratch, options.large, options.large, options.rounds)
        bench.samples = options.samples
        print(f"{options.large:,} rows, Python {sys.version.split()[0]}, {os.cpu_count()} cores")
        for name in options.only or SECTIONS:
            print(f"-- {name}: {(SECTIONS[name].__doc__ or '').splitlines()[0]}")
            for row in SECTIONS[name](bench):
                show(row)


if __name__ == "__main__":
    main()
