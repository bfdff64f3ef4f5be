"""Every link, anchor and picture of the pages and of the site leads to something."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.docs.links import document, links, missing
from tests.docs.pages import PAGES, ROOT, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = ROOT / "docs"
NEWS = DOCS / "news"
SITE = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]
OUTSIDE = [
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    *sorted((ROOT / "extensions").glob("*/README.md")),
]


def named(nav: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the pages of a navigation."""
    for entry in nav:
        for value in entry.values():
            if isinstance(value, str):
                yield value
            else:
                yield from named(value)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the site in a copy, so that nothing of an earlier one is left in it."""
    copy = tmp_path_factory.mktemp("project")
    shutil.copytree(DOCS, copy / "docs")
    shutil.copy(ROOT / "zensical.toml", copy)
    zensical = Path(sys.executable).parent / "zensical"
    if not zensical.exists():
        pytest.skip("the site is made with Zensical, which make docs installs")
    build = [str(zensical), "build", "--strict"]
    done = subprocess.run(build, cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return copy / "site"


@pytest.mark.parametrize("page", [*PAGES, *OUTSIDE], ids=name_of)
def test_every_link_of_a_page_leads_to_something(page: Path) -> None:
    inside = DOCS if page.is_relative_to(DOCS) else ROOT
    wrong = [missing(page, link, inside) for link in document(page).links]
    assert [each for each in wrong if each] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_file_and_test_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text()
    gone = [
        path
        for path in re.findall(r"`((?:tests|server|extensions|examples)/[\w./*-]+)`", text)
        if "NAME" not in path and not any(ROOT.glob(path.rstrip("/")))
    ]
    gone += [
        f"{name}{more}"
        for name, more in re.findall(r"`(test_\w+)(…?)", text)
        if not any(each.startswith(name) if more else each == name for each in _tests())
    ]
    assert gone == []


@cache
def _tests() -> set[str]:
    """Return the names of all tests, and of the files that they are in."""
    files = [*(ROOT / "tests").rglob("test_*.py")]
    named = (re.findall(r"def (test_\w+)", path.read_text()) for path in files)
    return {path.stem for path in files}.union(*named)


def test_every_page_is_in_the_navigation_once() -> None:
    pages = {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")}
    written = {page for page in pages if not (DOCS / page).is_relative_to(NEWS)}
    assert sorted(named(SITE["nav"])) == sorted(written)


def test_every_picture_is_shown() -> None:
    shown = {
        (page.parent / link).resolve()
        for page in [*PAGES, *OUTSIDE]
        for link in document(page).links
    }
    assert {path for path in (DOCS / "images").iterdir() if path not in shown} == set()


def test_every_link_of_the_site_leads_to_something(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    wrong = {
        f"{page.relative_to(site)}: {why}"
        for page in pages
        if page.name != "404.html"  # is shown at any address
        for link in document(page).links
        if (why := missing(page, link, site))
    }
    assert len(pages) > len(list(named(SITE["nav"])))
    assert wrong == set()


def test_the_site_fetches_nothing_from_elsewhere(site: Path) -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in site.rglob("*.html"))
    assert "fonts.googleapis" not in text
    assert '<script src="http' not in text


def test_what_is_searched_holds_every_page(site: Path) -> None:
    index = (site / "search.json").read_text(encoding="utf-8")
    assert [page for page in named(SITE["nav"]) if Path(page).stem not in index] == []


def test_vs_code_has_the_picture_that_its_page_has() -> None:
    own = (ROOT / "extensions/vscode/images/plan.png").read_bytes()
    assert own == (DOCS / "images/vscode-plan.png").read_bytes()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[a](b.md) and ![c](d.svg)", ["b.md", "d.svg"]),
        ("[`code`](e.md#f)", ["e.md#f"]),
        ("`[a](b.md)` <!-- [a](b.md) --> [x](https://example.org)", []),
        ("```sh\n[a](b.md)\n```\n", []),
    ],
)
def test_what_is_a_link(text: str, found: list[str]) -> None:
    assert links(text) == found


def test_a_link_that_leads_nowhere_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One\n## Two `words`, and more\n")
    assert missing(page, "#two-words-and-more", tmp_path) is None
    assert missing(page, "#three", tmp_path) is not None
    assert missing(page, "other.md", tmp_path) is not None
    assert missing(page, "../other.md", tmp_path) is not None
