"""The disk against the manifest: links of ours that nobody recorded, and what runs left."""

from __future__ import annotations

import errno
import heapq

from dotstream.doctor import shell_commands
from dotstream.doctor.judge import judge
from dotstream.doctor.manifest_check import Verdict, no_permission, readable
from dotstream.doctor.openness import check_openness
from dotstream.fs.access import device, refusal
from dotstream.fs.files import UnfitFile
from dotstream.fs.listing import DIR, LINK, sort_key, sorted_entries
from dotstream.fs.look import close
from dotstream.fs.oserror import reason
from dotstream.light_typing import TYPE_CHECKING, NamedTuple
from dotstream.model.directory import Directory
from dotstream.model.entry import Entry
from dotstream.model.finding import Finding
from dotstream.transaction.names import PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dotstream.doctor.checkup import Checkup
    from dotstream.fs.listing import Entry as Listed
    from dotstream.planner.cursor import Cursor
    from dotstream.planner.farm import Farm
    from dotstream.planner.ownership import Owner
    from dotstream.store.manifest import Manifest


class _Frame(NamedTuple):
    """A directory being walked: what is left of its names, and who has it."""

    place: Directory
    cursors: list[Cursor]
    names: Iterator[tuple[str, int, bool]]
    depth: int


def check_strays(checkup: Checkup, manifest: Manifest | None) -> Iterator[Verdict]:
    """Look for what the manifest does not have, depth first, at the depth's memory.

    Args:
        manifest: ``None`` where there is none, or none that can be used.

    Yields:
        Findings; for a sound link of ours that is not recorded also its record.

    Raises (while iterating):
        JournalError: the database is damaged.
        Cancelled: the check-up's token was cancelled.
    """
    if checkup.mode == "off":
        return
    for root in checkup.roots:
        try:
            farm = checkup.farm(root)
        except OSError:
            continue  # told with its records; without any, no problems found
        walk = _Walk(checkup, manifest, farm)
        try:
            yield from walk.run()
            yield from (Verdict(finding, None) for finding in check_openness(farm))
        finally:
            farm.close()


