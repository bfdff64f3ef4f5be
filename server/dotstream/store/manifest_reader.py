"""The manifest as the planner sees it: opened when it is first asked, if there is one."""

from __future__ import annotations

from dotstream.fs.state import existing_state, other_targets
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.choice import Choice
from dotstream.store.damage import intact

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Container, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from dotstream.model.entry import Entry, Identity
    from dotstream.store.journal import Journal

__all__ = ["ManifestRecords", "linked_elsewhere"]


def linked_elsewhere(state: str, target: str, directory: str) -> dict[str, dict[str, int]]:
    """Return how many links of a package directory are in other targets, by package."""
    found: dict[str, dict[str, int]] = {}
    for other in other_targets(state, target):
        records = ManifestRecords(state, other)
        try:
            packages = records.linked(directory)
        finally:
            records.close()
        if packages:
            found[other] = {name: roots.total() for name, roots in packages.items()}
    return found


class ManifestRecords:
    """What is recorded of a target; nothing, as long as nothing was ever applied to it.

    Args:
        state: absolute path of the state directory.
        target: whose journal holds the manifest.
    """

    def __init__(self, state: str, target: str) -> None:
        self._state, self._target = state, target
        self._journal: Journal | None = None
        self._looked = False
        self._directories: Mapping[str, Identity] | None = None
        self._linked: dict[str, Mapping[str, Counter[str]]] = {}

    def _open(self) -> Journal | None:
        if not self._looked:
            self._looked = True
            place = existing_state(self._state, self._target)
            if place is not None:
                from dotstream.store.journal import Journal

                self._journal = Journal(place.journal, readonly=True, moved=place.moved)
        return self._journal

    def _intact(self) -> AbstractContextManager[None]:
        return intact(f"the manifest of {self._target} in {self._state}")

    def close(self) -> None:
        """Close the journal if it was opened."""
        if self._journal is not None:
            self._journal.close()
            self._journal = None
            self._looked = False
            self._linked.clear()

    def entry(self, root: str, path: str, name: str) -> Entry | None:
        """Return what is recorded of one name."""
        journal = self._open()
        if journal is None:
            return None
        with self._intact():
            return journal.manifest.entry(root, path, name)

    def directory(self, root: str, path: str) -> Iterator[Entry]:
        """Stream what is recorded of a directory, sorted by name."""
        journal = self._open()
        if journal is not None:
            with self._intact():
                yield from journal.manifest.directory(root, path)

    def packages(self, root: str, path: str) -> set[str]:
        """Return the packages that have something in one directory."""
        journal = self._open()
        if journal is None:
            return set()
        with self._intact():
            return journal.manifest.packages(root, path)

    def linked(self, directory: str) -> Mapping[str, Counter[str]]:
        """Return how many links each package of a package directory has, by root."""
        journal = self._open()
        if journal is None:
            return {}
        if directory not in self._linked:  # takes a look at every page
            with self._intact():
                self._linked[directory] = journal.manifest.linked(directory)
        return self._linked[directory]

    def links(self, directory: str, packages: Container[str]) -> Iterator[Entry]:
        """Stream the links of some packages of a package directory."""
        journal = self._open()
        if journal is None:
            return
        with self._intact():
            spellings = journal.manifest.directories.spellings(directory)
            for entry in journal.manifest.entries():
                if (
                    entry.kind != "directory"
                    and entry.package in packages
                    and entry.stow_dir in spellings
                ):
                    yield entry

    def roots(self) -> Sequence[str]:
        """Return the targets that something is recorded in."""
        journal = self._open()
        if journal is None:
            return ()
        with self._intact():
            return journal.manifest.roots()

    def choice(self, directory: str) -> Choice:
        """Return what is chosen of a package directory."""
        journal = self._open()
        if journal is None:
            return Choice()
        with self._intact():
            spellings = journal.manifest.directories.spellings(directory)
            return journal.choices.current(spellings) or Choice()

    def any_below(self, root: str, path: str) -> bool:
        """Whether anything is recorded in a directory or below it."""
        journal = self._open()
        if journal is None:
            return False
        with self._intact():
            return journal.manifest.any_below(root, path)

    def package_directories(self) -> Mapping[str, Identity]:
        """Return the package directories that something is or was recorded of."""
        if self._directories is None:
            journal = self._open()
            with self._intact():
                self._directories = journal.manifest.directories.identities() if journal else {}
        return self._directories
