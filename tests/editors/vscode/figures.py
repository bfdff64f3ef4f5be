"""What a window does meanwhile: its frames, and the tasks of its renderer."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Page

__all__ = ["Frames", "Tasks", "trace", "traced", "watched"]

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

_STOP_WATCHING = """async () => {
    const frames = window.dotstreamFrames;
    while (frames.gaps.length === 0) await new Promise(requestAnimationFrame);
    frames.on = false;
    return frames.gaps;
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


@asynccontextmanager
async def watched(page: Page) -> AsyncIterator[Frames]:
    """Record the times between frames while the block runs."""
    frames = Frames()
    await page.evaluate(_WATCH_FRAMES)
    try:
        yield frames
    finally:
        frames.gaps = await page.evaluate(_STOP_WATCHING)


async def trace(page: Page) -> None:
    """Begin to record what the renderer does."""
    browser = page.context.browser
    assert browser is not None
    await browser.start_tracing(page=page, categories=["-*", "toplevel", "__metadata"])


async def traced(page: Page) -> Tasks:
    """Return what the renderer did since."""
    browser = page.context.browser
    assert browser is not None
    return Tasks(await browser.stop_tracing())
