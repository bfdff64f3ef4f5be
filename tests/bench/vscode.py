"""Plans in the real VS Code, in a browser, beside the same in a shell: how long do they take?

Run with ``python -m tests.bench.vscode`` once ``make vscode-tools extension`` is done.  A plan of
a few rows shows what opening an editor costs by itself.  Times are by the clock, from the moment
the package is chosen; tasks are those of the renderer's main thread, by its own computing.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import tempfile
import time
from pathlib import Path
from statistics import median

from playwright.async_api import async_playwright
from tests.editors.vscode.codeserver import CodeServer
from tests.editors.vscode.conftest import BROWSER_OPTIONS, EXTENSION, SERVER
from tests.editors.vscode.large import make_large
from tests.editors.vscode.tools import tools
from tests.editors.vscode.workbench import Workbench
from tests.farm import Farm


async def _planned(workbench: Workbench, farm: Farm, rows: int) -> tuple[float, float, float]:
    """Return the seconds until the first row, the sum, and Apply are there."""
    await workbench.open(farm.directory)
    await workbench.run("Dotstream: Plan")
    await workbench.pick("Manage")
    await workbench.tick("big")
    began = time.monotonic()
    times = []
    row = workbench.editor().locator(".view-line", has_text="+ link").first
    total = workbench.editor().locator(".view-line", has_text=f"{rows:,} to link").first
    apply = workbench.page.locator('.editor-actions [aria-label^="Apply Plan"]').first
    for found in (row, total, apply):
        await found.wait_for(timeout=300_000)
        times.append(time.monotonic() - began)
    return times[0], times[1], times[2]


async def _measure(server: CodeServer, farm: Farm, rows: int, runs: int) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=tools().browser, args=BROWSER_OPTIONS
        )
        shell, times, tasks = [], [], []
        for turn in range(runs + 1):
            shell.append(server.dotstream(farm.directory, "manage", "--dry-run", "big"))
            context = await browser.new_context(viewport={"width": 1400, "height": 900})
            workbench = Workbench(await context.new_page(), server, server.scratch, [])
            # A trace costs time of its own: it has a run to itself, and that run is not counted.
            if turn == runs:
                await workbench.trace()
            found = await _planned(workbench, farm, rows)
            if turn == runs:
                tasks = (await workbench.traced()).times
            else:
                times.append(found)
            await context.close()
        first, total, apply = (median(each) for each in zip(*times, strict=True))
        print(
            f"{rows:,} rows: shell {median(shell):.2f} s; first row {first:.2f} s, all counted "
            f"{total:.2f} s, Apply {apply:.2f} s; longest tasks "
            f"{', '.join(f'{each:.0f}' for each in tasks[:3])} ms; "
            f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
            flush=True,
        )
        await browser.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[20, 20_000, 1_000_000])
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    for rows in given.rows:
        scratch = tempfile.mkdtemp(dir=base)
        settings = {"dotstream.server.path": str(SERVER)}
        server = CodeServer(
            tools(), Path(scratch, "server"), extension=EXTENSION, settings=settings
        )
        try:
            farm = Farm(f"{scratch}/farm")
            make_large(f"{farm.directory}/big", rows)
            farm.configured(f'target = "{farm.target}"\nfolding = "never"\n')
            asyncio.run(_measure(server, farm, rows, given.runs))
        finally:
            server.stop()
            shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
