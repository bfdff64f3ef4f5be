"""The extension's page in VS Code: its README, with the pictures once they have an address."""

from __future__ import annotations

import functools
import os
import ssl
import subprocess
import threading
from contextlib import suppress
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import Error as Unplayable
from tests.editors.vscode.codeserver import CodeServer
from tests.editors.vscode.conftest import EXTENSION
from tests.editors.vscode.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from playwright.async_api import Browser
    from tests.editors.vscode.tools import Tools
    from tests.farm import Farm

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(400)]

_SHOWN = "images => images.filter((image) => image.complete && image.naturalWidth > 0).length"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
        """Say nothing."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return where the files of the extension stand on the web, which here is this machine."""
    key = tmp_path_factory.mktemp("key") / "key.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1"]
    subprocess.run(
        [*make, "-keyout", key, "-out", f"{key}.crt"],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{key}.crt", key)
    serve = functools.partial(_Quiet, directory=str(EXTENSION.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def code_server(
    programs: Tools, address: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CodeServer]:
    """Return VS Code's server with the extension as it is packed once it has an address."""
    scratch = tmp_path_factory.mktemp("page")
    packed = scratch / "dotstream.vsix"
    subprocess.run(
        [programs.node, "package.mjs"],
        cwd=EXTENSION.parent,
        env={**os.environ, "PICTURES": address, "VSIX": str(packed)},
        check=True,
        capture_output=True,
    )
    server = CodeServer(programs, scratch / "server", extension=packed, settings={})
    yield server
    server.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def page(code_server: CodeServer, browser: Browser) -> AsyncIterator[Workbench]:
    """Return a page of a browser that believes whoever is at the address."""
    context = await browser.new_context(ignore_https_errors=True)
    artifacts = EXTENSION.parents[2] / ".artifacts" / "vscode"
    yield Workbench(context, code_server, artifacts, [])
    await context.close()


async def test_the_pictures_of_the_readme_show(page: Workbench, farm: Farm) -> None:
    await page.open_anew(farm.root)
    await page.run("Extensions: Show Installed Extensions")
    await page.strike(page.page.locator(".extension-list-item", has_text="dotstream"))
    shown = 0
    while shown < 3:  # the test's own time is the limit
        with suppress(Unplayable):  # a frame may go while it is looked at
            frames = page.page.frames
            counts = [await frame.locator("img").evaluate_all(_SHOWN) for frame in frames]
            shown = max(counts)
        await page.page.wait_for_timeout(100)
    await page.picture("page")
    await page.nothing_blocks()
