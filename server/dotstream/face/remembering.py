"""What was done to the target: told, taken back, recovered, restored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dotstream.face.opened import AS_CONFIGURED, Opened
from dotstream.history.history import Past
from dotstream.model.cancel import CancellationToken
from dotstream.model.plan import Metadata
from dotstream.planner.stream import StreamingPlan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dotstream.model.events import Progress
    from dotstream.model.history import Backup, Recovery, Transaction
    from dotstream.model.options import Preferences

__all__ = ["Remembering"]


class Remembering(Opened):
    """Looks at the target's past, and goes back; see ``Client``."""

    def history(self, limit: int | None = None) -> Iterator[Transaction]:
        """Stream the target's transactions, newest first.

        Raises:
            JournalError: the journal cannot be used.
        """
        yield from self._past.history(limit)

    def unfinished(self) -> Transaction | None:
        """Return the transaction that another run left unfinished; nobody is kept waiting."""
        return self._past.unfinished()

    def stream_undo(
        self,
        number: int | None = None,
        *,
        prefer: Preferences = AS_CONFIGURED,
        cancel: CancellationToken | None = None,
    ) -> StreamingPlan:
        """Plan to take a finished transaction back.

        Args:
            number: of the transaction; by default the last one that is no undo itself.

        Raises:
            UsageError: there is no such transaction, or it cannot be undone.
        """
        token = cancel or CancellationToken()
        found = self._past.to_undo(number)
        metadata = Metadata(
            "undo",
            found.packages,
            found.directory,
            self.target,
            self.settings.options(prefer),
            found.id,
        )
        items = self._past.undo(found, skip=prefer.on_conflict == "skip", cancel=token)
        return StreamingPlan(metadata, items, token, lambda: 0)

    def recover(
        self,
        *,
        resume: bool = False,
        wait: bool = False,
        cancel: CancellationToken | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Recovery:
        """Finish what another run left unfinished.

        Args:
            resume: carry it to its end instead of taking it back, where that can be done.
            cancel: stops waiting for the lock, or between two steps; the rest is left for
                the next time.

        Raises:
            RecoveryStopped: it was cancelled half-way.
            TargetLocked: the other run is still at it.
            RollbackIncomplete: the system refused something; trying again is safe.
        """
        return self._past.recover(
            resume=resume, wait=wait, cancel=cancel, on_progress=on_progress
        )

    def backups(self) -> Iterator[Backup]:
        """Stream what was moved out of the way and is kept, oldest first."""
        yield from self._past.backups()

    def stream_restore(
        self,
        *numbers: int,
        prefer: Preferences = AS_CONFIGURED,
        cancel: CancellationToken | None = None,
    ) -> StreamingPlan:
        """Plan to move backups back to where they were.

        Raises:
            UsageError: there is no backup of that number.
        """
        items = self._past.restore(numbers, skip=prefer.on_conflict == "skip")
        metadata = Metadata(
            "restore", (), self.directory, self.target, self.settings.options(prefer)
        )
        return StreamingPlan(metadata, items, cancel or CancellationToken(), lambda: 0)

    def prune_backups(
        self,
        older_than: float | None = None,
        *,
        wait: bool = False,
        cancel: CancellationToken | None = None,
    ) -> list[Backup]:
        """Remove backups for good, and return them.

        Args:
            older_than: only those of transactions begun so many seconds ago.
            cancel: stops waiting for the lock; pruning itself is never cut short.

        Raises:
            TargetLocked: another dotstream is changing the target.
        """
        return self._past.prune(older_than, wait=wait, cancel=cancel)

    @property
    def _past(self) -> Past:
        return Past(self._state, self.target)
