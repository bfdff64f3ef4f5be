"""The scan: what packages have, rules applied and names translated, as a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from dotstream.fs.listing import DIR, FILE, LINK
from dotstream.model.directory import Directory
from dotstream.model.member import Member
from dotstream.planner.farm import Farm, scan_error

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from dotstream.fs.listing import Entry
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.items import ScanError
    from dotstream.model.member import MemberKind
    from dotstream.model.options import Options, Package
    from dotstream.planner.cursor import Cursor

__all__ = ["REMEMBERED", "Scan", "scan"]

REMEMBERED = 1000

_KINDS: dict[int, MemberKind] = {FILE: "file", DIR: "directory", LINK: "link"}


class Scan:
    """What packages have, found as it is iterated, once; errors do not stop it.

    Attributes:
        errors: what could not be read so far, the first thousand.
        failed: how many that were.
    """

    def __init__(
        self,
        packages: Sequence[tuple[Package, str]],
        *,
        directory: str,
        options: Options,
        lookup: Callable[[str, str], Package],
        cancel: CancellationToken,
    ) -> None:
        self.errors: list[ScanError] = []
        self.failed: int = 0

        def opened(target: str) -> Farm:
            return Farm(
                target=target, stow_dir=directory, options=options, lookup=lookup, cancel=cancel
            )

        self._open = opened
        self._cancel = cancel
        self._members = self._iterate(packages)

    def _iterate(self, packages: Sequence[tuple[Package, str]]) -> Generator[Member]:
        for package, target in packages:
            farm = self._open(target)
            try:
                for found in scan(farm, package):
                    if isinstance(found, Member):
                        yield found
                        continue
                    self.failed += 1
                    if self.failed <= REMEMBERED:
                        self.errors.append(found)
            finally:
                farm.close()

    def __iter__(self) -> Iterator[Member]:
        return self._members

    def __next__(self) -> Member:
        return next(self._members)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def cancel(self) -> None:
        """Ask it to stop; iterating then raises ``Cancelled``; safe from any thread."""
        self._cancel.cancel()

    def close(self) -> None:
        """Stop scanning and give everything back."""
        self._members.close()


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
