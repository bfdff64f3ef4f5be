"""Merging what several packages have for a directory, name by name, with what is there.

Everything is in byte order already, so merging needs no more memory than its inputs.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

from dotstream.fs.listing import Names, sort_key
from dotstream.light_typing import TYPE_CHECKING, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dotstream.fs.listing import Entry, Listing
    from dotstream.planner.cursor import Cursor
    from dotstream.planner.decision import Claim
    from dotstream.planner.ownership import Owner


def plain(listing: Iterable[Entry]) -> TypeGuard[Listing]:
    """Whether every name is its raw name, so that no two members share one."""
    if isinstance(listing, Names):
        return True
    if not isinstance(listing, list):
        return False
    if not listing:
        return True
    names, _, raws = zip(*listing, strict=True)
    return bool(names == raws)


def claims_by_name(
    cursors: list[Cursor], listings: list[Iterable[Entry]]
) -> Iterator[tuple[str, list[Claim]]]:
    """Merge the packages' listings by name; claims come in package order."""
    if len(cursors) > 1:
        for name, _, claims in merge((), cursors, listings):
            yield name, claims
        return
    last, claims = "", []
    for cursor, listing in zip(cursors, listings, strict=True):
        for name, kind, raw in listing:
            if name == last:
                claims.append((cursor, kind, raw))  # .vimrc and dot-vimrc
                continue
            if claims:
                yield last, claims
            last, claims = name, [(cursor, kind, raw)]
    if claims:
        yield last, claims


def merge(
    disk: Iterable[Entry], cursors: list[Cursor], listings: list[Iterable[Entry]]
) -> Iterator[tuple[str, int, list[Claim]]]:
    """Merge what is there with what packages want: (name, kind there or 0, claims)."""
    if not listings:
        return ((name, kind, []) for name, kind, _ in disk)
    if isinstance(disk, (list, tuple, Names)) and all(
        isinstance(each, (list, Names)) for each in listings
    ):
        return _merge_in_memory(disk, cursors, listings)
    return _merge_sorted(disk, cursors, listings)


def _merge_sorted(
    disk: Iterable[Entry], cursors: list[Cursor], listings: list[Iterable[Entry]]
) -> Iterator[tuple[str, int, list[Claim]]]:
    """Merge listings of which some are too long for memory."""
    from heapq import merge as merged_lazily

    def tagged(index: int, listing: Iterable[Entry]) -> Iterator[tuple[str, int, str, int]]:
        for name, kind, raw in listing:
            yield name, kind, raw, index

    streams = [tagged(-1, disk)] if disk else []
    streams += [tagged(index, listing) for index, listing in enumerate(listings)]
    merged: Iterable[tuple[str, int, str, int]] = (
        streams[0]
        if len(streams) == 1
        else merged_lazily(*streams, key=lambda entry: sort_key(entry[0]))
    )
    for name, group in groupby(merged, itemgetter(0)):
        there = 0
        claims: list[Claim] = []
        for _, kind, raw, index in group:
            if index < 0:
                there = kind
            else:
                claims.append((cursors[index], kind, raw))
        yield name, there, claims


def _merge_in_memory(
    disk: Iterable[Entry], cursors: list[Cursor], listings: list[Iterable[Entry]]
) -> Iterator[tuple[str, int, list[Claim]]]:
    """Merge listings that are in memory, which is quicker by table than by comparing."""
    wanted: dict[str, list[Claim]] = {}
    for cursor, listing in zip(cursors, listings, strict=True):
        for name, kind, raw in listing:
            claim = (cursor, kind, raw)
            if name in wanted:
                wanted[name].append(claim)
            else:
                wanted[name] = [claim]
    there = {name: kind for name, kind, _ in disk}
    names = list(wanted) if len(listings) == 1 else []
    if not names or any(name not in wanted for name in there):
        names = sorted(wanted.keys() | there.keys(), key=sort_key)
    for name in names:
        yield name, there.get(name, 0), wanted.get(name) or []


def folded(name: str) -> str:
    """Return what the names that such a volume takes for one have in common."""
    from unicodedata import normalize  # few volumes need it

    return normalize("NFD", name).casefold()


def one_spelling(listings: Sequence[Iterable[Entry]]) -> list[Iterable[Entry]]:
    """Give the members that would be at one path one name, so that they meet there.

    Listings that are too long for memory are left as they are.
    """
    names: dict[str, str] = {}
    found: list[Iterable[Entry]] = []
    for listing in listings:
        if not isinstance(listing, (list, Names)):
            found.append(listing)
            continue
        spelt = [(names.setdefault(folded(name), name), kind, raw) for name, kind, raw in listing]
        found.append(sorted(spelt, key=lambda entry: sort_key(entry[0])))
    return found


def as_wanted(there: Iterable[Entry], listings: Sequence[Iterable[Entry]]) -> Iterable[Entry]:
    """Name what is there as it is wanted, where that differs in its spelling only."""
    if not isinstance(there, (list, Names)) or not all(
        isinstance(listing, (list, Names)) for listing in listings
    ):
        return there
    wanted = {folded(name): name for listing in listings for name, _, _ in listing}
    if not wanted:
        return there
    return [(wanted.get(folded(name), name), kind, raw) for name, kind, raw in there]


def is_renamed(owner: Owner | None, claim: Claim) -> bool:
    """Whether the member that a link leads to is the one that a claim is for, respelt."""
    cursor, _, raw = claim
    return (
        owner is not None
        and owner.stow_dir == cursor.package.directory
        and owner.package == cursor.package.name
        and owner.full != cursor.source(raw)
        and folded(owner.full) == folded(cursor.source(raw))
    )
