"""A plan in VS Code's workbench, beside the same in the shell: ``python -m tests.bench.vscode``.

In the editor from the last click that asks for it until the document says how much there is,
and until Apply is offered above it as well, which VS Code waits with until nothing was written
for a while.  In the shell the whole process, with every row printed to a pipe.  What the
workbench needs comes from ``make vscode-tools extension``.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import async_playwright
from tests.bench.report import keeping, tell
from tests.bench.run import farm_of
from tests.editors.vscode.codeserver import CodeServer
from tests.editors.vscode.conftest import BROWSER_OPTIONS, EXTENSION, SERVER
from tests.editors.vscode.tools import REPOSITORY, tools
from tests.editors.vscode.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.farms import Farm
    from tests.bench.results import Samples


def measured(links: int, rounds: int) -> Iterator[Samples]:
    """Plan so many links, in the shell and in the editor in turn."""
    with farm_of("wide", links) as farm:
        alone, shown, offered = asyncio.run(_planned(farm, rounds))
    found = {
        "in a shell": {"wall": alone},
        "VS Code, shown": {"wall": shown},
        "VS Code, Apply offered": {"wall": offered},
    }
    yield {f"vscode/wide/{links}/ram": found}


async def _planned(farm: Farm, rounds: int) -> tuple[list[float], list[float], list[float]]:
    place = farm.empty()
    place.configure()
    alone: list[float] = []
    planned: list[tuple[float, float]] = []
    programs = tools()
    artifacts = REPOSITORY / ".artifacts" / "vscode"
    server = CodeServer(
        programs,
        Path(place.root, "code-server"),
        extension=EXTENSION,
        settings={"dotstream.server.path": str(SERVER)},
    )
    server.agree(farm.directory)
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=programs.browser, args=BROWSER_OPTIONS
            )
            for _ in range(rounds):
                alone.append(server.dotstream(farm.directory, "plan", "manage", "--all"))
                context = await browser.new_context()
                workbench = Workbench(context, server, artifacts, [])
                planned.append(await _one(workbench, farm))
                await context.close()
    finally:
        server.stop()
    return alone, [shown for shown, _ in planned], [offered for _, offered in planned]


async def _one(workbench: Workbench, farm: Farm) -> tuple[float, float]:
    await workbench.open_anew(farm.directory)
    await workbench.run("Dotstream: Plan")
    await workbench.pick("Manage")
    await workbench.tick(*farm.packages)
    shown = await workbench.shows(f"{farm.links:,} to link")
    return shown, await workbench.offers("Apply")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--links", type=int, nargs="+", default=[20_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=1)
    keeping(parser)
    options = parser.parse_args()
    for links in options.links:
        tell(measured(links, options.rounds), options.keep)


if __name__ == "__main__":
    main()
