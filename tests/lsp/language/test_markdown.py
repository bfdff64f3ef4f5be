"""Names of strangers are text in Markdown, whatever they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types
from markdown_it import MarkdownIt
from tests.lsp.language.desk import Desk, uri

from dotstream.lsp.language.markdown import code, plain, text

if TYPE_CHECKING:
    from pathlib import Path

names = st.text(st.sampled_from("ab`[]()!<>*_\\\\~|:/@&; "), min_size=1, max_size=12).filter(
    lambda name: name == name.strip() and name.strip("`")
)


def _kinds(markdown: str) -> set[str]:
    parser = MarkdownIt()
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # noqa: ARG005
    tokens = parser.parse(f"x {markdown} y")
    return {child.type for token in tokens for child in token.children or ()}


@given(names)
def test_a_name_makes_no_link_no_picture_and_no_html(name: str) -> None:
    assert _kinds(text(name)) <= {"text", "text_special"}
    assert _kinds(code(name)) <= {"text", "code_inline"}


@given(names)
def test_without_marks_it_is_the_name(name: str) -> None:
    assert plain(text(name)) == name
    assert plain(f"**{text(name)}**: {code(name)}") == f"{name}: {name}"


async def test_a_hover_over_a_strangers_package_is_text(desk: Desk, root: Path) -> None:
    name = "x [click](https://evil.example) ![t](https://evil.example/t.png)"
    (root / "zsh/`![i](https:evil.example)`").touch()
    words = f'ignore = ["*i*"]\n[packages."{name}"]\n'
    path = root / "dotstream.toml"
    desk.open(path, words)
    for line, character in ((0, 12), (1, 14)):
        found = await desk.client.text_document_hover_async(
            types.HoverParams(
                types.TextDocumentIdentifier(uri(path)), types.Position(line, character)
            )
        )
        assert found is not None
        assert isinstance(found.contents, types.MarkupContent)
        kinds = _kinds(found.contents.value)
        assert kinds.isdisjoint({"link_open", "image", "html_inline"})
