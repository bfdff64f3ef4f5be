"""Whatever is typed: texts follow edits, and nothing that reads them fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types
from pygls.workspace import PositionCodec

from dotstream.config.mistakes import mistakes, readable
from dotstream.errors import UsageError
from dotstream.lsp.language.abilities import Abilities
from dotstream.lsp.language.config.completion import complete
from dotstream.lsp.language.config.contents import outline
from dotstream.lsp.language.config.cursor import cursor_at
from dotstream.lsp.language.config.hover import explain
from dotstream.lsp.language.documents import Document
from dotstream.lsp.language.text import Text
from dotstream.lsp.requests.configuration import pattern_for, with_ignored
from dotstream.planner.patterns import glob

if TYPE_CHECKING:
    from collections.abc import Callable

UNITS: dict[str, Callable[[str], int]] = {
    "utf-8": lambda text: len(text.encode()),
    "utf-16": lambda text: len(text.encode("utf-16-le")) // 2,
    "utf-32": len,
}

ENDS = ["\n", "\r\n", "\r"]
words = st.text(st.sampled_from("aé😀\u2028\x0c\x85 "), max_size=6)
lines = st.lists(st.tuples(words, st.sampled_from(ENDS)), max_size=6).map(
    lambda found: "".join(text + end for text, end in found)
)


@given(lines, lines, st.data(), st.sampled_from(sorted(UNITS)))
def test_an_edit_in_any_units_is_an_edit_of_the_characters(
    before: str, new: str, data: st.DataObject, encoding: str
) -> None:
    text = Text(before, PositionCodec(encoding))
    start = data.draw(st.integers(0, len(before)))
    end = data.draw(st.integers(start, len(before)))
    # The middle of \r\n is no place that an editor can name.
    if any(before[at - 1 : at + 1] == "\r\n" for at in (start, end) if at):
        return
    place = text.span(start, end)
    for at, position in ((start, place.start), (end, place.end)):
        above = before[:at].replace("\r\n", "\n").replace("\r", "\n")
        line = above.rpartition("\n")[2]
        assert (position.line, position.character) == (above.count("\n"), UNITS[encoding](line))
        assert text.offset(position) == at
    change = types.TextDocumentContentChangePartial(place, new)
    assert text.changed(change).source == before[:start] + new + before[end:]


def test_what_no_text_can_hold_is_as_long_as_what_stands_for_it() -> None:
    text = Text("a\ud800b", PositionCodec("utf-16"))
    assert text.source == "a\ufffdb"
    assert text.offset(types.Position(9, 9)) == 3
    assert text.offset(types.Position(0, 9)) == 3


PIECES = (
    *("[packages.", "zsh", "]", "[", "\n", "\n", " = ", '"', "'", '"""', "# ", ", ", "{", "}"),
    *(
        "target",
        "ignore",
        "[profiles.a]",
        "packages",
        "extends",
        "true",
        "é😀",
        "\r\n",
        "\\",
        ".",
    ),
)
documents = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


@given(documents, st.data())
def test_nothing_that_is_typed_upsets_the_configuration(source: str, data: st.DataObject) -> None:
    text = Text(source, PositionCodec("utf-16"))
    document = Document("file:///x/dotstream.toml", "/x/dotstream.toml", 1, text)
    position = text.position(data.draw(st.integers(0, len(source))))
    able = Abilities(types.ClientCapabilities())
    end = text.position(len(source))
    last = (end.line, end.character)
    for found in mistakes(source):
        place = text.range(found.place)
        assert (place.start.line, place.start.character) >= (0, 0)
        assert (place.start.line, place.start.character) <= (place.end.line, place.end.character)
        assert (place.end.line, place.end.character) <= last
    for symbol in outline(document):
        inner, outer = symbol.selection_range, symbol.range
        assert (outer.start.line, outer.start.character) <= (
            inner.start.line,
            inner.start.character,
        )
        assert (inner.end.line, inner.end.character) <= (outer.end.line, outer.end.character)
    complete(document, position, able)
    explain(document, position, able, lambda name: name, lambda pattern, _: pattern)
    cursor = cursor_at(source, len(source))
    assert 0 <= cursor.start <= len(source)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '[packages.vim]\nignore = ["/.x"]\n'),
        ('link = "absolute"', 'link = "absolute"\n\n[packages.vim]\nignore = ["/.x"]\n'),
        ("[packages.vim]\n", '[packages.vim]\nignore = ["/.x"]\n'),
        ("[packages.vim] # é\nhosts = []", '[packages.vim] # é\nignore = ["/.x"]\nhosts = []'),
        ("[packages.vim]", '[packages.vim]\nignore = ["/.x"]\n'),
        ("[packages.vim]\nignore = []\n", '[packages.vim]\nignore = ["/.x"]\n'),
        ('packages.vim.ignore = [ "a" ]', 'packages.vim.ignore = [ "a", "/.x" ]'),
        (
            '[packages.vim]\nignore = [\n  "a", # why\n  "b", # not\n]\n',
            '[packages.vim]\nignore = [\n  "a", # why\n  "b", "/.x", # not\n]\n',
        ),
        ("[packages.vim]\r\n", '[packages.vim]\r\nignore = ["/.x"]\r\n'),
    ],
)
def test_a_pattern_is_added_where_it_belongs(before: str, after: str) -> None:
    offset, addition = with_ignored(before, "vim", "/.x")
    assert before[:offset] + addition + before[offset:] == after
    assert mistakes(after) == []


def test_what_cannot_be_added_to_is_left_alone() -> None:
    with pytest.raises(UsageError, match=r"add this to dotstream\.toml"):
        with_ignored("packages.vim = { hosts = [] }\n", "vim", "/.x")


@given(st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1))
def test_a_pattern_for_one_file_means_just_that(name: str) -> None:
    import re

    if name in {".", ".."}:
        return
    pattern = pattern_for(name)
    known = glob(pattern)
    assert known.directory == ""
    assert re.fullmatch(known.name, name)
    offset, addition = with_ignored("", "vim", pattern)
    document, _ = readable(addition)
    assert offset == 0
    assert document["packages"] == {"vim": {"ignore": [pattern]}}
