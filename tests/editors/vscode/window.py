"""A window of VS Code in a browser: opened for a scenario, or taken over from the one before."""

from __future__ import annotations

import itertools
import json
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING
from urllib.parse import quote

from playwright.async_api import TimeoutError as StillWaiting
from tests.editors.vscode.pressing import LONG, PATIENCE, Pressing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from playwright.async_api import BrowserContext, Locator, Page
    from tests.editors.vscode.codeserver import CodeServer

__all__ = ["Window"]

_EXPLORED = ".explorer-folders-view .monaco-list-row"
"""What the Explorer lists."""

_NUMBERS = itertools.count(1)
"""Names of folders in the window that scenarios share."""

_LISTEN = """() => {
    const last = new WeakMap();
    const listen = (selector, heard) => {
        for (const each of document.querySelectorAll(selector)) {
            const text = each.textContent.replaceAll("\\u00a0", " ");
            if (text === "" || last.get(each) === text) continue;
            last.set(each, text);
            heard.push(text);
        }
    };
    window.dotstreamHeard = [];
    window.dotstreamBar = [];
    new MutationObserver(() => {
        listen(".notification-list-item-message", window.dotstreamHeard);
        listen(".statusbar-item", window.dotstreamBar);
    }).observe(document, { childList: true, subtree: true, characterData: true });
    const note = (event) => { window.dotstreamClicked = event.timeStamp; };
    window.addEventListener("click", note, { capture: true });
}"""
"""Keep what notifications and the bar say, however soon it is gone, and when a click was."""


class Window(Pressing):
    """A window, in a page of a browser.

    Args:
        context: what keeps the programs of the workbench.
        server: where the workbench comes from.
    """

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
        await self.expand(root)
        await self.page.evaluate("[window.dotstreamHeard, window.dotstreamBar] = [[], []]")

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

        async def is_new() -> bool:
            return await self.page.evaluate("window.dotstreamOld === undefined") is True

        async def attempt() -> None:
            if not await is_new():  # a click that has done so is not seen to have hit
                await self._run("Developer: Reload Window")

        await self.persist(attempt, "the window is not loaded anew", until=is_new, heeding=LONG)
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
            await away.wait_for(state="attached", timeout=self.soon)

        async def come_back() -> None:
            await other.bring_to_front()
            await self.page.bring_to_front()
            await away.wait_for(state="detached", timeout=self.soon)

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
                await folder.wait_for(timeout=5 * self.soon)
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
        """Run a command of the palette, by its whole title, once: ``dotstream: Plan…``."""
        await self.persist(lambda: self._run(command), f"the palette has no command {command!r}")

    async def _run(self, command: str) -> None:
        row = f'.quick-input-list .monaco-list-row[aria-label^="{command}"]'
        entry = self.page.locator(row).first
        box = self.page.locator(".quick-input-widget input[type=text]")
        await self.page.keyboard.press("Escape")
        await self.page.keyboard.press("F1")
        await box.fill(f">{command}", timeout=self.soon)
        await self.strike(entry, within=self.soon)
        # A palette that is still closing would take the keys of the next one.
        with suppress(StillWaiting):
            await entry.wait_for(state="hidden", timeout=3 * self.soon)
        if await entry.is_visible():  # looked at after the click, so that it was lost
            raise StillWaiting(f"{command!r} is not heeded")

    async def expand(self, row: Locator, *, shows: Locator | None = None) -> None:
        """Click a row of a tree, unless it is open already, until it shows what is below it.

        Args:
            row: what to open.
            shows: something below it; a tree that is made anew meanwhile may close it again.
        """

        async def is_open() -> bool:
            return await row.get_attribute("aria-expanded", timeout=self.soon) == "true"

        async def attempt() -> None:
            if not await is_open():
                await self.strike(row, within=self.soon)

        seen = is_open if shows is None else shows.is_visible
        await self.persist(attempt, f"it does not open: {row}", until=seen)
