"""Deciding one name: what should be at a target path, given who wants it.

Deciding is a fold over the packages that have the name, in their order, starting from the
state that is there; so a package meets what an earlier one of the same run planned, without
anything having been done.
"""

from __future__ import annotations

from dotstream.fs.files import same_content
from dotstream.fs.listing import DIR, LINK, SPECIAL
from dotstream.fs.look import canonical
from dotstream.fs.places import within
from dotstream.light_typing import TYPE_CHECKING, NamedTuple
from dotstream.model.items import Conflict, Notice, ScanError
from dotstream.planner.clones import has_another
from dotstream.planner.conflicts import looked_at, named_apart, settled, together
from dotstream.planner.decision import UNFOLDED, Decision
from dotstream.planner.merging import is_renamed
from dotstream.planner.states import Link, Real

if TYPE_CHECKING:
    from collections.abc import Callable

    from dotstream.model.items import ConflictKind
    from dotstream.model.options import Policy
    from dotstream.planner.cursor import Cursor
    from dotstream.planner.decision import Claim, Name
    from dotstream.planner.farm import Farm
    from dotstream.planner.folding import Folding
    from dotstream.planner.ownership import Owner

_MANY: tuple[ConflictKind, ...] = ("real_directory", "parent_link")
"""Conflicts where many files are in the way."""

_NEVER: tuple[Policy, ...] = ("skip",)
_LINKS: tuple[Policy, ...] = ("overwrite", "skip")
_MOVES: tuple[Policy, ...] = ("backup", "overwrite", "skip")
_FILES: tuple[Policy, ...] = ("adopt", "backup", "overwrite", "skip")


def _named(option: str, patterns: tuple[str, ...], path: str) -> bool:
    if not patterns:
        return False
    from dotstream.planner.bounded import prefixes  # compiles patterns, which few have

    return any(test(path) for test in prefixes(option, patterns))


def decide(farm: Farm, folding: Folding, name: Name) -> Decision:
    """Return what a name becomes when its claims are met in order."""
    start, decision = name.start, Decision(name.start)
    meeting = _Meeting(farm, name, decision)
    for claim in name.claims:
        meeting.meet(claim)
    if decision.inner and all(cursor.looped for cursor in decision.inner):
        # Nobody but symlinks that lead back up goes further down: it would never end.
        source = decision.inner[0].path
        decision.reports.append(ScanError(source, "this symlink leads back to a directory above"))
        decision.state, decision.claim, decision.inner = start, None, []
    if (
        not farm.options.stow  # Stow folds whatever it links
        and decision.claim is not None
        and decision.claim[1] == DIR
    ):
        cursor, _, raw = decision.claim
        inner = cursor.child(raw)
        why = (
            folding.target_in(name.there)
            if decision.state == start
            else folding.why_open(inner, name.there, standing=decision.state == name.now)
        )
        if why is not None:
            decision.open([inner], by_claim=False, why=why)
    if (
        start is decision.state is Real.DIRECTORY
        and decision.set_aside
        and decision.moved_for not in {cursor.package.name for cursor in decision.inner}
    ):
        decision.set_aside = False  # another package has the last word, and wants it as it is
    if len(decision.reports) > 1 and not farm.options.stow:
        decision.reports = together(decision.reports)
    return decision


class _Other(NamedTuple):
    """Whose link is met: one that is there, or is planned for an earlier claim.

    Attributes:
        package, stow_dir: the package, and the package directory that has it.
        path: absolute path of what it leads to.
        alive: whether it leads somewhere.
        opens: whether it leads to a directory.
        enter: returns the cursor on that directory.
        conflict: what it is when both cannot be had.
    """

    package: str
    stow_dir: str
    path: str
    alive: bool
    opens: bool
    enter: Callable[[], Cursor]
    conflict: ConflictKind


