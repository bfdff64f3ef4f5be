"""Fixing: the plan of the changes that put links right.

The disk is only ever changed by a transaction, so every change can be undone.  What needs
a decision, and every file, is left to the person.
"""

from __future__ import annotations

from dotstream.doctor.disk_check import check_strays
from dotstream.doctor.manifest_check import check_records
from dotstream.doctor.ranges import Ranges
from dotstream.light_typing import TYPE_CHECKING, cast
from dotstream.model.directory import Directory
from dotstream.model.items import Notice, Operation
from dotstream.model.plan import Metadata
from dotstream.planner.stream import StreamingPlan
from dotstream.planner.transition import remove_directory
from dotstream.planner.visits import carried_out
from dotstream.store.read_only import opened

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from dotstream.doctor.checkup import Checkup
    from dotstream.doctor.manifest_check import Verdict
    from dotstream.model.items import Item

_UNLINKED = ("broken_link", "orphaned_link")


def fixing(checkup: Checkup) -> StreamingPlan:
    """Plan every change to the disk that fixes something and loses nothing.

    Links of ours that lead nowhere go, or say again what was recorded; recorded links that
    are gone are made again; links that a run left under a temporary name go.  Nothing is
    looked at before the plan is iterated: an apply does so with the target locked and
    nothing unfinished.
    """
    metadata = Metadata("doctor", (), checkup.directory, checkup.target, checkup.options)
    return StreamingPlan(metadata, _operations(checkup), checkup.cancel, lambda: 0)


def _operations(checkup: Checkup) -> Generator[Item]:
    place = checkup.place
    with opened(place) as journal:
        unfinished = journal.transactions.unfinished() if journal else None
        if place is not None and unfinished is not None:
            yield Notice(
                place.journal, f"transaction {unfinished.id} was cut short and is settled first"
            )
            return
        made = Ranges()
        for verdict in check_records(checkup, journal.manifest) if journal else ():
            yield from _mended(checkup, verdict, made)
        for verdict in check_strays(checkup, journal.manifest if journal else None):
            yield from _mended(checkup, verdict, made)


def _mended(checkup: Checkup, verdict: Verdict, made: Ranges) -> Iterator[Item]:
    finding = verdict.finding
    if finding is None:
        return
    place, name = finding.directory, finding.name
    package = finding.heir or finding.package or ""
    if finding.kind in _UNLINKED:
        if finding.wanted is None:
            yield Operation("remove_link", place, name, package, None, finding.text)
        else:
            yield Operation("replace_link", place, name, package, finding.wanted, finding.text)
    elif finding.kind == "missing_link":
        if verdict.gone:
            yield from _made(checkup, place, package, made)
        yield Operation("create_link", place, name, package, finding.wanted)
    elif finding.kind == "leftover":
        if finding.text is not None:
            yield Operation("remove_link", place, name, package, None, finding.text)
        else:
            farm = checkup.farm(place.root)
            try:
                cleared = carried_out(remove_directory(farm, place.child(name)))
                yield from cast("Iterator[Item]", cleared)
            finally:
                farm.close()


def _made(checkup: Checkup, place: Directory, package: str, made: Ranges) -> Iterator[Item]:
    """Make the directories that are missing above a link, each once."""
    made.advance(place.root, place.path)
    if made.has(place.path):
        return
    farm = checkup.farm(place.root)
    try:
        here = Directory(place.root)
        for name in place.path.split("/"):
            if not made.has(here.join(name)) and farm.target.kind(here.join(name)) is None:
                made.add(here.join(name))
                yield Operation("make_dir", here, name, package)
            here = here.child(name)
    finally:
        farm.close()
