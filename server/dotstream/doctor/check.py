"""The check-up as a whole: the database, what is unfinished, the records, the disk."""

from __future__ import annotations

from collections import Counter, defaultdict

from dotstream.doctor import shell_commands
from dotstream.doctor.disk_check import check_strays
from dotstream.doctor.manifest_check import check_records
from dotstream.errors import JournalError
from dotstream.fs.access import lock_holder
from dotstream.fs.files import present
from dotstream.fs.oserror import reason
from dotstream.fs.state import backup_area
from dotstream.history.backups import unlisted
from dotstream.light_typing import TYPE_CHECKING, TypeAlias
from dotstream.model.directory import Directory
from dotstream.model.finding import Finding
from dotstream.store.read_only import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dotstream.doctor.checkup import Checkup
    from dotstream.fs.state import TargetState
    from dotstream.model.entry import Entry
    from dotstream.store.journal import Journal
    from dotstream.store.manifest import Manifest

_Lost: TypeAlias = "defaultdict[str, Counter[str]]"
"""Links into package directories that are gone, by package."""


def examine(checkup: Checkup) -> Iterator[Finding]:
    """Look everything over and tell what is wrong, each thing once, as it is found.

    Nothing is changed and nobody is kept waiting.  While a transaction is unfinished the
    disk is between two states, so nothing more is told than that.

    Raises (while iterating):
        Cancelled: the check-up's token was cancelled.
    """
    place: TargetState | None = None
    manifest: Manifest | None = None
    try:
        place = checkup.place
        with opened(place) as journal:
            if place is not None and journal is not None:
                journal.database.check()
                stopped = _unfinished(place, journal)
                if stopped is not None:
                    yield stopped
                    return
            for each in checkup.unread:
                yield Finding("no_permission", Directory(each.path), "", detail=each.message)
            yield from _unlisted(checkup, journal)
            manifest = journal.manifest if journal else None
            lost: _Lost = defaultdict(Counter)
            for verdict in check_records(checkup, manifest) if manifest else ():
                if verdict.finding is not None and not _counted_as_lost(verdict.finding, lost):
                    yield verdict.finding
            yield from _strays(checkup, manifest, lost)
            yield from _unwanted(checkup)
            yield from _elsewhere(checkup)
    except JournalError as error:
        yield _bad_database(place, checkup.host.state, error)
        if manifest is None:  # else a part of the links has been told of already
            yield from _unlisted(checkup, None)
            yield from _strays(checkup, None, defaultdict(Counter), record=False)


def _counted_as_lost(finding: Finding, lost: _Lost) -> bool:
    """Count a link into a package directory that is gone; all of them are one finding."""
    if finding.kind != "lost_directory":
        return False
    lost[finding.path][finding.package or ""] += 1
    return True


def _lost(lost: _Lost, target: str) -> Iterator[Finding]:
    for directory, packages in sorted(lost.items()):
        forget = shell_commands.unmanage_all(directory, target)
        again = " ".join(map(shell_commands.quoted, sorted(packages)))
        detail = (
            f"mount it or bring it back; if it has moved, 'dotstream manage {again}' where it is "
            f"now relinks them; if it is gone for good, '{forget}' removes them"
        )
        count = packages.total()
        yield Finding("lost_directory", Directory(directory), "", detail=detail, count=count)


def _unwanted(checkup: Checkup) -> Iterator[Finding]:
    """Tell of packages that are here, but whose links are not to be any more."""
    for package in checkup.unwanted:
        path = f"{checkup.directory.rstrip('/')}/{package.name}"
        if present(path):  # else each link tells that the package is gone
            yield Finding(
                "unwanted_links",
                Directory(checkup.directory),
                package.name,
                package.name,
                detail=package.reason,
                command=None if package.away else shell_commands.REMANAGE,
                count=sum(package.links.values()),
            )


def _elsewhere(checkup: Checkup) -> Iterator[Finding]:
    """Tell of packages that are not linked in this target, but in another."""
    for target, packages in checkup.elsewhere.items():
        named = " ".join(map(shell_commands.quoted, packages))
        command = shell_commands.status(target)
        detail = f"linked in another target, this one: {named}; see '{command}'"
        count = len(packages)
        yield Finding("linked_elsewhere", Directory(target), "", detail=detail, count=count)


def _unlisted(checkup: Checkup, journal: Journal | None) -> Iterator[Finding]:
    """Tell of what lies in the backup area and is in no list of the journal's."""
    area = None
    try:
        area = backup_area(checkup.host.state, checkup.target)
        if area is None:
            return
        found = list(unlisted(journal, area, checkup.target))
    except (JournalError, OSError) as error:
        why = f"{area}: {reason(error)}" if isinstance(error, OSError) else error
        told = f"what is backed up cannot be looked at: {why}"
        yield Finding("no_permission", Directory(checkup.host.state), "", detail=told)
        return
    for backup in found:
        where, detail = Directory(area), f"{backup.path} was backed up here by a run"
        if not backup.path:
            detail = "something was backed up here, and nothing says any more where it was"
        yield Finding(
            "unlisted_backup",
            where,
            backup.kept.rpartition("/")[2],
            detail=f"{detail}; no history lists it",
            command=shell_commands.restore(backup.id) if backup.path else None,
        )


def _bad_database(place: TargetState | None, state: str, error: JournalError) -> Finding:
    where = Directory(place.journal.rpartition("/")[0] if place else state)
    return Finding(
        "database",
        where,
        "journal.db",
        detail=f"the state database cannot be used: {error}",
        command=shell_commands.REBUILD if place else None,
    )


def _unfinished(place: TargetState, journal: Journal) -> Finding | None:
    """Return what is being done or was cut short; then there is nothing else to tell."""
    found = journal.transactions.unfinished()
    if found is None:
        return None
    where = Directory(place.journal.rpartition("/")[0])
    what = f"transaction {found.id} ({' '.join((found.action, *found.packages))})"
    process = lock_holder(place.lock)
    if process is not None:
        told = f"process {process} is carrying {what} out right now; look again when it is done"
        return Finding("busy", where, "journal.db", detail=told)
    return Finding(
        "unfinished_transaction",
        where,
        "journal.db",
        detail=f"{what} was cut short; once it is rolled back or finished, look again",
        command=shell_commands.RECOVER,
    )


def _strays(
    checkup: Checkup, manifest: Manifest | None, lost: _Lost, *, record: bool = True
) -> Iterator[Finding]:
    """Pass findings on, and links that can be recorded as one finding a package.

    Args:
        lost: how many links lead into package directories that are gone, so far.
    """
    unrecorded: dict[tuple[str, str], int] = {}
    for verdict in check_strays(checkup, manifest):
        if verdict.keep is not None:
            key = _whose(verdict.keep)
            unrecorded[key] = unrecorded.get(key, 0) + 1
        elif verdict.finding is not None and not _counted_as_lost(verdict.finding, lost):
            yield verdict.finding
    yield from _lost(lost, checkup.target)
    if not record:
        return
    for (stow_dir, package), count in sorted(unrecorded.items()):
        yield Finding(
            "unrecorded_links",
            Directory(stow_dir),
            package,
            package,
            command=shell_commands.FIX,
            count=count,
        )


def _whose(entry: Entry) -> tuple[str, str]:
    return entry.stow_dir, entry.package
