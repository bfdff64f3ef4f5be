"""The members of packages that a plan is of, where it is not of all of them.

They come as a stream, in the order of a scan, and are put down a directory at a time, the
lowest first; the walk takes them up again from the top.  So memory holds the names of the
directories that are open, never those of a package.
"""

from __future__ import annotations

from dotstream.errors import Cancelled, MemberRefused
from dotstream.fs.listing import DIR, every_entry, sort_key
from dotstream.fs.look import Tree, close
from dotstream.fs.oserror import reason
from dotstream.fs.spool import Shelf
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.member import Member
from dotstream.planner.naming import Naming

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dotstream.model.cancel import CancellationToken
    from dotstream.model.member import MemberKind
    from dotstream.model.options import Options, Package
    from dotstream.model.rule import Hidden

_POLLED = 511


class Chosen:
    """The members of one package directory; the others count as ignored."""

    __slots__ = ("_inner", "_names", "_position", "_shelf")

    def __init__(self, shelf: Shelf, position: int) -> None:
        self._shelf, self._position = shelf, position
        self._names: frozenset[str] | None = None
        self._inner: dict[str, int] = {}

    @property
    def any(self) -> bool:
        """Whether there are any here or further down, or the package itself is one."""
        return bool(self._position)

    def has(self, raw: str) -> bool:
        """Whether a member is one of them, or has some of them in it."""
        return raw in self._loaded()

    def child(self, raw: str) -> Chosen | None:
        """Return those further down; ``None`` for all there are, where a link leads there."""
        if raw in self._loaded() and raw not in self._inner:
            return None
        return Chosen(self._shelf, self._inner.get(raw, 0))

    def _loaded(self) -> frozenset[str]:
        if self._names is None:
            names: Sequence[str] = ()
            if self._position:
                names, self._inner = self._shelf.get(self._position)
            self._names = frozenset(names)
        return self._names


class _Open:
    """A package directory that members are still coming for."""

    __slots__ = ("hidden", "inner", "last", "names", "shown", "sub")

    def __init__(self, sub: str, shown: str, hidden: Hidden | None) -> None:
        self.sub, self.shown, self.hidden = sub, shown, hidden
        self.names: list[str] = []
        self.inner: dict[str, int] = {}
        self.last = (b"", b"")


