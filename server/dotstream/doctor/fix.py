"""Fixing: the changes that put links right, and the records that are put right after them.

The disk is only ever changed by a transaction, so every change can be undone.  What needs
a decision, and every file, is left to the person.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from dotstream.doctor.check import sound
from dotstream.doctor.disk_check import check_strays
from dotstream.doctor.manifest_check import check_records
from dotstream.doctor.ranges import Ranges
from dotstream.errors import JournalError, TargetLocked
from dotstream.fs.access import highest_number, set_aside
from dotstream.fs.lock import Lock, LockHeld
from dotstream.fs.oserror import reason
from dotstream.fs.process import process_name
from dotstream.fs.state import existing_state, target_state
from dotstream.model.directory import Directory
from dotstream.model.items import Notice, Operation
from dotstream.model.plan import Metadata
from dotstream.planner.stream import StreamingPlan
from dotstream.planner.transition import remove_directory
from dotstream.planner.visits import carried_out
from dotstream.store.journal import Journal
from dotstream.store.manifest import Entry, Manifest
from dotstream.store.read_only import opened
from dotstream.transaction.names import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from dotstream.doctor.manifest_check import Verdict
    from dotstream.doctor.subject import Subject
    from dotstream.fs.state import TargetState
    from dotstream.model.items import Item

__all__ = ["correct", "fixing", "rebuild"]

_UNLINKED = ("broken_link", "orphaned_link")
_RECORDS = ("stale_record", "outdated_record", "unrecorded_links")

_FOUND = """
CREATE TEMP TABLE found(
    root BLOB, directory BLOB, name BLOB, kind TEXT, package BLOB, stow_dir BLOB, text BLOB,
    mode TEXT, PRIMARY KEY (root, directory, name)
) WITHOUT ROWID
"""


def fixing(subject: Subject) -> StreamingPlan:
    """Plan every change to the disk that fixes something and loses nothing.

    Links of ours that lead nowhere go, or say again what was recorded; recorded links that
    are gone are made again; links that a run left under a temporary name go.  Nothing is
    looked at before the plan is iterated: an apply does so with the target locked and
    nothing unfinished.
    """
    metadata = Metadata("doctor", (), subject.directory, subject.target, subject.options)
    return StreamingPlan(metadata, _operations(subject), subject.cancel, lambda: 0)


def _operations(subject: Subject) -> Generator[Item]:
    place = existing_state(subject.state, subject.target)
    with opened(place) as journal:
        unfinished = journal.unfinished() if journal else None
        if place is not None and unfinished is not None:
            yield Notice(
                place.journal, f"transaction {unfinished.id} was cut short and is settled first"
            )
            return
        made = Ranges()
        for verdict in check_records(subject, journal.manifest) if journal else ():
            yield from _mended(subject, verdict, made)
        for verdict in check_strays(subject, journal.manifest if journal else None):
            yield from _mended(subject, verdict, made)


def _mended(subject: Subject, verdict: Verdict, made: Ranges) -> Iterator[Item]:
    finding = verdict.finding
    if finding is None:
        return
    place, name, package = finding.directory, finding.name, finding.package or ""
    if finding.kind in _UNLINKED:
        if finding.wanted is None:
            yield Operation("remove_link", place, name, package, None, finding.text)
        else:
            yield Operation("replace_link", place, name, package, finding.wanted, finding.text)
    elif finding.kind == "missing_link":
        if verdict.gone:
            yield from _made(subject, place, package, made)
        yield Operation("create_link", place, name, package, finding.wanted)
    elif finding.kind == "leftover":
        if finding.text is not None:
            yield Operation("remove_link", place, name, package, None, finding.text)
        else:
            farm = subject.farm(place.root)
            try:
                cleared = carried_out(remove_directory(farm, place.child(name)))
                yield from cast("Iterator[Item]", cleared)
            finally:
                farm.close()


def _made(subject: Subject, place: Directory, package: str, made: Ranges) -> Iterator[Item]:
    """Make the directories that are missing above a link, each once."""
    made.advance(place.root, place.path)
    if made.has(place.path):
        return
    farm = subject.farm(place.root)
    try:
        here = Directory(place.root)
        for name in place.path.split("/"):
            if not made.has(here.join(name)) and farm.target.kind(here.join(name)) is None:
                made.add(here.join(name))
                yield Operation("make_dir", here, name, package)
            here = here.child(name)
    finally:
        farm.close()


# The records ---------------------------------------------------------------------------


def correct(subject: Subject) -> int:
    """Put the records right by the disk, and return how many were wrong.

    Records of what is gone go, outdated ones are corrected, sound links of ours that were
    never recorded are added.

    Raises:
        TargetLocked: another dotstream is changing the target.
        JournalError: the database cannot be used, or a transaction is unfinished.
    """
    place = existing_state(subject.state, subject.target) or _new(subject)
    with _locked(subject, place):
        return _correct(subject, place)


def rebuild(subject: Subject) -> tuple[str | None, int]:
    """Make the records anew from the links on disk; a bad database is moved aside.

    A database that can be used is kept, with its history, and corrected.

    Returns:
        Where the bad database is now, and how many records were made or corrected.

    Raises:
        TargetLocked: another dotstream is changing the target.
        JournalError: a transaction is unfinished, or the state directory cannot be written.
    """
    if subject.mode == "off":
        subject = replace(subject, mode="scoped")  # what the manifest says is what is in doubt
    place = existing_state(subject.state, subject.target) or _new(subject)
    with _locked(subject, place):
        aside = None
        try:
            if existing_state(subject.state, subject.target) is not None:
                with opened(place):
                    sound(place.journal)
        except JournalError:
            try:
                aside = set_aside(place.journal, ("-wal", "-shm"))
            except OSError as error:
                raise JournalError(
                    f"{place.journal}: {reason(error)}", remedy="remove_cause"
                ) from error
        if aside is not None:
            Journal(place.journal).close()
            _count_on(subject, place)
        return aside, _correct(subject, place)


def _count_on(subject: Subject, place: TargetState) -> None:
    """Have a new database number its transactions after the old one's.

    What they left, in the backup area and under temporary names, is named by number.
    """
    last = highest_number(place.backups)
    for finding, _, _ in check_strays(subject, None):
        if finding is not None and finding.kind in ("leftover", "parked_file"):
            number = finding.name.removeprefix(PREFIX).partition("-")[0]
            last = max(last, int(number) if number.isdecimal() else 0)
    database = sqlite3.connect(place.journal, isolation_level=None)
    try:
        database.execute("INSERT INTO sqlite_sequence VALUES ('txn', ?)", (last,))
    finally:
        database.close()


def _new(subject: Subject) -> TargetState:
    try:
        return target_state(subject.state, subject.target)
    except OSError as error:
        raise JournalError(f"{subject.state}: {reason(error)}", remedy="remove_cause") from error


@contextmanager
def _locked(subject: Subject, place: TargetState) -> Iterator[None]:
    """Hold the target's lock while the block runs."""
    try:
        with Lock(place.lock, process_name(sys.argv), target=subject.target, wait=subject.wait):
            yield
    except LockHeld as held:
        raise TargetLocked(subject.target, held.holder) from None


