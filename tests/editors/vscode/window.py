"""A window of VS Code in a browser: opened for a scenario, or taken over from the one before."""

from __future__ import annotations

import itertools
import json
import time
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING
from urllib.parse import quote

from playwright.async_api import Error as Unplayable
from playwright.async_api import TimeoutError as StillWaiting
from playwright.async_api import expect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from playwright.async_api import BrowserContext, ElementHandle, Locator, Page
    from tests.editors.vscode.codeserver import CodeServer

__all__ = ["PATIENCE", "SOON", "Window"]

PATIENCE = 180_000
"""Milliseconds that anything may take to appear; it shows up as soon as it is there."""

SOON = 3_000
"""Milliseconds before something is tried again that a workbench may have lost."""

expect.set_options(timeout=PATIENCE)

_EXPLORED = ".explorer-folders-view .monaco-list-row"
"""What the Explorer lists."""

_NUMBERS = itertools.count(1)
"""Names of folders in the window that scenarios share."""

_LISTEN = """() => {
    const last = new WeakMap();
    window.dotstreamHeard = [];
    new MutationObserver(() => {
        for (const each of document.querySelectorAll(".notification-list-item-message")) {
            const text = each.textContent.replaceAll("\\u00a0", " ");
            if (text === "" || last.get(each) === text) continue;
            last.set(each, text);
            window.dotstreamHeard.push(text);
        }
    }).observe(document, { childList: true, subtree: true, characterData: true });
    const note = (event) => { window.dotstreamClicked = event.timeStamp; };
    window.addEventListener("click", note, { capture: true });
}"""
"""Keep what notifications say, however soon they are gone, and when the last click was."""

_AIM = """(element) => {
    const look = () => element.getAttribute("aria-label") ?? element.textContent;
    const meant = look();
    window.dotstreamHit = false;
    const hit = () => { window.dotstreamHit = look() === meant; };
    element.addEventListener("click", hit, { capture: true, once: true });
    element.addEventListener("auxclick", hit, { capture: true, once: true });
    element.addEventListener("contextmenu", hit, { capture: true, once: true });
}"""
"""Note whether a click comes to an element that is still what it was."""


