"""VS Code's workbench in a browser, as a user sees and works it."""

from __future__ import annotations

import json
import os
import re
import time
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from playwright.async_api import Error as Unplayable
from playwright.async_api import TimeoutError as StillWaiting
from playwright.async_api import expect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from playwright.async_api import BrowserContext, ElementHandle, Locator, Page
    from tests.editors.vscode.codeserver import CodeServer

__all__ = ["Workbench"]

_PATIENCE = 180_000
"""Milliseconds that anything may take to appear; it shows up as soon as it is there."""

_SOON = 3_000
"""Milliseconds before something is tried again that a workbench may have lost."""

expect.set_options(timeout=_PATIENCE)

_WATCH_COPIES = """() => {
    if (window.dotstreamCopied === undefined) {
        window.addEventListener("copy", (event) => {
            window.dotstreamCopied = event.clipboardData.getData("text/plain");
        });
    }
    window.dotstreamCopied = "";
}"""

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


class Workbench:
    """A page of the browser with a workbench in it.

    Args:
        page: the browser's page.
        server: where the workbench comes from.
        artifacts: where pictures are kept, for people to look at.
        notes: where figures are kept, for people to read.
    """

    def __init__(self, page: Page, server: CodeServer, artifacts: Path, notes: list[str]) -> None:
        self.page = page
        self.notes = notes
        self._server = server
        self._artifacts = artifacts
        page.set_default_timeout(_PATIENCE)

    @classmethod
    async def of(
        cls, context: BrowserContext, server: CodeServer, artifacts: Path, notes: list[str]
    ) -> Workbench:
        """Return one on a new page, the first of its context."""
        await cls.listen(context)
        return cls(await context.new_page(), server, artifacts, notes)

    @staticmethod
    async def listen(context: BrowserContext) -> None:
        """Have the pages of a context keep what passes."""
        await context.add_init_script(f"({_LISTEN})()")

    async def open(self, folder: str, *, agreed: bool = True) -> None:
        """Open a folder, whose wishes are agreed to, and wait until the extension is there."""
        if agreed:
            self._server.agree(folder)
        await self.page.goto(self._server.url(folder))
        await self._is_there()

    async def open_folders(self, *folders: str) -> None:
        """Open several folders in one window, whose wishes are agreed to."""
        for folder in folders:
            self._server.agree(folder)
        # A name of its own: a window may remember a workspace as it was, or as it was not yet.
        file = self._server.home / f"{abs(hash(folders))}.code-workspace"
        file.write_text(json.dumps({"folders": [{"path": folder} for folder in folders]}))
        await self.page.goto(self._server.workspace_url(file))
        await self._is_there()
        rows = self.page.locator(".explorer-folders-view .monaco-list-row")

        async def attempt() -> None:
            try:
                await rows.nth(1).wait_for(timeout=5 * _SOON)
            except StillWaiting:  # on a busy machine VS Code may begin without any folder
                await self.page.reload()
                raise

        await self._persist(attempt, "the window has no folders")

    @asynccontextmanager
    async def left(self) -> AsyncIterator[None]:
        """Turn away from the window during the block, to another one."""
        session = await self.page.context.new_cdp_session(self.page)
        await session.send("Emulation.setFocusEmulationEnabled", {"enabled": False})
        other = await self.page.context.new_page()
        await other.bring_to_front()
        await self.page.wait_for_function("!document.hasFocus()")
        yield
        await other.close()
        await self.page.bring_to_front()
        await self.page.wait_for_function("document.hasFocus()")

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

    async def run(self, command: str) -> None:
        """Run a command of the palette, by its whole title: ``dotstream: Plan…``."""
        entry = self.page.locator(
            f'.quick-input-list .monaco-list-row[aria-label^="{command}"]'
        ).first
        box = self.page.locator(".quick-input-widget input[type=text]")

        async def attempt() -> None:
            await self.page.keyboard.press("Escape")
            await self.page.keyboard.press("F1")
            await box.fill(f">{command}", timeout=_SOON)
            await entry.wait_for(timeout=_SOON)
            await self.page.keyboard.press("Enter")
            # A palette that is still closing would take the keys of the next one.
            await entry.wait_for(state="hidden", timeout=3 * _SOON)

        await self._persist(attempt, f"the palette has no command {command!r}")

    async def reload(self) -> None:
        """Load the window anew, as a user does: what it keeps is kept by then."""
        await self.page.evaluate("window.dotstreamOld = true")
        await self.run("Developer: Reload Window")
        await self.page.wait_for_function("window.dotstreamOld === undefined")
        await self._is_there()

    async def _is_there(self) -> None:
        await self.page.locator('.activitybar [aria-label="Dotfiles"]').first.wait_for()

    async def pick(self, label: str) -> None:
        """Choose an entry of the list that is open."""
        await self._choice(label).click()

    async def choose(self, text: str, *, picture: str | None = None) -> None:
        """Choose the entry of the list that is open which says so somewhere."""
        entry = self.page.locator(".quick-input-list .monaco-list-row", has_text=text).first
        await entry.wait_for()
        if picture is not None:
            await self.picture(picture)
        await entry.click()

    async def decide(self, button: str, *, of: str) -> None:
        """Press a button of the dialog that stands before the page and says so."""
        dialog = self.page.locator(".monaco-dialog-box", has_text=of)
        await dialog.locator(".monaco-button", has_text=button).click()

    async def tick(self, *labels: str, within: int = _PATIENCE) -> None:
        """Tick entries of the list that is open, and accept it, within some milliseconds each."""
        for label in labels:
            await self._choice(label).click(timeout=within)
        accept = self.page.locator(".quick-input-action .monaco-button", has_text="OK")
        await accept.click(timeout=within)

    async def answer(self, text: str) -> None:
        """Type an answer into the list that is open, and accept what it then offers."""
        await self.page.locator(".quick-input-widget input[type=text]").fill(text)
        await self._choice(text).click()

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
                await self._choice(action).click(timeout=5 * _SOON)
            await self.tick(*packages, within=5 * _SOON)

        await self._persist(attempt, f"the lists of {command} are closed again and again")

    async def apply(self, sum_: str) -> None:
        """Press Apply above the plan in the active editor, when its sum says so."""
        await self.shows(sum_)
        links = self.editor().locator(".codelens-decoration a")
        lens = links.filter(has_text=re.compile("Apply$")).first
        told = await self.editor().locator(".view-line", has_text=sum_).first.inner_text()
        same = self.editor().locator(".view-line", has_text=told)
        await lens.wait_for()

        async def attempt() -> None:
            await lens.click(timeout=_SOON)

        async def heeded() -> bool:  # then it is gone, or is a newer plan's
            return not (await lens.count() and await same.count())

        await self._persist(attempt, "pressing it does nothing", until=heeded)

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
                pressed[:] = [await there.element_handle(timeout=_SOON)]
                await pressed[0].click(timeout=_SOON)
            except StillWaiting:
                await self.run("Notifications: Show Notifications")
                raise

        async def heeded() -> bool:  # then the notification is gone, with its buttons
            return not await pressed[0].is_visible()

        await self._persist(attempt, f"no notification of {of!r} offers {button!r}", until=heeded)

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
            await self.page.wait_for_function(copied, timeout=_SOON)

        await self._persist(attempt, "the text of the editor is not copied")
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
        await self.editor().locator(".codelens-decoration a", has_text=lens).first.click()

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
            found = await self.page.wait_for_function(mark, arg=there, timeout=_SOON)
            link = found.as_element()
            assert link is not None
            await link.click(timeout=_SOON)  # it may be an older plan's, which is not heeded

        async def heeded() -> bool:
            return await self.page.evaluate(f"(given) => !({mark})(given)", there) is True

        await self._persist(attempt, f"no {lens!r} above {text!r} is heeded", until=heeded)

    async def write(self, text: str) -> None:
        """Write at the beginning of the active editor, and save it."""
        await self.editor().locator(".view-line").first.click()
        await self.page.keyboard.press("Control+Home")
        await self.page.keyboard.insert_text(text)
        await self._sees(".view-line", text)
        await self.page.keyboard.press("Control+S")
        await self.page.locator(".tabs-container .tab.dirty").wait_for(state="detached")

    async def go_to_line(self, number: int) -> None:
        """Have a line of the active editor on the screen, in its middle."""
        await self.page.keyboard.press("Control+G")
        await self.page.locator(".quick-input-widget input[type=text]").fill(f":{number}")
        await self.page.keyboard.press("Enter")
        await self.status(f"Ln {number}, Col ")

    async def hover(self, text: str, says: str) -> None:
        """Point at a text of the active editor, and wait until the hover says something."""
        hover = self.page.locator(".monaco-hover", has_text=says).first
        spot = self.editor().get_by_text(text, exact=True).first

        async def attempt() -> None:
            await self.page.mouse.move(0, 0)
            await spot.hover(timeout=_SOON)
            await hover.wait_for(timeout=_SOON)

        await self._persist(attempt, f"no hover over {text!r} says {says!r}")

    async def complete(self, typed: str, offered: str) -> None:
        """Type at the cursor, and accept a completion that is then offered."""
        entry = self.page.locator(f'.suggest-widget .monaco-list-row[aria-label^="{offered}"]')
        await self.page.keyboard.type(typed)

        async def attempt() -> None:
            await self.page.keyboard.press("Escape")
            await self.page.keyboard.press("Control+Space")
            await entry.first.click(timeout=_SOON)

        await self._persist(attempt, f"{offered!r} is not offered")

    async def status(self, text: str) -> Locator:
        """Wait until an item of the status bar says so, and return it."""
        item = self.page.locator(".statusbar-item", has_text=text).first
        await item.wait_for()
        return item

    async def view(self, title: str) -> None:
        """Open a view of the activity bar."""
        await self.page.locator(f'.activitybar [aria-label^="{title}"]').first.click()

    def row(self, label: str) -> Locator:
        """Return the row of the view that is open whose label begins so."""
        return self.page.locator(
            f'.sidebar .pane-body .monaco-list-row[aria-label^="{label}"]'
        ).first

    async def menu(self, label: str) -> list[str]:
        """Open the context menu of a row of the view or the Explorer; return what it offers."""
        row = self.page.locator(f'.sidebar .monaco-list-row[aria-label^="{label}"]').first
        entries = self.page.locator(".monaco-menu .action-label")

        async def attempt() -> None:
            await row.click(button="right", timeout=_SOON)
            await entries.first.wait_for(timeout=_SOON)

        await self._persist(attempt, f"{label!r} has no context menu")
        return [text for text in await entries.all_inner_texts() if text]

    async def choose_in_menu(self, title: str) -> None:
        """Choose an entry of the context menu that is open."""
        entry = self.page.locator(".monaco-menu .action-item", has_text=title).first

        async def attempt() -> None:  # a menu that has only just opened takes no clicks
            if await entry.is_visible():
                await entry.click(timeout=_SOON)
            await entry.wait_for(state="hidden", timeout=_SOON)

        await self._persist(attempt, f"pressing {title!r} does nothing")

    def tab(self, title: str) -> Locator:
        """Return the tab of an editor."""
        return self.page.locator(f'.tabs-container .tab[aria-label^="{title}"]').first

    async def shows(self, text: str) -> float:
        """Wait until a line of the active editor shows a text.

        Return how many seconds after the last click that is.
        """
        return await self._sees(".view-line", text)

    async def reveal(self, *names: str) -> None:
        """Click through the Explorer: opens directories, and a file at the end."""
        for name in names:
            await self._explorer(name).click()

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
        await self.editor().locator(".view-line").first.click()
        await self.page.keyboard.press("Control+Home")
        offered = self.page.locator(".action-widget .monaco-list-row", has_text=title).first

        async def attempt() -> None:
            await self.page.keyboard.press("Escape")
            await self.page.keyboard.press("Control+.")
            await offered.wait_for(timeout=_SOON)
            if picture is not None:
                await self.picture(picture)
            await offered.click(timeout=_SOON)

        await self._persist(attempt, f"there is no quick fix {title!r}")

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

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something outside of the workbench is so."""
        end = time.monotonic() + _PATIENCE / 1000
        while not holds():
            assert time.monotonic() < end, "it does not come to be so"
            await self.page.wait_for_timeout(20)

    async def _persist(
        self,
        attempt: Callable[[], Awaitable[None]],
        complaint: str,
        *,
        until: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        """Attempt something again and again: a workbench may lose a key or a click.

        Args:
            attempt: raises what Playwright does where it has to be made again.
            complaint: what is wrong if none works.
            until: what is so, soon, after an attempt that was heeded.
        """
        end, made = time.monotonic() + _PATIENCE / 1000, False
        while time.monotonic() < end:
            with suppress(Unplayable):
                await attempt()
                made = True
            if made and (until is None or await self._soon(until)):
                return
        raise AssertionError(complaint)

    async def _soon(self, holds: Callable[[], Awaitable[bool]]) -> bool:
        """Wait a little until something is so, and say whether it is."""
        end = time.monotonic() + _SOON / 1000
        while not (so := await holds()) and time.monotonic() < end:
            await self.page.wait_for_timeout(20)
        return so

    def note(self, text: str) -> None:
        """Have a figure kept and printed, with how busy the machine was."""
        self.notes.append(f"{text} (load {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores)")

    async def picture(self, name: str) -> None:
        """Keep a picture of the page as ``name``."""
        await self.page.screenshot(path=self._artifacts / f"{name}.png")
