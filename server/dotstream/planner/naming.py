"""How names map: a package's to the target's and back, and what the links between say.

GNU Stow manual, "Invoking Stow", ``--dotfiles``: a leading ``dot-`` becomes ``.``, unless
nothing or another dot follows.
"""

from __future__ import annotations

import posixpath

from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotstream.fs.listing import Rename
    from dotstream.model.directory import Directory
    from dotstream.model.options import Options, Package
    from dotstream.planner.cursor import Cursor

DOT_PREFIX = "dot-"


def to_target(raw: str) -> str:
    """Translate one component of a package path: ``dot-zshrc`` → ``.zshrc``."""
    if raw.startswith(DOT_PREFIX) and len(raw) > 4 and raw[4] != ".":
        return "." + raw[4:]
    return raw


def to_package(name: str) -> str | None:
    """Return the package name that ``to_target`` maps to ``name``; ``None`` if none does.

    ``.zshrc`` → ``dot-zshrc``.  A name such as ``dot-x`` has no inverse.
    """
    if name.startswith(".") and len(name) > 1 and name[1] != ".":
        return DOT_PREFIX + name[1:]
    return name if to_target(name) == name else None


def raw_candidates(name: str, *, dotfiles: bool) -> tuple[str, ...]:
    """Return the raw names that appear as ``name`` in the target, in byte order."""
    if not dotfiles:
        return (name,)
    if name.startswith(".") and len(name) > 1 and name[1] != ".":
        return (name, DOT_PREFIX + name[1:])
    return (name,) if to_target(name) == name else ()


class Naming:
    """The names and link texts of one run."""

    __slots__ = ("_bases", "_compat")

    def __init__(self, options: Options) -> None:
        self._compat = options.compat
        self._bases: dict[str, str] = {}

    @staticmethod
    def rename(package: Package) -> Rename | None:
        """Return how names of a package that begin in a certain way are translated."""
        return (DOT_PREFIX, to_target) if package.dotfiles else None

    @staticmethod
    def in_target(package: Package, raw: str) -> str:
        """Return a package member's name in the target."""
        return to_target(raw) if package.dotfiles else raw

    @staticmethod
    def in_package(package: Package, name: str) -> str | None:
        """Return the name in a package that is managed as ``name``; ``None`` if none is."""
        return to_package(name) if package.dotfiles else name

    @staticmethod
    def raws(package: Package, name: str) -> tuple[str, ...]:
        """Return the raw names in a package that appear as ``name``."""
        return raw_candidates(name, dotfiles=package.dotfiles)

    def candidates(self, package: Package, name: str) -> tuple[str, ...]:
        """Return the raw names of what could be unlinked at ``name``.

        Stow's ``--compat`` reads names off the target, so ``dot-x`` counts there too.
        """
        return self.raws(package, name) or ((name,) if self._compat else ())

    def prefix(self, cursor: Cursor, place: Directory) -> str:
        """Return what comes before the raw name in a link text made in ``place``.

        A cursor is used in one place only, so it remembers the answer.
        """
        if cursor.prefix is not None:
            return cursor.prefix
        package = cursor.package
        if cursor.sub is None:
            base, tail = self._base(package, package.directory, place.root), ""
        else:
            base, tail = self._base(package, package.path, place.root), cursor.sub
        up = "" if package.link == "absolute" else "../" * place.depth
        joined = f"{up}{base}" if base else up.rstrip("/")
        joined = f"{joined}/" if joined and not joined.endswith("/") else joined
        cursor.prefix = f"{joined}{tail}/" if tail else joined
        return cursor.prefix

    def prefix_inside(self, cursor: Cursor, raw: str, place: Directory) -> str:
        """Return the same for the directory ``raw`` of the cursor's, made inside ``place``."""
        up = "" if cursor.package.link == "absolute" else "../"
        return f"{up}{cursor.prefix or self.prefix(cursor, place)}{raw}/"

    def _base(self, package: Package, path: str, root: str) -> str:
        if package.link == "absolute":
            return path
        base = self._bases.get(path)
        if base is None:
            base = posixpath.relpath(path, root)
            self._bases[path] = base = "" if base == "." else base
        return base