class _Meeting:
    """The meeting of one name's claims with what is there, and with each other."""

    __slots__ = ("_decision", "_farm", "_name")

    def __init__(self, farm: Farm, name: Name, decision: Decision) -> None:
        self._farm, self._name, self._decision = farm, name, decision

    def meet(self, claim: Claim) -> None:
        """Meet one claim."""
        if self._cannot_be_linked(claim):
            return
        match self._decision.state:
            case None:
                self._fill(claim)
            case Link(text):
                self._meet_link(claim, text)
            case Real.DIRECTORY:
                self._meet_directory(claim)
            case Real.FILE:
                self._conflict(claim, "real_file", _FILES)
            case Real.SPECIAL:
                self._conflict(claim, "real_file", _MOVES)

    def _cannot_be_linked(self, claim: Claim) -> bool:
        cursor, kind, raw = claim
        stow = self._farm.options.stow
        if kind == SPECIAL and not stow:
            why = "not a file, directory or link; it cannot be linked"
            self._decision.reports.append(Notice(cursor.source(raw), why))
            return True
        if kind == LINK and stow and not cursor.old:
            text = self._farm.packages.tree(cursor.package).link_text(cursor.inside(raw))
            if text.startswith("/"):
                self._conflict(claim, "absolute_source", _NEVER, text=text)
                return True
        return False

    def _wanted(self, claim: Claim) -> str:
        """Return the text of the link that a claim wants."""
        cursor, _, raw = claim
        return self._farm.naming.prefix(cursor, self._name.place) + raw

    def _enter(self, claim: Claim) -> Cursor:
        return self._farm.packages.enter(*claim)

    def _opens(self, claim: Claim) -> bool:
        """Whether a claim's member is a directory, or a link to one that others may share."""
        cursor, kind, raw = claim
        return self._farm.packages.is_directory(cursor, raw) and (
            kind == DIR or self._stays(cursor.source(raw), cursor.package.directory)
        )

    def _stays(self, path: str, directory: str) -> bool:
        """Whether what a path leads to is in its package directory; Stow goes wherever it is."""
        return self._farm.options.stow or within(canonical(path), directory)

    def _fill(self, claim: Claim) -> None:
        """Meet a claim where there is nothing."""
        cursor, kind, raw = claim
        if kind == DIR and cursor.package.folding == "never":
            self._decision.open([cursor.child(raw)], by_claim=True, why=UNFOLDED)
        else:
            self._decision.link(self._wanted(claim), claim)

    def _meet_link(self, claim: Claim, text: str) -> None:
        """Meet a claim where there is a link: on the disk, or planned for an earlier claim."""
        planned = self._decision.claim
        if text == self._wanted(claim):
            self._decision.claim = planned or claim
        elif planned is not None:
            self._share(claim, text, self._planned(claim, planned))
        elif (owner := self._farm.target.owner(self._name.place, text)) is None:
            self._meet_foreign(claim, text)
        elif (
            not self._farm.options.stow
            and owner.full == claim[0].source(claim[2])
            and not owner.moved
        ):
            self._decision.claim = claim  # the same member in another spelling is as good
        elif self._farm.target.folds and is_renamed(owner, claim):
            self._decision.link(self._wanted(claim), claim)
        else:
            self._share(claim, text, self._linked(owner, text))

    def _meet_foreign(self, claim: Claim, text: str) -> None:
        """Meet a claim where there is a link that is not ours, by its text."""
        target, place = self._farm.target, self._name.place
        cursor, kind, _ = claim
        package, alive = cursor.package, target.leads_somewhere(place, text)
        record = target.recorded_link(place, self._name.name, text)
        if (
            record is not None
            and record.package == package.name
            and (record.stow_dir == package.directory or not alive)
        ):
            self._decision.link(self._wanted(claim), claim)  # the target was moved
            return
        conflict: ConflictKind = "dangling_link"
        if alive:
            conflict = "parent_link" if kind == DIR else "foreign_link"
        self._conflict(claim, conflict, _MOVES, text=text)

    def _planned(self, claim: Claim, planned: Claim) -> _Other:
        cursor, kind, raw = planned
        packages = self._farm.packages
        differ = DIR in (kind, claim[1])
        return _Other(
            cursor.package.name,
            cursor.package.directory,
            cursor.source(raw),
            # A symlink that leads nowhere is a member as any other; to Stow, it gives way.
            not self._farm.options.stow
            or packages.tree(cursor.package).exists(cursor.inside(raw)),
            self._opens(planned),
            lambda: self._enter(planned),
            "file_and_directory" if differ else "same_path",
        )

    def _linked(self, owner: Owner, text: str) -> _Other:
        target, place = self._farm.target, self._name.place
        return _Other(
            owner.package,
            owner.stow_dir,
            owner.full,
            target.leads_somewhere(place, text),
            target.leads_to_directory(place, text) and self._stays(owner.full, owner.stow_dir),
            lambda: self._farm.packages.behind(owner),
            "other_package",
        )

    def _share(self, claim: Claim, text: str, other: _Other) -> None:
        """Meet a claim where there is another link of ours: open it, or tell who has the path."""
        options, path = self._farm.options, self._name.place.join(self._name.name)
        cursor, _, raw = claim
        if other.alive and _named("defer", options.defer, path):
            return
        if (
            not other.alive
            or _named("override", options.override, path)
            or self._was_moved(other.path, other.stow_dir)
        ):
            self._decision.link(self._wanted(claim), claim)
        elif self._was_moved(cursor.source(raw), cursor.package.directory):
            return
        elif other.opens and self._opens(claim):
            inner = [other.enter(), self._enter(claim)]
            why = f"packages {named_apart(*(each.package for each in inner))} share it"
            self._decision.open(inner, by_claim=True, why=why)
        else:
            away = None if other.stow_dir == cursor.package.directory else other.stow_dir
            # A directory that is itself the package has none of the name that a path begins with.
            name = other.enter().package.name if away and not options.stow else other.package
            self._conflict(claim, other.conflict, _LINKS, other=name, text=text, elsewhere=away)

    def _was_moved(self, path: str, stow_dir: str) -> bool:
        """Whether a path is in the old directory of a submodule, which is not linked any more."""
        left_behind = self._farm.left_behind
        moved = None if self._farm.options.stow else left_behind.moved(path, stow_dir)
        if moved is not None:
            self._decision.reports += left_behind.news(moved)
        return moved is not None

    def _meet_directory(self, claim: Claim) -> None:
        """Meet a claim where there is a directory: on the disk, or opened by an earlier claim."""
        decision, (cursor, kind, raw) = self._decision, claim
        if self._opens(claim):
            if not decision.opened and has_another(self._farm, self._name, claim):
                self._conflict(claim, "real_directory", _MOVES)
            else:
                decision.inner.append(self._enter(claim))
        elif kind == DIR:
            decision.reports.append(ScanError(cursor.source(raw), "No such file or directory"))
        elif decision.opened and decision.inner:
            other = decision.inner[0].package.name
            self._conflict(claim, "file_and_directory", _NEVER, other=other)
        else:
            self._conflict(claim, "real_directory", _MOVES)

    def _same(self, claim: Claim) -> bool:
        """Whether the file that is there is byte for byte what a claim has."""
        cursor, kind, raw = claim
        if kind == DIR or self._farm.options.stow:
            return False
        place, name, *_ = self._name
        return same_content(cursor.source(raw), place.at(name), self._farm.poll)

    def _conflict(
        self,
        claim: Claim,
        kind: ConflictKind,
        choices: tuple[Policy, ...],
        *,
        other: str | None = None,
        text: str | None = None,
        elsewhere: str | None = None,
    ) -> None:
        """Settle a conflict by its policy, or report it and leave the state alone."""
        decision, (place, name, *_) = self._decision, self._name
        cursor, member, raw = claim
        package, is_dir = cursor.package, member == DIR
        if kind == "real_file" and is_dir:
            choices = _MOVES
        conflict = Conflict(
            kind,
            place,
            name,
            package.name,
            cursor.source(raw),
            other,
            text,
            choices,
            is_dir,
            elsewhere=elsewhere,
            same=kind == "real_file" and self._same(claim),
            whole=kind in _MANY and self._farm.options.path.startswith(f"{place.at(name)}/"),
        )
        if not self._farm.options.stow:
            conflict = looked_at(self._farm.target, conflict)
        policy = settled(self._farm.options, package, conflict)
        if policy not in conflict.choices:
            decision.reports.append(conflict)
        elif policy == "skip":
            why = conflict._replace(whole=False).message
            decision.reports.append(Notice(place.at(name), f"skipped: {why}"))
        elif policy == "adopt":
            decision.adopt = claim
            decision.link(self._wanted(claim), claim)
        elif kind in ("other_package", "same_path", "file_and_directory"):
            decision.link(self._wanted(claim), claim)
        else:
            if kind == "real_directory":
                why = "this directory is backed up, with all that is in it"
                decision.reports.append(Notice(place.at(name), why))
            decision.set_aside, decision.moved_for = True, package.name
            decision.state = None
            self._fill(claim)