class Window:
    """A window, in a page of a browser.

    Args:
        context: what keeps the programs of the workbench.
        server: where the workbench comes from.
    """

    page: Page

    def __init__(self, context: BrowserContext, server: CodeServer) -> None:
        self._context = context
        self._server = server

    # -------------------------------------------------------------- opening

    async def open(
        self, folder: str, *, agreed: bool = True, settings: Mapping[str, object] | None = None
    ) -> None:
        """Open a folder in the window that scenarios share, with no other and no editor in it.

        Args:
            folder: what to open.
            agreed: whether its wishes are agreed to.
            settings: settings of the window.
        """
        if agreed:
            self._server.agree(folder)
        shared = [page for page in self._context.pages if self._is_shared(page)]
        if shared:
            (self.page,) = shared
            await self.page.bring_to_front()
            await self._tidy()
        name = f"({next(_NUMBERS)})"
        # The extensions are not told of settings that come at once with a folder.
        if self._server.share_settings(settings or {}, name) and shared:
            await self.page.wait_for_function(f"document.title.includes({name!r})")
        self._server.share_folder(folder, name)
        if not shared:
            await self._begin()
            await self._go(self._server.workspace_url(self._server.shared))
        root = self.page.locator(f'{_EXPLORED}[aria-label^="{name}"]')
        await self._has(root)
        if await root.get_attribute("aria-expanded") == "false":
            await self.strike(root)
        await self.page.evaluate("window.dotstreamHeard = []")

    async def open_anew(self, folder: str, *, agreed: bool = True) -> None:
        """Open a folder in a window of its own, which remembers nothing."""
        if agreed:
            self._server.agree(folder)
        await self._begin()
        await self._go(self._server.url(folder))

    async def open_folders(self, *folders: str) -> None:
        """Open several folders in one new window, whose wishes are agreed to."""
        for folder in folders:
            self._server.agree(folder)
        # A name of its own: a window may remember a workspace as it was, or as it was not yet.
        file = self._server.home / f"{abs(hash(folders))}.code-workspace"
        file.write_text(json.dumps({"folders": [{"path": folder} for folder in folders]}))
        await self._begin()
        await self._go(self._server.workspace_url(file))
        await self._has(self.page.locator(_EXPLORED).nth(1))

    async def close(self) -> None:
        """Close the windows of this server."""
        for page in self._context.pages:
            if page.url.startswith(self._server.address):
                await page.close()

    async def can_be_shared(self) -> bool:
        """Tell whether another scenario can take the window over."""
        left = self.page.locator(".monaco-dialog-box, .tabs-container .tab.dirty")
        return self._is_shared(self.page) and await left.count() == 0

    def _is_shared(self, page: Page) -> bool:
        return page.url.endswith(quote(str(self._server.shared)))

    async def reload(self) -> None:
        """Load the window anew, as a user does: what it keeps is kept by then."""
        await self.page.evaluate("window.dotstreamOld = true")
        await self.run("Developer: Reload Window")
        await self.page.wait_for_function("window.dotstreamOld === undefined")
        await self._is_there()

    @asynccontextmanager
    async def left(self) -> AsyncIterator[None]:
        """Turn away from the window during the block, to another one, and be seen to do so."""
        session = await self._context.new_cdp_session(self.page)
        await session.send("Emulation.setFocusEmulationEnabled", {"enabled": False})
        other = await self._context.new_page()
        away = self.page.locator(".part.titlebar.inactive")

        async def leave() -> None:
            await self.page.bring_to_front()
            await other.bring_to_front()
            await away.wait_for(state="attached", timeout=SOON)

        async def come_back() -> None:
            await other.bring_to_front()
            await self.page.bring_to_front()
            await away.wait_for(state="detached", timeout=SOON)

        # A window that has never got the focus does not notice that it loses it.
        await self.persist(leave, "the window does not see that it lost the focus")
        yield
        await self.persist(come_back, "the window does not see that it has the focus")
        await other.close()

    async def _begin(self) -> None:
        """Have a new page instead of those that there are, which remembers nothing."""
        await self.close()
        self.page = await self._context.new_page()
        self.page.set_default_timeout(PATIENCE)
        await self.page.add_init_script(f"({_LISTEN})()")
        session = await self._context.new_cdp_session(self.page)
        forget = {"origin": self._server.address, "storageTypes": "all"}
        await session.send("Storage.clearDataForOrigin", forget)
        await session.detach()

    async def _go(self, address: str) -> None:
        await self.page.goto(address)
        await self._is_there()

    async def _is_there(self) -> None:
        await self.page.locator('.activitybar [aria-label="Dotfiles"]').first.wait_for()

    async def _has(self, folder: Locator) -> None:
        """Wait until the window has a folder in its Explorer."""

        async def attempt() -> None:
            try:
                await folder.wait_for(timeout=5 * SOON)
            except StillWaiting:  # on a busy machine VS Code may begin without any folder
                await self.page.reload()
                raise

        await self.persist(attempt, "the window has no such folder")

    async def _tidy(self) -> None:
        """Close all that the scenario before has left open."""
        rest = self.page.locator(".tab, .notification-list-item, .part.panel")

        async def attempt() -> None:
            await self.page.keyboard.press("Escape")
            await self.page.keyboard.press("Control+Alt+F9")  # see codeserver.py

        async def heeded() -> bool:
            seen = [await each.is_visible() for each in await rest.all()]
            explorer = self.page.locator(".explorer-folders-view")
            return True not in seen and await explorer.is_visible()

        await self.persist(attempt, "the window cannot be tidied up", until=heeded)

    # ------------------------------------------------------------- commands

    async def run(self, command: str) -> None:
        """Run a command of the palette, by its whole title: ``dotstream: Plan…``."""
        row = f'.quick-input-list .monaco-list-row[aria-label^="{command}"]'
        entry = self.page.locator(row).first
        box = self.page.locator(".quick-input-widget input[type=text]")

        async def attempt() -> None:
            await self.page.keyboard.press("Escape")
            await self.page.keyboard.press("F1")
            await box.fill(f">{command}", timeout=SOON)
            await self.strike(entry, within=SOON)
            # A palette that is still closing would take the keys of the next one.
            await entry.wait_for(state="hidden", timeout=3 * SOON)

        await self.persist(attempt, f"the palette has no command {command!r}")

    async def strike(
        self,
        what: Locator,
        *,
        button: str = "left",
        within: int = PATIENCE,
        until: Callable[[], Awaitable[bool]] | None = None,
    ) -> ElementHandle:
        """Click something until it has got a click, and not what has taken its place meanwhile.

        Args:
            what: what to click; the first of several is meant.
            button: the button of the mouse.
            within: milliseconds before this is given up, with Playwright's error.
            until: what is so, soon, after a click that was heeded too.

        Returns:
            what got the click.
        """
        struck: list[ElementHandle] = []

        async def attempt() -> None:
            element = await what.first.element_handle(timeout=SOON)
            await element.evaluate(_AIM)
            with suppress(Unplayable):  # what takes it away may be heeding the click
                await element.click(button=button, timeout=SOON)  # type: ignore[arg-type]
            if not await self.page.evaluate("window.dotstreamHit"):
                raise StillWaiting("something else was hit")
            struck[:] = [element]

        await self.persist(attempt, f"it cannot be clicked: {what}", until=until, within=within)
        return struck[0]

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something outside of the workbench is so."""
        end = time.monotonic() + PATIENCE / 1000
        while not holds():
            assert time.monotonic() < end, "it does not come to be so"
            await self.page.wait_for_timeout(20)

    async def persist(
        self,
        attempt: Callable[[], Awaitable[None]],
        complaint: str,
        *,
        until: Callable[[], Awaitable[bool]] | None = None,
        within: int = PATIENCE,
    ) -> None:
        """Attempt something again and again: a workbench may lose a key or a click.

        Args:
            attempt: raises what Playwright does where it has to be made again.
            complaint: what is wrong if none works.
            until: what is so, soon, after an attempt that was heeded.
            within: milliseconds before it is given up.
        """
        end, made = time.monotonic() + within / 1000, False
        while time.monotonic() < end:
            with suppress(Unplayable):
                await attempt()
                made = True
            if made and (until is None or await self._soon(until)):
                return
        if within < PATIENCE:  # somebody will try again
            raise StillWaiting(complaint)
        raise AssertionError(complaint)

    async def _soon(self, holds: Callable[[], Awaitable[bool]]) -> bool:
        """Wait a little until something is so, and say whether it is."""
        end = time.monotonic() + SOON / 1000
        while not (so := await holds()) and time.monotonic() < end:
            await self.page.wait_for_timeout(20)
        return so
