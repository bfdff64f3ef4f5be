"""Ctrl-C, where an exception in the midst of things would be lost, or would lose something."""

from __future__ import annotations

import signal
from contextlib import contextmanager

from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType


@contextmanager
def noticed() -> Iterator[Callable[[], bool]]:
    """Yield what tells whether Ctrl-C was pressed.

    An exception of the handler's would be dropped where Python drops all, as in a ``__del__``
    or at the end of an import, and would leave behind a program that was just started. Pressed
    again, it is raised all the same. Where it was being ignored, as under ``nohup``, it stays so.
    """
    pressed: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(number)

    before = signal.getsignal(signal.SIGINT)
    try:
        if before is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, note)
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)
