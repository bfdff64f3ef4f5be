"""Where each key and value of a TOML document stands.

The parser behind it is only imported when something has to be located: for an error
message, or in an editor.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node, Parser

__all__ = ["KeyPath", "Positions", "Range", "locate"]

KeyPath: TypeAlias = "tuple[str | int, ...]"
"""Keys from the top of the document down; indices into arrays count from 0."""

_KEYS = ("bare_key", "quoted_key", "dotted_key")
_TABLES = ("table", "table_array_element")
_DEEPEST = 50  # keys in one another; none that is known is deeper than four


class Range(NamedTuple):
    """A piece of text; lines and columns count from 1, in characters, the end excluded."""

    line: int
    column: int
    end_line: int
    end_column: int


class Positions:
    """The ranges of the keys and values in a document.

    A document that is not well-formed gives those of its parts that are.

    Attributes:
        keys: where each key is written, at its first mention.
        values: where each value is written; a table's is its whole section.
        repeated: keys that are given a value again, in order.
    """

    __slots__ = ("_arrays", "_last", "_lines", "keys", "repeated", "values")

    def __init__(self, text: str) -> None:
        source = text.encode("utf-8", "surrogatepass")
        self._lines = source.split(b"\n")
        self._last = (0, 0, 1)  # a row, a byte of it, and its column
        self._arrays: dict[KeyPath, int] = {}
        self.keys: dict[KeyPath, Range] = {}
        self.values: dict[KeyPath, Range] = {}
        self.repeated: list[tuple[KeyPath, Range]] = []
        for node in _parser().parse(source).root_node.children:
            if node.type == "pair":
                self._pair(node, ())
            elif node.type in _TABLES:
                self._table(node)

    def find(self, path: KeyPath, *, value: bool) -> Range | None:
        """Return where the key at ``path``, or its value, is written.

        Where it is not, the nearest thing around it that is.
        """
        first, second = (self.values, self.keys) if value else (self.keys, self.values)
        for length in range(len(path), 0, -1):
            found = first.get(path[:length]) or second.get(path[:length])
            if found is not None:
                return found
        return None

    def _table(self, node: Node) -> None:
        header = next((child for child in node.children if child.type in _KEYS), None)
        if header is None:
            return
        path = self._key(header, ())
        if node.type == "table_array_element":
            index = self._arrays.get(path, -1) + 1
            self._arrays[path] = index
            path = (*path, index)
        elif path in self.values:
            self.repeated.append((path, self._range(header)))
        self.values.setdefault(path, self._range(node))
        for child in node.children:
            if child.type == "pair":
                self._pair(child, path)

    def _pair(self, node: Node, above: KeyPath) -> None:
        """Record a pair, and what is inside of its value, in the order it is written."""
        waiting: list[tuple[Node, KeyPath]] = [(node, above)]
        while waiting:
            here, path = waiting.pop()
            if here.type == "pair":
                parts = [child for child in here.children if child.type != "comment"]
                if len(parts) < 3 or parts[0].type not in _KEYS:
                    continue
                path = self._key(parts[0], path)
                if path in self.values:
                    self.repeated.append((path, self._range(parts[0])))
                here = parts[2]
            self.values.setdefault(path, self._range(here))
            if len(path) < _DEEPEST:
                waiting += reversed(list(_inside(here, path)))

    def _key(self, node: Node, above: KeyPath) -> KeyPath:
        """Record a key, dotted or not, and return its path."""
        path = above
        for part in _parts(node):
            # Keys below an array of tables belong to its last element.
            index = self._arrays.get(path)
            path = (*path, _name(part)) if index is None else (*path, index, _name(part))
            self.keys.setdefault(path, self._range(part))
        return path

    def _range(self, node: Node) -> Range:
        return Range(*self._position(*node.start_point), *self._position(*node.end_point))

    def _position(self, row: int, byte: int) -> tuple[int, int]:
        # From the last one on, if it is before: a line may be long, and hold many.
        last_row, last_byte, column = self._last
        if row != last_row or byte < last_byte:
            last_byte, column = 0, 1
        between = self._lines[row][last_byte:byte] if row < len(self._lines) else b""
        column += len(between.decode("utf-8", "replace"))
        self._last = (row, byte, column)
        return row + 1, column


def _inside(node: Node, path: KeyPath) -> Iterator[tuple[Node, KeyPath]]:
    """Yield the pairs of an inline table, and the elements of an array with their paths."""
    if node.type == "inline_table":
        yield from ((child, path) for child in node.children if child.type == "pair")
    elif node.type == "array":
        items = [child for child in node.named_children if child.type != "comment"]
        yield from ((child, (*path, index)) for index, child in enumerate(items))


def _parts(node: Node) -> list[Node]:
    """Return the keys that a dotted key is made of, the first so many."""
    found: list[Node] = []
    waiting = [node]
    while waiting and len(found) < _DEEPEST:
        here = waiting.pop()
        if here.type == "dotted_key":
            waiting += reversed([child for child in here.children if child.type in _KEYS])
        else:
            found.append(here)
    return found


def locate(text: str, path: KeyPath, *, value: bool) -> Range | None:
    """Return where the key at ``path``, or its value, is written in ``text``."""
    return Positions(text).find(path, value=value)


def _name(node: Node) -> str:
    text = (node.text or b"").decode("utf-8", "surrogatepass")
    if node.type == "bare_key":
        return text
    import tomli

    try:
        return next(iter(tomli.loads(f"{text} = 0")))
    except tomli.TOMLDecodeError:
        return text[1:-1]


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import tree_sitter_toml
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_toml.language()))
