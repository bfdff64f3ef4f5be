"""What is at the names of a target directory, or should be, at few system calls."""

from __future__ import annotations

from enum import Enum

from dotstream.fs.listing import DIR, FILE, LINK, Files, Links, Names, bounded_listing
from dotstream.fs.look import close, leads, link_reader, link_text
from dotstream.light_typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dotstream.fs.listing import Entry, Listing
    from dotstream.model.directory import Directory
    from dotstream.planner.target import Target


class Mode(Enum):
    """The modes of a target directory."""

    REAL = "as on the disk"
    RESET = "folded away and opened again, so that its entries count as gone"
    FRESH = "new, so that there is nothing to look at"


Seen: TypeAlias = str | int | None
"""What a look returns: a link's text, the kind of another entry, or nothing."""


class Link(NamedTuple):
    """A symbolic link with its text."""

    text: str


class Real(Enum):
    """What is no link."""

    DIRECTORY = "a directory"
    FILE = "a file"
    SPECIAL = "something that is not a file"


State: TypeAlias = Link | Real | None
"""What is at a path; ``None`` for nothing."""

_KINDS = {DIR: Real.DIRECTORY, FILE: Real.FILE}


def state_of(seen: Seen | OSError) -> State:
    """Return what was seen as what it is.

    Raises:
        OSError: that it could not be seen.
    """
    if isinstance(seen, OSError):
        raise seen
    if seen is None:
        return None
    if isinstance(seen, str):
        return Link(seen)
    return _KINDS.get(seen, Real.SPECIAL)


_MISSES = 4


class States:
    """What is at the names of an existing target directory.

    Names are looked up one by one, which is all there is to do where links are in place;
    after a few that are missing, by one listing, unless the directory has far more names
    than are wanted.
    """

    __slots__ = ("_fd", "_known", "_misses", "_place", "_read", "_target", "_wanted")

    def __init__(self, target: Target, place: Directory, listings: list[Iterable[Entry]]) -> None:
        self._target, self._place = target, place
        self._fd = target.open_real(place.path)
        self._read = link_reader(self._fd)
        self._known: dict[str, int] | None = None
        self._misses = 0
        self._wanted = sum(
            len(listing) for listing in listings if isinstance(listing, (list, Names))
        )

    def of(self, name: str) -> Seen | OSError:
        """Return what is at ``name``, or why that cannot be told."""
        if self._known is not None:
            kind = self._known.get(name)
            if kind != LINK:
                return kind
        try:
            if self._fd < 0:
                self._fd = self._target.open_real(self._place.path)
                self._read = link_reader(self._fd)
            try:
                return self._read(name)  # nearly always it is a link
            except OSError:
                seen = link_text(self._fd, name)
            if seen is None:
                self._misses += 1
                if self._misses == _MISSES and self._wanted > _MISSES:
                    self._known = bounded_listing(self._fd, 2 * self._wanted + 1000)
        except OSError as error:
            return error  # of this name; the others are still there
        return seen

    def others(self, listing: Listing, stem: str) -> list[tuple[str, int, str, Seen | OSError]]:
        """Look at every name of a plain listing; return what is no link to its member.

        Args:
            stem: what the text of a link to a member begins with.

        Returns:
            The entries of the others, each with what is there.
        """
        found: list[tuple[str, int, str, Seen | OSError]] = []
        now: Seen | OSError
        for name, kind, raw in listing:
            try:
                now = self._read(name) if self._known is None else self.of(name)
            except OSError:
                now = self.of(name)
            if kind != FILE or now != stem + name:
                found.append((name, kind, raw, now))
        return found

    def leading(self, there: Iterable[Entry], stem: str) -> list[str]:
        """Return the names that come first and are links to their members by their texts."""
        read, found = self._read, []
        try:
            for name, kind, _ in there:
                if kind != LINK or read(name) != stem + name:
                    break
                found.append(name)
        except OSError:
            return found  # it is looked at again like the others
        return found

    def linked(self, there: Listing, listing: Listing, stem: str) -> set[str]:
        """Return the names that are links to the file of that name in a plain listing."""
        if isinstance(there, Links) and isinstance(listing, Files):
            names = there.names
            if names == listing.names and leads(self._fd, stem, names):
                return set(names)
        links = {name for name, kind, _ in there if kind == LINK}
        read, found = self._read, set()
        for name, kind, _ in listing:
            if kind == FILE and name in links:
                try:
                    if read(name) == stem + name:
                        found.add(name)
                except OSError:
                    continue  # gone since; looked at again like the others
        return found

    def release(self) -> None:
        """Give the descriptor back; the next look opens it again."""
        if self._fd >= 0:
            close(self._fd)
            self._fd = -1
