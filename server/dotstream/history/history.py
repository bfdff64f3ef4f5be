"""What was done to a target: told, taken back, recovered, restored."""

from __future__ import annotations

from dotstream.errors import Cancelled, UsageError
from dotstream.fs.state import backup_area, existing_state
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.cancel import CancellationToken
from dotstream.model.plan import Metadata
from dotstream.planner.stream import StreamingPlan
from dotstream.store.read_only import opened

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterator
    from contextlib import AbstractContextManager

    from dotstream.model.events import Happening
    from dotstream.model.history import Backup, Recovery, Transaction
    from dotstream.model.items import Item
    from dotstream.model.options import Options
    from dotstream.model.run import Run
    from dotstream.store.journal import Journal
    from dotstream.transaction.terms import Control, Host


class Past:
    """The journal of a target, to look at and to go back by.

    Nothing is read before it is asked for; where nothing was ever done, it is empty.

    Args:
        host: where it is looked at, and gone back, from.
        target: absolute path of the target.
    """

    def __init__(self, host: Host, target: str) -> None:
        self._host, self._target = host, target

    def _reading(self) -> AbstractContextManager[Journal | None]:
        """Open the journal to look at it, if there is one."""
        return opened(existing_state(self._host.state, self._target))

    def history(self, limit: int | None) -> Iterator[Transaction]:
        """Stream transactions, newest first."""
        with self._reading() as journal:
            if journal is not None:
                yield from journal.transactions.newest_first(limit)

    def to_undo(self, number: int | None) -> Transaction:
        """Return the transaction that is meant, by default the last that is no undo.

        Raises:
            UsageError: there is none, or it cannot be undone.
        """
        with self._reading() as journal:
            if journal is not None and number is not None:
                found = journal.transactions.find(number)
                if found is not None and found.state == "committed":
                    return found
                if found is not None:
                    state = found.state.replace("_", " ").replace("undone", "already undone")
                    raise UsageError(f"transaction {number} cannot be undone: it is {state}")
            elif journal is not None:
                for found in journal.transactions.newest_first():
                    if found.state == "committed" and found.action not in ("undo", "restore"):
                        return found
        what = "nothing to undo" if number is None else f"no transaction {number}"
        what += f" for {self._target} in the state directory {self._host.state}"
        raise UsageError(what, remedy="list_history")

    def plan_undo(
        self,
        number: int | None,
        *,
        options: Options,
        skip: bool,
        cancel: CancellationToken | None,
    ) -> StreamingPlan:
        """Plan to take a transaction back; see ``history.undo`` and ``Client.stream_undo``."""
        from dotstream.history.undo import undo

        found, token = self.to_undo(number), cancel or CancellationToken()

        def poll() -> None:
            if token.cancelled:
                raise Cancelled

        def items() -> Generator[Item | Run]:
            place = existing_state(self._host.state, self._target)
            with self._reading() as journal:
                if journal is not None and place is not None:
                    yield from undo(
                        journal,
                        found,
                        target=self._target,
                        backups=place.backups,
                        skip=skip,
                        poll=poll,
                    )

        metadata = Metadata(
            "undo", found.packages, found.directory, self._target, options, found.id
        )
        return StreamingPlan(metadata, items(), token, lambda: 0)

    def recovering(
        self, control: Control[Recovery], *, resume: bool, wait: bool
    ) -> Generator[Happening, None, Recovery]:
        """Finish what another run left unfinished; see ``transaction.recovery``."""
        from dotstream.transaction.recovery import recovering
        from dotstream.transaction.writing import writing

        token = control.cancel
        with writing(self._target, host=self._host, wait=wait, cancel=token) as writer:
            found = yield from recovering(writer, resume=resume, cancel=token)
        control.result = found
        yield found
        return found

    def backups(self) -> Iterator[Backup]:
        """Stream what is kept in the backup area, oldest first."""
        from dotstream.history.backups import backups

        area = backup_area(self._host.state, self._target)
        if area is not None:
            with self._reading() as journal:
                yield from backups(journal, area, self._target)

    def plan_restore(
        self,
        numbers: Collection[int],
        *,
        directory: str,
        options: Options,
        skip: bool,
        cancel: CancellationToken | None,
    ) -> StreamingPlan:
        """Plan to move backups back to where they were; see ``Client.stream_restore``."""
        from dotstream.history.backups import restore

        chosen = [backup for backup in self.backups() if backup.id in numbers]
        missing = set(numbers) - {backup.id for backup in chosen}
        if missing:
            raise UsageError(f"no backup {min(missing)}", remedy="list_backups")
        for backup in chosen:
            if not backup.path:
                raise UsageError(
                    f"nothing says any more where backup {backup.id} was; move {backup.kept} "
                    "to where it belongs"
                )
        area = chosen[0].kept.rpartition("/")[0] if chosen else "/"
        items = (item for item in restore(chosen, area, skip=skip))
        metadata = Metadata("restore", (), directory, self._target, options)
        return StreamingPlan(metadata, items, cancel or CancellationToken(), lambda: 0)

    def pruning(
        self, control: Control[list[Backup]], older_than: float | None, *, wait: bool
    ) -> Generator[Backup, None, list[Backup]]:
        """Remove backups for good, and tell of each."""
        from dotstream.history.backups import prune
        from dotstream.transaction.writing import writing

        latest = self._host.clock() - (older_than or 0)
        with writing(self._target, host=self._host, wait=wait, cancel=control.cancel) as writer:
            chosen = [
                backup
                for backup in self.backups()
                if older_than is None or 0 < backup.began <= latest
            ]
            prune(writer.journal, chosen, writer.place.backups, self._host.changes)
        control.result = chosen
        yield from chosen
        return chosen

    def _outdated(
        self, journal: Journal | None, keep: int | None, older_than: float | None
    ) -> list[Transaction]:
        """Return what of the history may be forgotten, oldest first.

        Args:
            journal: of the target; ``None`` if there is none.
            keep: how many of the newest are not meant.
            older_than: only what began so many seconds ago.
        """
        from dotstream.store.pruning import outdated

        area = backup_area(self._host.state, self._target)
        if journal is None or area is None:
            return []
        before = None if older_than is None else self._host.clock() - older_than
        numbers = outdated(journal.database, area, keep=keep or 0, began_before=before)
        found = map(journal.transactions.find, numbers)
        return [transaction for transaction in found if transaction is not None]

    def to_prune(self, keep: int | None, older_than: float | None) -> list[Transaction]:
        """Return what ``prune_history`` would forget; changes nothing."""
        with self._reading() as journal:
            return self._outdated(journal, keep, older_than)

    def prune_history(
        self,
        keep: int | None,
        older_than: float | None,
        *,
        wait: bool,
        cancel: CancellationToken | None,
    ) -> list[Transaction]:
        """Forget old transactions, and return them."""
        from dotstream.store.pruning import forget
        from dotstream.transaction.writing import writing

        token = cancel or CancellationToken()
        with writing(self._target, host=self._host, wait=wait, cancel=token) as writer:
            chosen = self._outdated(writer.journal, keep, older_than)
            forget(writer.journal.database, [transaction.id for transaction in chosen])
        return chosen
