"""The documentation as data: pages, and the blocks in them.

What a page may hold, all of it run by ``test_examples.py`` from top to bottom in a home of
its own, which is shown as ``/home/me`` on a machine that is shown as ``nas``:

``console``
    Commands after ``$``, each followed by everything it shows on a terminal of 100 columns;
    ``>`` continues a command, and what follows ``[y/N]`` is typed.  ``…`` stands for what
    differs from run to run: in a line for any text, alone in a line for any lines.  So do
    times and digests in events.
``python``
    Run in one module per page; a ``text`` block right after it is what it prints.
``sh``
    Commands that are only read: installing and the like.
``toml``, ``json``
    Must be right.
``<!-- setup … -->``
    A script that makes the world that the page speaks of.  Pages without one begin in a
    copy of ``examples/dotfiles``, at ``~/dotfiles``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

__all__ = ["HOUSEHOLD", "PAGES", "ROOT", "Block", "blocks", "name_of", "prose"]

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])

HOUSEHOLD = f"cp -r '{ROOT}/examples/dotfiles' ~/dotfiles && cd ~/dotfiles"

_BLOCK = re.compile(
    r"^(?: *)```(?P<language>\w*)\n(?P<text>.*?)^ *```$|^<!-- setup\n(?P<setup>.*?)^-->$",
    re.MULTILINE | re.DOTALL,
)


class Block(NamedTuple):
    """One fenced block, or a script for the page's world (language ``setup``)."""

    language: str
    text: str
    line: int
    follows: bool  # the block before it, with nothing but blank lines in between


def blocks(text: str) -> list[Block]:
    """Return the blocks of a page, in order."""
    found: list[Block] = []
    end = -1
    for match in _BLOCK.finditer(text):
        follows = end >= 0 and not text[end : match.start()].strip()
        end = match.end()
        line = text.count("\n", 0, match.start()) + 2
        if match["setup"] is not None:
            found.append(Block("setup", match["setup"], line, follows))
        else:
            found.append(Block(match["language"], match["text"], line, follows))
    return found


def prose(text: str) -> str:
    """Return a page without its blocks."""
    return _BLOCK.sub("", text)


def name_of(page: Path) -> str:
    """Return a page's path inside the project."""
    return str(page.relative_to(ROOT))
