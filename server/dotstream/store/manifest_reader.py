"""The manifest as the planner sees it: opened when it is first asked, if there is one."""

from __future__ import annotations

from collections import Counter
from functools import partial

from dotstream.errors import JournalError
from dotstream.fs.files import is_directory
from dotstream.fs.places import within
from dotstream.fs.state import existing_state, other_targets
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.choice import Choice
from dotstream.store.read_only import intact

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from dotstream.model.entry import Entry, Identity
    from dotstream.store.journal import Journal


class ManifestRecords:
    """What is recorded of a target; nothing, as long as nothing was ever applied to it.

    What was recorded of the target that was configured before this one counts as well.

    Args:
        state: absolute path of the state directory.
        target: whose journal holds the manifest.
        configured: the package directory whose configuration has the target, and the place
            (see ``Choice``) that it has it at, if it has.
        repository: the directory with the configuration, which package directories that are
            gone may have been in.
    """

    def __init__(
        self,
        state: str,
        target: str,
        configured: tuple[str, str] | None = None,
        repository: str | None = None,
    ) -> None:
        self._state, self._target = state, target
        self._configured, self._repository = configured, repository
        self._before: tuple[ManifestRecords, ...] | None = None
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

    @property
    def _former(self) -> tuple[ManifestRecords, ...]:
        """What is recorded of targets that were the configured one, and are not any more."""
        if self._before is None:
            self._before = ()
            if self._configured is not None:
                directory, place = self._configured
                others = map(partial(ManifestRecords, self._state), self._others())
                self._before = tuple(each for each in others if each.is_of(directory, place))
        return self._before

    def _others(self) -> list[str]:
        return list(filter(is_directory, other_targets(self._state, self._target)))

    def is_of(self, directory: str, place: str) -> bool:
        """Whether the target was the configured one of a package directory when last changed."""
        try:
            return self.choice(directory).place == place
        except JournalError:
            return False  # told of by whoever asks what is in other targets
        finally:
            self.close()

    @property
    def former(self) -> tuple[str, ...]:
        """The targets that were the configured one, and have records still."""
        return tuple(each._target for each in self._former)  # noqa: SLF001 - one of its own

    def _intact(self) -> AbstractContextManager[None]:
        return intact(f"the manifest of {self._target} in {self._state}")

    def close(self) -> None:
        """Close the journal if it was opened."""
        if self._journal is not None:
            self._journal.close()
            self._journal = None
            self._looked = False
            self._linked.clear()
        for each in self._before or ():
            each.close()

    def entry(self, root: str, path: str, name: str) -> Entry | None:
        """Return what is recorded of one name."""
        journal = self._open()
        if journal is not None:
            with self._intact():
                found = journal.manifest.entry(root, path, name)
                if found is not None:
                    return found
        inherited = (each.entry(root, path, name) for each in self._former)
        return next((entry for entry in inherited if entry is not None), None)

    def directory(self, root: str, path: str) -> Iterator[Entry]:
        """Stream what is recorded of a directory, sorted by name."""
        journal = self._open()
        if journal is not None:
            with self._intact():
                yield from journal.manifest.directory(root, path)

    def packages(self, root: str, path: str) -> set[str]:
        """Return the packages that have something in one directory."""
        found = {name for each in self._former for name in each.packages(root, path)}
        journal = self._open()
        if journal is not None:
            with self._intact():
                found |= journal.manifest.packages(root, path)
        return found

    def linked(self, directory: str) -> Mapping[str, Counter[str]]:
        """Return how many links each package of a package directory has, by root."""
        if directory not in self._linked:  # takes a look at every page
            journal, found = self._open(), dict[str, Counter[str]]()
            if journal is not None:
                with self._intact():
                    found = journal.manifest.linked(self.places_of(directory))
            for each in self._former:
                for package, links in each.linked(directory).items():
                    found[package] = found.get(package, Counter()) + links
            self._linked[directory] = found
        return self._linked[directory]

    def links(self, directory: str, packages: Container[str]) -> Iterator[Entry]:
        """Stream the links of some packages of a package directory."""
        for each in self._former:
            yield from each.links(directory, packages)
        journal = self._open()
        if journal is None:
            return
        with self._intact():
            spellings = self.places_of(directory)
            for entry in journal.manifest.entries():
                if (
                    entry.kind != "directory"
                    and entry.package in packages
                    and entry.stow_dir in spellings
                ):
                    yield entry

    def linked_elsewhere(self, directory: str) -> dict[str, dict[str, int]]:
        """Return how many links each package has in other targets, by target.

        Raises:
            JournalError: what is recorded of one cannot be read.
        """
        found: dict[str, dict[str, int]] = {}
        for other in other_targets(self._state, self._target):
            records = ManifestRecords(self._state, other, repository=self._repository)
            try:
                packages = {} if other in self.former else records.linked(directory)
            finally:
                records.close()
            if packages:
                found[other] = {name: roots.total() for name, roots in packages.items()}
        return found

    def roots(self) -> Sequence[str]:
        """Return the targets that something is recorded in."""
        found = [root for each in self._former for root in each.roots()]
        journal = self._open()
        if journal is None:
            return found
        with self._intact():
            return [*journal.manifest.roots(), *found]

    def choice(self, directory: str) -> Choice:
        """Return what is chosen of a package directory."""
        journal = self._open()
        if journal is not None:
            with self._intact():
                found = journal.choices.current(self.places_of(directory))
            if found is not None:
                return found
        return next((each.choice(directory) for each in self._former), Choice())

    def places_of(self, directory: str) -> Sequence[str]:
        """Return where a package directory is, and where it was, also in its repository."""
        journal = self._open()
        if journal is None:
            return [directory]
        with self._intact():
            table, root = journal.manifest.directories, self._repository or directory
            known = [*table.spellings(directory), *table.spellings(root)]
            inside = [each for each in table.all().values() if within(each, root)]
            # Packages were there, until the repository had them elsewhere in it.
            known += [each for each in inside if not is_directory(each)]
        return list(dict.fromkeys(known))

    def any_below(self, root: str, path: str) -> bool:
        """Whether anything is recorded in a directory or below it."""
        journal = self._open()
        if journal is not None:
            with self._intact():
                if journal.manifest.any_below(root, path):
                    return True
        return any(each.any_below(root, path) for each in self._former)

    def package_directories(self) -> Mapping[str, Identity]:
        """Return the package directories that something is or was recorded of."""
        if self._directories is None:
            journal = self._open()
            with self._intact():
                known = journal.manifest.directories.identities() if journal else {}
            for each in self._former:
                known = {**each.package_directories(), **known}
            self._directories = known
        return self._directories
