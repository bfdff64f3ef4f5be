"""Whose link is this: ownership by where a link's text leads.

A link is ours if its text, resolved lexically, lands inside a package directory we know:
the one in use, or the topmost directory on its way that carries a ``.stow`` marker
(GNU Stow manual, "Multiple Stow Directories").  So farms made by GNU Stow are recognised
without any record.

Natively, a package directory is known by what it is, not by how a link spells it: links on
the way to it are followed, those that links are recorded into are known too, and what leads
into one that moved belongs to the one in use, where it is that one; where nothing is recorded,
where a broken link's text says what would be said of a member here.
"""

from __future__ import annotations

import posixpath

from dotstream.fs.files import came_from, is_that, present
from dotstream.fs.look import canonical, is_marked
from dotstream.fs.places import within
from dotstream.light_typing import TYPE_CHECKING, NamedTuple
from dotstream.model.options import SINGLE
from dotstream.planner.moved import Moves

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dotstream.config.settings import Settings
    from dotstream.model.directory import Directory
    from dotstream.model.entry import Identity

_REMEMBERED = 4096


class Owner(NamedTuple):
    """The package member that a link leads to.

    ``path`` is relative to the package and empty for the package itself; ``full`` is
    absolute.  ``moved``: the link still says where the package directory was.
    """

    stow_dir: str
    package: str
    path: str
    full: str
    moved: bool = False


class Ownership:
    """Tells the owner of a link from its place and text.

    Args:
        stow_dir: absolute canonical path of the package directory in use.
        marked: whether an absolute path is a directory marked as a package directory.
        literal: whether only the spelling that GNU Stow itself writes is ours: relative,
            and by the shortest way from the target to the package directory.
        single: whether the package directory in use is itself the one package.
        recorded: the package directories that links are recorded into, and which they were.
    """

    def __init__(
        self,
        stow_dir: str,
        *,
        marked: Callable[[str], bool],
        literal: bool,
        single: bool,
        recorded: Callable[[], Mapping[str, Identity]] = dict,
    ) -> None:
        self._stow_dir = stow_dir
        self._marked = marked
        self._moves = Moves(stow_dir)
        self._literal = literal
        self._recorded = recorded
        self._single = single
        self._remembered: dict[str, bool] = {}
        self._real: dict[str, str] = {}
        self._here: Directory | None = None
        self._shortest = ""

    def owner(self, place: Directory, text: str) -> Owner | None:
        """Return the owner of a link with ``text`` in the directory ``place``."""
        if text.startswith("../"):
            # The shortest way is by far the commonest, and needs no normalising.
            way = self._way(place)
            if text.startswith(way) and not _winding(text[len(way) - 1 :]):
                path = text[len(way) :]
                package, _, inside = (SINGLE, "", path) if self._single else path.partition("/")
                return Owner(self._stow_dir, package, inside, f"{self._stow_dir}/{path}")
        if text.startswith("/"):
            if self._literal:
                return None
            full = posixpath.normpath(text)
        else:
            full = posixpath.normpath(f"{place.absolute}/{text}")
        if full.startswith("//"):
            full = full[1:]
        stow_dir = self._stow_dir
        detour = self._literal and self._detour(place, text, full)
        if detour or not full.startswith(stow_dir if stow_dir == "/" else stow_dir + "/"):
            found = self._marked_above(full, place.root)
            if not self._literal:
                return self._elsewhere(place, full, found)
            if found is None:
                return None
            stow_dir = found
        return self._member(stow_dir, full)

    def _elsewhere(self, place: Directory, full: str, marked: str | None) -> Owner | None:
        """Return whose a path is that is not in the package directory by its text.

        Args:
            marked: the marked directory that it is in, if it is in one.
        """
        parent, _, name = full.rpartition("/")
        real = f"{self._canonical(parent or '/').rstrip('/')}/{name}"
        if within(real, self._stow_dir) and real != self._stow_dir:
            return self._member(self._stow_dir, real)  # the same file, by another way
        found = marked
        if found is None:
            around = [each for each in self._recorded() if within(full, each) and full != each]
            found = max(around, key=len, default=None)
        if found is None:
            return self._moved_from(place, full)
        inside = full[len(found.rstrip("/")) + 1 :]
        here = self._stow_dir.rstrip("/")
        known = self._recorded()
        if is_that(self._stow_dir, found, known) or (
            present(f"{here}/{inside.partition('/')[0]}")
            and came_from(self._stow_dir, found, known)
        ):
            return self._member(self._stow_dir, f"{here}/{inside}")._replace(moved=True)
        stow_dir = self._canonical(found)
        return self._member(stow_dir, f"{stow_dir.rstrip('/')}/{inside}")

    def _moved_from(self, place: Directory, full: str) -> Owner | None:
        """Return the member here that a path names, if all that is gone is where this was."""
        way = place.path.split("/") if place.path else ()
        found = self._moves.tail(place.root, way, full, depth=0 if self._single else 1)
        if found is None:
            return None
        return self._member(self._stow_dir, f"{self._stow_dir.rstrip('/')}/{found}")._replace(
            moved=True
        )

    def _member(self, stow_dir: str, full: str) -> Owner:
        path = full[len(stow_dir) :].lstrip("/")
        if self._single and stow_dir == self._stow_dir:
            return Owner(stow_dir, SINGLE, path, full)
        package, _, inside = path.partition("/")
        return Owner(stow_dir, package, inside, full)

    def _canonical(self, path: str) -> str:
        known = self._real.get(path)
        if known is None:
            if len(self._real) >= _REMEMBERED:
                self._real.clear()
            known = self._real[path] = canonical(path)
        return known

    def _way(self, place: Directory) -> str:
        """Return the shortest relative way from ``place`` into the package directory."""
        if place is not self._here:
            inside = f"{place.root.rstrip('/')}/{place.path}"
            self._shortest = posixpath.relpath(self._stow_dir, inside) + "/"
            self._here = place
        return self._shortest

    def _detour(self, place: Directory, text: str, full: str) -> bool:
        """Whether a text climbs out of the target and comes back into it."""
        written = posixpath.normpath(f"{place.path}/{text}" if place.path else text)
        return written.startswith("../") and full.startswith(f"{place.root}/")

    def _marked_above(self, full: str, root: str) -> str | None:
        """Return the topmost marked directory above ``full`` that a relative text names."""
        common = posixpath.commonpath((full, root))
        start = len(common) if common != "/" else 0
        position = full.find("/", start + 1)
        if common != root and self._is_marked(common):
            return common
        while position != -1:
            above = full[:position]
            if self._is_marked(above):
                return above
            position = full.find("/", position + 1)
        return None

    def _is_marked(self, path: str) -> bool:
        known = self._remembered.get(path)
        if known is None:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            known = self._remembered[path] = self._marked(path)
        return known


def _winding(path: str) -> bool:
    """Whether a path that begins with a slash is not in its shortest form."""
    return "/../" in path or "//" in path or "/./" in path or path.endswith(("/", "/.", "/.."))


def native_ownership(
    settings: Settings, recorded: Callable[[], Mapping[str, Identity]] = dict
) -> Ownership:
    """Return whose links are, for single paths outside of a walk; never by Stow's spelling."""
    return Ownership(
        settings.directory,
        marked=is_marked,
        literal=False,
        recorded=recorded,
        single=settings.single,
    )
