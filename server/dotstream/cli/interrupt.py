"""Ctrl-C: the first asks for a clean end, the second does not ask."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dotstream.model.cancel import CancellationToken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

__all__ = ["cancellable"]

_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def cancellable(say: Callable[[str], None]) -> Iterator[CancellationToken]:
    """Yield a token that the first Ctrl-C, ``SIGTERM`` or hang-up cancels.

    The second one finds the system's own handler and ends the process there and then.
    A signal that was being ignored, as under ``nohup``, stays ignored.
    """
    token = CancellationToken()

    def ask(number: int, _frame: FrameType | None) -> None:
        token.cancel()
        for ending in mine:
            signal.signal(ending, signal.SIG_DFL)
        if number == signal.SIGINT:
            say("\ndotstream: cancelling; press Ctrl-C again to stop at once\n")

    mine = [each for each in _ENDINGS if signal.getsignal(each) is not signal.SIG_IGN]
    before = {each: signal.signal(each, ask) for each in mine}
    try:
        yield token
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
