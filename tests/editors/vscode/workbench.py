"""VS Code's workbench in a browser, as a user sees and works it."""

from __future__ import annotations

import json
import os
import re
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from playwright.async_api import Error as Unplayable
from playwright.async_api import TimeoutError as StillWaiting
from playwright.async_api import expect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from playwright.async_api import Locator, Page
    from tests.editors.vscode.codeserver import CodeServer

__all__ = ["Frames", "Tasks", "Workbench"]

_PATIENCE = 60_000
"""Milliseconds that anything may take to appear; it shows up as soon as it is there."""

expect.set_options(timeout=_PATIENCE)

_WATCH_FRAMES = """() => {
    const frames = { gaps: [], last: performance.now(), on: true };
    window.dotstreamFrames = frames;
    const next = (now) => {
        frames.gaps.push(now - frames.last);
        frames.last = now;
        if (frames.on) requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
}"""

_WATCH_COPIES = """() => {
    if (window.dotstreamCopied === undefined) {
        window.addEventListener("copy", (event) => {
            window.dotstreamCopied = event.clipboardData.getData("text/plain");
        });
    }
    window.dotstreamCopied = "";
}"""

_STOP_WATCHING = """() => {
    window.dotstreamFrames.on = false;
    return window.dotstreamFrames.gaps;
}"""


class Frames:
    """The times between two frames, in milliseconds, while the renderer was watched."""

    def __init__(self) -> None:
        self.gaps: list[float] = []

    def __str__(self) -> str:
        ordered = sorted(self.gaps)
        return (
            f"{len(ordered)} frames, median {ordered[len(ordered) // 2]:.0f} ms, "
            f"99 % {ordered[len(ordered) * 99 // 100]:.0f} ms, longest {ordered[-1]:.0f} ms"
        )


