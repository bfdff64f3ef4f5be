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
    from collections.abc import Awaitable, Callable, Sequence

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


class _Clicks:
    """Clicks on one thing, and whether one has come to what was meant."""

    def __init__(self, page: Page, what: Locator, button: str, events: Sequence[str]) -> None:
        self._page = page
        self._what = what
        self._button = button
        self._events = events
        self._aimed: tuple[ElementHandle, int] | None = None
        self.struck: ElementHandle | None = None
        """What got a click."""

    async def hit(self) -> bool:
        """Tell whether the last click has hit, which it may do after it was given up."""
        if self._aimed is None:
            return False
        element, aim = self._aimed
        if await self._page.evaluate("window.dotstreamHit") != aim:
            return False
        self._aimed, self.struck = None, element
        return True

    async def click(self, within: int) -> None:
        """Click, within some milliseconds."""
        self._aimed = None
        element, aim = await self._what.first.element_handle(timeout=within), next(_AIMS)
        await element.evaluate(_AIM, [self._events, aim])
        self._aimed = element, aim
        with suppress(Unplayable):  # what takes it away may be heeding the click
            await element.click(button=self._button, timeout=within)  # type: ignore[arg-type]

    async def gone(self) -> bool:
        """Tell whether what got a click is gone."""
        return self.struck is not None and not await self.struck.is_visible()


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
        clicks = _Clicks(self.page, what, button, ["mouseup"] if at_once else _CLICKS)

        async def attempt() -> None:
            if await clicks.hit():  # late
                return
            try:
                await clicks.click(self.soon)
            except StillWaiting:
                if missing is not None:
                    await missing()
                raise
            if not await clicks.hit():
                raise StillWaiting("something else was hit")

        complaint = f"it cannot be clicked: {what}"
        until = clicks.gone if goes else until
        try:
            await self.persist(attempt, complaint, until=until, within=within, heeding=heeding)
        except StillWaiting:
            if until is not None or not await clicks.hit():
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
