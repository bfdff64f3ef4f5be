"""What an open file has to do with the packages, from whichever side it was opened."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dotstream.client import Client
from dotstream.config.discover import discover, find_root
from dotstream.errors import DotstreamError
from dotstream.fs.files import present
from dotstream.fs.look import canonical
from dotstream.fs.places import components, within
from dotstream.fs.process import environment, known_home, state_home
from dotstream.lsp.uris import path_label, to_uri
from dotstream.model.directory import display
from dotstream.model.items import Operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dotstream.model.located import Located


@dataclass(frozen=True, slots=True)
class Subject:
    """A path that a package has something to do with, or could.

    Attributes:
        located: where it stands.
        client: of the package directory that it belongs to.
    """

    located: Located
    client: Client

    def label(self, path: str | None) -> str:
        """Return a path for people."""
        return "" if path is None else path_label(path)

    @property
    def link(self) -> str | None:
        """Where the link is that a linked file is reached by: above it, if it is in a fold."""
        located = self.located
        target, package = located.target, located.package
        if target is None or package is None or located.state != "linked":
            return None
        root = self.client.settings.target_of(package)
        position = target.find("/", len(root.rstrip("/")) + 1)
        while position > 0:
            if canonical(target[:position]) != target[:position]:
                return target[:position]
            position = target.find("/", position + 1)
        return target

    @property
    def unlinks(self) -> bool:
        """Whether unmanaging its package removes the link: not if somebody else made it."""
        package, link = self.located.package, self.link or self.located.path
        if package is None or self.located.state != "linked":
            return False
        try:
            with self.client.stream("unmanage", [package], path=link) as plan:
                return any(isinstance(item, Operation) for item in plan)
        except (DotstreamError, OSError):
            return False

    @property
    def adoptable(self) -> bool:
        """Whether this is a file that a package could take in, and that somebody would put there.

        In a home that is one with a dot in front, or below such a directory; what is in a git
        repository belongs to that, and what dotstream itself needs stays.
        """
        located, settings = self.located, self.client.settings
        if located.state != "other" or located.role is not None or located.target is not None:
            return False
        really = canonical(located.path)
        target = settings.target
        kept = (self.client.directory, canonical(state_home(environment(), settings.home)))
        if not within(really, target) or any(within(really, each) for each in kept):
            return False
        way = components(really, target)
        return (
            target != canonical(settings.home) or really[len(target) :].startswith("/.")
        ) and (
            not any(
                present("/".join((target.rstrip("/"), *way[:depth], ".git")))
                for depth in range(1, len(way))
            )
        )

    def argument(self, **more: Any) -> dict[str, Any]:
        """Return what commands about this path are told.

        No target: naming one would win over the targets of single packages.
        """
        located = self.located
        place = located.target or located.path
        argument: dict[str, Any] = {
            "root": to_uri(self.client.directory),
            "path": to_uri(place),
            "source": None if located.source is None else to_uri(located.source),
            "package": None if located.package is None else display(located.package),
            "label": self.label(place),
        }
        return {**argument, **more}


def roots_around(places: Iterable[str]) -> list[str]:
    """Return the nearest package directory at or above each place, each once."""
    environ = environment()
    home = known_home(environ)
    if home is None:
        return []
    found = (find_root(place, home=home, environ=environ) for place in places)
    return list(dict.fromkeys(filter(None, found)))


def package_directories(path: str, folders: Iterable[str]) -> Iterator[str]:
    """Yield the package directories that a path may belong to, the nearest first.

    That are those above it, above what it leads to if it is linked, those that the editor
    has open, ``$DOTSTREAM_DIR``, and the one that ``~/.stowrc`` names.
    """
    environ = environment()
    named = environ.get("DOTSTREAM_DIR")
    home = known_home(environ)
    if home is None:
        return
    starts = [
        posixpath.dirname(path),
        posixpath.dirname(canonical(path)),
        *folders,
        *([named] if named else ()),
    ]
    seen: set[str] = set()
    for found in roots_around(starts):
        if canonical(found) not in seen:
            seen.add(canonical(found))
            yield found
    usual = discover(home, home=home, environ=environ)
    if usual is not None and canonical(usual.root) not in seen:
        yield usual.root


def subject_of(path: str, folders: Iterable[str]) -> Subject | None:
    """Return what a path has to do with the packages around it, or ``None`` for nothing.

    Where the configuration is wrong, nothing can be told; its own document tells why.
    """
    aside: Subject | None = None
    for directory in package_directories(path, folders):
        try:
            client = Client(directory)
            found = Subject(client.locate(path), client)
        except (DotstreamError, OSError):
            continue
        if found.located.state == "unlinked" and client.settings.why_foreign() is not None:
            continue  # a directory that nobody ever called a package
        if found.located.role is not None:
            return found
        target = client.settings.target
        if aside is None and posixpath.normpath(path).startswith(f"{target.rstrip('/')}/"):
            aside = found
    return aside
