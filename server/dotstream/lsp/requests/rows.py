"""Items of a plan as JSON: one row each, with a URI to act on and a label to show.

Operations are put together by hand from quoted strings: there can be a million of them,
and an encoder that is handed dictionaries takes several times as long.  Those of a run
share all but a name, which is set into what they share.
"""

from __future__ import annotations

from json.encoder import encode_basestring_ascii
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar

from dotstream.lsp.messages import dumps
from dotstream.lsp.uris import all_plain, label, quoted, to_uri
from dotstream.model.directory import display
from dotstream.model.items import Conflict, Operation
from dotstream.model.plan import operations_in
from dotstream.model.run import Run, counted_as
from dotstream.model.words import plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dotstream.lsp.messages import JSON
    from dotstream.model.directory import Directory
    from dotstream.model.items import Item, Notice, ScanError
    from dotstream.model.wish import Wish

_Item_contra = TypeVar("_Item_contra", contravariant=True)

_HOLDS_LINK_TEXT = ("remove_link", "replace_link", "unfold", "keep_link")


def shown(text: str) -> str:
    """Return ``text`` as it is, or made fit to show where it is no Unicode.

    Some clients drop a whole message for one lone surrogate.
    """
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return display(text)
    return text


def wish_row(wish: Wish, *, agreed: bool) -> dict[str, JSON]:
    """Return what a repository asks for, to show and to be agreed to."""
    return {
        "setting": shown(str(wish)),
        "package": None if wish.package is None else shown(wish.package),
        "meaning": shown(wish.meaning),
        "agreed": agreed,
    }


class Streamed(Protocol[_Item_contra]):
    """What makes rows of one kind of items.

    Attributes:
        kind: what the rows are, in the plural.
        verb: what is being done while they come.
    """

    kind: ClassVar[str]
    verb: ClassVar[str]

    def __init__(self, home: str) -> None:
        """Prepare; ``home`` is the path that labels call ``~``."""

    def rows(self, item: _Item_contra) -> list[str]:
        """Return an item as JSON objects: one, or one for each of what it stands for."""

    def word(self, item: _Item_contra) -> str:
        """Return the word under which an item is counted."""

    @staticmethod
    def summed(counts: Mapping[str, int]) -> str:
        """Return counts as a person would say them."""


class Rows:
    """Makes the rows of one plan.

    Args:
        home: absolute path that labels call ``~``.
    """

    kind: ClassVar[str] = "operations"
    verb: ClassVar[str] = "planning"

    def __init__(self, home: str) -> None:
        self._home = home.rstrip("/") or "/"
        self._directory: Directory | None = None
        self._uri = ""
        self._label = ""
        self._packages: dict[str, str] = {}

    def word(self, item: Item | Run) -> str:
        """Return the ``op`` of a row."""
        return counted_as(item)

    @staticmethod
    def summed(counts: Mapping[str, int]) -> str:
        """Return how many operations, conflicts and errors there are."""
        words = [plural(operations_in(counts), "operation")]
        words += [
            plural(counts[noun], noun) for noun in ("conflict", "error") if counts.get(noun)
        ]
        return ", ".join(words)

    def rows(self, item: Item | Run) -> list[str]:
        """Return one item as a JSON object, or each operation of a run."""
        if not isinstance(item, Run):
            return [self.row(item)]
        if not all_plain(item.joined):
            return [self._operation(operation) for operation in item.operations()]
        self._enter(item.directory)
        stem = encode_basestring_ascii(shown(item.stem))[1:-1]
        around = (
            f'{{"op":"{item.kind}","path":"{self._uri}',
            f'","label":"{self._label}',
            f'","{"to" if item.kind == "create_link" else "before"}":"{stem}',
            f'","package":{self._package(item.package)}}}',
        )
        return [name.join(around) for name in item.names]

    def row(self, item: Item) -> str:
        """Return one item as a JSON object."""
        if isinstance(item, Operation):
            return self._operation(item)
        if isinstance(item, Conflict):
            return dumps(conflict_row(item, self._home))
        return self._remark(item)

    def _operation(self, item: Operation) -> str:
        self._enter(item.directory)
        name, text = item.name, item.text
        part = quoted(name)
        # A name that needs no quoting in a URI needs none in JSON either.
        label = part if part is name else encode_basestring_ascii(display(name))[1:-1]
        to = ""
        if text is not None:
            to = f',"to":{encode_basestring_ascii(text if text.isascii() else shown(text))}'
        if item.before is not None and item.kind in _HOLDS_LINK_TEXT:
            to += f',"before":{encode_basestring_ascii(shown(item.before))}'
        if item.why:
            to += f',"why":{encode_basestring_ascii(display(item.why))}'
        return (
            f'{{"op":"{item.kind}","path":"{self._uri}{part}",'
            f'"label":"{self._label}{label}"{to},"package":{self._package(item.package)}}}'
        )

    def _enter(self, directory: Directory) -> None:
        """Prepare what all rows of one directory begin with, unless it is the one before."""
        if directory is self._directory:
            return
        self._directory = directory
        path = directory.absolute
        self._uri = to_uri(path).rstrip("/") + "/"
        shown_path = label(path, self._home).rstrip("/") + "/"
        self._label = encode_basestring_ascii(shown_path)[1:-1]

    def _package(self, name: str) -> str:
        found = self._packages.get(name)
        if found is None:
            found = self._packages[name] = encode_basestring_ascii(shown(name))
        return found

    def _remark(self, item: ScanError | Notice) -> str:
        return dumps(
            {
                "op": counted_as(item),
                "path": to_uri(item.path),
                "label": label(item.path, self._home),
                "message": display(item.message),
            }
        )


def conflict_row(item: Conflict, home: str) -> dict[str, JSON]:
    """Return a conflict as a JSON object."""
    rivals: list[JSON] = [*map(shown, item.rivals)]
    return {
        "op": "conflict",
        "path": to_uri(item.path),
        "label": label(item.path, home),
        "conflict": item.kind,
        "package": shown(item.package),
        "source": to_uri(item.source),
        "other": None if item.other is None else shown(item.other),
        "choices": list(item.choices),
        "message": display(item.message),
        **({"rivals": rivals} if rivals else {}),
        **({"same": True} if item.same else {}),
    }
