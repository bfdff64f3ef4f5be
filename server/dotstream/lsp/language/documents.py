"""The documents that are open in the editor, found by their exact paths.

pygls keeps documents by decoded names, so that two names that are not UTF-8 are one to it,
and it splits lines where LSP does not; so its store is not used.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from dotstream.config.discover import CONFIG_NAME, LOCAL_NAME
from dotstream.lsp.language.text import Text
from dotstream.lsp.uris import path_of
from dotstream.planner.ignore import GLOBAL_LIST, LOCAL_LIST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lsprotocol import types
    from pygls.workspace import PositionCodec

Kind: TypeAlias = Literal["configuration", "ignore list", "member"]

_HEAD = 4096
"""Characters that are kept of a member: only its first line is of interest."""

_KINDS: dict[str, Kind] = {
    CONFIG_NAME: "configuration",
    LOCAL_NAME: "configuration",
    LOCAL_LIST: "ignore list",
    GLOBAL_LIST: "ignore list",
}


OWN_NAMES = tuple(_KINDS)
"""What documents are called that are ours to read."""


@dataclass(frozen=True, slots=True)
class Document:
    """An open document as a value.

    Attributes:
        uri: as the client writes it.
        path: absolute.
        version: the client's number of this text.
    """

    uri: str
    path: str
    version: int
    text: Text

    @property
    def kind(self) -> Kind:
        """What kind of document it is: any that is not ours to read is a member."""
        return _KINDS.get(posixpath.basename(self.path), "member")


class Documents:
    """The open documents of one connection; those that are no files are left out."""

    def __init__(self) -> None:
        self._open: dict[str, Document] = {}

    def __iter__(self) -> Iterator[Document]:
        return iter(list(self._open.values()))

    def find(self, uri: str) -> Document | None:
        """Return an open document."""
        return self.at(_path(uri))

    def at(self, path: str | None) -> Document | None:
        """Return the open document of a path."""
        return None if path is None else self._open.get(path)

    def open(self, item: types.TextDocumentItem, codec: PositionCodec) -> Document | None:
        """Take a document that was opened."""
        path = _path(item.uri)
        if path is None:
            return None
        kind = _KINDS.get(posixpath.basename(path), "member")
        text = Text(item.text[:_HEAD] if kind == "member" else item.text, codec)
        self._open[path] = Document(item.uri, path, item.version, text)
        return self._open[path]

    def change(
        self, uri: str, version: int, changes: Sequence[types.TextDocumentContentChangeEvent]
    ) -> Document | None:
        """Take edits of an open document."""
        document = self.find(uri)
        if document is None:
            return None
        text = document.text
        for change in changes:
            if document.kind != "member" or _touches_first_line(change):
                text = text.changed(change)
        changed = Document(document.uri, document.path, version, text)
        self._open[document.path] = changed
        return changed

    def close(self, uri: str) -> Document | None:
        """Forget a document, and return it."""
        path = _path(uri)
        return None if path is None else self._open.pop(path, None)


def _touches_first_line(change: types.TextDocumentContentChangeEvent) -> bool:
    place = getattr(change, "range", None)
    return place is None or place.start.line == 0


def _path(uri: str) -> str | None:
    try:
        return path_of(uri)
    except ValueError:
        return None
