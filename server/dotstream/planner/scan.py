"""The scan: what packages have, rules applied and names translated, as a stream."""

from __future__ import annotations

from dotstream.fs.listing import DIR, FILE, LINK
from dotstream.light_typing import TYPE_CHECKING, Self, cast
from dotstream.model.directory import Directory
from dotstream.model.member import Member
from dotstream.planner.farm import Farm, scan_error
from dotstream.planner.split import Split

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from dotstream.fs.listing import Entry
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.items import ScanError
    from dotstream.model.member import MemberKind
    from dotstream.model.options import Options, Package
    from dotstream.planner.cursor import Cursor
    from dotstream.planner.split import Piece, Stream

_TOGETHER = 64  # members that are handed on at a time

_KINDS: dict[int, MemberKind] = {FILE: "file", DIR: "directory", LINK: "link"}


class Scan:
    """What packages have, found as it is iterated, once; errors do not stop it."""

    def __init__(
        self,
        packages: Sequence[tuple[Package, str]],
        *,
        directory: str,
        options: Options,
        lookup: Callable[[str, str], Package],
        cancel: CancellationToken,
    ) -> None:
        def opened(target: str) -> Farm:
            return Farm(
                target=target,
                stow_dir=directory,
                options=options,
                lookup=lookup,
                cancel=cancel,
                to_make=True,  # nothing is looked at there
            )

        self._cancel = cancel
        self._split = Split(_in_lists(packages, opened), cancel, None)
        self._members: Stream[Member] | None = None

    def __iter__(self) -> Iterator[Member]:
        if self._members is None:
            self._members = self._split.members()
        return iter(self._members)

    def __next__(self) -> Member:
        return next(iter(self))

    @property
    def errors(self) -> Stream[ScanError]:
        """What could not be read, as a stream.

        Taken before anything is read, it misses nothing.  Taken later, it has the first
        thousand of what went by, and tells how many more were ``omitted``.
        """
        return cast("Stream[ScanError]", self._split.errors())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def cancel(self) -> None:
        """Ask it to stop; iterating then raises ``Cancelled``; safe from any thread."""
        self._cancel.cancel()

    def close(self) -> None:
        """Stop scanning and release everything."""
        self._split.close()


def _in_lists(
    packages: Sequence[tuple[Package, str]], opened: Callable[[str], Farm]
) -> Generator[Piece]:
    """Scan packages; members in a row come as one list, which costs less to hand on."""
    members: list[Member] = []
    for package, target in packages:
        farm = opened(target)
        try:
            for found in scan(farm, package):
                if isinstance(found, Member):
                    members.append(found)
                if members and (len(members) >= _TOGETHER or not isinstance(found, Member)):
                    yield members
                    members = []
                if not isinstance(found, Member):
                    yield found
        finally:
            farm.close()
    if members:
        yield members


def scan(farm: Farm, package: Package) -> Generator[Member | ScanError]:
    """Yield the members of a package, depth first, in the order of a plan.

    No deeper than the stack of one list, so no tree is too deep.
    """
    start = farm.packages.top(package), Directory(farm.target.root)
    stack: list[tuple[Cursor, Directory, Iterator[Entry]]] = []

    def enter(cursor: Cursor, place: Directory) -> ScanError | None:
        farm.poll()
        try:
            stack.append((cursor, place, iter(farm.packages.members(cursor, place))))
        except OSError as error:
            return scan_error(cursor.path, error)
        return None

    error = enter(*start)
    if error is not None:
        yield error
    while stack:
        cursor, place, entries = stack[-1]
        for name, kind, raw in entries:
            yield Member(
                package.name, place.join(name), cursor.source(raw), _KINDS.get(kind, "special")
            )
            if kind == DIR:
                error = enter(cursor.child(raw), place.child(name))
                if error is None:
                    break
                yield error
        else:
            stack.pop()