class _Walk:
    """The walk over one target."""

    def __init__(self, checkup: Checkup, manifest: Manifest | None, farm: Farm) -> None:
        self._checkup, self._manifest, self._farm = checkup, manifest, farm
        self._heirs = checkup.heirs(farm)
        self._device = device(farm.target.fd)
        self._others = {root for root in checkup.roots if root != farm.target.root}

    def run(self) -> Iterator[Verdict]:
        root = self._farm.target.root
        cursors = list(map(self._farm.packages.top, self._checkup.packages.get(root, ())))
        stack: list[_Frame] = []
        yield from self._enter(stack, Directory(root), cursors, 0, known=True)
        while stack:
            frame = stack[-1]
            step = next(frame.names, None)
            if step is None:
                stack.pop()
                continue
            name, kind, recorded = step
            if name.startswith(PREFIX):
                yield self._leftover(frame.place, name, kind)
            elif kind == DIR:
                yield from self._descend(stack, frame, name)
            elif kind == LINK and not recorded:
                yield from self._link(frame.place, name)

    def _descend(self, stack: list[_Frame], frame: _Frame, name: str) -> Iterator[Verdict]:
        there = frame.place.child(name)
        if there.absolute in self._others:
            return  # it has a walk of its own
        inner = self._farm.subdirectories(frame.cursors, frame.place, name)
        known = bool(inner) or self._any_recorded(there)
        if not known:
            deep = self._checkup.mode == "deep"
            if not deep or self._checkup.passes_over(there.path, frame.depth + 1):
                return
        yield from self._enter(stack, there, inner, frame.depth + 1, known=known)

    def _enter(
        self,
        stack: list[_Frame],
        place: Directory,
        cursors: list[Cursor],
        depth: int,
        *,
        known: bool,
    ) -> Iterator[Verdict]:
        """List a directory and put it on the stack.

        ``known`` directories are the manifest's or a package's; it is said if they cannot
        be worked in. What else a deep scan comes by may be unreadable for good reasons.
        """
        farm = self._farm
        farm.poll()
        if farm.target.protection(place) is not None:
            return
        try:
            fd = farm.target.open_real(place.path)
        except OSError as error:
            if known:
                yield Verdict(no_permission(place, reason(error)), None)
            return
        try:
            if not known and device(fd) != self._device:
                return
            if known and (why := refusal(fd)) is not None:
                yield Verdict(no_permission(place, why), None)
            listing = sorted_entries(fd, poll=farm.poll)
        except OSError as error:
            if known and error.errno != errno.EACCES:  # that has just been told
                yield Verdict(no_permission(place, reason(error)), None)
            return
        finally:
            close(fd)
        names = _marked(listing, self._recorded(place))
        stack.append(_Frame(place, cursors, names, depth))

    def _recorded(self, place: Directory) -> Iterator[str]:
        """Return the names that the manifest has for a directory, of whichever target."""
        if self._manifest is None:
            return iter(())
        streams = [
            readable(self._manifest.names(root, path)) for root, path in self._spellings(place)
        ]
        return streams[0] if len(streams) == 1 else heapq.merge(*streams, key=sort_key)

    def _any_recorded(self, place: Directory) -> bool:
        if self._manifest is None:
            return False
        return any(self._manifest.any_below(*each) for each in self._spellings(place))

    def _spellings(self, place: Directory) -> list[tuple[str, str]]:
        """Return a directory as (target, path in it) for every target that it is in."""
        absolute = f"{place.absolute.rstrip('/')}/"
        return [
            (root, absolute[len(root.rstrip("/")) + 1 : -1])
            for root in self._checkup.roots
            if absolute.startswith(f"{root.rstrip('/')}/")
        ]

    def _link(self, place: Directory, name: str) -> Iterator[Verdict]:
        """Judge a link that is not recorded."""
        farm = self._farm
        try:
            text = farm.target.link_text(place.join(name))
        except OSError:
            return  # it has just gone
        owner = farm.target.owner(place, text)
        try:
            if owner is None or not (owner.path or farm.packages.is_named(owner)):
                return
            finding = judge(farm, place, name, text, owner, self._heirs)
            corresponds = finding is None and self._corresponds(place, name, owner)
        except UnfitFile:
            return  # of what a package that cannot be read shows nothing is known
        if finding is not None:
            yield Verdict(finding, None)
        elif corresponds:
            found = Finding("unrecorded_links", place, name, owner.package, text)
            yield Verdict(
                found,
                Entry(
                    place.root,
                    place.path,
                    name,
                    "link",
                    owner.package,
                    owner.stow_dir,
                    text,
                    None,
                ),
            )

    def _corresponds(self, place: Directory, name: str, owner: Owner) -> bool:
        """Whether a package's member is linked where its package would have it.

        People also make links into their packages by hand; those are not for the manifest.
        """
        package = self._farm.packages.behind(owner).package
        above = owner.package if package.layout == "named" else ""
        raw = [part for part in (above, *owner.path.split("/")) if part]
        translated = "/".join(self._farm.naming.in_target(package, part) for part in raw)
        return place.join(name) in ("/".join(raw), translated)

    def _leftover(self, place: Directory, name: str, kind: int) -> Verdict:
        if kind == LINK:
            text = self._farm.target.link_text(place.join(name))
            owner = self._farm.target.owner(place, text)
            if owner is not None:
                finding = Finding(
                    "leftover", place, name, owner.package, text, command=shell_commands.FIX
                )
                return Verdict(finding, None)
            what = f"a link to {text}"
        elif kind == DIR:
            if only_links_of_ours(self._farm, place.child(name)):
                return Verdict(Finding("leftover", place, name, command=shell_commands.FIX), None)
            what = "a directory with files in it"
        else:
            what = "a file"
        finding = Finding(
            "parked_file",
            place,
            name,
            detail=f"a run that was cut short left {what} here, which may be the only copy",
            command=shell_commands.rescue(place, name),
        )
        return Verdict(finding, None)


def only_links_of_ours(farm: Farm, place: Directory) -> bool:
    """Whether a directory holds nothing but links of ours, and directories of such."""
    target, here = farm.target, place
    try:
        for path, name, kind in target.below(place.path):
            if kind == LINK:
                if path != here.path:
                    here = here.reach(place.root, path)
                if target.owner(here, target.link_text(here.join(name))) is None:
                    return False
            elif kind != DIR:
                return False
    except OSError:
        return False
    return True


def _marked(
    listing: Iterable[Listed], recorded: Iterator[str]
) -> Iterator[tuple[str, int, bool]]:
    """Merge a directory's names with those that are recorded: name, kind, whether recorded."""
    current = next(recorded, None)
    for name, kind, _ in listing:
        if current is not None and current != name:
            key = sort_key(name)
            while current is not None and sort_key(current) < key:
                current = next(recorded, None)
        known = current == name
        if known:
            current = next(recorded, None)
        yield name, kind, known
