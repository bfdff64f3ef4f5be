"""Paths as a person writes them, and where they are: from home, here, or the target."""

from __future__ import annotations

import os
import posixpath

from dotstream.errors import UsageError
from dotstream.fs.files import expand_pattern, file_identity, present
from dotstream.fs.look import canonical
from dotstream.fs.process import working_directory
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from os import PathLike


def within(path: str, directory: str) -> bool:
    """Whether an absolute path is ``directory`` or below it, by its text."""
    return f"{path}/".startswith(f"{directory.rstrip('/')}/")


def components(path: str, directory: str) -> tuple[str, ...]:
    """Return the components of a path below ``directory``, which it is within."""
    inside = path[len(directory) :].strip("/")
    return tuple(inside.split("/")) if inside else ()


def outside(path: str, directory: str) -> str:
    """Return a path canonical, but for links into ``directory``, which are not followed."""
    found = canonical(path)
    if not within(found, directory):
        return found
    link = _link_into(path, directory)
    above, name = posixpath.split(link)
    return f"{canonical(above).rstrip('/')}/{name}{posixpath.normpath(path)[len(link) :]}"


def link_into(path: str, directory: str) -> str | None:
    """Return the link that a path goes into a directory by, which it is not in by its text."""
    if within(path, directory) or not within(canonical(path), directory):
        return None
    return _link_into(path, directory)


def _link_into(path: str, directory: str) -> str:
    here = posixpath.normpath(path)
    while within(canonical(above := posixpath.dirname(here)), directory) and above != here:
        here = above
    return here


class Places:
    """What relative paths and ``~`` stand for.

    Args:
        home: the home directory.
        cwd: the working directory; by default this process's own, when it is asked for.
    """

    def __init__(self, home: str, cwd: str | None) -> None:
        self.home = home
        self._cwd = cwd

    @property
    def cwd(self) -> str:
        """The working directory."""
        return self._cwd or working_directory()

    def expand(self, path: str | PathLike[str]) -> str:
        """Return a path absolute, as it is written.

        Raises:
            UsageError: it is empty, as a variable that is not set.
        """
        text = os.fsdecode(path)
        if not text:
            raise UsageError("a path is empty, and names nothing")
        if text == "~" or text.startswith("~/"):
            text = self.home + text[1:]
        return text if text.startswith("/") else posixpath.join(self.cwd, text)

    def below(self, path: str | PathLike[str], targets: Collection[str]) -> str:
        """Return a path with the links above its target resolved, but none below."""
        full = posixpath.normpath(self.expand(path))
        known = {file_identity(target) for target in targets}
        position = len(full)
        while position > 0:
            above = full[:position]
            # To resolve each is quadratic in a deep tree; what is elsewhere is soon told.
            if above in targets or (
                file_identity(above) in known and canonical(above) in targets
            ):
                return canonical(above) + full[position:]
            position = full.rfind("/", 0, position)
        return full

    def lexical(self, path: str | PathLike[str]) -> str:
        """Return a path absolute, links in its parents resolved but not in itself."""
        full = posixpath.normpath(self.expand(path))
        parent, name = posixpath.split(full)
        return f"{canonical(parent).rstrip('/')}/{name}" if name else full

    def matches(self, paths: Iterable[str | PathLike[str]], target: str) -> Iterator[str]:
        """Yield paths absolute, in their shortest form, patterns expanded.

        A relative one is in the working directory or, where nothing is there, in ``target``.
        """
        for path in paths:
            text = os.fsdecode(path)
            here = self.expand(text)
            if not present(here) and not posixpath.isabs(text) and not text.startswith("~"):
                here = posixpath.join(target, text)
            yield from map(posixpath.normpath, expand_pattern(here))
