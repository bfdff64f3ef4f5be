"""A recording shows what the program shows today, and makes sense where nothing moves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from tests.docs.pages import blocks
from tests.docs.session import mismatch
from tests.recordings.scripts import SCRIPTS, picture, transcript, typed

if TYPE_CHECKING:
    from pathlib import Path

SVG = "{http://www.w3.org/2000/svg}"
CELL, MARGIN = 8.4, 16


def text_of(row: ET.Element) -> str:
    """Return a row as it is read."""
    line = ""
    for span in row.iter(f"{SVG}tspan"):
        line = line.ljust(round((float(span.attrib["x"]) - MARGIN) / CELL)) + (span.text or "")
    return line


def last_screen(path: Path) -> str:
    """Return what a picture shows where nothing moves."""
    rows = ET.parse(path).getroot().iter(f"{SVG}g")  # noqa: S314 - it is our own
    there = {
        int(text.attrib["y"]): text_of(text)
        for row in rows
        if row.get("class") != "gone"
        for text in row.iter(f"{SVG}text")
    }
    first, height = min(there), 19
    lines = [there.get(y, "") for y in range(first, max(there) + 1, height)]
    return "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_the_last_screen_is_all_that_the_script_shows(script: Path) -> None:
    expected = transcript(blocks(script.read_text(encoding="utf-8")))
    wrong = mismatch(f"{expected}$\n", last_screen(picture(script)))
    assert wrong is None, f"{wrong}\nmake it again with: make recordings"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_every_command_and_answer_is_typed(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    assert len(typed(blocks(text))) == len(re.findall(r"(?m)^\$ |\[(?:\w/)+\w\] \w", text))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_it_moves_only_for_those_who_did_not_ask_for_less_motion(script: Path) -> None:
    drawing = picture(script).read_text(encoding="utf-8")
    still, moving = drawing.split("@media (prefers-reduced-motion: no-preference)")
    assert "animation" not in still
    assert "@keyframes" in moving
    assert "prefers-color-scheme: dark" in still
