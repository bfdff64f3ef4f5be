"""The right to change a target: its lock held, its journal open."""

from __future__ import annotations

from contextlib import ExitStack, closing, contextmanager

from dotstream.errors import Cancelled, JournalError, TargetLocked
from dotstream.fs.area import highest
from dotstream.fs.files import UnfitFile, is_directory
from dotstream.fs.lock import Lock, LockHeld
from dotstream.fs.oserror import is_permission, reason
from dotstream.fs.state import note_home, target_state
from dotstream.light_typing import TYPE_CHECKING, NamedTuple
from dotstream.store.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from dotstream.fs.state import TargetState
    from dotstream.model.cancel import CancellationToken
    from dotstream.transaction.terms import Host


class Writer(NamedTuple):
    """The right to change a target.

    Attributes:
        journal: of the target, open.
        place: where the target's state lies.
        host: where the change is made from.
    """

    journal: Journal
    place: TargetState
    host: Host


@contextmanager
def locked(
    targets: Iterable[str],
    *,
    host: Host,
    wait: bool = False,
    cancel: CancellationToken | None = None,
) -> Generator[None]:
    """Hold the locks of targets while the block runs.

    Args:
        wait: wait for another dotstream instead of raising ``TargetLocked``.

    Raises:
        TargetLocked: another dotstream is changing one.
        JournalError: the state directory cannot be written.
    """

    def poll() -> None:
        if cancel is not None and cancel.cancelled:
            raise Cancelled

    with ExitStack() as held:
        for target in sorted(targets):  # always in the same order
            try:
                lock = target_state(host.state, target).lock
                there = target if is_directory(target) else None  # or it is to be made
                held.enter_context(Lock(lock, host.name, target=there, wait=wait, poll=poll))
            except LockHeld as holder:
                raise TargetLocked(target, holder.holder) from None
            except UnfitFile as error:
                raise JournalError(
                    f"{error.filename}: {error}; nothing was changed", remedy="remove_cause"
                ) from error
            except OSError as error:
                raise JournalError(
                    f"{host.state}: {reason(error)}; nothing was changed",
                    remedy="remove_cause",
                    permission=is_permission(error),
                ) from error
        yield


@contextmanager
def writer_of(target: str, host: Host) -> Generator[Writer]:
    """Open the journal of a target whose lock is held.

    Raises:
        JournalError: it cannot be used, or has lost a run that was killed.
    """
    place = target_state(host.state, target)
    with (
        closing(Journal(place.journal, moved=place.moved)) as journal,
        closing(host.changes.touched),
    ):
        if (missing := journal.lost()) is not None:
            raise JournalError(
                f"{place.journal} has lost {missing}, which was cut short: what it did "
                "cannot be rolled back as a whole; nothing was changed this time"
            )
        there = is_directory(target)
        note_home(host.state, target)
        journal.go_on_after(*highest(place.backups))
        yield Writer(journal, place, host)
        if not there and is_directory(target):  # it was made
            note_home(host.state, target)


@contextmanager
def writing(
    target: str,
    *,
    host: Host,
    others: Iterable[str] = (),
    wait: bool = False,
    cancel: CancellationToken | None = None,
) -> Generator[Writer]:
    """Lock a target, and all that a transaction left unfinished there is about.

    Args:
        others: further targets to lock.

    Raises: as ``locked``, and
        JournalError: the journal cannot be used.
    """
    wanted = {target, *others}
    while True:
        with (
            locked(wanted, host=host, wait=wait, cancel=cancel),
            writer_of(target, host) as writer,
        ):
            left = {
                each
                for each in writer.journal.transactions.unfinished_targets()
                if is_directory(each)
            }
            if left <= wanted:
                yield writer
                return
        wanted |= left  # to be taken back: all are locked anew, in the same order
