"""The bar on a terminal for work that takes a while.

The library that draws it takes longer to import than most runs take, so it is not touched
before ``PATIENCE`` has passed.
"""

from __future__ import annotations

from time import monotonic

from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as Drawing
    from rich.progress import TaskID

    from dotstream.model.events import Phase, Progress

PATIENCE = 0.2
"""Seconds of work before anything is drawn."""

_WORDS: dict[Phase, str] = {
    "planning": "planning",
    "applying": "applying",
    "rolling_back": "rolling back",
    "checking": "checking records",
}


class Bar:
    """One line on standard error: the phase, how far it is, how long it will take."""

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour
        self._due = monotonic() + PATIENCE
        self._drawing: Drawing | None = None
        self._task: TaskID | None = None
        self._phase: Phase | None = None

    def update(self, progress: Progress) -> None:
        """Show how far the work has come."""
        if self._drawing is None:
            if monotonic() < self._due:
                return
            self._drawing = self._begin()
        if self._task is None or progress.phase != self._phase:
            if self._task is not None:
                self._drawing.remove_task(self._task)
            self._phase = progress.phase
            self._task = self._drawing.add_task(_WORDS[progress.phase], total=progress.total)
        self._drawing.update(self._task, completed=progress.done, total=progress.total)

    def hide(self) -> None:
        """Take the bar away for now; the line is then free for what is written next."""
        if self._drawing is not None:
            self._drawing.stop()
            self._drawing = self._task = None
            self._due = monotonic() + PATIENCE

    def _begin(self) -> Drawing:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        drawing = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TimeRemainingColumn(compact=True),
            console=Console(stderr=True, no_color=not self._colour),
            transient=True,
            expand=True,
            # Updates come as often as the engine likes; drawing keeps its own pace.
            refresh_per_second=10,
        )
        drawing.start()
        return drawing
