"""Every example on every page is run, and what a page shows is what there is to see."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import tomllib
from typing import TYPE_CHECKING

import pytest
from tests.docs.pages import HOUSEHOLD, PAGES, blocks, name_of
from tests.docs.session import Session, commands, mismatch
from tests.recordings.scripts import SCRIPTS

from dotstream.config.document import problems

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORLDS = {
    "docs/reference/events.md": """
        mkdir -p ~/dotfiles/zsh && cd ~/dotfiles
        touch dotstream.toml zsh/dot-zshrc""",
}
"""The worlds of pages that do not say it themselves."""

RUN = [
    page
    for page in [*PAGES, *SCRIPTS]
    if any(block.language in {"console", "python"} for block in blocks(page.read_text()))
]


def texts(language: str) -> list[object]:
    return [
        pytest.param(block.text, id=f"{name_of(page)}:{block.line}")
        for page in PAGES
        for block in blocks(page.read_text())
        if block.language == language
    ]


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Return a home with a name about as short as that on the pages: lines are broken alike."""
    with tempfile.TemporaryDirectory(prefix="me-") as made:
        monkeypatch.setenv("HOME", made)
        yield made


@pytest.mark.parametrize("page", RUN, ids=name_of)
def test_a_page_shows_what_happens(
    page: Path, home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in [name for name in os.environ if name.startswith("XDG_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("PATH", f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    found = blocks(page.read_text())
    session = Session(home, tmp_path)
    if not any(block.language == "setup" for block in found):
        session.prepare(WORLDS.get(name_of(page), HOUSEHOLD))
    for block, after in zip(found, [*found[1:], None], strict=True):
        where = f"{name_of(page)}:{block.line}"
        if block.language == "setup":
            session.prepare(block.text)
        elif block.language == "python":
            printed = session.python(block.text, str(page), block.line)
            told = after is not None and after.language == "text" and after.follows
            wrong = mismatch(after.text if told and after else "", printed)
            assert wrong is None, f"{where}: {wrong}"
        elif block.language == "console":
            given = commands(block.text, block.line)
            for command, following in zip(given, [*given[1:], None], strict=True):
                shown = session.shell(command.words, command.shown)
                where = f"{name_of(page)}:{command.line}: {command.words}"
                wrong = mismatch(command.shown, shown)
                assert wrong is None, f"{where}\n{wrong}"
                asked = following is not None and following.words == "echo $?"
                assert asked or not session.fails_silently(shown), f"{where} failed:\n{shown}"


@pytest.mark.parametrize("text", texts("toml"))
def test_configuration_on_a_page_is_right(text: str) -> None:
    assert tomllib.loads(text)
    assert problems(text, path="dotstream.toml") == []


@pytest.mark.parametrize("text", texts("json"))
def test_json_on_a_page_is_right(text: str) -> None:
    assert json.loads(text)


@pytest.mark.parametrize("text", texts("sh"))
def test_a_script_on_a_page_is_one(text: str) -> None:
    subprocess.run(["bash", "-n"], input=text.encode(), check=True)


@pytest.mark.parametrize(
    ("expected", "shown"),
    [
        ("linked\n", "linked\n"),
        ("first\n…\nlast\n", "first\nlast\n"),
        ("first\n…\nlast\n", "first\n1\n2\nlast\n"),
        ("took … ms\n", "took 12.5 ms\n"),
        ("key  # default\n", "key        # default\n"),
    ],
)
def test_the_notation_allows(expected: str, shown: str) -> None:
    assert mismatch(expected, shown) is None


@pytest.mark.parametrize(
    ("expected", "shown"),
    [
        ("", "something\n"),
        ("linked\n", ""),
        ("1 linked\n", "2 linked\n"),
        ("took … ms\n", "took\n12 ms\n"),
        ("  link\n", "link\n"),
    ],
)
def test_the_notation_does_not_allow(expected: str, shown: str) -> None:
    assert mismatch(expected, shown) is not None
