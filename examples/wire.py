"""What any editor sees of dotstream: a plan over the wire, row by row, and what becomes of it.

``examples/demo.py`` shows it where there is no Neovim.  It starts the language server as an
editor would, and plans, previews, applies and cancels over its standard input and output.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from time import perf_counter
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SIGNS = {"create_link": "[green]+[/]", "make_dir": "[green]+[/]", "move_file": "[yellow]~[/]"}
CONTENT_MODIFIED, REQUEST_CANCELLED = -32801, -32800

console = Console(highlight=False, soft_wrap=True)


class Server:
    """A language server, spoken to in the way of the protocol: framed JSON over two pipes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.on_value: dict[str, Callable[[dict[str, Any]], None]] = {}
        self._reading = asyncio.ensure_future(self._read())

    @classmethod
    async def start(cls, home: str) -> Server:
        """Start one with ``home`` as its home directory."""
        private = {name: value for name, value in os.environ.items() if name[:4] != "XDG_"}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "dotstream", "lsp", "--stdio"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**private, "HOME": home},
        )
        return cls(process)

    def send(self, **message: object) -> None:
        """Send one message."""
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None  # noqa: S101 - it was asked for
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def request(self, method: str, **params: object) -> int:
        """Send a request and return its id."""
        number = len(self._answers) + 1
        self._answers[number] = asyncio.get_running_loop().create_future()
        self.send(id=number, method=method, params=params)
        return number

    async def answer(self, number: int) -> dict[str, Any]:
        """Return the whole answer to a request, be it a result or an error."""
        return await asyncio.wait_for(self._answers[number], 60)

    async def ask(self, method: str, **params: object) -> dict[str, Any]:
        """Send a request, and return its result."""
        answer = await self.answer(self.request(method, **params))
        check("result" in answer, f"{method} failed: {answer.get('error')}")
        result: dict[str, Any] = answer["result"] or {}
        return result

    def ack(self, token: str, seq: int) -> None:
        """Say that we are done with the batches up to ``seq``, and ready for more."""
        self.send(method="dotstream/ack", params={"token": token, "seq": seq})

    async def _read(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None  # noqa: S101 - it was asked for
        while header := await pipe.readline():
            await pipe.readuntil(b"\r\n")
            message = json.loads(await pipe.readexactly(int(header.split()[1])))
            if message.get("method") == "$/progress":
                self.on_value[message["params"]["token"]](message["params"]["value"])
            elif "id" in message:
                self._answers[message["id"]].set_result(message)
        for future in self._answers.values():
            if not future.done():
                future.set_exception(ConnectionError("the server ended"))

    async def leave(self) -> int:
        """Say goodbye and return the server's exit code."""
        await self.ask("shutdown")
        self.send(method="exit")
        await self._reading
        return await self._process.wait()


def check(holds: bool, otherwise: str) -> None:
    """End with an error unless something holds."""
    if not holds:
        console.print(f"[bold red]✗ {escape(otherwise)}[/]")
        sys.exit(1)


def title(text: str) -> None:
    """Begin a part of the show."""
    console.print(f"\n[bold cyan]{escape(text)}[/]")


def row_line(row: dict[str, Any]) -> str:
    """Return one row of a plan as a line."""
    to = f" [dim]→ {escape(row['to'])}[/]" if "to" in row else ""
    return f"{SIGNS.get(row['op'], '·')} {escape(row['label']):16} [cyan]{row['package']}[/]{to}"


async def preview(server: Server, common: dict[str, Any]) -> str:
    """Plan two packages, showing each row as it comes; return the plan's digest."""
    title("dotstream/plan of vim and zsh: rows as they come, nothing is touched")
    started = perf_counter()

    def show(value: dict[str, Any]) -> None:
        for row in value.get("items", ()):
            console.print(
                f"  [dim]{(perf_counter() - started) * 1e3:6.1f} ms[/]  {row_line(row)}"
            )
        if value["kind"] == "operations":
            server.ack("preview", value["seq"])

    server.on_value["preview"] = show
    result = await server.ask("dotstream/plan", **common, partialResultToken="preview", window=8)
    counts = ", ".join(f"{count} {kind}" for kind, count in result["counts"].items())
    console.print(f"  {counts}; digest [yellow]{result['digest'][:12]}[/]")
    check(result["conflicts"] == 0 and result["omitted"] == 0, "the plan is not as it should be")
    digest: str = result["digest"]
    return digest


async def stream(server: Server, common: dict[str, Any], files: int) -> None:
    """Plan a large package: the server waits for us, and can be cancelled at once."""
    title(f"dotstream/plan of {files:,} files: rows come only as fast as they are read")
    started = perf_counter()
    batches: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    server.on_value["many"] = batches.put_nowait
    large = {**common, "packages": ["many"]}
    number = server.request("dotstream/plan", **large, partialResultToken="many", window=4)
    batch, rows = await batches.get(), 0
    console.print(f"  first row after [green]{(perf_counter() - started) * 1e3:.1f} ms[/]")
    for seq in (2, 3, 4):
        batch = await batches.get()
        check(batch["seq"] == seq, "a batch is missing")
    await server.answer(server.request("dotstream/nothing"))
    check(batches.empty(), "the server sent more than its window allows")
    console.print("  4 batches came, none is acknowledged: the plan waits, the server answers")
    server.ack("many", 4)
    while batch["kind"] == "operations":
        rows = sum(batch["counts"].values())
        if batch["seq"] % 5 == 0:
            console.print(f"  {(perf_counter() - started) * 1e3:6.1f} ms  {rows:7,} rows so far")
        batch = await batches.get()
        if batch["kind"] == "operations":
            server.ack("many", batch["seq"])
    result = (await server.answer(number))["result"]
    check(result["counts"]["create_link"] == files, "rows are missing")
    console.print(f"  {(perf_counter() - started) * 1e3:6.1f} ms  {rows:7,} rows, and complete")

    title("$/cancelRequest in the middle of the same")
    server.on_value["stop"] = batches.put_nowait
    number = server.request("dotstream/plan", **large, partialResultToken="stop", window=4)
    for _ in range(3):
        batch = await batches.get()
    started = perf_counter()
    server.send(method="$/cancelRequest", params={"id": number})
    error = (await server.answer(number)).get("error", {})
    check(error.get("code") == REQUEST_CANCELLED, f"cancelling was not answered: {error}")
    taken = (perf_counter() - started) * 1e3
    console.print(f"  answered after [green]{taken:.1f} ms[/]: {escape(error['message'])}")


async def carry_out(server: Server, common: dict[str, Any], digest: str) -> None:
    """Apply exactly what was shown; then there is nothing left to do."""
    title(f"dotstream/apply of exactly the plan that was shown, {digest[:12]}")
    server.on_value["apply"] = lambda value: console.print(
        f"  [dim]{value['kind']:6}[/] {value.get('title') or value.get('message', '')}"
    )
    result = await server.ask("dotstream/apply", **common, digest=digest, workDoneToken="apply")
    check(result["applied"] == sum(result["counts"].values()), "not everything was applied")
    console.print(f"  {result['applied']} operations, transaction {result['transaction']}")

    again = await server.ask("dotstream/plan", **common)
    check(not again["counts"], f"there is still something to do: {again['counts']}")
    stale = await server.answer(server.request("dotstream/apply", **common, digest=digest))
    check(stale.get("error", {}).get("code") == CONTENT_MODIFIED, "a stale preview was applied")
    console.print("  the old preview again: refused, it no longer holds")
    undone = await server.ask("dotstream/undo", root=common["root"], target=common["target"])
    check(undone["applied"] == result["applied"], "not everything was undone")
    console.print(
        f"  dotstream/undo: {undone['applied']} operations, transaction {undone['transaction']}"
    )


async def show(home: Path, files: int) -> None:
    """Plan, apply and undo as an editor does, and plan a package of many files."""
    target = home.as_uri()
    common = {
        "root": f"{target}/dotfiles",
        "target": target,
        "action": "manage",
        "packages": ["vim", "zsh"],
        "options": {"onConflict": "backup"},
    }
    started = perf_counter()
    server = await Server.start(str(home))
    await server.ask("initialize", processId=os.getpid(), capabilities={})
    server.send(method="initialized", params={})
    took = (perf_counter() - started) * 1e3
    console.print(f"  [dim]dotstream lsp --stdio[/] is there after {took:.0f} ms")
    await stream(server, common, files)
    digest = await preview(server, common)
    await carry_out(server, common, digest)
    check(await server.leave() == 0, "the server did not end well")
