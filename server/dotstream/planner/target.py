"""The target: what is there, whose it is, and what is recorded of it."""

from __future__ import annotations

from dotstream.fs.files import exists
from dotstream.fs.listing import FILE, sorted_entries
from dotstream.fs.look import Tree, close, folds_names, is_marked, marker
from dotstream.fs.mounts import is_mount_point, mount_points
from dotstream.fs.places import within
from dotstream.light_typing import TYPE_CHECKING
from dotstream.planner.ownership import Ownership

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dotstream.fs.listing import Entry
    from dotstream.model.directory import Directory
    from dotstream.model.entry import Entry as Record
    from dotstream.model.entry import Identity, Records
    from dotstream.model.options import Options
    from dotstream.planner.cursor import Cursor
    from dotstream.planner.ownership import Owner


class Target(Tree):
    """The target, opened for reading.

    Attributes:
        missing: whether it is not there; then nothing is looked at.
        folds: whether names that differ in case only are one there.

    Args:
        root, stow_dir: absolute canonical paths.
        records: what is recorded as ours, where there is more to know than the links show.
        options: whether to follow GNU Stow to the letter, and how packages are laid out.
        poll: called now and then; may raise to give up.
        recorded: the package directories with recorded links; by default those of ``records``.
        to_make: whether a target that is missing will be made.

    Raises:
        OSError: the target cannot be opened.
    """

    def __init__(
        self,
        root: str,
        *,
        stow_dir: str,
        options: Options,
        records: Records | None,
        poll: Callable[[], None],
        recorded: Callable[[], Mapping[str, Identity]] | None = None,
        to_make: bool = False,
    ) -> None:
        self.missing: bool = to_make and not exists(root)
        super().__init__(root, missing=self.missing)
        stow = options.stow
        self.folds: bool = not stow and folds_names(root)
        self._stow_dir, self._stow, self._private = stow_dir, stow, options.private
        self._records = None if stow else records
        self._poll = poll
        self._mounts: set[str] | None = None
        self._owner = Ownership(
            stow_dir,
            marked=lambda path: is_marked(path, stow=stow),
            literal=stow,
            recorded=recorded or (self._records.package_directories if self._records else dict),
            single=options.single,
        ).owner

    # What is there ---------------------------------------------------------------------

    def entries(self, place: Directory) -> Iterable[Entry]:
        """List the directory ``place``, sorted.

        Raises:
            OSError: it cannot be read.
        """
        fd = self.open_real(place.path)
        try:
            return sorted_entries(fd, poll=self._poll)
        finally:
            close(fd)

    def mode_of(self, place: Directory) -> str:
        """Return the permission bits of a directory, as operations have them.

        Raises:
            OSError: it is missing.
        """
        return f"{self.mode(place.path):o}"

    def leads_somewhere(self, place: Directory, text: str) -> bool:
        """Whether a link with ``text`` in the existing directory ``place`` is not broken."""
        return self.exists(text if text.startswith("/") else place.join(text))

    def leads_to_directory(self, place: Directory, text: str) -> bool:
        """Whether a link with ``text`` in the existing directory ``place`` opens a directory."""
        return self.is_directory(text if text.startswith("/") else place.join(text))

    def is_mount_point(self, place: Directory, name: str) -> bool:
        """Whether something is mounted at ``name``; looked up once for all."""
        if self._mounts is None:
            self._mounts = mount_points()
        return is_mount_point(place.at(name), self._mounts)

    # Whose it is -----------------------------------------------------------------------

    def owner(self, place: Directory, text: str) -> Owner | None:
        """Return the owner of a link, or ``None`` if it is not ours."""
        return self._owner(place, text)

    def protection(self, place: Directory) -> str | None:
        """Return why nothing may be linked or unlinked in ``place``, or ``None``.

        GNU Stow manual, "Multiple Stow Directories" and "Target Maintenance".
        """
        shown, stow = place.path or ".", self._stow
        if place.absolute == self._stow_dir:
            what = "skipping target which was current stow directory "
            return what + shown if stow else "this is the package directory itself; left alone"
        if place.absolute in self._private:
            return "dotstream keeps what is its own in it; left alone"
        if self._marked(place, ".stow"):
            if stow:
                return f"skipping marked Stow directory {shown}"
            return "a package directory of Stow: nothing here is linked while it has a file .stow"
        if self._marked(place, ".nonstow"):
            if stow:
                return f"skipping protected directory {shown}"
            return "protected: nothing here is linked or unlinked while it has a file .nonstow"
        if not stow and self._marked(place, "dotstream.toml"):
            return "a package directory, as it has a dotstream.toml; left alone"
        return None

    def _marked(self, place: Directory, name: str) -> bool:
        """Whether a directory is marked; for Stow, anything of that name is a marker.

        Otherwise it has to be a file, and no package's: a package may well have one.
        """
        if self._stow:
            return marker(place.absolute, (name,))
        try:
            state = self.state(place.join(name))
        except OSError:
            return False  # what may not be looked at cannot be changed either
        if isinstance(state, str):
            return self._owner(place, state) is None and self.exists(place.join(name))
        return state == FILE

    def keeps_our_own(self, path: str) -> bool:
        """Whether dotstream's state or cache is at an absolute path, or below it."""
        return any(within(each, path) for each in self._private)

    def holds_packages(self, place: Directory) -> bool:
        """Whether ``place`` is a package directory, ours or another."""
        marked = self._marked(place, ".stow") or self._marked(place, "dotstream.toml")
        return marked or place.absolute == self._stow_dir

    # What is recorded ------------------------------------------------------------------

    def recorded_link(self, place: Directory, name: str, text: str) -> Record | None:
        """Return the record of a link, if it has exactly the text that is recorded."""
        if self._records is None:
            return None
        entry = self._records.entry(place.root, place.path, name)
        return entry if entry is not None and entry.text == text else None

    def recorded_below(self, place: Directory, name: str) -> bool:
        """Whether the directory ``name``, or anything below it, is recorded as made by us."""
        if self._records is None:
            return False
        below = self._records.any_below(place.root, place.join(name))
        return below or self.made_by(place.child(name)) is not None

    def only_of(self, place: Directory, cursors: Sequence[Cursor]) -> bool:
        """Whether all that is recorded of a directory is of the packages at ``cursors``."""
        if self._records is None:
            return False
        found = self._records.packages(place.root, place.path)
        return bool(found) and found <= {cursor.package.name for cursor in cursors}

    def made_by(self, place: Directory) -> str | None:
        """Return the package that the directory ``place`` was made for, if we made it."""
        if self._records is None or place.parent is None:
            return None
        entry = self._records.entry(place.root, place.parent.path, place.name)
        return entry.package if entry is not None and entry.kind == "directory" else None
