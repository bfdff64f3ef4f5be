"""Ctrl-C, where an exception in the midst of things would be lost, or would lose something."""

from __future__ import annotations

import signal
from contextlib import contextmanager

from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.cancel import CancellationToken

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


_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PATIENCE = 1.0  # seconds


@contextmanager
def cancellable(
    say: Callable[[str], None], *, changed: Callable[[], bool] = lambda: True
) -> Iterator[CancellationToken]:
    """Yield a token that the first Ctrl-C, ``SIGTERM`` or hang-up cancels.

    Where nothing may have been changed yet, and the token is not heeded within a second, for
    a call of the system does not return, ``KeyboardInterrupt`` is raised.

    The second one finds the system's own handler and ends the process there and then.
    A signal that was being ignored, as under ``nohup``, stays ignored.
    """
    token = CancellationToken()

    def ask(number: int, _frame: FrameType | None) -> None:
        token.cancel()
        for ending in mine:
            signal.signal(ending, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, _PATIENCE)
        if number == signal.SIGINT:
            say("\ndotstream: cancelling; press Ctrl-C again to stop at once\n")

    def insist(_number: int, _frame: FrameType | None) -> None:
        if not changed():
            raise KeyboardInterrupt

    mine = [each for each in _ENDINGS if signal.getsignal(each) is not signal.SIG_IGN]
    before = {each: signal.signal(each, ask) for each in mine}
    before[signal.SIGALRM] = signal.signal(signal.SIGALRM, insist)
    try:
        yield token
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for each, handler in before.items():
            signal.signal(each, handler)
