"""The scripts of the recordings: pages of one console block, run by ``tests/docs`` as well."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from tests.docs.pages import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.docs.pages import Block

__all__ = ["SCRIPTS", "picture", "transcript", "typed"]

SCRIPTS = sorted((Path(__file__).parent / "played").glob("*.md"))

_TYPED = re.compile(r"(?m)^\$ (.+)$|\[(?:\w/)+\w\] (\w+)$")


def picture(script: Path) -> Path:
    """Return where the picture of a script is."""
    return ROOT / "docs/images" / f"{script.stem}.svg"


def transcript(found: Iterable[Block]) -> str:
    """Return what a script shows."""
    return "".join(block.text for block in found if block.language == "console")


def typed(found: Iterable[Block]) -> list[str]:
    """Return what is typed in it, commands and answers, line by line."""
    return [command or answer for command, answer in _TYPED.findall(transcript(found))]
