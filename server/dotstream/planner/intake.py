"""What a package takes in: one entry moved into it, with a link to it left in the target."""

from __future__ import annotations

from dotstream.fs.files import entries, same_content
from dotstream.fs.listing import DIR, FILE
from dotstream.fs.look import Tree, canonical
from dotstream.fs.places import within
from dotstream.fs.private import privacy
from dotstream.light_typing import TYPE_CHECKING, NamedTuple
from dotstream.model.directory import Directory
from dotstream.model.items import Conflict, Item, Notice, Operation
from dotstream.planner.conflicts import settled
from dotstream.planner.ignore import builtin_rules
from dotstream.planner.naming import DOT_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dotstream.model.items import OperationKind
    from dotstream.model.options import Package, Policy
    from dotstream.planner.cursor import Cursor
    from dotstream.planner.farm import Farm

_SEEN = "others may see it where the repository goes, and git does not keep who may read a file"


def warned(farm: Farm, place: Directory, name: str) -> Iterator[Notice]:
    """Warn of an entry of the target that is private, or holds what is.

    Raises:
        OSError: it cannot be read.
    """
    target, path = farm.target, place.join(name)
    if target.kind(path) != DIR:
        why = privacy(target.fd, path)
        if why is not None:
            yield Notice(place.at(name), f"{why}: {_SEEN}")
        return
    first, found = "", 0
    for here, inner, kind in target.below(path):
        farm.poll()
        if kind == FILE and privacy(target.fd, f"{here}/{inner}") is not None:
            first = first or f"{here}/{inner}"[len(path) + 1 :]
            found += 1
    if found:
        more = f" and {found - 1} more" if found > 1 else ""
        look = "look" if more else "looks"
        yield Notice(place.at(name), f"{first}{more} in it, which {look} private: {_SEEN}")


_LOOKED_AT = 1000  # names of one directory, for how they are written

SETTLED: tuple[Policy, ...] = ("backup", "overwrite", "skip")
"""What settles that a package has a member already."""


class Origin(NamedTuple):
    """Where an entry comes from that is in another package.

    Attributes:
        directory, name: the entry.
        text: of the link to it that is in the target; ``None`` if there is none any more.
    """

    directory: Directory
    name: str
    text: str | None


class Intake:
    """The entries that one package takes in."""

    def __init__(self, farm: Farm, package: Package) -> None:
        self._farm = farm
        self._package = package
        self._tree = Tree(package.directory)
        self._made: set[str] = set()
        self._real: dict[str, bool] = {}

    def close(self) -> None:
        """Close what is open."""
        self._tree.close()

    def raw(self, cursor: Cursor, name: str) -> str | None:
        """Return the name in the package that is managed as ``name``; ``None`` if none is.

        A package that has ``.config`` gets no ``dot-config`` beside it, nor ``dot-zshrc``.
        """
        if cursor.sub is None:  # the named layout: the package is the first component
            shown = self._farm.naming.in_target(self._package, self._package.name)
            return self._package.name if shown == name else None
        usual = self._farm.naming.in_package(self._package, name)
        if usual in (None, name) or self.has(cursor.source(usual or name)):
            return usual
        return name if self.has(cursor.source(name)) or self._has_real_names(cursor) else usual

    def has(self, source: str) -> bool:
        """Whether there is anything at an absolute path of the package."""
        return self._tree.kind(self._inside(source)) is not None

    def _has_real_names(self, cursor: Cursor) -> bool:
        """Whether a package's directory has names with a dot in front, and none with ``dot-``."""
        if cursor.path not in self._real:
            hidden = builtin_rules()("")
            names = [name for name, _ in entries(cursor.path, _LOOKED_AT)]
            dotted = any(
                name.startswith(".")
                and not name.startswith(".stow")
                and not (hidden and hidden(name))
                for name in names
            )
            self._real[cursor.path] = dotted and not any(
                name.startswith(DOT_PREFIX) for name in names
            )
        return self._real[cursor.path]

    def take(
        self,
        place: Directory,
        name: str,
        cursor: Cursor,
        raw: str,
        origin: Origin | None = None,
    ) -> Iterator[Item]:
        """Move one entry into the package and link it back.

        Args:
            place, name: where it is in the target, or is linked.
            cursor, raw: where it goes.
            origin: where it is, unless that is in the target.
        """
        above, _, base = cursor.source(raw).rpartition("/")
        source = f"{canonical(above)}/{base}"  # a package, or a directory in it, may be a link
        inside = cursor.source(raw)[len(self._package.path) :].strip("/")
        stow = Directory(self._package.directory)
        package = canonical(self._package.path)
        if inside and package != self._package.path:
            stow = Directory(package)
        parent = source[len(stow.root) :].strip("/").rpartition("/")[0]
        if self.has(source):
            conflict = Conflict(
                "package_has_file",
                place,
                name,
                self._package.name,
                source,
                choices=SETTLED,
                same=origin is None and same_content(source, place.at(name), self._farm.poll),
            )
            policy = settled(self._farm.options, self._package, conflict)
            if policy not in SETTLED:
                yield conflict
                return
            if policy == "skip":
                yield Notice(place.at(name), f"skipped: the package already has {source}")
                return
            before = self._tree.fingerprint(self._inside(source))
            yield Operation(
                "move_file", stow.descend(parent), base, self._package.name, None, before
            )
        if origin is None:
            yield from warned(self._farm, place, name)
        yield from self._make_parents(stow, parent, place)
        yield from self._moved(place, name, source, origin)
        text, now = self._farm.naming.prefix(cursor, place) + raw, origin and origin.text
        kind: OperationKind = "create_link" if now is None else "replace_link"
        yield Operation(kind, place, name, self._package.name, text, now)

    def _moved(
        self, place: Directory, name: str, source: str, origin: Origin | None
    ) -> Iterator[Item]:
        if origin is None:
            before = self._farm.target.fingerprint(place.join(name))
        else:
            place, name = origin.directory, origin.name
            before = self._tree.fingerprint(place.at(name))
        yield Operation("move_file", place, name, self._package.name, source, before)

    def _make_parents(self, stow: Directory, path: str, place: Directory) -> Iterator[Item]:
        """Make the package's directories, as private as those they stand for."""
        parts = path.split("/") if path else []
        shown = place.path.split("/") if place.path else []
        here = stow
        for index, part in enumerate(parts):
            full = here.at(part)
            if full not in self._made and not self.has(full):
                self._made.add(full)
                depth = index + 1 - (len(parts) - len(shown))
                mode = None
                if depth > 0:
                    mode = f"{self._farm.target.mode('/'.join(shown[:depth])):o}"
                yield Operation("make_dir", here, part, self._package.name, mode)
            here = here.child(part)

    def _inside(self, source: str) -> str:
        """Return a path as ``Tree`` takes it; a package that is a link may be elsewhere."""
        stow_dir = self._package.directory
        return source[len(stow_dir) :].lstrip("/") if within(source, stow_dir) else source
