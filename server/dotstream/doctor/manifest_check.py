"""The manifest against the disk: every recorded name is looked at where it should be."""

from __future__ import annotations

import errno
import posixpath
from itertools import groupby

from dotstream.doctor import shell_commands
from dotstream.doctor.judge import destination, judge, leads_to_file
from dotstream.doctor.ranges import Ranges
from dotstream.fs.access import owner_of_another, refusal
from dotstream.fs.descriptors import Descriptors
from dotstream.fs.files import is_directory, is_link, present
from dotstream.fs.listing import DIR, FILE
from dotstream.fs.look import link_text
from dotstream.fs.oserror import is_permission, reason
from dotstream.fs.places import within
from dotstream.light_typing import TYPE_CHECKING, NamedTuple, TypeVar
from dotstream.model.directory import Directory
from dotstream.model.finding import Finding
from dotstream.planner.merging import folded
from dotstream.planner.ownership import Owner
from dotstream.store.read_only import intact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dotstream.doctor.checkup import Checkup
    from dotstream.model.entry import Entry
    from dotstream.planner.farm import Farm
    from dotstream.planner.states import Seen
    from dotstream.store.manifest import Manifest

_Read = TypeVar("_Read")


class Verdict(NamedTuple):
    """What came of one record.

    Attributes:
        finding: what is wrong, where something is.
        keep: the record as it should be; ``None`` if it should go.
        gone: whether directories above the path are missing.
    """

    finding: Finding | None
    keep: Entry | None
    gone: bool = False


def readable(entries: Iterator[_Read]) -> Iterator[_Read]:
    """Pass on what is read; a database that turns out to be damaged is an error of ours.

    Raises (while iterating):
        JournalError: it is damaged.
    """
    with intact("the manifest"):
        yield from entries


def check_records(checkup: Checkup, manifest: Manifest) -> Iterator[Verdict]:
    """Compare every record with the disk, streaming, in the manifest's order.

    Raises (while iterating):
        JournalError: the database is damaged.
        Cancelled: the check-up's token was cancelled.
    """
    entries = readable(manifest.entries())
    for root, below in groupby(entries, key=lambda entry: entry.root):
        try:
            farm = checkup.farm(root)
        except OSError as error:
            yield Verdict(_no_target(root, error), None)
            for entry in below:
                yield Verdict(None, entry)
            continue
        check = _Check(checkup, manifest, farm)
        try:
            place = Directory(root)
            for path, group in groupby(below, key=lambda entry: entry.directory):
                farm.poll()
                place = place.reach(root, path)
                yield from check.directory(place, group)
        finally:
            check.close()


def _no_target(root: str, error: OSError) -> Finding:
    if is_permission(error):
        told, command = _allowing(root, root, reason(error))
        return Finding(
            "no_permission",
            Directory(root),
            "",
            detail=f"the target cannot be read: {told}",
            command=command,
        )
    why, way = reason(error), _no_directory_above(root)
    if way is not None:
        why = f"{way} is {'a link that leads nowhere' if is_link(way) else 'not a directory'}"
    return Finding(
        "missing_target",
        Directory(root),
        "",
        detail=f"links are recorded in this target, which cannot be opened: {why}",
        command=shell_commands.make_directory(root) if way is None else _making_way(way, root),
    )


def _no_directory_above(path: str) -> str | None:
    """Return what keeps a directory from being made at a path: itself, or one above."""
    here = path
    while not present(here):
        here = posixpath.dirname(here)
    return None if is_directory(here) else here


def _making_way(path: str, target: str) -> str | None:
    """Return the command that makes a target; none where a link may come to lead there again."""
    return None if is_link(path) else shell_commands.make_way(path, target)


