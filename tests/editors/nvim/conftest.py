"""A package directory in a scratch home, and a Neovim whose working directory it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.editors.nvim.neovim import Neovim
from tests.lsp.conftest import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def world(scratch_home: Path) -> World:
    """Return a package directory with the packages vim and zsh, in an empty home."""
    return World(scratch_home)


@pytest.fixture
def nvim(world: World) -> Iterator[Neovim]:
    """Return a Neovim in the package directory."""
    with Neovim(world.root) as editor:
        yield editor
