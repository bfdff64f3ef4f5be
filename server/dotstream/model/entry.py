"""What is recorded of a name that is ours."""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Container, Iterator, Mapping, Sequence

    from dotstream.model.choice import Choice

EntryKind = Literal["link", "directory", "adopted"]


Identity: TypeAlias = "tuple[int, int]"
"""The inode of a directory, and when it was made; 0 where that is not known."""


class Entry(NamedTuple):
    """One name that is ours.

    Attributes:
        root, directory: the tree, absolute, and the directory in it, relative.
        kind: a link; a directory we made; a link to a file that was adopted.
        stow_dir: the package directory, absolute.
        text: of the link.
        mode: of the directory or the adopted file, in octal, where it is known.
    """

    root: str
    directory: str
    name: str
    kind: EntryKind
    package: str
    stow_dir: str
    text: str | None
    mode: str | None

    @property
    def path(self) -> str:
        """The absolute path."""
        inside = f"{self.directory}/{self.name}" if self.directory else self.name
        return f"{self.root.rstrip('/')}/{inside}"


class Records(Protocol):
    """What the planner asks of the manifest."""

    def entry(self, root: str, path: str, name: str) -> Entry | None:
        """Return what is recorded of one name in the directory ``path`` of ``root``."""

    def directory(self, root: str, path: str) -> Iterator[Entry]:
        """Stream what is recorded of a directory, sorted by name."""

    def packages(self, root: str, path: str) -> set[str]:
        """Return the packages that have something in one directory."""

    def any_below(self, root: str, path: str) -> bool:
        """Whether anything is recorded in a directory or below it."""

    def linked(self, directory: str) -> Mapping[str, Counter[str]]:
        """Return how many links each package of a package directory has, by root."""

    def links(self, directory: str, packages: Container[str]) -> Iterator[Entry]:
        """Stream the links of some packages of a package directory."""

    def linked_elsewhere(self, directory: str) -> dict[str, dict[str, int]]:
        """Return how many links each package has in other targets, by target."""

    def roots(self) -> Sequence[str]:
        """Return the targets that something is recorded in."""

    def choice(self, directory: str) -> Choice:
        """Return what is chosen of a package directory."""

    def places_of(self, directory: str) -> Sequence[str]:
        """Return where a package directory is, and where it was before."""

    def package_directories(self) -> Mapping[str, Identity]:
        """Return the package directories that something is or was recorded of."""

    @property
    def former(self) -> Sequence[str]:
        """The targets that were the configured one, and have records still."""

    def close(self) -> None:
        """Give back what it reads from; it may be asked again, and then opens it again."""