class Selection:
    """A stream of members, read when its plan begins.

    Args:
        packages: those that the members are of, in the order of the scan.
    """

    def __init__(
        self,
        members: Iterable[Member],
        packages: Sequence[Package],
        options: Options,
        cancel: CancellationToken,
    ) -> None:
        self._members, self._cancel = members, cancel
        self._waiting = list(packages)
        self._paths = [package.path for package in packages]
        self._naming = Naming(options)
        self._shelf = Shelf()
        self._package: Package | None = None
        self._itself = False
        self._stack: list[_Open] = []
        self._chosen: dict[str, Chosen] = {}

    def close(self) -> None:
        """Give everything up."""
        self._shelf.close()

    def read(self) -> dict[str, Chosen]:
        """Take all members in, and return those of each package, by its path.

        Raises:
            TypeError: one is no member.
            MemberRefused: one is not as a scan with these options would yield it, or not in
                its order.
            Cancelled: the token was cancelled.
        """
        for count, member in enumerate(self._members):
            if not count & _POLLED and self._cancel.cancelled:
                raise Cancelled
            if not isinstance(member, Member):
                raise TypeError(f"members come from a scan, and this is none: {member!r}")
            self._take(member)
        self._leave()
        return {path: self._chosen.get(path) or Chosen(self._shelf, 0) for path in self._paths}

    def _take(self, member: Member) -> None:
        package = self._package
        if package is None or member.package != package.name:
            package = self._begin(member)
        if not f"{member.source}/".startswith(f"{package.path}/"):
            raise MemberRefused(member, f"{member.source} is not in {package.path}")
        inside = member.source[len(package.path) + 1 :]
        if not inside and package.layout == "named":
            self._itself = True  # as a member, which it need not be for what is in it
            return
        above, _, raw = inside.rpartition("/")
        if above != self._stack[-1].sub:
            self._go(member, above)
        here = self._stack[-1]
        name = self._add(member, here, raw)
        if member.path != (f"{here.shown}/{name}" if here.shown else name):
            raise MemberRefused(member, "it was scanned with other options: its path differs")
        if member.kind == "directory":
            here.inner[raw] = 0

    def _begin(self, member: Member) -> Package:
        """Go on to the package of a member."""
        self._leave()
        while self._waiting:
            package = self._waiting.pop(0)
            if package.name == member.package:
                named = package.layout == "named"
                shown = self._naming.in_target(package, package.name) if named else ""
                self._package, self._itself = package, False
                self._stack = [_Open("", shown, package.ignored(""))]
                return package
        if any(path.rpartition("/")[2] == member.package for path in self._paths):
            raise MemberRefused(member, "its package was over: members come in a scan's order")
        raise MemberRefused(member, f"the plan is not of package {member.package}")

    def _go(self, member: Member, sub: str) -> None:
        """Leave directories, and enter others, which need not have come as members."""
        while self._stack[-1].sub and not f"{sub}/".startswith(f"{self._stack[-1].sub}/"):
            self._close()
        here = self._stack[-1]
        rest = sub[len(here.sub) :].lstrip("/")
        for raw in rest.split("/") if rest else ():
            if not here.names or here.names[-1] != raw:
                self._add(member, here, raw)
                here.inner[raw] = 0
            elif raw not in here.inner:
                raise MemberRefused(member, f"{raw} is not a directory, so nothing is in it")
            here = self._enter(here, raw)

    def _enter(self, here: _Open, raw: str) -> _Open:
        assert self._package is not None  # noqa: S101 - members are of one
        name = self._naming.in_target(self._package, raw)
        shown = f"{here.shown}/{name}" if here.shown else name
        place = shown.partition("/")[2] if self._package.layout == "named" else shown
        sub = f"{here.sub}/{raw}" if here.sub else raw
        self._stack.append(_Open(sub, shown, self._package.ignored(place)))
        return self._stack[-1]

    def _add(self, member: Member, here: _Open, raw: str) -> str:
        """Take a name in, and return it as the target shows it."""
        assert self._package is not None  # noqa: S101 - members are of one
        name = self._naming.in_target(self._package, raw)
        key = sort_key(name), sort_key(raw)
        if key <= here.last:
            twice = key == here.last
            raise MemberRefused(
                member, "it came already" if twice else "members come in the order of a scan"
            )
        if here.hidden is not None and here.hidden(raw):
            raise MemberRefused(member, f"an ignore rule of this plan matches {raw}")
        here.last = key
        here.names.append(raw)
        return name

    def _leave(self) -> None:
        """Put the rest of a package down."""
        while self._stack:
            self._close()
        self._package = None

    def _close(self) -> None:
        """Put the lowest directory down."""
        assert self._package is not None  # noqa: S101 - its directories are open
        here = self._stack.pop()
        self._check(self._package, here)
        some = here.names or (self._itself and not self._stack)
        position = self._shelf.put((here.names, here.inner)) if some else 0
        if self._stack:
            self._stack[-1].inner[here.sub.rpartition("/")[2]] = position
        else:
            self._chosen[self._package.path] = Chosen(self._shelf, position)

    def _check(self, package: Package, here: _Open) -> None:
        """Refuse members that the package does not have."""
        missing = dict.fromkeys(here.names)
        why = "there is no such member"
        try:
            tree = Tree(package.path)
            try:
                fd = tree.open(here.sub)
                try:
                    for raw, kind in every_entry(fd):
                        if raw in missing and (kind == DIR or raw not in here.inner):
                            del missing[raw]
                finally:
                    close(fd)
            finally:
                tree.close()
        except OSError as error:
            why = reason(error)
        for raw in missing:
            inside = f"{here.sub}/{raw}" if here.sub else raw
            path = f"{here.shown}/{self._naming.in_target(package, raw)}".lstrip("/")
            member_kind: MemberKind = "directory" if raw in here.inner else "file"
            raise MemberRefused(
                Member(package.name, path, f"{package.path}/{inside}", member_kind), why
            )
