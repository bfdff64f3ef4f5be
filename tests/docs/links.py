"""Where pages lead, in Markdown and in the site that is made of it."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from tests.docs.pages import prose

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Document", "document", "links", "missing"]

_LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\((?P<to>[^)\s]+)\)")
_CODE = re.compile(r"(`+).+?\1|<!--.*?-->", re.DOTALL)
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
_ANCHOR = re.compile(r'<a id="([^"]+)">')
_ELSEWHERE = re.compile(r"[a-z]+:|//")


class Document(NamedTuple):
    """What a page leads to, and what can be led to in it."""

    links: list[str]
    anchors: frozenset[str]


def links(text: str) -> list[str]:
    """Return the links and pictures of a page that stay inside of the project."""
    plain = _CODE.sub("", prose(text))
    return [m["to"] for m in _LINK.finditer(plain) if not _ELSEWHERE.match(m["to"])]


@cache
def document(path: Path) -> Document:
    """Read a page of Markdown or HTML."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".html":
        named = _ANCHOR.findall(text)
        slugs = [_slug(heading) for heading in _HEADING.findall(prose(text))]
        again = [f"{slug}-{slugs[:at].count(slug)}" for at, slug in enumerate(slugs)]
        return Document(links(text), frozenset([*named, *slugs, *again]))
    reader = _Reader()
    reader.feed(text)
    return Document(reader.links, frozenset(reader.anchors))


def missing(page: Path, link: str, inside: Path) -> str | None:
    """Return what is wrong with a link of a page, if anything is.

    Args:
        inside: where it has to stay.
    """
    path, _, anchor = link.partition("#")
    found = (page.parent / unquote(path.partition("?")[0])).resolve() if path else page.resolve()
    if not found.is_relative_to(inside.resolve()):
        return f"{link} leads out of {inside.name}"
    if not found.exists():
        return f"{link} leads nowhere"
    if anchor and unquote(anchor) not in document(found).anchors:
        return f"{link}: there is no such heading"
    return None


def _slug(heading: str) -> str:
    """Return the anchor that a heading has on GitHub and in the site."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
    return re.sub(r"[^\w\- ]", "", plain).strip().replace(" ", "-")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        for name in ("id", "name"):
            if value := found.get(name):
                self.anchors.add(value)
        for name in ("href", "src", "data"):
            if (value := found.get(name)) and not _ELSEWHERE.match(value):
                self.links.append(value)
