"""Where keys and values stand in a TOML document."""

from __future__ import annotations

import tomli
from hypothesis import given
from hypothesis import strategies as st

from dotstream.config.positions import KeyPath, Positions, Range, locate

DOCUMENT = """\
target = "~"
ignore = ["a",  # one
  "b"]

[packages.zsh]
folding = "never"
never-fold = []

[packages."my vim"]
hosts = ["é", "x"]

[profiles]
default = { packages = ["zsh"], extends = [] }
work.packages = ["zsh"]

[[list]]
a = 1
[[list]]
a = 2
[list.inner]
b = 3
"""


def slice_of(text: str, place: Range) -> str:
    lines = text.split("\n")[place.line - 1 : place.end_line]
    lines[-1] = lines[-1][: place.end_column - 1]
    lines[0] = lines[0][place.column - 1 :]
    return "\n".join(lines)


def key(*path: str | int) -> str:
    return slice_of(DOCUMENT, Positions(DOCUMENT).keys[path])


def value(*path: str | int) -> str:
    return slice_of(DOCUMENT, Positions(DOCUMENT).values[path])


def test_keys_and_values_at_the_top_are_found() -> None:
    assert key("target") == "target"
    assert value("target") == '"~"'
    assert value("ignore", 1) == '"b"'
    assert Positions(DOCUMENT).values["ignore", 1] == Range(3, 3, 3, 6)


def test_keys_in_tables_are_found() -> None:
    assert key("packages", "zsh") == "zsh"
    assert value("packages", "zsh", "folding") == '"never"'
    assert key("packages", "my vim") == '"my vim"'
    assert value("packages", "zsh").startswith("[packages.zsh]\nfolding")


def test_columns_count_characters_not_bytes() -> None:
    assert value("packages", "my vim", "hosts", 1) == '"x"'


def test_inline_tables_and_dotted_keys_are_found() -> None:
    assert value("profiles", "default", "packages", 0) == '"zsh"'
    assert key("profiles", "work") == "work"
    assert value("profiles", "work", "packages") == '["zsh"]'


def test_elements_of_an_array_of_tables_are_told_apart() -> None:
    assert value("list", 0, "a") == "1"
    assert value("list", 1, "a") == "2"
    assert value("list", 1, "inner", "b") == "3"


def test_what_is_not_written_falls_back_to_what_is_around_it() -> None:
    place = locate(DOCUMENT, ("packages", "zsh", "target"), value=False)
    assert place is not None
    assert slice_of(DOCUMENT, place) == "zsh"
    assert locate(DOCUMENT, ("nothing",), value=True) is None


def test_keys_given_twice_are_noted() -> None:
    text = "a = 1\n[b]\nx = 1\nx = 2\n[b]\n"
    assert Positions(text).repeated == [
        (("b", "x"), Range(4, 1, 4, 2)),
        (("b",), Range(5, 2, 5, 3)),
    ]


def test_a_broken_document_still_gives_its_sound_parts() -> None:
    positions = Positions('target = "~"\n[packages.\nlink = = 3\n')
    assert positions.keys["target",] == Range(1, 1, 1, 7)


_CHARACTERS = st.sampled_from("ab1_-é€\U0001f600 \t\n\"'\\[]{}=#.,")


@given(st.text(_CHARACTERS, max_size=60))
def test_any_text_at_all_can_be_looked_through(text: str) -> None:
    assert isinstance(Positions(text).keys, dict)


_NAMES = st.text(_CHARACTERS, max_size=5)
_SCALARS = st.one_of(st.integers(-9, 9), st.booleans(), _NAMES)
_VALUES = st.recursive(_SCALARS, lambda inner: st.lists(inner, max_size=3), max_leaves=6)


def _string(text: str) -> str:
    return '"' + "".join(f"\\U{ord(char):08X}" for char in text) + '"'


def _written(item: object) -> str:
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, list):
        return f"[{', '.join(map(_written, item))}]"
    return _string(item) if isinstance(item, str) else str(item)


@given(
    st.dictionaries(
        _NAMES,
        st.dictionaries(_NAMES, _VALUES, max_size=3),
        max_size=3,
    )
)
def test_every_value_of_a_document_is_where_it_is_said_to_be(
    tables: dict[str, dict[str, object]],
) -> None:
    text = "\n".join(
        f"[{_string(name)}]\n"
        + "".join(f"{_string(key)} = {_written(item)}\n" for key, item in table.items())
        for name, table in tables.items()
    )
    assert tomli.loads(text) == tables
    positions = Positions(text)
    for name, table in tables.items():
        for inner, item in table.items():
            path: KeyPath = (name, inner)
            assert slice_of(text, positions.keys[path]) == _string(inner)
            assert slice_of(text, positions.values[path]) == _written(item)
