"""The backup area: what was moved out of the way, to be listed, restored, pruned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from dotstream.fs.listing import DIR, LINK
from dotstream.fs.look import Tree, entry_kind, fingerprint, size
from dotstream.model.directory import Directory
from dotstream.model.history import Backup
from dotstream.model.items import Conflict, Item, Notice, Operation
from dotstream.transaction.names import kept_path

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from dotstream.fs.change import Changes
    from dotstream.store.journal import Journal

__all__ = ["backups", "prune", "restore"]


def backups(journal: Journal, area: str) -> Iterator[Backup]:
    """Stream what the backup area holds, oldest first.

    Args:
        area: absolute path of the backup area.
    """
    tree = Tree(area)
    try:
        for sequence, transaction, path in journal.backups():
            kept = kept_path(area, transaction, sequence)
            name = kept.rpartition("/")[2]
            found = entry_kind(tree.fd, name)
            if found is None:
                continue  # restored since, or undone
            kind: Literal["file", "directory", "link"] = "file"
            if found in (DIR, LINK):
                kind = "directory" if found == DIR else "link"
            yield Backup(sequence, transaction, path, kept, size(tree.fd, name), kind)
    finally:
        tree.close()


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
        for backup in chosen:
            journal.forget_backup(backup.id)
    finally:
        tree.close()
