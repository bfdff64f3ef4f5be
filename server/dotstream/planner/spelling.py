"""Names that a volume does not hold apart: on many a Mac, README and readme are one name."""

from __future__ import annotations

from dotstream.fs.listing import Files, sort_key
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dotstream.fs.listing import Entry
    from dotstream.planner.decide import Claim
    from dotstream.planner.ownership import Owner


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
        if not isinstance(listing, (list, Files)):
            found.append(listing)
            continue
        spelt = [(names.setdefault(folded(name), name), kind, raw) for name, kind, raw in listing]
        found.append(sorted(spelt, key=lambda entry: sort_key(entry[0])))
    return found


def as_wanted(there: Iterable[Entry], listings: Sequence[Iterable[Entry]]) -> Iterable[Entry]:
    """Name what is there as it is wanted, where that differs in its spelling only."""
    if not isinstance(there, (list, Files)) or not all(
        isinstance(listing, (list, Files)) for listing in listings
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
