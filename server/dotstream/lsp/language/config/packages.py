"""The packages that a ``dotstream.toml`` has tables for: how far they are, and what to do.

Counting plans the whole package, so counts are kept for a while, and a package that is too
large is counted up to a limit.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

from dotstream.client import Client
from dotstream.config.mistakes import readable
from dotstream.errors import DotstreamError
from dotstream.fs.files import is_directory
from dotstream.lsp.language.kept import Kept
from dotstream.lsp.language.markdown import code, text
from dotstream.lsp.uris import path_label, to_uri
from dotstream.model.directory import display
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dotstream.lsp.language.abilities import Commands
    from dotstream.lsp.language.documents import Document
    from dotstream.model.cancel import CancellationToken

MOST_COUNTED = 20_000
"""Links and changes that are counted in one package before it is just called large."""


@dataclass(frozen=True, slots=True)
class _Count:
    """How far one package is linked."""

    target: str
    links: int
    changes: int
    conflicts: int
    complete: bool
    reason: str | None = None

    @property
    def words(self) -> str:
        if self.reason is not None:
            return self.reason
        more = "" if self.complete else "+"
        parts = []
        if self.links or not (self.changes or self.conflicts):
            parts.append(_number(self.links, "link", more))
        if self.changes:
            parts.append(f"{_number(self.changes, 'change', more)} to make")
        if self.conflicts:
            parts.append(_number(self.conflicts, "conflict", more))
        return f"→ {self.target} · {', '.join(parts)}"


def _number(count: int, noun: str, more: str) -> str:
    return f"{count:,}{more} {noun}{'' if count == 1 and not more else 's'}"


class PackageCounts:
    """Counts of packages, kept for a while; safe for several threads."""

    def __init__(self) -> None:
        self._kept: Kept[tuple[str, str], _Count] = Kept()

    def forget(self) -> None:
        """Count anew: something changed."""
        self._kept.forget()

    def words(self, directory: str, name: str, cancel: CancellationToken) -> str:
        """Return how far a package is, in a few words.

        Raises:
            DotstreamError: it cannot be told.
        """
        return self._kept.get((directory, name), lambda: _count(directory, name, cancel)).words

    def hints(
        self, document: Document, wanted: types.Range, cancel: CancellationToken
    ) -> list[types.InlayHint]:
        """Return how far each package is, to be shown behind its table's header."""
        directory = posixpath.dirname(document.path)
        found = []
        for name, place in _tables(document):
            line = place.end.line
            if wanted.start.line <= line <= wanted.end.line:
                try:
                    words = self.words(directory, name, cancel)
                except DotstreamError:
                    continue
                end = document.text.line_end(line)
                found.append(types.InlayHint(end, words, padding_left=True))
        return found

    def explain(self, directory: str, name: str, cancel: CancellationToken) -> str:
        """Return what a package is and how far it is linked, as Markdown."""
        path = f"{directory.rstrip('/')}/{name}"
        try:
            words = self.words(directory, name, cancel)
        except DotstreamError as error:
            words = str(error)
        return f"**{text(name)}**: {code(path_label(path))}\n\n{text(words)}"


def lenses(document: Document, commands: Commands) -> list[types.CodeLens]:
    """Return what can be done with each package, to be shown above its table."""
    directory = posixpath.dirname(document.path)
    root = to_uri(directory)
    found = []
    for name, place in _tables(document):
        if not is_directory(f"{directory}/{name}") or display(name) != name:
            continue
        common = {"root": root, "package": name, "packages": [name], "label": name}
        for title, what, action in (
            ("Plan", "plan", "manage"),
            ("Manage", "apply", "manage"),
            ("Unmanage", "apply", "unmanage"),
        ):
            command = commands.make(title, what, {**common, "action": action})
            found.append(types.CodeLens(place, command))
    return found


def _tables(document: Document) -> Iterator[tuple[str, types.Range]]:
    """Yield each package that has something to say, and where its name is written."""
    _, positions = readable(document.text.source)
    for path, place in positions.keys.items():
        if len(path) == 2 and path[0] == "packages":
            yield str(path[1]), document.text.range(place)


def _count(directory: str, name: str, cancel: CancellationToken) -> _Count:
    client = Client(directory)
    settings = client.settings
    target = path_label(settings.target_of(name))
    reason = settings.excluded(name)
    if reason is None and not is_directory(settings.path_of(name)):
        reason = "there is no such directory"
    if reason is not None:
        return _Count(target, 0, 0, 0, complete=True, reason=display(reason))
    complete = True
    # Links in place are counted one by one too, so that the limit holds for them.
    prefer = Preferences(report_kept=True)
    with client.stream("manage", [name], prefer=prefer, cancel=cancel) as plan:
        for number, _ in enumerate(plan):
            if number >= MOST_COUNTED:
                complete = False
                break
        summary = plan.summary
    return _Count(target, summary.unchanged, summary.operations, summary.conflicts, complete)
