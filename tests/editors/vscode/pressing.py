"""How a page is worked: what is pressed is pressed until it is seen to have been heeded."""

from __future__ import annotations

import itertools
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from playwright.async_api import Error as Unplayable
from playwright.async_api import TimeoutError as StillWaiting
from playwright.async_api import expect

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import ElementHandle, Locator, Page

__all__ = ["LONG", "PATIENCE", "SOON", "Pressing"]

PATIENCE = 180_000
"""Milliseconds that anything may take to appear; it shows up as soon as it is there."""

SOON = 3_000
"""Milliseconds before something is tried again that a workbench may have lost."""

LONG = 10 * SOON
"""The same for what was hit for certain, and goes through programs that may be busy."""

_MOST = 60_000
"""Milliseconds that ``SOON`` grows to on a machine where nothing comes soon."""

expect.set_options(timeout=PATIENCE)

_AIMS = itertools.count(1)

_AIM = """(element, [events, aim]) => {
    const look = () => element.getAttribute("aria-label") ?? element.textContent;
    const meant = look();
    const hit = () => { if (look() === meant) window.dotstreamHit = aim; };
    for (const event of events) {
        element.addEventListener(event, hit, { capture: true, once: true });
    }
}"""
"""Note whether a click comes to an element that is still what it was."""

_CLICKS = ("click", "auxclick", "contextmenu")


class Pressing:
    """A page of a browser in which a key or a click may be lost, or heeded late."""

    page: Page

    soon = SOON
    """Milliseconds before what is under way is tried again: more with every attempt."""

    async def strike(
        self,
        what: Locator,
        *,
        button: str = "left",
        within: int = PATIENCE,
        at_once: bool = False,
        goes: bool = False,
        until: Callable[[], Awaitable[bool]] | None = None,
        heeding: int | None = None,
        missing: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Click something until it has got a click, and not what has taken its place meanwhile.

        Args:
            what: what to click; the first of several is meant.
            button: the button of the mouse.
            within: milliseconds before this is given up, with Playwright's error.
            at_once: whether it acts as soon as the button of the mouse is released.
            goes: whether it goes away when it heeds a click.
            until: what is so, soon, after a click that was heeded too.
            heeding: milliseconds that it may take for that.
            missing: what brings it about where it is not there.
        """
        aimed: list[tuple[ElementHandle, int]] = []
        struck: list[ElementHandle] = []

        async def was_hit() -> bool:
            return bool(aimed) and await self.page.evaluate("window.dotstreamHit") == aimed[0][1]

        async def attempt() -> None:
            if not await was_hit():  # by a click that was heeded only after it was given up
                aimed.clear()
                try:
                    element = await what.first.element_handle(timeout=self.soon)
                except StillWaiting:
                    if missing is not None:
                        await missing()
                    raise
                aim = next(_AIMS)
                events = ["mouseup"] if at_once else _CLICKS
                await element.evaluate(_AIM, [events, aim])
                aimed[:] = [(element, aim)]
                with suppress(Unplayable):  # what takes it away may be heeding the click
                    await element.click(button=button, timeout=self.soon)  # type: ignore[arg-type]
                if not await was_hit():
                    raise StillWaiting("something else was hit")
            struck[:] = [aimed.pop()[0]]

        async def gone() -> bool:
            return not await struck[0].is_visible()

        try:
            await self.persist(
                attempt,
                f"it cannot be clicked: {what}",
                until=gone if goes else until,
                within=within,
                heeding=heeding,
            )
        except StillWaiting:
            if goes or until is not None or not await was_hit():
                raise

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
        heeding: int | None = None,
    ) -> None:
        """Attempt something again and again: a workbench may lose a key or a click.

        Args:
            attempt: raises what Playwright does where it has to be made again.
            complaint: what is wrong if none works.
            until: what is so, soon, after an attempt that was heeded.
            within: milliseconds before it is given up.
            heeding: milliseconds that it may take for that.
        """
        end, made, before = time.monotonic() + within / 1000, False, self.soon
        try:
            while time.monotonic() < end:
                with suppress(Unplayable):
                    await attempt()
                    made = True
                if made and (until is None or await self.comes(until, heeding or self.soon)):
                    return
                self.soon = min(_MOST, self.soon * 3 // 2)
        finally:
            self.soon = before
        if within < PATIENCE:  # somebody will try again
            raise StillWaiting(complaint)
        raise AssertionError(complaint)

    async def comes(self, holds: Callable[[], Awaitable[bool]], within: int = PATIENCE) -> bool:
        """Wait until something is so, some milliseconds at most, and tell whether it is."""
        end = time.monotonic() + within / 1000
        while True:
            with suppress(Unplayable):
                if await holds():
                    return True
            if time.monotonic() > end:
                return False
            await self.page.wait_for_timeout(20)