class Tasks:
    """What the renderer's main thread did, in milliseconds of its CPU time, longest first.

    A machine that is busy with other things makes frames late, but no task longer.
    """

    def __init__(self, trace: bytes) -> None:
        events = json.loads(trace)["traceEvents"]
        mains = {
            (event["pid"], event["tid"])
            for event in events
            if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
        }
        # The browser has other pages too, which are idle.
        self.times = sorted(
            (
                event["tdur"] / 1000
                for event in events
                if event["name"] == "ThreadControllerImpl::RunTask"
                and event["ph"] == "X"
                and (event["pid"], event["tid"]) in mains
                and "tdur" in event  # not where the thread's clock could not be read
            ),
            reverse=True,
        )

    def __str__(self) -> str:
        longest = ", ".join(f"{time:.0f}" for time in self.times[:5])
        return f"{len(self.times)} tasks, the longest {longest} ms of CPU"


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

    async def open(self, folder: str, *, agreed: bool = True) -> None:
        """Open a folder, whose wishes are agreed to, and wait until the extension is there."""
        if agreed:
            self._server.agree(folder)
        await self.page.goto(self._server.url(folder))
        await self.page.locator('.activitybar [aria-label="Dotfiles"]').first.wait_for()

    async def open_folders(self, *folders: str) -> None:
        """Open several folders in one window, whose wishes are agreed to."""
        for folder in folders:
            self._server.agree(folder)
        # A name of its own: a window may remember a workspace as it was, or as it was not yet.
        file = self._server.home / f"{abs(hash(folders))}.code-workspace"
        file.write_text(json.dumps({"folders": [{"path": folder} for folder in folders]}))
        await self.page.goto(self._server.workspace_url(file))
        await self.page.locator('.activitybar [aria-label="Dotfiles"]').first.wait_for()
        for _ in range(5):
            try:
                rows = self.page.locator(".explorer-folders-view .monaco-list-row")
                await rows.nth(1).wait_for(timeout=15_000)
            except StillWaiting:  # on a busy machine VS Code may begin without any folder
                await self.page.reload()
                continue
            return
        raise AssertionError("the window has no folders")

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
        # A workbench that is still moving its focus about may lose the key.
        for _ in range(10):
            await self.page.keyboard.press("F1")
            try:
                await box.fill(f">{command}", timeout=2_000)
                await entry.wait_for(timeout=3_000)
                await self.page.keyboard.press("Enter")
                # A palette that is still closing would take the keys of the next one.
                await entry.wait_for(state="hidden", timeout=10_000)
            except StillWaiting:
                await self.page.keyboard.press("Escape")
                continue
            return
        raise AssertionError(f"the palette has no command {command!r}")

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
        # A workbench that is still moving its focus about may close a list.
        for _ in range(5):
            await self.run("Dotstream: Plan")
            try:
                await self._choice(action).click(timeout=20_000)
                await self.tick(*packages, within=20_000)
            except StillWaiting:
                await self.page.keyboard.press("Escape")
                continue
            return
        raise AssertionError("the lists of a plan are closed again and again")

    async def apply(self, sum_: str) -> None:
        """Press Apply above the plan in the active editor, when its sum says so."""
        await self.shows(sum_)
        lens = (
            self.editor().locator(".codelens-decoration a", has_text=re.compile("Apply$")).first
        )
        told = await self.editor().locator(".view-line", has_text=sum_).first.inner_text()
        same = self.editor().locator(".view-line", has_text=told)
        # Pressed until it is heeded, and no longer: then it is gone, or is a newer plan's.
        for _ in range(20):
            await lens.click()
            for _ in range(60):
                if not (await lens.count() and await same.count()):
                    return
                await self.page.wait_for_timeout(50)
        raise AssertionError("pressing it does nothing")

    # -------------------------------------------------------- notifications

    def toast(self, text: str | re.Pattern[str]) -> Locator:
        """Return the notification that says so."""
        return self.page.locator(".notification-toast", has_text=text)

    async def said(self, text: str | re.Pattern[str], *, within: int = 60) -> str:
        """Wait for a notification, for some seconds at most, and return all of its text."""
        found = self.toast(text).first
        await found.wait_for(timeout=within * 1000)
        return await found.locator(".notification-list-item-message").first.inner_text()

    async def gone(self, text: str | re.Pattern[str]) -> None:
        """Wait until no notification says so any longer."""
        await expect(self.toast(text)).to_have_count(0, timeout=_PATIENCE)

    async def press(self, button: str, *, of: str | re.Pattern[str]) -> None:
        """Press a button of a notification."""
        toast = self.toast(of).first
        await toast.locator(".monaco-button", has_text=re.compile(f"^{button}$")).click()

    # ---------------------------------------------------------- what stands

    def editor(self) -> Locator:
        """Return the text editor that is active."""
        return self.page.locator(".editor-group-container.active .monaco-editor").first

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
        for _ in range(10):
            await self.editor().locator(".view-line").first.click(force=True)
            await self.page.keyboard.press("Control+A")
            await self.page.keyboard.press("Control+C")
            copied = "window.dotstreamCopied?.includes('\\n')"
            try:
                await self.page.wait_for_function(copied, timeout=3_000)
            except StillWaiting:
                continue
            await self.page.keyboard.press("Control+Home")
            await self.page.mouse.wheel(0, -100_000)  # lenses above the first line too
            return str(await self.page.evaluate("window.dotstreamCopied"))
        raise AssertionError("the text of the editor is not copied")

    async def lenses(self) -> list[str]:
        """Return the code lenses of the active editor that are on the screen."""
        found = await self.editor().locator(".codelens-decoration").all_inner_texts()
        return [text.replace("\xa0", " ") for text in found]

    async def offers(self, *titles: str) -> None:
        """Wait until code lenses of the active editor offer all of these."""
        for title in titles:
            lens = self.editor().locator(".codelens-decoration", has_text=title).first
            await expect(lens).to_be_visible(timeout=_PATIENCE)

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
        for _ in range(20):
            link = (
                await self.page.wait_for_function(mark, arg=[editor, text, lens])
            ).as_element()
            assert link is not None
            try:
                await link.click(timeout=3_000)
                gone = f"(given) => !({mark})(given)"
                await self.page.wait_for_function(gone, arg=[editor, text, lens], timeout=3_000)
            except Unplayable:  # it was an older plan's, which is not heeded, or is gone
                continue
            return
        raise AssertionError(f"pressing {lens!r} above {text!r} does nothing")

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
        for _ in range(10):
            await self.page.mouse.move(0, 0)
            await spot.hover()
            try:
                await hover.wait_for(timeout=3_000)
            except StillWaiting:
                continue
            return
        raise AssertionError(f"no hover over {text!r} says {says!r}")

    async def complete(self, typed: str, offered: str) -> None:
        """Type at the cursor, and accept a completion that is then offered."""
        entry = self.page.locator(f'.suggest-widget .monaco-list-row[aria-label^="{offered}"]')
        await self.page.keyboard.type(typed)
        for _ in range(10):
            await self.page.keyboard.press("Control+Space")
            try:
                await entry.first.click(timeout=3_000)
            except StillWaiting:
                await self.page.keyboard.press("Escape")
                continue
            return
        raise AssertionError(f"{offered!r} is not offered")

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
        for _ in range(10):
            await row.click(button="right")
            try:
                await entries.first.wait_for(timeout=3_000)
            except StillWaiting:
                continue
            return [text for text in await entries.all_inner_texts() if text]
        raise AssertionError(f"{label!r} has no context menu")

    async def choose_in_menu(self, title: str) -> None:
        """Choose an entry of the context menu that is open."""
        entry = self.page.locator(".monaco-menu .action-item", has_text=title).first
        for _ in range(20):  # a menu that has only just opened takes no clicks
            await entry.click()
            try:
                await entry.wait_for(state="hidden", timeout=1_000)
            except StillWaiting:
                continue
            return
        raise AssertionError(f"pressing {title!r} does nothing")

    def tab(self, title: str) -> Locator:
        """Return the tab of an editor."""
        return self.page.locator(f'.tabs-container .tab[aria-label^="{title}"]').first

    async def shows(self, text: str, *, within: int = 60) -> None:
        """Wait until a line of the active editor shows a text, for some seconds at most."""
        line = self.editor().locator(".view-line", has_text=text).first
        await expect(line).to_be_visible(timeout=within * 1000)

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
        for _ in range(10):
            await self.page.keyboard.press("Control+.")
            try:
                await offered.wait_for(timeout=3_000)
                if picture is not None:
                    await self.picture(picture)
                await offered.click(timeout=3_000)
            except StillWaiting:
                await self.page.keyboard.press("Escape")
                continue
            return
        raise AssertionError(f"there is no quick fix {title!r}")

    async def nothing_blocks(self) -> None:
        """Check that no dialog stands before the page, as for an error in a command."""
        dialog = self.page.locator(".monaco-dialog-box")
        assert await dialog.count() == 0, await dialog.first.inner_text()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something outside of the workbench is so."""
        end = time.monotonic() + _PATIENCE / 1000
        while not holds():
            assert time.monotonic() < end, "it does not come to be so"
            await self.page.wait_for_timeout(20)

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[Frames]:
        """Record the times between frames while the block runs."""
        frames = Frames()
        await self.page.evaluate(_WATCH_FRAMES)
        try:
            yield frames
        finally:
            frames.gaps = await self.page.evaluate(_STOP_WATCHING)

    async def trace(self) -> None:
        """Begin to record what the renderer does."""
        browser = self.page.context.browser
        assert browser is not None
        await browser.start_tracing(page=self.page, categories=["-*", "toplevel", "__metadata"])

    async def traced(self) -> Tasks:
        """Return what the renderer did since."""
        browser = self.page.context.browser
        assert browser is not None
        return Tasks(await browser.stop_tracing())

    def note(self, text: str) -> None:
        """Have a figure kept and printed, with how busy the machine was."""
        self.notes.append(f"{text} (load {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores)")

    async def picture(self, name: str) -> None:
        """Keep a picture of the page as ``name``."""
        await self.page.screenshot(path=self._artifacts / f"{name}.png")
