"""The lists that VS Code asks with, and its dialogs: what stands in them, and what is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.editors.vscode.pressing import PATIENCE
from tests.editors.vscode.window import Window

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import BrowserContext, Locator
    from tests.editors.vscode.codeserver import CodeServer

__all__ = ["Lists"]


class Lists(Window):
    """A window that asks.

    Args:
        context: what keeps the programs of the workbench.
        server: where the workbench comes from.
        artifacts: where pictures are kept, for people to look at.
    """

    def __init__(self, context: BrowserContext, server: CodeServer, artifacts: Path) -> None:
        super().__init__(context, server)
        self._artifacts = artifacts

    async def pick(self, label: str) -> None:
        """Choose an entry of the list that is open."""
        await self.strike(self._choice(label))

    async def choose(
        self, text: str, *, picture: str | None = None, within: int = PATIENCE
    ) -> None:
        """Choose the entry of the list that is open which says so somewhere."""
        entry = self.page.locator(".quick-input-list .monaco-list-row", has_text=text).first
        if picture is not None:
            await entry.wait_for()
            await self.picture(picture)
        await self.strike(entry, within=within)

    async def decide(self, button: str, *, of: str) -> None:
        """Press a button of the dialog that stands before the page and says so."""
        dialog = self.page.locator(".monaco-dialog-box", has_text=of)
        await self.strike(dialog.locator(".monaco-button", has_text=button), goes=True)

    async def tick(self, *labels: str, within: int = PATIENCE) -> None:
        """Tick entries of the list that is open, and accept it, within some milliseconds each."""
        for label in labels:
            await self._tick(self._choice(label), within)
        accept = self.page.locator(".quick-input-action .monaco-button", has_text="OK")
        await self.strike(accept, within=within, goes=True)

    async def _tick(self, entry: Locator, within: int) -> None:
        async def is_ticked() -> bool:
            return await entry.get_attribute("aria-checked", timeout=self.soon) == "true"

        async def attempt() -> None:
            if not await is_ticked():
                await self.strike(entry, within=self.soon)

        await self.persist(attempt, f"it is not ticked: {entry}", until=is_ticked, within=within)

    async def answer(self, text: str) -> None:
        """Type an answer into the list that is open, and accept what it then offers."""
        await self.page.locator(".quick-input-widget input[type=text]").fill(text)
        await self.strike(self._choice(text))

    async def enter(self, text: str) -> None:
        """Type what is wanted into the list that is open, and press Enter."""
        await self.page.locator(".quick-input-widget input[type=text]").fill(text)
        await self._choice(text).wait_for()
        await self.page.keyboard.press("Enter")

    async def listed(self, first: str) -> list[str]:
        """Return the entries of the list that is open, once one of them begins so."""
        await self._choice(first).wait_for()
        rows = self.page.locator(".quick-input-list .monaco-list-row")
        found = await rows.evaluate_all(
            "rows => rows.map((row) => row.getAttribute('aria-label') ?? '')"
        )
        return [str(label) for label in found]

    async def ask(self, command: str, first: str) -> list[str]:
        """Run a command until its list is open; return its entries once one begins so."""

        async def attempt() -> None:
            await self.run(command)
            # A workbench that is still moving its focus about may close a list.
            await self._choice(first).wait_for(timeout=5 * self.soon)

        await self.persist(attempt, f"{command} does not list {first!r}")
        return await self.listed(first)

    async def lists(self, command: str, entries: list[str]) -> None:
        """Run a command until its list has just these entries, and is open."""

        async def are_listed() -> bool:
            return await self.listed(entries[0].partition(",")[0]) == entries

        async def attempt() -> None:
            await self.ask(command, entries[0].partition(",")[0])

        await self.persist(attempt, f"{command} does not list {entries}", until=are_listed)

    async def summon(self, key: str, label: str) -> None:
        """Press a key until a list is open that has an entry which begins so."""

        async def attempt() -> None:
            await self.page.keyboard.press(key)
            await self._choice(label).wait_for(timeout=self.soon)

        await self.persist(attempt, f"{key} opens no list with {label!r}")

    async def plan(self, action: str, *packages: str) -> None:
        """Ask for a plan as a user does, which the active editor then shows."""
        await self.run_on("Dotstream: Plan", *packages, action=action)

    async def run_on(
        self, command: str, *packages: str, action: str | None = None, root: str | None = None
    ) -> None:
        """Run a command of the palette that asks for packages, or before that where or what."""

        async def attempt() -> None:
            await self.run(command)
            # A workbench that is still moving its focus about may close a list.
            if root is not None:
                await self.choose(root, within=5 * self.soon)
            if action is not None:
                await self.strike(self._choice(action), within=5 * self.soon)
            await self.tick(*packages, within=5 * self.soon)

        await self.persist(attempt, f"the lists of {command} are closed again and again")

    async def picture(self, name: str) -> None:
        """Keep a picture of the page as ``name``."""
        await self.page.screenshot(path=self._artifacts / f"{name}.png")

    def _choice(self, label: str) -> Locator:
        # The row may be described after its label: "zsh, 3 links".
        row = f'.quick-input-list .monaco-list-row[aria-label^="{label}"]'
        return self.page.locator(row).first
