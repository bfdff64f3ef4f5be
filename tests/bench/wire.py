"""Figures of the language server, measured from a client: ``make bench`` prints them too.

The client is this process: it acknowledges every batch when it has cut it out of the
stream, and takes nothing apart that it does not need.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from threading import Condition, Thread
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from tests.bench.measure import process
from tests.bench.report import keeping, tell
from tests.bench.run import farm_of
from tests.lsp.editor import uri
from tests.lsp.wires import TRANSPORTS, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bench.farms import Farm, Place
    from tests.bench.results import Samples
    from tests.lsp.wires import Wire

Figures: TypeAlias = dict[str, dict[str, list[float]]]
_ROUNDS = 11
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


class Wired(NamedTuple):
    """A farm that servers plan, and where."""

    farm: Farm
    place: Place
    samples: int

    def serve(self, transport: str) -> tuple[Server, Client]:
        """Start a server, shake hands."""
        server = Server(transport, environ=dict(self.place.env))
        client = Client(server.connect())
        client.initialize()
        return server, client

    def params(self, window: int = 16) -> dict[str, Any]:
        """Return what to plan: every link of a package, none there yet."""
        return {
            "root": uri(self.farm.directory),
            "target": uri(self.place.target),
            "action": "manage",
            "packages": self.farm.packages,
            "options": {"folding": "never"},
            "window": window,
            "partialResultToken": "p",
        }


def end(server: Server, client: Client) -> None:
    """Leave a server, and have it end."""
    client.wire.half_close()
    server.end()


def throughput(wired: Wired, transport: str) -> Figures:
    """A large plan to a client that acknowledges, beside planning alone."""
    alone: list[float] = []
    streamed: list[float] = []
    plan = wired.place.ours("manage", "-n", "-q", "--no-folding", *wired.farm.packages)
    for _ in range(_ROUNDS):
        alone.append(process(plan, wired.place.env).wall)
        server, client = wired.serve(transport)
        began = time.perf_counter()
        answered, _ = client.answer(client.request("dotstream/plan", wired.params()))
        streamed.append(answered - began)
        end(server, client)
    return {"planning alone": {"wall": alone}, f"rows, {transport}": {"wall": streamed}}


def latency(wired: Wired, transport: str) -> Figures:
    """While a large plan streams: a ping, a cancellation, and before it the first batch."""
    server, client = wired.serve(transport)
    pings, cancels, firsts = [], [], []
    for _ in range(wired.samples):
        seen, client.first = client.batches, 0.0
        began = time.perf_counter()
        plan = client.request("dotstream/plan", wired.params())
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
    return {
        f"first batch, {transport}": _quantiles(firsts),
        f"ping, {transport}": _quantiles(pings),
        f"cancel, {transport}": _quantiles(cancels),
    }


def _quantiles(seconds: list[float]) -> dict[str, list[float]]:
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return {"p50": [cuts[49] * 1000], "p99": [cuts[98] * 1000]}


def memory(wired: Wired, transport: str) -> Figures:
    """The server's peak, also when the client stands still for ten seconds."""
    found: Figures = {}
    for who, stall in (("server", 0.0), ("server, client stalled for 10 s", 10.0)):
        server, client = wired.serve(transport)
        client.stall = stall
        client.ask("dotstream/plan", wired.params(64))
        found[f"{who}, {transport}"] = {"memory": [server.peak() / 1024]}
        end(server, client)
    return found


def start(wired: Wired, _: str) -> Figures:
    """From the start of the process to the answer to initialize, beside an empty pygls."""
    ours: list[float] = []
    empty: list[float] = []
    for _round in range(wired.samples // 2):
        for words, taken in ((["-c", _EMPTY], empty), (["-m", "dotstream", "lsp"], ours)):
            taken.append(_hello([sys.executable, *words], wired.place.env))
    return {"start of an empty server": {"wall": empty}, "start of the server": {"wall": ours}}


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


SECTIONS: dict[str, Callable[[Wired, str], Figures]] = {
    "start": start,
    "throughput": throughput,
    "latency": latency,
    "memory": memory,
}


def measured(
    sections: list[str], transports: list[str], links: int, samples: int
) -> Iterator[Samples]:
    """Measure the sections, each for every way to connect."""
    with farm_of("wide", links) as farm:
        wired = Wired(farm, farm.empty(), samples)
        for name in sections:
            for transport in transports[:1] if name == "start" else transports:
                yield {f"wire/wide/{links}/ram": SECTIONS[name](wired, transport)}


def main() -> None:
    """Measure the sections asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS))
    parser.add_argument("--links", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--samples", type=int, default=50, help="for latency and start")
    parser.add_argument("--transports", nargs="+", choices=TRANSPORTS, default=["stdio"])
    keeping(parser)
    options = parser.parse_args()
    for links in options.links:
        tell(measured(options.only, options.transports, links, options.samples), options.keep)


if __name__ == "__main__":
    main()
