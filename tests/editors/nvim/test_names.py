"""File names are bytes: not UTF-8, with newlines, with everything that means something."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.editors.nvim.neovim import Neovim
    from tests.lsp.conftest import World

NAMES = {
    "not UTF-8": (b"caf\xe9", "caf\\xe9"),
    "a newline": (b"two\nlines", "two\\"),
    "percent and hash": (b"100%#;?", "100%#;?"),
    "quotes and spaces": (b'it\'s "so" $HOME', 'it\'s "so" $HOME'),
    "a tab": (b"a\tb", "a\\"),
    "brackets": (b"[x]{y}*", "[x]{y}*"),
    "no ASCII": ("žluť→".encode(), "žluť→"),
}


def _places(world: World) -> dict[bytes, bytes]:
    """Make a package of all names; return the file of each by its place in the target."""
    os.makedirs(world.root / "odd")
    here, there = os.fsencode(world.root / "odd"), os.fsencode(world.target)
    sources = {there + b"/" + name: here + b"/" + name for name, _ in NAMES.values()}
    for source in sources.values():
        with open(source, "wb") as file:
            file.write(b"content\n")
    return sources


def _rows(nvim: Neovim, word: str) -> list[str]:
    """Return the rows that begin with a word, each of which shows one name."""
    rows = [line for line in nvim.lines() if line.startswith(f"  {word}")]
    for _, shown in NAMES.values():
        assert len([row for row in rows if shown in row]) == 1, shown
    return rows


def test_names_are_shown_linked_and_unlinked(world: World, nvim: Neovim) -> None:
    places = _places(world)
    nvim.dotstream("plan manage odd", "planned")
    assert len(_rows(nvim, "link")) == len(NAMES)
    nvim.command("write")
    nvim.until("applied")
    for place, source in places.items():
        assert os.path.islink(place)
        assert os.path.samefile(place, source)
    nvim.dotstream("plan unmanage odd", "planned")
    assert len(_rows(nvim, "unlink")) == len(NAMES)
    nvim.command("write")
    nvim.until("applied")
    assert [place for place in places if os.path.lexists(place)] == []


def test_conflicts_of_any_name_are_settled_one_by_one(world: World, nvim: Neovim) -> None:
    places = _places(world)
    for place in places:
        with open(place, "wb") as file:
            file.write(place)
    nvim.dotstream("plan manage odd", "planned")
    assert len(_rows(nvim, "conflict")) == len(NAMES)
    for left in reversed(range(len(NAMES))):
        nvim.choose("backup")
        nvim.press("gg]cga")
        nvim.until("planned")
        assert len([line for line in nvim.lines() if line.startswith("  conflict")]) == left
    nvim.command("write")
    nvim.until("applied")
    for place, source in places.items():
        assert os.path.samefile(place, source)
