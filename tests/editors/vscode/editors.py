"""The text editor that is active in VS Code: its lines, its code lenses, and its cursor."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from playwright.async_api import TimeoutError as StillWaiting
from tests.editors.vscode.lists import Lists
from tests.editors.vscode.pressing import SOON

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Locator

__all__ = ["Editors", "Look"]

_EDITOR = ".editor-group-container.active .monaco-editor"
"""The editors in the group that is active; the first is meant."""

_PLANNING = "planning…"
"""The sum of a plan that is being made."""

_LOOK = """(where) => {
    const editor = document.querySelector(where);
    const all = (selector) => [...(editor?.querySelectorAll(selector) ?? [])];
    const plain = (text) => text.replaceAll("\\u00a0", " ").trim();
    const top = (line) => parseFloat(line.style.top);
    const lines = all(".view-lines > .view-line").sort((one, other) => top(one) - top(other));
    return [
        lines.map((line) => line.textContent.replaceAll("\\u00a0", " ")),
        all(".codelens-decoration").map((each) => plain(each.innerText)),
        all(".codelens-decoration a").map((each) => plain(each.innerText)),
    ];
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

_ABOVE = """([where, text, lens]) => {
    const editor = document.querySelector(where);
    const of = (each) => each.textContent.replaceAll("\\u00a0", " ");
    const line = [...(editor?.querySelectorAll(".view-line") ?? [])]
        .find((each) => of(each).includes(text));
    const below = line?.getBoundingClientRect().top;
    const link = [...(editor?.querySelectorAll(".codelens-decoration") ?? [])]
        .map((each) => [each, below - each.getBoundingClientRect().top])
        .filter(([, distance]) => distance > 0 && distance < 30)
        .flatMap(([each]) => [...each.querySelectorAll("a")])
        .find((each) => of(each) === lens);
    return link && { link, line: of(line) };
}"""
"""A code lens right above the line that has a text, and all of that line."""

_SPOT = """([where, text]) => {
    const lines = document.querySelector(where)?.querySelector(".view-lines");
    const nodes = lines && document.createTreeWalker(lines, NodeFilter.SHOW_TEXT);
    while (nodes?.nextNode()) {
        const node = nodes.currentNode;
        const at = node.textContent.replaceAll("\\u00a0", " ").indexOf(text);
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + text.length);
        const { left, top, width, height } = range.getBoundingClientRect();
        return [left + width / 2, top + height / 2];
    }
}"""
"""Where the middle of a text is on the screen, however it is divided by what marks links."""

_WATCH_COPIES = """() => {
    if (window.dotstreamCopied === undefined) {
        window.addEventListener("copy", (event) => {
            window.dotstreamCopied = event.clipboardData.getData("text/plain");
        });
    }
    window.dotstreamCopied = "";
}"""


class Look(NamedTuple):
    """What is on the screen of the active editor at one moment.

    ``lines`` are from top to bottom; ``lenses`` are whole, and ``links`` what they offer.
    """

    lines: list[str]
    lenses: list[str]
    links: list[str]


class Editors(Lists):
    """A window with a text editor in front."""

    def editor(self) -> Locator:
        """Return the text editor that is active."""
        return self.page.locator(_EDITOR).first

    # ------------------------------------------------------- what is to see

    async def look(self) -> Look:
        """Look at the active editor."""
        return Look(*await self.page.evaluate(_LOOK, _EDITOR))

    async def watch(self, holds: Callable[[Look], bool], complaint: str) -> Look:
        """Look at the active editor again and again, until what is seen is as it is to be."""
        seen = await self.look()

        async def is_so() -> bool:
            nonlocal seen
            seen = await self.look()
            return holds(seen)

        assert await self.comes(is_so), complaint
        return seen

    async def shows(self, text: str) -> float:
        """Wait until a line of the active editor shows a text.

        Return how many seconds after the last click that is.
        """
        return await self._sees(".view-line", text)

    async def offers(self, *titles: str) -> float:
        """Wait until code lenses of the active editor offer all of these.

        Return how many seconds after the last click that is.
        """
        return max([await self._sees(".codelens-decoration", title) for title in titles])

    async def text(self) -> str:
        """Return the whole text of the active editor, also what is not on the screen."""
        await self.page.evaluate(_WATCH_COPIES)

        async def attempt() -> None:
            await self.editor().locator(".view-line").first.click(force=True, timeout=self.soon)
            await self.page.keyboard.press("Control+A")
            await self.page.keyboard.press("Control+C")
            copied = "window.dotstreamCopied?.includes('\\n')"
            await self.page.wait_for_function(copied, timeout=self.soon)

        await self.persist(attempt, "the text of the editor is not copied")
        await self.to_top()
        return str(await self.page.evaluate("window.dotstreamCopied"))

    async def settled(self, sum_: str, lens: str, *, title: str = "Plan: ") -> list[str]:
        """Wait until a plan says so and offers something; return all of its lines then."""
        await self.shows(sum_)
        await self.offers(lens)
        lines: list[str] = []

        async def attempt() -> None:
            lines[:] = (await self.text()).splitlines()
            if not (lines[0].startswith(title) and sum_ in lines[1]):
                raise StillWaiting("it was being made anew")

        await self.persist(attempt, f"{title!r} does not come to say {sum_!r}")
        return lines

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

    # --------------------------------------------------- what can be pressed

    async def apply(self, sum_: str) -> None:
        """Press Apply above the plan in the active editor, when its sum says so."""

        def sums(look: Look) -> list[str]:
            return [line for line in look.lines if sum_ in line and line[:6] != "Plan: "]

        seen = await self.watch(
            lambda look: "Apply" in look.links and sums(look) != [],
            f"a plan that says {sum_!r} is not offered to be applied",
        )
        told = sums(seen)[0]
        links = self.editor().locator(".codelens-decoration a")

        async def heeded() -> bool:
            lines = (await self.look()).lines
            return bool(lines) and told not in lines and _PLANNING not in lines

        lens = links.filter(has_text=re.compile("Apply$"))
        await self.page.evaluate("window.dotstreamHeard = []")  # what is said next is of this
        await self.strike(lens, at_once=True, until=heeded, heeding=3 * SOON)

    async def click(self, lens: str, *, shows: str | None = None) -> None:
        """Click a code lens of the active editor, if need be until that shows what it brings."""
        link = self.editor().locator(".codelens-decoration a", has_text=lens)

        if shows is None:
            await self.strike(link, at_once=True)
            return

        async def heeded() -> bool:  # an older plan's is not
            return any(shows in line for line in (await self.look()).lines)

        await self.strike(link, at_once=True, until=heeded, heeding=3 * SOON)

    async def click_above(self, text: str, lens: str) -> None:
        """Click a code lens above the line of a plan with a text, until that is another line."""
        told = ""

        async def attempt() -> None:
            nonlocal told
            found = await self.page.wait_for_function(
                _ABOVE, arg=[_EDITOR, text, lens], timeout=self.soon
            )
            parts = await found.get_properties()
            told = str(await parts["line"].json_value())
            link = parts["link"].as_element()
            assert link is not None
            await link.click(timeout=self.soon)  # it may be an older plan's, which is not heeded

        async def heeded() -> bool:
            lines = (await self.look()).lines
            return bool(lines) and told not in lines and _PLANNING not in lines

        await self.persist(attempt, f"no {lens!r} above {text!r} is heeded", until=heeded)

    async def quick_fix(self, title: str, *, picture: str | None = None) -> None:
        """Choose one of the quick fixes at the beginning of the file in the active editor."""
        await self.enter_editor()
        await self.page.keyboard.press("Control+Home")
        offered = self.page.locator(".action-widget .monaco-list-row", has_text=title).first

        async def attempt() -> None:
            await self.page.keyboard.press("Escape")
            await self.page.keyboard.press("Control+.")
            await offered.wait_for(timeout=self.soon)
            if picture is not None:
                await self.picture(picture)
            await self.strike(offered, within=self.soon)

        await self.persist(attempt, f"there is no quick fix {title!r}")

    # -------------------------------------------------- cursor and keyboard

    async def enter_editor(self) -> None:
        """Put the focus into the active editor."""
        focused = self.page.locator(f"{_EDITOR}.focused")

        async def attempt() -> None:
            await self.editor().locator(".view-line").first.click(timeout=self.soon)
            await focused.first.wait_for(timeout=self.soon)

        await self.persist(attempt, "the editor does not take the focus")

    async def to_top(self) -> None:
        """Have the beginning of the active editor on the screen, with what is offered above."""
        await self.move("Control+Home", "Ln 1, Col 1")
        await self.page.mouse.wheel(0, -100_000)

    async def write(self, text: str) -> None:
        """Write at the beginning of the active editor, and save it."""

        async def is_there() -> bool:
            return any(text.strip() in line for line in (await self.look()).lines)

        async def attempt() -> None:
            if not await is_there():
                await self.enter_editor()
                await self.page.keyboard.press("Control+Home")
                await self.page.keyboard.insert_text(text)

        await self.persist(attempt, f"{text!r} cannot be written", until=is_there)
        await self.save()

    async def save(self) -> None:
        """Save what was written in the active editor: another window would have it again."""
        dirty = self.page.locator(".tabs-container .tab.dirty")
        await dirty.wait_for()

        async def is_saved() -> bool:
            return await dirty.count() == 0

        keys = self.page.keyboard
        await self.persist(lambda: keys.press("Control+S"), "it is not saved", until=is_saved)

    async def go_to_line(self, number: int) -> None:
        """Have a line of the active editor on the screen, in its middle."""

        async def attempt() -> None:
            await self.page.keyboard.press("Control+G")
            box = self.page.locator(".quick-input-widget input[type=text]")
            await box.fill(f":{number}", timeout=self.soon)
            await self.page.keyboard.press("Enter")

        await self.moves(attempt, f"Ln {number}, Col ")

    async def move(self, keys: str, place: str) -> None:
        """Press keys, which do no harm twice, until the cursor is at a place."""

        async def attempt() -> None:
            for key in keys.split():
                await self.page.keyboard.press(key)

        await self.moves(attempt, place)

    async def moves(self, attempt: Callable[[], Awaitable[None]], place: str) -> None:
        """Attempt to have the cursor at a place, as the status bar says it, until it is there."""
        there = self.page.locator(".statusbar-item", has_text=place)

        async def heeded() -> bool:
            return await there.count() > 0

        await self.persist(attempt, f"the cursor does not come to {place}", until=heeded)

    async def hover(self, text: str, says: str) -> None:
        """Point at a text of the active editor, and wait until the hover says something."""
        hover = self.page.locator(".monaco-hover", has_text=says).first

        async def attempt() -> None:
            await self.page.mouse.move(0, 0)
            found = await self.page.wait_for_function(
                _SPOT, arg=[_EDITOR, text], timeout=self.soon
            )
            across, down = await found.json_value()
            await self.page.mouse.move(across, down)
            await hover.wait_for(timeout=self.soon)

        await self.persist(attempt, f"no hover over {text!r} says {says!r}")

    async def complete(self, typed: str, offered: str) -> None:
        """Type at the cursor, and accept a completion that is then offered."""
        entry = self.page.locator(f'.suggest-widget .monaco-list-row[aria-label^="{offered}"]')
        await self.page.keyboard.type(typed)

        async def attempt() -> None:
            await self.page.keyboard.press("Escape")
            await self.page.keyboard.press("Control+Space")
            await entry.first.click(timeout=self.soon)

        await self.persist(attempt, f"{offered!r} is not offered")