class _Check:
    """The check of one target."""

    def __init__(self, checkup: Checkup, manifest: Manifest, farm: Farm) -> None:
        self._checkup, self._manifest, self._farm = checkup, manifest, farm
        self._descriptors = Descriptors()
        self._heirs = checkup.heirs(farm)
        self._settled = Ranges()

    def close(self) -> None:
        self._descriptors.close()
        self._farm.close()

    def directory(self, place: Directory, group: Iterable[Entry]) -> Iterator[Verdict]:
        """Compare the records of one directory."""
        self._settled.advance(place.root, place.path)
        try:
            fd = self._descriptors.fd(place)
        except OSError as error:
            yield from self._closed(place, group, error)
            return
        if self._checkup.mode == "off" and (why := refusal(fd)) is not None:
            yield Verdict(no_permission(place, why), None)
        for entry in group:
            try:
                state = link_text(self._descriptors.fd(place), entry.name)
            except OSError as error:
                why = f"it cannot be looked at: {reason(error)}"
                told = is_permission(error)  # of the directory, here or by the scan
                yield Verdict(
                    None
                    if told
                    else Finding("no_permission", place, entry.name, entry.package, detail=why),
                    entry,
                )
                continue
            yield self._entry(place, entry, state, gone=False)

    def _closed(
        self, place: Directory, group: Iterable[Entry], error: OSError
    ) -> Iterator[Verdict]:
        """Judge the records of a directory that cannot be entered."""
        if error.errno == errno.ENOENT:
            for entry in group:
                yield self._entry(place, entry, None, gone=True)
            return
        blocked = self._blocked(place)
        if blocked is None:
            # A scan tells of it where it comes by.
            told = self._checkup.mode != "off"
            yield Verdict(None if told else no_permission(place, reason(error)), None)
            for entry in group:
                yield Verdict(None, entry)
            return
        above, name, state = blocked
        first = next(iter(group))
        finding, ours = self._in_the_way(above, name, state, first)
        if not self._settled.has(above.join(name)):
            self._settled.add(above.join(name))
            yield Verdict(finding, None)
        if not ours:
            yield Verdict(None, first)
            for entry in group:
                yield Verdict(None, entry)

    def _blocked(self, place: Directory) -> tuple[Directory, str, Seen] | None:
        """Return the topmost component of a directory that is no directory."""
        here = Directory(place.root)
        for name in place.path.split("/"):
            try:
                state = link_text(self._farm.target.fd, here.join(name))
            except OSError:
                return None
            if state != DIR:
                return here, name, state
            here = here.child(name)
        return None

    def _in_the_way(
        self, above: Directory, name: str, state: Seen, entry: Entry
    ) -> tuple[Finding, bool]:
        """Judge what is in the place of a directory with links of ours.

        Returns:
            The finding, and whether it is a link of ours that makes the records outdated.
        """
        if isinstance(state, str):
            owner = self._farm.target.owner(above, state)
            if owner is not None and self._farm.target.leads_to_directory(above, state):
                why = f"the whole directory is one link of package {owner.package} now"
                return (
                    Finding(
                        "stale_record", above, name, owner.package, state, detail=why,
                        command=shell_commands.FIX,
                    ),
                    True,
                )  # fmt: skip
        what = f"a link to {state}" if isinstance(state, str) else _words(state)
        targets = [root for root in self._checkup.roots if within(root, above.at(name))]
        if targets and not self._farm.target.is_directory(above.join(name)):
            command = _making_way(above.at(name), targets[0])
        else:
            command = self._manage(entry, "backup")
        return (
            Finding(
                "replaced_directory",
                above,
                name,
                entry.package,
                state if isinstance(state, str) else None,
                detail=what,
                command=command,
            ),
            False,
        )

    def _entry(self, place: Directory, entry: Entry, state: Seen, *, gone: bool) -> Verdict:
        if entry.kind == "directory":
            return self._directory_entry(place, entry, state)
        wanted = entry.text or ""
        if state == wanted:
            if leads_to_file(self._farm, place, wanted):  # as nearly all do
                return Verdict(None, entry)
            recorded = Owner(entry.stow_dir, entry.package, "", destination(place, wanted))
            owner = self._farm.target.owner(place, wanted) or recorded
            return Verdict(
                judge(self._farm, place, entry.name, wanted, owner, self._heirs), entry
            )
        here = entry.stow_dir == self._checkup.directory
        if here and entry.package in self._checkup.dismissed:
            return self._stale(
                place, entry, "it was unmanaged, and the link is not there any more"
            )
        if self._farm.target.folds and self._respelt(place, entry, state):
            return self._stale(place, entry, "it is recorded in another spelling, too")
        if isinstance(state, str):
            return self._other_link(place, entry, state, wanted)
        if not present(destination(place, wanted)):
            left = "neither the link nor what it led to is there"
            if state is not None:
                left = f"what it led to is gone, and {_words(state)} is in its place"
            return self._stale(place, entry, left)
        if state is None:
            finding = Finding(
                "missing_link", place, entry.name, entry.package, None, wanted,
                command=self._manage(entry),
            )  # fmt: skip
            return Verdict(finding, entry, gone)
        folded = self._farm.target.leads_to_directory(place, wanted)
        inside = place.join(entry.name)
        if folded and state == DIR and self._manifest.any_below(place.root, inside):
            return self._stale(place, entry, "what is in it is linked by itself")
        policy = "adopt" if state == FILE and not folded else "backup"
        finding = Finding(
            "replaced_link", place, entry.name, entry.package, None, wanted,
            detail=_words(state), command=self._manage(entry, policy),
        )  # fmt: skip
        return Verdict(finding, entry)

    def _respelt(self, place: Directory, entry: Entry, state: Seen) -> bool:
        """Whether a record of the same name, as its volume takes it, tells what is there."""
        return any(
            other.text == state or (other.kind == "directory" and state == DIR)
            for other in self._manifest.entries(place.root, place.path)
            if other.directory == place.path
            and other.name != entry.name
            and folded(other.name) == folded(entry.name)
        )

    def _directory_entry(self, place: Directory, entry: Entry, state: Seen) -> Verdict:
        if state == DIR:
            return Verdict(None, entry)
        path = place.join(entry.name)
        if state is None:
            if self._manifest.any_below(place.root, path):
                return Verdict(None, entry)  # the links in it tell
            return self._stale(place, entry, "the directory is gone")
        if not self._manifest.any_below(place.root, path):
            return self._stale(place, entry, "it is no longer a directory")
        finding, ours = self._in_the_way(place, entry.name, state, entry)
        self._settled.add(path)
        if not ours or finding.package is None:
            return Verdict(finding, entry)
        fold = entry._replace(kind="link", package=finding.package, text=finding.text, mode=None)
        return Verdict(finding, fold)

    def _other_link(self, place: Directory, entry: Entry, text: str, wanted: str) -> Verdict:
        """Judge a link that does not say what was recorded."""
        recorded = destination(place, wanted)
        alive = present(recorded)
        owner = self._farm.target.owner(place, text)
        if owner is None:
            if not alive:
                return self._stale(
                    place, entry, f"what it led to is gone, and a link to {text} is in its place"
                )
            finding = Finding(
                "foreign_target", place, entry.name, entry.package, text, wanted,
                command=self._manage(entry, "backup"),
            )  # fmt: skip
            return Verdict(finding, entry)
        found = judge(
            self._farm,
            place,
            entry.name,
            text,
            owner,
            self._heirs,
            wanted=wanted if alive else None,
        )
        corrected = entry._replace(text=text, package=owner.package, stow_dir=owner.stow_dir)
        if found is not None:
            return Verdict(found, entry if alive else corrected)
        if owner.full == recorded or not alive:
            finding = Finding(
                "outdated_record", place, entry.name, owner.package, text, wanted,
                command=shell_commands.FIX,
            )  # fmt: skip
            return Verdict(finding, corrected)
        whose = "" if owner.package == entry.package else f" of package {owner.package}"
        finding = Finding(
            "wrong_member", place, entry.name, entry.package, text, wanted,
            detail=f"it leads to another member{whose}, {text}",
            command=self._manage(entry, override=place.join(entry.name)),
        )  # fmt: skip
        return Verdict(finding, entry)

    def _manage(self, entry: Entry, policy: str | None = None, *, override: str = "") -> str:
        return shell_commands.manage(
            entry.package,
            entry.stow_dir,
            self._checkup.directory,
            policy=policy,
            override=override,
        )

    @staticmethod
    def _stale(place: Directory, entry: Entry, why: str) -> Verdict:
        finding = Finding(
            "stale_record", place, entry.name, entry.package, None, entry.text,
            detail=why, command=shell_commands.FIX,
        )  # fmt: skip
        return Verdict(finding, None)


def no_permission(place: Directory, why: str) -> Finding:
    """Return the finding that links cannot be changed in a directory."""
    told, command = _allowing(place.absolute, place.root, why)
    return Finding(
        "no_permission",
        place,
        "",
        detail=f"links in this directory cannot be read and changed: {told}",
        command=command,
    )


def _allowing(path: str, target: str, why: str) -> tuple[str, str | None]:
    """Return why a directory cannot be worked in, in full, and the command that allows it.

    Where the target itself is somebody else's, as ``/usr/local``, it stays theirs.
    """
    if why != reason(OSError(errno.EACCES, "")):
        return why, None
    owner = owner_of_another(path)
    if owner is None:
        return why, shell_commands.allow(path)
    if owner_of_another(target) is not None:
        return f"{why}; it belongs to {owner}, who has to do this", None
    return f"{why}; it belongs to {owner}", shell_commands.take_over(path)


def _words(state: Seen) -> str:
    if state == DIR:
        return "a directory"
    return "a file" if state == FILE else "something that is not a file"
