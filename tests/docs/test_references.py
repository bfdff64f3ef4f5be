"""What a page refers to exists: commands, flags, names; ``test_links`` has its links."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.docs.links import document
from tests.docs.pages import PAGES, ROOT, blocks, name_of, prose

import dotstream
from dotstream import errors
from dotstream.cli.registry import COMMANDS, PROGRAMS
from dotstream.cli.session import Session

if TYPE_CHECKING:
    from pathlib import Path

HELP = (ROOT / "docs/reference/command-line.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()

_CODE = re.compile(r"`([^`\n]+)`")
_CALL = re.compile(r"(?:^|[\s('\"|&])dotstream((?:\s+(?!#)[^\s|&;)]+)+)")
_FLAG = re.compile(r"^--?[a-zA-Z][\w-]*")

NARRATIVE = [page for page in PAGES if page.name not in {"command-line.md", "protocol.md"}]


def help_of(command: str) -> str:
    found = re.search(rf"(?ms)^## dotstream {re.escape(command)}\n(.*?)(?=^## |\Z)", HELP)
    return found[1] if found else ""


def calls(page: Path) -> list[list[str]]:
    """Return the words after ``dotstream`` wherever a page tells a reader to run it."""
    text = page.read_text()
    lines = [
        line
        for block in blocks(text)
        if block.language in {"console", "sh"}
        for line in block.text.splitlines()
        if block.language == "sh" or line.startswith("$ ")
    ]
    lines += [code for code in _CODE.findall(prose(text)) if code.startswith("dotstream ")]
    return [match.split() for line in lines for match in _CALL.findall(line)]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_and_their_flags_exist(page: Path) -> None:
    wrong = []
    for words in calls(page):
        command = next((word for word in words if word in {**COMMANDS, **PROGRAMS}), None)
        if command is None:
            if not words[0].startswith("-") and words[0] not in {"COMMAND", "…"}:
                wrong.append(" ".join(words))
            continue
        text = help_of(command)
        for word in words:
            flag = _FLAG.match(word)
            if flag and not re.search(rf"{flag[0]}\b", text):
                short = len(flag[0]) > 2 and not flag[0].startswith("--")
                if not (short and all(f"-{letter}" in text for letter in flag[0][1:])):
                    wrong.append(f"{command} {word}")
    assert wrong == []


@pytest.mark.parametrize("page", NARRATIVE, ids=name_of)
def test_flags_mentioned_alone_exist(page: Path) -> None:
    flags = {
        flag[0]
        for code in _CODE.findall(prose(page.read_text()))
        if (flag := re.match(r"--[a-z][\w-]*", code))
    }
    assert sorted(flag for flag in flags if flag not in HELP) == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_make_targets_exist(page: Path) -> None:
    text = page.read_text()
    named = re.findall(r"`make ([\w-]+)", text) + [
        name
        for block in blocks(text)
        if block.language == "sh"
        for name in re.findall(r"(?m)^make ([\w-]+)", block.text)
    ]
    assert [name for name in named if not re.search(rf"(?m)^{name}:", MAKEFILE)] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_names_of_the_library_exist(page: Path) -> None:
    text = page.read_text()
    named = re.findall(r"\bdotstream\.([A-Z]\w+)", text)
    assert [name for name in named if name not in dotstream.__all__] == []
    raised = re.findall(r"\berrors\.([A-Z]\w+)", text)
    assert [name for name in raised if name not in vars(errors)] == []


def test_every_page_can_be_reached_from_the_start() -> None:
    seen: set[Path] = set()
    todo = [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        if page in seen or page not in PAGES:
            continue
        seen.add(page)
        todo += [
            (page.parent / link.partition("#")[0]).resolve() for link in document(page).links
        ]
    pages = {page for page in PAGES if page.parent.name != "news"}  # they go to the changelog
    assert sorted(map(name_of, pages - seen)) == []


@pytest.mark.parametrize(
    ("page", "heading"), [("README.md", "Status"), ("CHANGELOG.md", "Not there yet")]
)
def test_what_is_said_not_to_be_there_yet_is_not_there(page: str, heading: str) -> None:
    section = re.search(rf"(?ms)^##+ {heading}\n(.*?)(?=^##|\Z)", (ROOT / page).read_text())
    assert section is not None
    named = set(_CODE.findall(section[1]))
    assert named & {*COMMANDS, *PROGRAMS} == set()


def test_the_readme_lists_every_command_once() -> None:
    table = re.search(r"(?ms)^## Commands\n(.*?)^##", (ROOT / "README.md").read_text())
    assert table is not None
    cells = re.findall(r"(?m)^\| (`.*?`) \|", table[1])
    named = [words.split()[0] for cell in cells for words in _CODE.findall(cell)]
    assert sorted(named) == sorted({**COMMANDS, **PROGRAMS})


@pytest.mark.parametrize("command", sorted({**COMMANDS, **PROGRAMS}))
def test_the_changelog_names_every_command(command: str) -> None:
    assert re.search(rf"`(dotstream )?{command}\b", (ROOT / "CHANGELOG.md").read_text())


def test_the_version_of_the_changelog_is_the_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    assert re.findall(r"(?m)^## ([\d.]+)", text)[0] == dotstream.__version__


@pytest.mark.parametrize("page", [p for p in PAGES if "contributing" in p.parts], ids=name_of)
def test_files_and_methods_that_contributors_are_sent_to_exist(page: Path) -> None:
    rooms = [*(ROOT / "server").rglob("*.*"), *(ROOT / "tests").rglob("*.*")]
    known = [f"/{path}" for path in (*rooms, *(ROOT / "docs").rglob("*.*"), *ROOT.glob("*.*"))]
    code = [each for each in _CODE.findall(prose(page.read_text())) if "NAME" not in each]
    files = [each for each in code if re.fullmatch(r"[\w./-]+\.(py|md|json)", each)]
    assert [each for each in files if not any(path.endswith(f"/{each}") for path in known)] == []
    methods = [found for each in code for found in re.findall(r"^session\.(\w+)", each)]
    assert [each for each in methods if not hasattr(Session, each)] == []
