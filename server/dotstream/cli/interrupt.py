"""Ctrl-C: the first asks for a clean end, the second does not ask."""

from __future__ import annotations

import signal
from contextlib import contextmanager

from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.cancel import CancellationToken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

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
