"""The client at the other end: what it can do, what it has open, and a way to ask it."""

from __future__ import annotations

import logging
from itertools import count
from threading import Condition
from typing import TYPE_CHECKING

from lsprotocol import types

from dotstream.errors import Cancelled
from dotstream.lsp.language.abilities import Abilities
from dotstream.lsp.language.documents import Documents
from dotstream.lsp.messages import message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dotstream.lsp.messages import JSON
    from dotstream.lsp.transport.outbox import Outbox
    from dotstream.model.cancel import CancellationToken

PATIENCE = 5.0
"""Seconds that an editor has to answer what no person is asked."""

_log = logging.getLogger(__name__)


class Peer:
    """One client.

    Attributes:
        abilities: what it said that it can do.
        documents: what it has open.
        answers_conflicts: whether it said that it answers ``dotstream/conflict``.
        watches: whether it said that it wants to be told what gets out of step.
        skipped: paths in the target whose conflicts a person does not want to see.
    """

    def __init__(self, outbox: Outbox) -> None:
        self.abilities: Abilities = Abilities(types.ClientCapabilities())
        self.documents: Documents = Documents()
        self.answers_conflicts = False
        self.watches = False
        self.skipped: set[str] = set()
        self._outbox = outbox
        self._numbers = count(1)
        self._asked: dict[str, Mapping[str, JSON] | None] = {}
        self._changed = Condition()

    @property
    def reads(self) -> bool:
        """Whether it takes what it is sent, so that news of passing interest are welcome."""
        return self._outbox.has_room()

    def notify(self, method: str, params: JSON) -> None:
        """Tell it something; from any thread, never blocks."""
        self._outbox.write(message(method=method, params=params))

    def ask(
        self, method: str, params: JSON, cancel: CancellationToken, patience: float | None = None
    ) -> Mapping[str, JSON] | None:
        """Ask it something, and wait; on any thread but the event loop's.

        Args:
            cancel: ends the waiting, after a call of ``wake``.
            patience: seconds to wait at most, if not for as long as it takes.

        Returns:
            The answer with its ``result``; ``None`` if it refuses or does not answer.

        Raises:
            Cancelled: the token was cancelled meanwhile.
        """
        number = f"dotstream-{next(self._numbers)}"
        with self._changed:
            self._asked[number] = None
        self._outbox.write(message(id=number, method=method, params=params))
        with self._changed:
            self._changed.wait_for(
                lambda: self._asked[number] is not None or cancel.cancelled, patience
            )
            answer = self._asked.pop(number)
        if answer is None:
            self.notify(types.CANCEL_REQUEST, {"id": number})
            if cancel.cancelled:
                raise Cancelled
            return None
        if "error" in answer:
            _log.info("%s: %s", method, answer["error"])
            return None
        return answer

    def take(self, answer: Mapping[str, JSON]) -> bool:
        """Take an answer to what was asked; false if nothing of that id was."""
        number = answer.get("id")
        with self._changed:
            if not isinstance(number, str) or number not in self._asked:
                return False
            self._asked[number] = answer
            self._changed.notify_all()
        return True

    def wake(self) -> None:
        """Let those who wait for an answer look at their cancellation tokens."""
        with self._changed:
            self._changed.notify_all()
