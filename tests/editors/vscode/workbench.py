"""VS Code's workbench in a browser, as a user sees and works it."""

from __future__ import annotations

import os
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from playwright.async_api import TimeoutError as StillWaiting
from playwright.async_api import expect
from tests.editors.vscode.window import PATIENCE, SOON, Window

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from playwright.async_api import BrowserContext, ElementHandle, Locator
    from tests.editors.vscode.codeserver import CodeServer

__all__ = ["Workbench"]

_WATCH_COPIES = """() => {
    if (window.dotstreamCopied === undefined) {
        window.addEventListener("copy", (event) => {
            window.dotstreamCopied = event.clipboardData.getData("text/plain");
        });
    }
    window.dotstreamCopied = "";
}"""

_SEEN = """([where, selector, text]) => {
    const plain = (words) => words.replace(/\\s+/g, " ").trim().toLowerCase();
    const found = document.querySelector(where)?.querySelectorAll(selector) ?? [];
    const seen = [...found].some(
        (each) => plain(each.textContent).includes(plain(text)) && each.checkVisibility()
    );
    return seen && [performance.now() - window.dotstreamClicked];
}"""
"""Whether a text is on the screen: then how many milliseconds after the last click that is."""

_EDITOR = ".editor-group-container.active .monaco-editor"
"""The editors in the group that is active; the first is meant."""


