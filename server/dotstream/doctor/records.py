"""The records put right: by the links on disk, after the links themselves were."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from itertools import chain

from dotstream.doctor.disk_check import check_strays
from dotstream.doctor.manifest_check import check_records
from dotstream.errors import JournalError
from dotstream.fs.access import highest_number, set_aside
from dotstream.fs.lock import name_run
from dotstream.fs.oserror import is_permission, reason
from dotstream.fs.state import target_state
from dotstream.history.backups import list_all
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.entry import Entry
from dotstream.model.events import Corrected, Progress
from dotstream.model.names import decoded, encoded
from dotstream.store.journal import Journal
from dotstream.store.read_only import opened
from dotstream.transaction.names import PREFIX
from dotstream.transaction.writing import locked, writer_of

if TYPE_CHECKING:
    from collections.abc import Generator

    from dotstream.doctor.checkup import Checkup
    from dotstream.fs.state import TargetState
    from dotstream.transaction.terms import Control

_WRONG = ("stale_record", "outdated_record", "unrecorded_links")

_TOLD = 2048
"""Records that are checked between two words of how far it is."""

_FOUND = """
CREATE TEMP TABLE found(
    root BLOB, directory BLOB, name BLOB, kind TEXT, package BLOB, stow_dir BLOB, text BLOB,
    mode TEXT, PRIMARY KEY (root, directory, name)
) WITHOUT ROWID
"""


def correcting(
    checkup: Checkup, control: Control[Corrected]
) -> Generator[Progress | Corrected, None, Corrected]:
    """Put the records right by the disk.

    Records of what is gone go, outdated ones are corrected, sound links of ours that were
    never recorded are added, and so are backups to their list.

    Raises:
        TargetLocked: another dotstream is changing the target.
        JournalError: the database cannot be used, or a transaction is unfinished.
    """
    with locked((checkup.target,), host=checkup.host, wait=checkup.wait, cancel=checkup.cancel):
        found = Corrected((yield from _correct(checkup)))
    control.result = found
    yield found
    return found


def rebuilding(
    checkup: Checkup, control: Control[Corrected]
) -> Generator[Progress | Corrected, None, Corrected]:
    """Rebuild the records from the links on disk; a bad database is moved aside.

    A database that can be used is kept, with its history, and corrected.

    Raises:
        TargetLocked: another dotstream is changing the target.
        JournalError: a transaction is unfinished, or the state directory cannot be written.
    """
    if checkup.mode == "off":
        checkup = replace(checkup, mode="scoped")  # what the manifest says is what is in doubt
    with locked((checkup.target,), host=checkup.host, wait=checkup.wait, cancel=checkup.cancel):
        aside = _moved_if_bad(checkup)
        found = Corrected((yield from _correct(checkup)), aside)
    control.result = found
    yield found
    return found


def _moved_if_bad(checkup: Checkup) -> str | None:
    """Move the database aside if it cannot be used; return where it is now."""
    place = target_state(checkup.host.state, checkup.target)
    try:
        with opened(checkup.place) as journal:
            if journal is not None:
                journal.database.check()
    except JournalError:
        try:
            aside = set_aside(place.journal, ("-wal", "-shm"))
        except OSError as error:
            raise JournalError(
                f"{place.journal}: {reason(error)}",
                remedy="remove_cause",
                permission=is_permission(error),
            ) from error
        name_run(place.lock, None, durable=True)  # what it was is lost with the database
        with closing(Journal(place.journal)) as journal:
            journal.count_on(_last(checkup, place))
        return aside
    with closing(Journal(place.journal)) as journal:
        if journal.lost() is not None:  # what is lost is what is made anew here
            journal.count_on(_last(checkup, place))
    return None


def _last(checkup: Checkup, place: TargetState) -> int:
    """Return the last transaction of a lost database that has left something.

    What they left, in the backup area and under temporary names, is named by number.
    """
    last = highest_number(place.backups)
    for finding, _, _ in check_strays(checkup, None):
        if finding is not None and finding.kind in ("leftover", "parked_file"):
            number = finding.name.removeprefix(PREFIX).partition("-")[0]
            last = max(last, int(number) if number.isdecimal() else 0)
    return last


def _correct(checkup: Checkup) -> Generator[Progress, None, int]:
    """Sort what should be recorded in a temporary table, then replace the records by it."""
    with writer_of(checkup.target, checkup.host) as (journal, place, _):
        if journal.transactions.unfinished() is not None:
            raise JournalError(f"{place.journal}: a transaction is unfinished", remedy="recover")
        run, manifest = journal.database.run, journal.manifest
        with journal.database.explained(), journal.database.change():
            run(_FOUND)
            wrong = 0
            verdicts = chain(check_records(checkup, manifest), check_strays(checkup, manifest))
            for checked, (finding, keep, _) in enumerate(verdicts, 1):
                if keep is not None:
                    run("INSERT OR IGNORE INTO found VALUES (?, ?, ?, ?, ?, ?, ?, ?)", _row(keep))
                wrong += finding is not None and finding.kind in _WRONG
                if checked % _TOLD == 0:
                    yield Progress("checking", checked, None)
            if wrong:
                rows = run("SELECT * FROM found ORDER BY root, directory, name")
                manifest.replace_all(map(_entry, rows))
            run("DROP TABLE found")
            listed = list_all(journal, place.backups, checkup.target)
    return wrong + listed


def _row(entry: Entry) -> tuple[bytes | str | None, ...]:
    root, directory, name, kind, package, stow_dir, text, mode = entry
    blobs = [encoded(each) for each in (root, directory, name)]
    told = None if text is None else encoded(text)
    return (*blobs, kind, encoded(package), encoded(stow_dir), told, mode)


def _entry(row: tuple[bytes, bytes, bytes, str, bytes, bytes, bytes | None, str | None]) -> Entry:
    root, directory, name, kind, package, stow_dir, text, mode = row
    return Entry(
        decoded(root),
        decoded(directory),
        decoded(name),
        "link" if kind == "link" else "directory" if kind == "directory" else "adopted",
        decoded(package),
        decoded(stow_dir),
        None if text is None else decoded(text),
        mode,
    )