def _correct(subject: Subject, place: TargetState) -> int:
    journal = Journal(place.journal)  # makes it, or refuses what it cannot use
    try:
        if journal.unfinished() is not None:
            raise JournalError(f"{place.journal}: a transaction is unfinished", remedy="recover")
    finally:
        journal.close()
    try:
        database = sqlite3.connect(place.journal, isolation_level=None)
        try:
            return _rewrite(subject, database)
        finally:
            database.close()
    except sqlite3.Error as error:
        raise JournalError(f"{place.journal}: {error}; nothing was changed") from error


def _rewrite(subject: Subject, database: sqlite3.Connection) -> int:
    """Sort what should be recorded in a temporary table, then replace the records by it."""
    run, manifest = database.execute, Manifest(database)
    run("BEGIN IMMEDIATE")
    try:
        run(_FOUND)
        wrong = sum(_take_in(run, check_records(subject, manifest)))
        wrong += sum(_take_in(run, check_strays(subject, manifest)))
        if wrong:
            rows = run("SELECT * FROM found ORDER BY root, directory, name")
            manifest.replace_all(_entry(row) for row in rows)
        run("DROP TABLE found")
        run("COMMIT")
    finally:
        if database.in_transaction:
            run("ROLLBACK")
    return wrong


def _take_in(
    run: Callable[[str, tuple[bytes | str | None, ...]], object], verdicts: Iterator[Verdict]
) -> Iterator[bool]:
    """Write down what to keep; yields for each verdict whether its record was wrong."""
    for finding, keep, _ in verdicts:
        if keep is not None:
            run("INSERT OR IGNORE INTO found VALUES (?, ?, ?, ?, ?, ?, ?, ?)", _row(keep))
        yield finding is not None and finding.kind in _RECORDS


def _row(entry: Entry) -> tuple[bytes | str | None, ...]:
    root, directory, name, kind, package, stow_dir, text, mode = entry
    blobs = [_bytes(each) for each in (root, directory, name)]
    told = None if text is None else _bytes(text)
    return (*blobs, kind, _bytes(package), _bytes(stow_dir), told, mode)


def _entry(row: tuple[bytes, bytes, bytes, str, bytes, bytes, bytes | None, str | None]) -> Entry:
    root, directory, name, kind, package, stow_dir, text, mode = row
    return Entry(
        _text(root),
        _text(directory),
        _text(name),
        "link" if kind == "link" else "directory" if kind == "directory" else "adopted",
        _text(package),
        _text(stow_dir),
        None if text is None else _text(text),
        mode,
    )


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
