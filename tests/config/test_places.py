"""Places in a document of any shape: what stands at a value's place is that value."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import tomli
from hypothesis import given
from hypothesis import strategies as st

from dotstream.config.positions import Positions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dotstream.config.positions import KeyPath, Range

_KEYS = st.text("abz_-19", min_size=1, max_size=4) | st.sampled_from(["a b", "é.", "'", "#"])
_LEAVES = (
    st.booleans()
    | st.integers(-1000, 1000)
    | st.text("a#[]{}=,'\n\"\\é ", max_size=6)
    | st.sampled_from([1.5, -2e3])
)
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=8,
)
_DOCUMENTS = st.dictionaries(_KEYS, _VALUES, max_size=4)


def _key(name: str) -> str:
    plain = all(letter.isascii() and (letter.isalnum() or letter in "_-") for letter in name)
    return name if plain else json.dumps(name)


def _broken(value: Any) -> str:
    """Write over several lines, with comments: what is in no inline table."""
    match value:
        case list():
            return "[\n  " + ", # ]\n  ".join(map(_broken, value)) + ",\n]" if value else "[ ]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def _flat(value: Any) -> str:
    """Write on one line: what is inside of an inline table."""
    match value:
        case dict():
            return "{" + ", ".join(f"{_key(k)} = {_flat(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_flat, value)) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def _written(document: dict[str, Any]) -> str:
    lines = []
    tables = {name: value for name, value in document.items() if isinstance(value, dict)}
    for name, value in document.items():
        if name not in tables:
            write = _broken if isinstance(value, list) and not _has_table(value) else _flat
            lines.append(f"{_key(name)} = {write(value)} # = [")
    for name, table in tables.items():
        lines.append(f"\n[ {_key(name)} ]")
        lines += [f"  {_key(inner)}= {_flat(value)}" for inner, value in table.items()]
    return "\n".join(lines) + "\n"


def _has_table(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(map(_has_table, value)))


def _leaves(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    match value:
        case dict():
            for name, each in value.items():
                yield from _leaves(each, (*path, name))
        case list():
            for index, each in enumerate(value):
                yield from _leaves(each, (*path, index))
        case _:
            yield path, value


def _at(text: str, place: Range) -> str:
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    start = starts[place.line - 1] + place.column - 1
    return text[start : starts[place.end_line - 1] + place.end_column - 1]


@given(_DOCUMENTS)
def test_what_stands_at_the_place_of_a_value_is_that_value(document: dict[str, Any]) -> None:
    text = _written(document)
    assert tomli.loads(text) == document
    positions = Positions(text)
    assert positions.repeated == []
    for path, leaf in _leaves(document):
        assert tomli.loads(f"x = {_at(text, positions.values[path])}") == {"x": leaf}
        if isinstance(path[-1], str):
            name = _at(text, positions.keys[path])
            assert list(tomli.loads(f"{name} = 0")) == [path[-1]]
