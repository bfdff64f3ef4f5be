"""File names are bytes: not UTF-8, with newlines, with everything that means something."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

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


@pytest.mark.parametrize(("name", "shown"), NAMES.values(), ids=NAMES)
def test_a_name_is_shown_linked_and_unlinked(
    name: bytes, shown: str, world: World, nvim: Neovim
) -> None:
    source = os.fsencode(world.root / "odd") + b"/" + name
    os.makedirs(os.path.dirname(source))
    with open(source, "wb") as file:
        file.write(b"content\n")
    nvim.dotstream("plan manage odd", "planned")
    (row,) = nvim.lines()[1:]
    assert shown in row
    nvim.command("write")
    nvim.until("applied")
    path = os.fsencode(world.target) + b"/" + name
    assert os.path.samefile(path, source)
    nvim.dotstream("plan unmanage odd", "planned")
    nvim.command("write")
    nvim.until("applied")
    assert not os.path.lexists(path)


@pytest.mark.parametrize(("name", "shown"), NAMES.values(), ids=NAMES)
def test_a_conflict_of_any_name_is_settled(
    name: bytes, shown: str, world: World, nvim: Neovim
) -> None:
    source = os.fsencode(world.root / "odd") + b"/" + name
    os.makedirs(os.path.dirname(source))
    path = os.fsencode(world.target) + b"/" + name
    for place in (source, path):
        with open(place, "wb") as file:
            file.write(place)
    nvim.dotstream("plan manage odd", "planned")
    assert shown in nvim.lines()[1]
    nvim.choose("backup")
    nvim.press("]cga")
    nvim.until("planned")
    nvim.command("write")
    nvim.until("applied")
    assert os.path.samefile(path, source)
