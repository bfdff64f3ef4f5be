"""What an editor does with dotstream, from the first row to the finished tree.

Copies the example repository into a scratch home, starts the language server as an editor
would, and plans, previews, applies and cancels over its standard input and output.  Run it
with ``make demo``.  It ends with an error if anything is not as it should be.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import tempfile
from time import perf_counter
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Callable

FILES = 20_000
SIGNS = {"create_link": "[green]+[/]", "make_dir": "[blue]d[/]", "conflict": "[red]![/]"}
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
    console.print(f"\n[bold]{text}[/]")


def scratch() -> str:
    """Make a home with the example repository, and a package of many files in it."""
    home = tempfile.mkdtemp(prefix="dotstream-demo-")
    example = os.path.join(os.path.dirname(os.path.abspath(__file__)), "dotfiles")
    shutil.copytree(example, f"{home}/dotfiles")
    for number in range(FILES):
        directory = f"{home}/dotfiles/many/dot-cache/d{number // 500:02}"
        if number % 500 == 0:
            os.makedirs(directory)
            os.mknod(f"{directory}/f000")
        else:
            os.link(f"{directory}/f000", f"{directory}/f{number % 500:03}")
    return home


def row_line(row: dict[str, Any]) -> str:
    """Return one row of a plan as a line."""
    to = f" [dim]→ {escape(row['to'])}[/]" if "to" in row else ""
    return f"{SIGNS.get(row['op'], '·')} {escape(row['label']):32} [cyan]{row['package']}[/]{to}"


async def preview(server: Server, common: dict[str, Any]) -> str:
    """Plan the three packages, showing each row as it comes; return the plan's digest."""
    title("Plan vim, zsh and git: rows as they arrive, nothing is touched")
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


async def stream(server: Server, common: dict[str, Any]) -> None:
    """Plan a large package: the server waits for us, and can be cancelled at once."""
    title(f"Plan {FILES:,} files: rows arrive while it plans, and only as fast as we read")
    started = perf_counter()
    batches: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    server.on_value["many"] = batches.put_nowait
    large = {**common, "packages": ["many"], "options": {"folding": "never"}}
    number = server.request("dotstream/plan", **large, partialResultToken="many", window=4)
    batch, rows = await batches.get(), 0
    console.print(f"  first row after [green]{(perf_counter() - started) * 1e3:.1f} ms[/]")
    for seq in (2, 3, 4):
        batch = await batches.get()
        check(batch["seq"] == seq, "a batch is missing")
    await server.answer(server.request("dotstream/nothing"))
    check(batches.empty(), "the server sent more than its window allows")
    console.print("  4 batches in, none acknowledged: the plan stands still, the server answers")
    server.ack("many", 4)
    while batch["kind"] == "operations":
        rows = sum(batch["counts"].values())
        if batch["seq"] % 20 == 0:
            console.print(f"  {(perf_counter() - started) * 1e3:6.1f} ms  {rows:7,} rows so far")
        batch = await batches.get()
        if batch["kind"] == "operations":
            server.ack("many", batch["seq"])
    result = (await server.answer(number))["result"]
    check(result["counts"]["create_link"] == FILES, "rows are missing")
    console.print(f"  complete after {result['elapsed'] * 1e3:.1f} ms: {rows:,} rows")

    title("The same again, cancelled in the middle")
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
    title(f"Apply the plan with digest {digest[:12]}")
    server.on_value["apply"] = lambda value: console.print(
        f"  [dim]{value['kind']:6}[/] {value.get('title') or value.get('message', '')}"
    )
    result = await server.ask("dotstream/apply", **common, digest=digest, workDoneToken="apply")
    check(result["applied"] == sum(result["counts"].values()), "not everything was applied")
    console.print(f"  {result['applied']} operations, transaction {result['transaction']}")

    again = await server.ask("dotstream/plan", **common)
    check(not again["counts"], f"there is still something to do: {again['counts']}")
    console.print(f"  planned again: nothing to do, {again['unchanged']} links are in place")
    stale = await server.answer(server.request("dotstream/apply", **common, digest=digest))
    check(stale.get("error", {}).get("code") == CONTENT_MODIFIED, "a stale preview was applied")
    console.print("  the old preview again: refused, it no longer holds")


def grow(branch: Tree, path: str) -> None:
    """Add what is in a directory to a tree, links with where they lead."""
    with os.scandir(path) as scan:
        entries = sorted(scan, key=lambda entry: entry.name)
    for entry in entries:
        name = escape(entry.name)
        if entry.is_symlink():
            check(os.path.exists(entry.path), f"{entry.path} leads nowhere")
            branch.add(f"[green]{name}[/] [dim]→ {escape(os.readlink(entry.path))}[/]")
        elif entry.is_dir():
            below = branch.add(f"[blue]{name}/[/]")
            if entry.name not in ("dotfiles", ".local"):
                grow(below, entry.path)
        else:
            branch.add(name)


async def main() -> None:
    """Run the show."""
    home = scratch()
    console.print(f"A scratch home with the example repository: [bold]{escape(home)}[/]")
    uri = f"file://{home}"
    packages = ["vim", "zsh", "git"]
    common = {"root": f"{uri}/dotfiles", "target": uri, "action": "manage", "packages": packages}

    started = perf_counter()
    server = await Server.start(home)
    hello = await server.ask("initialize", processId=os.getpid(), capabilities={})
    server.send(method="initialized", params={})
    limits = hello["capabilities"]["experimental"]["dotstream"]
    took = (perf_counter() - started) * 1e3
    console.print(f"[dim]dotstream lsp[/] is there after {took:.0f} ms, and offers {limits}")

    digest = await preview(server, common)
    await stream(server, common)
    await carry_out(server, common, digest)

    title("The scratch home now")
    tree = Tree("[bold]~[/]")
    grow(tree, home)
    console.print(tree)
    check(await server.leave() == 0, "the server did not end well")
    console.print(f"\n[bold green]✓[/] all as it should be; the tree stays in {escape(home)}")


if __name__ == "__main__":
    asyncio.run(main())
