"""Deciding one name: what should be at a target path, given who wants it.

The state of a path is a value, ``State``: ``None`` for nothing there, a ``str`` for a link
with that text, ``DIR``, ``FILE`` or ``SPECIAL``.  Deciding is a fold over the packages
that have the name, in their order, starting from the state that is there; so a package
meets what an earlier one of the same run planned, without anything having been done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from dotstream.fs.listing import DIR, FILE, LINK, SPECIAL
from dotstream.model.items import Conflict, Item, Notice, ScanError
from dotstream.planner.bounded import prefixes
from dotstream.planner.folding import may_fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dotstream.model.directory import Directory
    from dotstream.model.items import ConflictKind
    from dotstream.model.options import Policy
    from dotstream.planner.farm import Cursor, Farm

__all__ = ["Claim", "Decision", "State", "decide"]

State: TypeAlias = str | int | None

Claim: TypeAlias = "tuple[Cursor, int, str]"
"""A package that has the name: its cursor, the kind of its member, the member's raw name."""

_NEVER: tuple[Policy, ...] = ("skip",)
_LINKS: tuple[Policy, ...] = ("skip", "overwrite")
_MOVES: tuple[Policy, ...] = ("skip", "backup", "overwrite")
_FILES: tuple[Policy, ...] = ("adopt", "backup", "overwrite", "skip")


class Decision:
    """What a path becomes.

    Attributes:
        state: its final state.
        claim: the claim that a final link satisfies.
        inner: the packages to walk inside a final directory, in order.
        opened: whether a final directory is made or opened by a claim, not just there.
        adopt: the package member that the file there replaces, as a claim.
        set_aside: whether what is there is first moved to the backup area.
        moved_for: the package that it is moved for.
        reports: conflicts, notices and errors met on the way.
    """

    __slots__ = (
        "adopt",
        "claim",
        "inner",
        "moved_for",
        "opened",
        "reports",
        "set_aside",
        "state",
    )

    def __init__(self, state: State) -> None:
        self.state = state
        self.claim: Claim | None = None
        self.inner: list[Cursor] = []
        self.opened = False
        self.adopt: Claim | None = None
        self.set_aside = False
        self.moved_for = ""
        self.reports: list[Item] = []


def _named(option: str, patterns: tuple[str, ...], path: str) -> bool:
    return any(test(path) for test in prefixes(option, patterns))


def decide(
    farm: Farm, place: Directory, name: str, start: State, claims: Sequence[Claim]
) -> Decision:
    """Return what ``name`` in ``place`` becomes when ``claims`` are met in order.

    Args:
        start: the state that is there, or that unmanaging leaves there.
    """
    decision = Decision(start)
    for claim in claims:
        _meet(farm, place, name, decision, claim)
    if decision.inner and all(cursor.looped for cursor in decision.inner):
        # Nobody but symlinks that lead back up goes further down: it would never end.
        source = decision.inner[0].source("").rstrip("/")
        decision.reports.append(ScanError(source, "this symlink leads back to a directory above"))
        decision.state, decision.claim, decision.inner = start, None, []
    if (
        not farm.options.stow  # Stow folds whatever it links
        and decision.claim is not None
        and decision.claim[1] == DIR
        and decision.state != start
    ):
        cursor, _, raw = decision.claim
        inner = cursor.child(raw)
        if not may_fold(farm, inner, place.child(name)):
            decision.state, decision.claim = DIR, None
            decision.inner = [inner]
    if decision.set_aside and start == DIR and decision.state == DIR:
        decision.set_aside = False  # another package has the last word, and wants it as it is
    return decision


def _meet(farm: Farm, place: Directory, name: str, decision: Decision, claim: Claim) -> None:
    cursor, kind, raw = claim
    if kind == SPECIAL and not farm.options.stow:
        source = cursor.source(raw)
        decision.reports.append(
            Notice(source, "not a file, directory or link; it cannot be linked")
        )
        return
    if kind == LINK and farm.options.stow and not cursor.old:
        text = farm.tree(cursor.package).link_text(cursor.inside(raw))
        if text.startswith("/"):
            _conflict(farm, place, name, decision, claim, "absolute_source", _NEVER, text=text)
            return
    state = decision.state
    if state is None:
        _fill(farm, place, decision, claim)
    elif isinstance(state, str):
        _meet_link(farm, place, name, decision, claim, state)
    elif state == DIR:
        _meet_directory(farm, place, name, decision, claim)
    else:
        choices = _FILES if state == FILE else _MOVES
        _conflict(farm, place, name, decision, claim, "real_file", choices)


