"""One code-server and one browser for all scenarios; a page and a farm for each."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright
from tests.editors.vscode.codeserver import CodeServer
from tests.editors.vscode.tools import REPOSITORY, Tools, tools
from tests.editors.vscode.workbench import Workbench
from tests.farm import Farm

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Iterator
    from pathlib import Path

    from playwright.async_api import Browser, BrowserContext

__all__ = ["BROWSER_OPTIONS", "EXTENSION", "SERVER", "farm"]

_ARTIFACTS = REPOSITORY / ".artifacts" / "vscode"
EXTENSION = REPOSITORY / "extensions/vscode/dotstream.vsix"
SERVER = REPOSITORY / ".venv/bin/dotstream"
BROWSER_OPTIONS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",  # which root cannot have
]
_FAILED = pytest.StashKey[bool]()
_NOTES: list[str] = []
"""Figures that the tests of this session took."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _NOTES:
        (_ARTIFACTS / "figures.txt").write_text("".join(f"{note}\n" for note in _NOTES))
        terminalreporter.section("figures from VS Code")
        for note in _NOTES:
            terminalreporter.write_line(note)


@pytest.fixture(scope="session")
def programs() -> Tools:
    return tools()


@pytest.fixture(scope="session")
def code_server(
    programs: Tools, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CodeServer]:
    """Return VS Code's server with the extension, which finds dotstream by its setting."""
    assert EXTENSION.exists(), "the extension is not packed; do so with: make extension"
    server = CodeServer(
        programs,
        tmp_path_factory.mktemp("code-server"),
        extension=EXTENSION,
        settings={"dotstream.server.path": str(SERVER)},
    )
    yield server
    server.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(programs: Tools) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=programs.browser, args=BROWSER_OPTIONS
        )
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def windows(browser: Browser) -> AsyncIterator[BrowserContext]:
    """Return what keeps the workbench's programs, which every new one would load again."""
    context = await browser.new_context(viewport={"width": 1400, "height": 900})
    yield context
    await context.close()


@pytest.fixture
def farm(scratch: Path) -> Farm:
    """Return an empty farm that links into a home of its own."""
    made = Farm(scratch / "farm")
    made.configured(f'target = "{made.target}"\n')
    return made


@pytest_asyncio.fixture(loop_scope="session")
async def workbench(
    code_server: CodeServer, windows: BrowserContext, request: pytest.FixtureRequest
) -> AsyncIterator[Workbench]:
    """Return a window; after a failure, what it shows is kept, and the window is not."""
    name = re.sub(r"\W+", "-", request.node.name)
    os.makedirs(_ARTIFACTS, exist_ok=True)
    request.node.stash[_FAILED] = False
    bench = Workbench(windows, code_server, _ARTIFACTS, _NOTES)
    yield bench
    failed = request.node.stash[_FAILED]
    if failed:
        await bench.picture(f"{name}-failed")
        (_ARTIFACTS / f"{name}-failed.log").write_text(code_server.logs())
    if failed or not await bench.can_be_shared():
        await bench.close()
