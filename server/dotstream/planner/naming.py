"""How names map: a package's to the target's and back, and what the links between say."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from dotstream.planner.names import DOT_PREFIX, raw_candidates, to_package, to_target

if TYPE_CHECKING:
    from dotstream.fs.listing import Rename
    from dotstream.model.directory import Directory
    from dotstream.model.options import Options
    from dotstream.planner.cursor import Cursor

__all__ = ["Naming"]


class Naming:
    """The names and link texts of one run."""

    __slots__ = ("_absolute", "_bases", "_compat", "_dotfiles", "rename")

    def __init__(self, options: Options) -> None:
        self._dotfiles = options.dotfiles
        self._compat = options.compat
        self._absolute = options.link == "absolute"
        self._bases: dict[str, str] = {}
        self.rename: Rename | None = (DOT_PREFIX, to_target) if options.dotfiles else None

    def in_target(self, raw: str) -> str:
        """Return a package member's name in the target."""
        return to_target(raw) if self._dotfiles else raw

    def in_package(self, name: str) -> str | None:
        """Return the name in a package that is managed as ``name``; ``None`` if none is."""
        return to_package(name) if self._dotfiles else name

    def raws(self, name: str) -> tuple[str, ...]:
        """Return the raw names that appear as ``name``."""
        return raw_candidates(name, dotfiles=self._dotfiles)

    def candidates(self, name: str) -> tuple[str, ...]:
        """Return the raw names of what could be unlinked at ``name``.

        Stow's ``--compat`` reads names off the target, so ``dot-x`` counts there too.
        """
        return self.raws(name) or ((name,) if self._compat else ())

    def prefix(self, cursor: Cursor, place: Directory) -> str:
        """Return what comes before the raw name in a link text made in ``place``.

        A cursor is used in one place only, so it remembers the answer.
        """
        if cursor.prefix is not None:
            return cursor.prefix
        package = cursor.package
        if cursor.sub is None:
            base, tail = self._base(package.stow_dir, place.root), ""
        else:
            base, tail = self._base(package.path, place.root), cursor.sub
        up = "" if self._absolute else "../" * place.depth
        joined = f"{up}{base}" if base else up.rstrip("/")
        joined = f"{joined}/" if joined and not joined.endswith("/") else joined
        cursor.prefix = f"{joined}{tail}/" if tail else joined
        return cursor.prefix

    def _base(self, path: str, root: str) -> str:
        if self._absolute:
            return path
        base = self._bases.get(path)
        if base is None:
            base = posixpath.relpath(path, root)
            self._bases[path] = base = "" if base == "." else base
        return base
