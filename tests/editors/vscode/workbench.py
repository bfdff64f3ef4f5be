"""VS Code's workbench in a browser, as a user sees and works it."""

from __future__ import annotations

import os
import re
from contextlib import asynccontextmanager
from itertools import zip_longest
from typing import TYPE_CHECKING

from playwright.async_api import expect
from tests.editors.vscode.editors import Editors
from tests.editors.vscode.pressing import LONG

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from playwright.async_api import BrowserContext, Locator
    from tests.editors.vscode.codeserver import CodeServer

__all__ = ["Workbench"]


class Workbench(Editors):
    """A window with a workbench in it.

    Args:
        context: what keeps the programs of the workbench.
        server: where the workbench comes from.
        artifacts: where pictures are kept, for people to look at.
        notes: where figures are kept, for people to read.
    """

    def __init__(
        self, context: BrowserContext, server: CodeServer, artifacts: Path, notes: list[str]
    ) -> None:
        super().__init__(context, server, artifacts)
        self.notes = notes

    @asynccontextmanager
    async def another(self) -> AsyncIterator[Workbench]:
        """Have another window beside this one during the block, which shares nothing with it."""
        browser = self._context.browser
        assert browser is not None
        context = await browser.new_context(viewport=self.page.viewport_size)
        try:
            yield Workbench(context, self._server, self._artifacts, self.notes)
        finally:
            await context.close()

    async def walkthrough(self, *ticked: str) -> None:
        """Open the walkthrough, and wait until just these of its steps are ticked."""
        await self.run("Welcome: Open Walkthrough...")
        await self.choose("Link your dotfiles")
        await self.page.wait_for_function(
            """(wanted) => {
                const steps = [...document.querySelectorAll("[data-done-step-id]")];
                const done = steps.filter((step) => step.getAttribute("aria-checked") === "true");
                const names = done.map((step) => step.dataset.doneStepId.split("#").at(-1));
                return steps.length > 0 && names.join() === wanted.join();
            }""",
            arg=list(ticked),
        )

    # -------------------------------------------------------- notifications

    def notification(self, text: str | re.Pattern[str]) -> Locator:
        """Return the notification that says so, if it is on the screen."""
        return self.page.locator(".notification-list-item", has_text=text).first

    async def said(self, text: str) -> str:
        """Wait until a notification says so, or find that one has; return what it said.

        What was heard is not heard again.
        """
        heard = await self.page.wait_for_function(
            """(text) => {
                const at = window.dotstreamHeard.findIndex((each) => each.includes(text));
                return at < 0 ? null : window.dotstreamHeard.splice(at, 1)[0];
            }""",
            arg=text,
        )
        return str(await heard.json_value())

    async def gone(self, text: str | re.Pattern[str]) -> None:
        """Wait until no notification says so any longer."""
        await expect(self.notification(text)).to_have_count(0)

    async def press(self, button: str, *, of: str | re.Pattern[str]) -> None:
        """Press a button of a notification, also where that is only in their list by now."""
        named = re.compile(f"^{button}$")
        there = self.notification(of).locator(".monaco-button", has_text=named)

        async def list_them() -> None:
            await self.run("Notifications: Show Notifications")

        await self.strike(there, goes=True, missing=list_them)

    async def cancel(self, what: str) -> None:
        """Press Cancel in the notification of what is under way, until that is asked to stop."""
        await self.press("Cancel", of=what)
        await self.barred(f"Cancelling: {what}")

    async def status(self, text: str) -> Locator:
        """Wait until an item of the status bar says so, and return it."""
        item = self.page.locator(".statusbar-item", has_text=text).first
        await item.wait_for()
        return item

    async def barred(self, text: str) -> None:
        """Wait until the status bar says so, or find that it has, since the folder is open."""
        said = "(text) => window.dotstreamBar.some((each) => each.includes(text))"
        await self.page.wait_for_function(said, arg=text)

    async def show_log(self) -> Locator:
        """Show the log of the extension, which a window that is still opening may not do."""
        log = self.page.locator(".part.panel .monaco-editor")

        async def is_shown() -> bool:
            return await log.first.is_visible()

        command = "Dotstream: Show Log"
        await self.persist(
            lambda: self.run(command), "the log does not show", until=is_shown, heeding=LONG
        )
        return log

    async def view(self, title: str) -> None:
        """Open a view of the activity bar; a click on one that is open would close it."""
        icon = self.page.locator(f'.activitybar [aria-label^="{title}"]')
        opened = self.page.locator(f'.activitybar .checked [aria-label^="{title}"]')

        async def is_open() -> bool:
            return await opened.count() > 0

        async def attempt() -> None:
            if not await is_open():
                await self.strike(icon, within=self.soon)

        await self.persist(attempt, f"the view {title!r} does not open", until=is_open)

    def row(self, label: str) -> Locator:
        """Return the row of the view that is open whose label begins so."""
        return self.page.locator(
            f'.sidebar .pane-body .monaco-list-row[aria-label^="{label}"]'
        ).first

    async def act(self, label: str, action: str, *, plan: str) -> None:
        """Press a button of a row of the view that is open, until its plan says so."""
        planned = self.editor().locator(".view-line", has_text=plan)

        async def attempt() -> None:
            await self.page.keyboard.press("Escape")  # what a view asks that was just made anew
            await self.row(label).hover(timeout=self.soon)
            await self.strike(self.row(label).get_by_label(action), within=self.soon)

        async def heeded() -> bool:
            return await planned.count() > 0

        await self.persist(attempt, f"{label!r} has no {action!r}", until=heeded, heeding=LONG)

    async def menu(
        self, label: str, holds: Callable[[list[str]], bool], *, picture: str | None = None
    ) -> None:
        """Look at the context menu of a row, until what it offers is as it is to be."""
        entries = self.page.locator(".monaco-menu .action-label")
        offered: list[str] = []

        async def attempt() -> None:
            await self._open_menu(label)
            offered[:] = [text for text in await entries.all_inner_texts() if text]
            if picture is not None:
                await self.picture(picture)
            await self.page.keyboard.press("Escape")
            await entries.first.wait_for(state="hidden", timeout=self.soon)

        async def is_so() -> bool:
            return holds(offered)

        await self.persist(attempt, f"{label!r} has another menu", until=is_so, heeding=1)

    async def choose_in_menu(self, label: str, title: str, *, brings: str) -> None:
        """Choose an entry of the context menu of a row of the view or the Explorer.

        Args:
            label: how the label of the row begins.
            title: what the entry says.
            brings: what a line of an editor, or an entry of a list, then says; not before.
        """
        entry = self.page.locator(".monaco-menu .action-item", has_text=title).first
        lines = ".view-line:visible, .quick-input-list .monaco-list-row:visible"
        brought = self.page.locator(lines, has_text=brings)

        async def attempt() -> None:
            if not await entry.is_visible():
                await self._open_menu(label)
            # A menu that has only just opened takes no clicks.
            await self.strike(entry, at_once=True, goes=True, within=self.soon)

        async def heeded() -> bool:  # a menu may go for other reasons
            return await brought.count() > 0

        complaint = f"pressing {title!r} brings no {brings!r}"
        await self.persist(attempt, complaint, until=heeded, heeding=LONG)

    async def _open_menu(self, label: str) -> None:
        row = self.page.locator(f'.sidebar .monaco-list-row[aria-label^="{label}"]').first
        await self.page.keyboard.press("Escape")  # what was opened before
        await self.strike(row, button="right", within=self.soon)
        await self.page.locator(".monaco-menu .action-label").first.wait_for(timeout=self.soon)

    def tab(self, title: str) -> Locator:
        """Return the tab of an editor that is named so, and seen to be."""
        named = f".tabs-container .tab[aria-label^={_quoted(title)}]"
        return self.page.locator(named, has_text=title).first

    async def to_tab(self, title: str) -> None:
        """Bring the tab of an editor to the front."""
        active = self.page.locator(f".tabs-container .tab.active[aria-label^={_quoted(title)}]")

        async def is_in_front() -> bool:
            return await active.count() > 0

        await self.strike(self.tab(title), until=is_in_front)

    async def reveal(self, *names: str) -> None:
        """Click through the Explorer: opens directories, and a file at the end."""
        for name, below in zip_longest(names, names[1:]):
            row = self._explorer(name)
            await row.wait_for()
            if await row.get_attribute("aria-expanded") is not None:
                await self.expand(row, shows=None if below is None else self._explorer(below))
            else:
                await self._open_file(row, name)

    async def _open_file(self, row: Locator, name: str) -> None:
        opened = self.page.locator(f".tabs-container .tab.active[aria-label^={_quoted(name)}]")

        async def is_open() -> bool:
            return await opened.count() > 0

        await self.strike(row, until=is_open)

    async def badge(self, name: str, expected: str) -> None:
        """Wait until the Explorer marks a file with this letter, or with none."""
        await self._explorer(name).locator(".monaco-icon-label").first.wait_for()
        # The badge is drawn by a style sheet.
        await self.page.wait_for_function(
            """([name, expected]) => {
                const rows = document.querySelectorAll(".explorer-folders-view .monaco-list-row");
                const row = [...rows].find((each) => each.getAttribute("aria-label") === name);
                const found = [...(row?.querySelectorAll("*") ?? [])]
                    .map((each) => getComputedStyle(each, "::after").content)
                    .filter((content) => ['"P"', '"L"', '"!"'].includes(content));
                return (found[0] ?? '""') === `"${expected}"`;
            }""",
            arg=[name, expected],
        )

    def _explorer(self, name: str) -> Locator:
        return self.page.locator(
            f'.explorer-folders-view .monaco-list-row[aria-label^="{name}"]'
        ).first

    async def nothing_blocks(self) -> None:
        """Check that no dialog stands before the page, as for an error in a command."""
        dialog = self.page.locator(".monaco-dialog-box")
        assert await dialog.count() == 0, await dialog.first.inner_text()

    def note(self, text: str) -> None:
        """Have a figure kept and printed, with how busy the machine was."""
        self.notes.append(f"{text} (load {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores)")


def _quoted(title: str) -> str:
    """Return a title as it begins the label of a tab."""
    return f'"{title.replace(" .", chr(160) + ".")}"'