class Workbench(Window):
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
        super().__init__(context, server)
        self.notes = notes
        self._artifacts = artifacts

    @asynccontextmanager
    async def another(self) -> AsyncIterator[Workbench]:
        """Have another window beside this one during the block, which shares nothing with it."""
        browser = self._context.browser
        assert browser is not None
        context = await browser.new_context(viewport=self.page.viewport_size)
        yield Workbench(context, self._server, self._artifacts, self.notes)
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

    # ------------------------------------------------------------- commands

    async def pick(self, label: str) -> None:
        """Choose an entry of the list that is open."""
        await self.strike(self._choice(label))

    async def choose(self, text: str, *, picture: str | None = None) -> None:
        """Choose the entry of the list that is open which says so somewhere."""
        entry = self.page.locator(".quick-input-list .monaco-list-row", has_text=text).first
        await entry.wait_for()
        if picture is not None:
            await self.picture(picture)
        await self.strike(entry)

    async def decide(self, button: str, *, of: str) -> None:
        """Press a button of the dialog that stands before the page and says so."""
        dialog = self.page.locator(".monaco-dialog-box", has_text=of)
        await self.strike(dialog.locator(".monaco-button", has_text=button))
        await dialog.wait_for(state="detached")

    async def tick(self, *labels: str, within: int = PATIENCE) -> None:
        """Tick entries of the list that is open, and accept it, within some milliseconds each."""
        for label in labels:
            await self.strike(self._choice(label), within=within)
        accept = self.page.locator(".quick-input-action .monaco-button", has_text="OK")
        await self.strike(accept, within=within)

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
        return [await row.get_attribute("aria-label") or "" for row in await rows.all()]

    def _choice(self, label: str) -> Locator:
        # The row may be described after its label: "zsh, 3 links".
        row = f'.quick-input-list .monaco-list-row[aria-label^="{label}"]'
        return self.page.locator(row).first

    async def plan(self, action: str, *packages: str) -> None:
        """Ask for a plan as a user does, which the active editor then shows."""
        await self.run_on("Dotstream: Plan", *packages, action=action)

    async def run_on(self, command: str, *packages: str, action: str | None = None) -> None:
        """Run a command of the palette that asks for packages, or before that what to do."""

        async def attempt() -> None:
            await self.run(command)
            # A workbench that is still moving its focus about may close a list.
            if action is not None:
                await self.strike(self._choice(action), within=5 * SOON)
            await self.tick(*packages, within=5 * SOON)

        await self.persist(attempt, f"the lists of {command} are closed again and again")

    async def apply(self, sum_: str) -> None:
        """Press Apply above the plan in the active editor, when its sum says so."""
        await self.shows(sum_)
        links = self.editor().locator(".codelens-decoration a")
        lens = links.filter(has_text=re.compile("Apply$")).first
        told = await self.editor().locator(".view-line", has_text=sum_).first.inner_text()
        same = self.editor().locator(".view-line", has_text=told)
        await lens.wait_for()

        async def heeded() -> bool:  # then it is gone, or is a newer plan's
            return not (await lens.count() and await same.count())

        await self.strike(lens, until=heeded)

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
        pressed: list[ElementHandle] = []

        async def attempt() -> None:
            try:
                pressed[:] = [await self.strike(there, within=SOON)]
            except StillWaiting:
                await self.run("Notifications: Show Notifications")
                raise

        async def heeded() -> bool:  # then the notification is gone, with its buttons
            return not await pressed[0].is_visible()

        await self.persist(attempt, f"no notification of {of!r} offers {button!r}", until=heeded)

    # ---------------------------------------------------------- what stands

    def editor(self) -> Locator:
        """Return the text editor that is active."""
        return self.page.locator(_EDITOR).first

    async def lines(self) -> list[str]:
        """Return the lines of the active editor that are on the screen, top to bottom."""
        rows = (
            await self.editor()
            .locator(".view-lines > .view-line")
            .evaluate_all(
                """lines => lines
                .map((line) => [parseFloat(line.style.top), line.textContent])
                .sort((one, other) => one[0] - other[0])
                .map(([, text]) => text)"""
            )
        )
        return [str(row).replace("\xa0", " ") for row in rows]

    async def text(self) -> str:
        """Return the whole text of the active editor, also what is not on the screen."""
        await self.page.evaluate(_WATCH_COPIES)

        async def attempt() -> None:
            await self.editor().locator(".view-line").first.click(force=True)
            await self.page.keyboard.press("Control+A")
            await self.page.keyboard.press("Control+C")
            copied = "window.dotstreamCopied?.includes('\\n')"
            await self.page.wait_for_function(copied, timeout=SOON)

        await self.persist(attempt, "the text of the editor is not copied")
        await self.page.keyboard.press("Control+Home")
        await self.page.mouse.wheel(0, -100_000)  # lenses above the first line too
        return str(await self.page.evaluate("window.dotstreamCopied"))

    async def lenses(self) -> list[str]:
        """Return the code lenses of the active editor that are on the screen."""
        found = await self.editor().locator(".codelens-decoration").all_inner_texts()
        return [text.replace("\xa0", " ") for text in found]

    async def offers(self, *titles: str) -> float:
        """Wait until code lenses of the active editor offer all of these.

        Return how many seconds after the last click that is.
        """
        return max([await self._sees(".codelens-decoration", title) for title in titles])

    async def click(self, lens: str) -> None:
        """Click a code lens of the active editor."""
        await self.strike(self.editor().locator(".codelens-decoration a", has_text=lens))

    async def click_above(self, text: str, lens: str) -> None:
        """Click the code lens right above the line of the active editor that has a text."""
        mark = """([editor, text, lens]) => {
            const of = (each) => each.textContent.replaceAll("\\u00a0", " ");
            const line = [...editor.querySelectorAll(".view-line")]
                .find((each) => of(each).includes(text));
            const below = line?.getBoundingClientRect().top;
            return [...editor.querySelectorAll(".codelens-decoration")]
                .map((each) => [each, below - each.getBoundingClientRect().top])
                .filter(([, distance]) => distance > 0 && distance < 30)
                .flatMap(([each]) => [...each.querySelectorAll("a")])
                .find((each) => of(each) === lens);
        }"""
        editor = await self.editor().element_handle()
        there = [editor, text, lens]

        async def attempt() -> None:
            found = await self.page.wait_for_function(mark, arg=there, timeout=SOON)
            link = found.as_element()
            assert link is not None
            await link.click(timeout=SOON)  # it may be an older plan's, which is not heeded

        async def heeded() -> bool:
            return await self.page.evaluate(f"(given) => !({mark})(given)", there) is True

        await self.persist(attempt, f"no {lens!r} above {text!r} is heeded", until=heeded)

    async def enter_editor(self) -> None:
        """Put the focus into the active editor."""
        focused = self.page.locator(f"{_EDITOR}.focused")

        async def attempt() -> None:
            await self.editor().locator(".view-line").first.click(timeout=SOON)
            await focused.first.wait_for(timeout=SOON)

        await self.persist(attempt, "the editor does not take the focus")

    async def write(self, text: str) -> None:
        """Write at the beginning of the active editor, and save it."""
        await self.enter_editor()
        await self.page.keyboard.press("Control+Home")
        await self.page.keyboard.insert_text(text)
        await self._sees(".view-line", text)
        await self.save()

    async def save(self) -> None:
        """Save what was written in the active editor: another window would have it again."""
        dirty = self.page.locator(".tabs-container .tab.dirty")
        await dirty.wait_for()
        await self.page.keyboard.press("Control+S")
        await dirty.wait_for(state="detached")

    async def go_to_line(self, number: int) -> None:
        """Have a line of the active editor on the screen, in its middle."""

        async def attempt() -> None:
            await self.page.keyboard.press("Control+G")
            box = self.page.locator(".quick-input-widget input[type=text]")
            await box.fill(f":{number}", timeout=SOON)
            await self.page.keyboard.press("Enter")

        await self.moves(attempt, f"Ln {number}, Col ")

    async def moves(self, attempt: Callable[[], Awaitable[None]], place: str) -> None:
        """Attempt to have the cursor at a place, as the status bar says it, until it is there."""
        there = self.page.locator(".statusbar-item", has_text=place)

        async def heeded() -> bool:
            return await there.count() > 0

        await self.persist(attempt, f"the cursor does not come to {place}", until=heeded)

    async def summon(self, key: str, label: str) -> None:
        """Press a key until a list is open that has an entry which begins so."""

        async def attempt() -> None:
            await self.page.keyboard.press(key)
            await self._choice(label).wait_for(timeout=SOON)

        await self.persist(attempt, f"{key} opens no list with {label!r}")

    async def move(self, key: str, place: str) -> None:
        """Press a key until the cursor is at a place, as the status bar says it."""
        await self.moves(lambda: self.page.keyboard.press(key), place)

    async def hover(self, text: str, says: str) -> None:
        """Point at a text of the active editor, and wait until the hover says something."""
        hover = self.page.locator(".monaco-hover", has_text=says).first
        spot = self.editor().get_by_text(text, exact=True).first

        async def attempt() -> None:
            await self.page.mouse.move(0, 0)
            await spot.hover(timeout=SOON)
            await hover.wait_for(timeout=SOON)

        await self.persist(attempt, f"no hover over {text!r} says {says!r}")

    async def complete(self, typed: str, offered: str) -> None:
        """Type at the cursor, and accept a completion that is then offered."""
        entry = self.page.locator(f'.suggest-widget .monaco-list-row[aria-label^="{offered}"]')
        await self.page.keyboard.type(typed)

        async def attempt() -> None:
            await self.page.keyboard.press("Escape")
            await self.page.keyboard.press("Control+Space")
            await entry.first.click(timeout=SOON)

        await self.persist(attempt, f"{offered!r} is not offered")

    async def status(self, text: str) -> Locator:
        """Wait until an item of the status bar says so, and return it."""
        item = self.page.locator(".statusbar-item", has_text=text).first
        await item.wait_for()
        return item

    async def view(self, title: str) -> None:
        """Open a view of the activity bar."""
        await self.strike(self.page.locator(f'.activitybar [aria-label^="{title}"]'))

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
            await self.row(label).hover(timeout=SOON)
            await self.strike(self.row(label).get_by_label(action), within=SOON)

        async def heeded() -> bool:
            return await planned.count() > 0

        await self.persist(attempt, f"{label!r} has no {action!r}", until=heeded)

    async def menu(self, label: str) -> list[str]:
        """Open the context menu of a row of the view or the Explorer; return what it offers."""
        row = self.page.locator(f'.sidebar .monaco-list-row[aria-label^="{label}"]').first
        entries = self.page.locator(".monaco-menu .action-label")

        async def attempt() -> None:
            await self.strike(row, button="right", within=SOON)
            await entries.first.wait_for(timeout=SOON)

        await self.persist(attempt, f"{label!r} has no context menu")
        return [text for text in await entries.all_inner_texts() if text]

    async def offered(self, label: str, *, picture: str | None = None) -> list[str]:
        """Look what the context menu of a row of the view or the Explorer offers."""
        offered = await self.menu(label)
        if picture is not None:
            await self.picture(picture)
        entry = self.page.locator(".monaco-menu .action-label").first

        async def attempt() -> None:
            await self.page.keyboard.press("Escape")
            await entry.wait_for(state="hidden", timeout=SOON)

        await self.persist(attempt, "the menu does not close")
        return offered

    async def choose_in_menu(self, title: str) -> None:
        """Choose an entry of the context menu that is open."""
        entry = self.page.locator(".monaco-menu .action-item", has_text=title).first

        async def attempt() -> None:  # a menu that has only just opened takes no clicks
            if await entry.is_visible():
                await entry.click(timeout=SOON)
            await entry.wait_for(state="hidden", timeout=SOON)

        await self.persist(attempt, f"pressing {title!r} does nothing")

    def tab(self, title: str) -> Locator:
        """Return the tab of an editor that is named so, and seen to be."""
        named = f'.tabs-container .tab[aria-label^="{title.replace(" .", chr(160) + ".")}"]'
        return self.page.locator(named, has_text=title).first

    async def shows(self, text: str) -> float:
        """Wait until a line of the active editor shows a text.

        Return how many seconds after the last click that is.
        """
        return await self._sees(".view-line", text)

    async def reveal(self, *names: str) -> None:
        """Click through the Explorer: opens directories, and a file at the end."""
        for name in names:
            await self.strike(self._explorer(name))

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

    async def quick_fix(self, title: str, *, picture: str | None = None) -> None:
        """Choose one of the quick fixes at the beginning of the file in the active editor."""
        await self.enter_editor()
        await self.page.keyboard.press("Control+Home")
        offered = self.page.locator(".action-widget .monaco-list-row", has_text=title).first

        async def attempt() -> None:
            await self.page.keyboard.press("Escape")
            await self.page.keyboard.press("Control+.")
            await offered.wait_for(timeout=SOON)
            if picture is not None:
                await self.picture(picture)
            await offered.click(timeout=SOON)

        await self.persist(attempt, f"there is no quick fix {title!r}")

    async def nothing_blocks(self) -> None:
        """Check that no dialog stands before the page, as for an error in a command."""
        dialog = self.page.locator(".monaco-dialog-box")
        assert await dialog.count() == 0, await dialog.first.inner_text()

    async def _sees(self, selector: str, text: str) -> float:
        """Wait until the active editor has a text, looking at every frame.

        Playwright by itself would look twice a second, or less.
        """
        try:
            seen = await self.page.wait_for_function(_SEEN, arg=[_EDITOR, selector, text])
        except StillWaiting as error:
            raise AssertionError(f"{text!r} is not on the screen") from error
        (since,) = await seen.json_value()
        return float(since or 0) / 1000

    def note(self, text: str) -> None:
        """Have a figure kept and printed, with how busy the machine was."""
        self.notes.append(f"{text} (load {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores)")

    async def picture(self, name: str) -> None:
        """Keep a picture of the page as ``name``."""
        await self.page.screenshot(path=self._artifacts / f"{name}.png")
