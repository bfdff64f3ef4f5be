"""The backup area: what was moved out of the way, to be listed, restored, pruned."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from itertools import chain

from dotstream.errors import JournalError
from dotstream.fs.area import contents, forget, origin
from dotstream.fs.listing import DIR, LINK
from dotstream.fs.look import Tree, entry_kind, fingerprint, size
from dotstream.fs.oserror import reason
from dotstream.light_typing import TYPE_CHECKING, Literal, NamedTuple
from dotstream.model.directory import Directory
from dotstream.model.history import Backup
from dotstream.model.items import Conflict, Item, Notice, Operation
from dotstream.transaction.names import kept_path

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from dotstream.fs.change import Changes
    from dotstream.store.journal import Journal

_AMONG_OTHERS = 1_000_000_000  # by this a transaction's number sets its steps apart


class _Kept(NamedTuple):
    """What is known of an entry without looking at it."""

    id: int
    transaction: int
    step: int
    path: str
    started: float


def backups(journal: Journal | None, area: str, target: str) -> Iterator[Backup]:
    """Stream what the backup area holds: what the journal lists, oldest first, then the rest.

    Args:
        journal: of the target; ``None`` if there is none, or none that can be used.
        area: absolute path of the backup area.
        target: absolute path of the target, which may have been elsewhere before.
    """
    tree = Tree(area)
    try:
        listed = () if journal is None else _listed(journal, area)
        for known in chain(listed, _unlisted(journal, area, target)):
            kept = kept_path(area, known.transaction, known.step)
            name = kept.rpartition("/")[2]
            found = entry_kind(tree.fd, name)
            if found is None:
                continue  # restored since, or undone
            kind: Literal["file", "directory", "link"] = "file"
            if found in (DIR, LINK):
                kind = "directory" if found == DIR else "link"
            many = size(tree.fd, name)
            yield Backup(known.id, known.transaction, known.path, kept, many, kind, known.started)
    finally:
        tree.close()


def unlisted(journal: Journal | None, area: str, target: str) -> Iterator[Backup]:
    """Stream what the area holds and no journal lists, so that nobody would find it."""
    numbers = {each.id for each in _unlisted(journal, area, target)}
    return (each for each in backups(journal, area, target) if each.id in numbers)


def _listed(journal: Journal, area: str) -> Iterator[_Kept]:
    started = lru_cache(maxsize=8)(lambda number: _started(journal, area, number))
    for number, transaction, path in journal.backups():
        yield _Kept(number, transaction, number % _AMONG_OTHERS, path, started(transaction))


def _started(journal: Journal, area: str, number: int) -> float:
    found = journal.transactions.find(number)
    return found.began if found else origin(area, number, 0).started


def list_all(journal: Journal, area: str, target: str) -> int:
    """Have the journal list what it does not; return how many that are."""
    found = _unlisted(journal, area, target)
    for kept in found:
        journal.list_backup(kept.id, kept.transaction, kept.path)
    return len(found)


def _unlisted(journal: Journal | None, area: str, target: str) -> list[_Kept]:
    """Return what no journal lists; what is still to be put back is left to recovery."""
    unfinished = journal.transactions.unfinished() if journal else None
    found = sorted(
        (transaction, step)
        for transaction, step, _ in contents(area)
        if (unfinished is None or transaction != unfinished.id)
        and not (journal and _is_listed(journal, transaction, step))
    )
    steps = Counter(step for _, step in found)
    kept = []
    for transaction, step in found:
        alone = steps[step] == 1 and not (journal and journal.backed_up(step))
        number = step if alone else transaction * _AMONG_OTHERS + step
        was = origin(area, transaction, step)
        path = was.path
        if was.target and path.startswith(f"{was.target}/"):
            path = target + path[len(was.target) :]
        kept.append(_Kept(number, transaction, step, path, was.started))
    return kept


def _is_listed(journal: Journal, transaction: int, step: int) -> bool:
    numbers = step, transaction * _AMONG_OTHERS + step
    return any(journal.backed_up(number) == transaction for number in numbers)


def restore(chosen: Collection[Backup], area: str, *, skip: bool) -> Iterator[Item]:
    """Plan to move backups back to where they were.

    Args:
        area: absolute path of the backup area.
        skip: pass over those whose place is taken or gone.
    """
    tree = Tree(area)
    taken: set[str] = set()
    try:
        for backup in chosen:
            parent, _, base = backup.path.rpartition("/")
            there = entry_kind(tree.fd, parent or "/")
            now = entry_kind(tree.fd, backup.path)
            what = None
            if there != DIR:
                what = "no directory to put it in"
            elif now is not None or backup.path in taken:
                what = "a directory" if now == DIR else "a link" if now == LINK else "a file"
            if what is None:
                taken.add(backup.path)
                name = backup.kept.rpartition("/")[2]
                before = fingerprint(tree.fd, name)
                yield Operation("move_file", Directory(area), name, "", backup.path, before)
                continue
            place = Directory(parent or "/")
            conflict = Conflict(
                "changed_since", place, base, "", backup.kept, what, choices=("skip",)
            )
            yield Notice(backup.path, f"skipped: {conflict.message}") if skip else conflict
    finally:
        tree.close()


def prune(journal: Journal, chosen: Collection[Backup], area: str, changes: Changes) -> None:
    """Remove backups for good; the target's lock is held."""
    tree = Tree(area)
    try:
        for backup in chosen:
            changes.discard(tree.fd, backup.kept.rpartition("/")[2])
        changes.sync(tree.fd)  # what is no longer listed is gone, after a power cut too
    except OSError as error:
        raise JournalError(
            f"{area}: {reason(error)}: backups may still be there, and stay listed then",
            remedy="remove_cause",
        ) from error
    finally:
        tree.close()
    for backup in chosen:
        journal.forget_backup(backup.id)
        forget(area, backup.transaction)