def _fill(farm: Farm, place: Directory, decision: Decision, claim: Claim) -> None:
    """Meet a claim where there is nothing."""
    cursor, kind, raw = claim
    if kind == DIR and cursor.package.folding == "never":
        decision.state, decision.claim, decision.opened = DIR, None, True
        decision.inner = [cursor.child(raw)]
    else:
        decision.state = farm.prefix(cursor, place) + raw
        decision.claim = claim


def _meet_link(
    farm: Farm, place: Directory, name: str, decision: Decision, claim: Claim, text: str
) -> None:
    """Meet a claim where there is a link: on the disk, or planned for an earlier claim."""
    cursor, kind, raw = claim
    wanted = farm.prefix(cursor, place) + raw
    planned = decision.claim
    if text == wanted:
        decision.claim = planned or claim
        return
    owner = farm.owner(place, text)
    if planned is not None:
        alive = farm.tree(planned[0].package).exists(planned[0].inside(planned[2]))
    else:
        alive = farm.leads_somewhere(place, text)
    record = farm.recorded_link(place, name, text) if owner is None and planned is None else None
    if record is not None and record.package == cursor.package.name:
        decision.state, decision.claim = wanted, claim  # the package directory was moved
        return
    if owner is None:
        foreign: ConflictKind = "foreign_link" if alive else "dangling_link"
        if kind == DIR and alive:
            foreign = "parent_link"
        _conflict(farm, place, name, decision, claim, foreign, _MOVES, text=text)
        return
    if not farm.options.stow and planned is None and owner.full == cursor.source(raw):
        decision.claim = claim  # the same member in another spelling is as good
        return
    path = place.join(name)
    if alive and _named("defer", farm.options.defer, path):
        return
    if not alive or _named("override", farm.options.override, path):
        decision.state, decision.claim = wanted, claim
        return
    if farm.is_directory(cursor, raw) and (
        farm.is_directory(planned[0], planned[2])
        if planned is not None
        else farm.leads_to_directory(place, text)
    ):
        if planned is not None:
            first = farm.enter(*planned)
        else:
            first = farm.cursor(farm.package(owner), owner.path)
        decision.state, decision.claim, decision.opened = DIR, None, True
        decision.inner = [first, farm.enter(*claim)]
        return
    requested = planned is not None
    sides_differ = kind == DIR
    conflict: ConflictKind = "other_package"
    if requested:
        was_dir = planned is not None and planned[1] == DIR
        conflict = "file_and_directory" if sides_differ or was_dir else "same_path"
    _conflict(
        farm, place, name, decision, claim, conflict, _LINKS, other=owner.package, text=text
    )


def _meet_directory(
    farm: Farm, place: Directory, name: str, decision: Decision, claim: Claim
) -> None:
    """Meet a claim where there is a directory: on the disk, or opened by an earlier claim."""
    cursor, kind, raw = claim
    if kind == DIR and not farm.is_directory(cursor, raw):
        decision.reports.append(ScanError(cursor.source(raw), "No such file or directory"))
    elif farm.is_directory(cursor, raw):
        decision.inner.append(farm.enter(*claim))
    elif decision.opened and decision.inner:
        other = decision.inner[0].package.name
        _conflict(farm, place, name, decision, claim, "file_and_directory", _NEVER, other=other)
    else:
        _conflict(farm, place, name, decision, claim, "real_directory", _MOVES)


def _conflict(
    farm: Farm,
    place: Directory,
    name: str,
    decision: Decision,
    claim: Claim,
    kind: ConflictKind,
    choices: tuple[Policy, ...],
    *,
    other: str | None = None,
    text: str | None = None,
) -> None:
    """Settle a conflict by its policy, or report it and leave the state alone."""
    cursor, member, raw = claim
    if kind == "real_file" and member == DIR:
        choices = _MOVES
    source = cursor.source(raw)
    conflict = Conflict(
        kind, place, name, cursor.package.name, source, other, text, choices, member == DIR
    )
    policy = farm.settle(cursor.package, conflict)
    if policy not in choices:
        decision.reports.append(conflict)
    elif policy == "skip":
        decision.reports.append(Notice(place.at(name), f"skipped: {conflict.message}"))
    elif policy == "adopt":
        decision.adopt = claim
        decision.state, decision.claim = farm.prefix(cursor, place) + raw, claim
    elif kind in ("other_package", "same_path", "file_and_directory"):
        decision.state, decision.claim = farm.prefix(cursor, place) + raw, claim
    else:
        decision.set_aside, decision.moved_for = True, cursor.package.name
        decision.state = None
        _fill(farm, place, decision, claim)
