"""Editors at real servers, in a home with a package directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from tests.lsp.language.desk import CAPABLE, PLAIN, Desk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
def root(scratch_home: Path) -> Path:
    """Return a package directory with the packages vim and zsh."""
    root = scratch_home / "dotfiles"
    for path in ("zsh/dot-zshrc", "vim/dot-vimrc", "vim/dot-vim/colors/dusk.vim"):
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# {path}\n")
    (root / "dotstream.toml").write_text('folding = "never"\n')
    return root


@pytest_asyncio.fixture
async def desk(root: Path) -> AsyncIterator[Desk]:
    """Return an editor that only asks."""
    found = await Desk.sit_down(capabilities=PLAIN, folders=[root])
    yield found
    await found.leave()


@pytest_asyncio.fixture
async def capable(root: Path) -> AsyncIterator[Desk]:
    """Return an editor that takes every request."""
    found = await Desk.sit_down(capabilities=CAPABLE, folders=[root])
    yield found
    await found.leave()


@pytest.fixture(scope="module")
def shared_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a package directory for the tests of a module that change nothing."""
    made = tmp_path_factory.mktemp("dotfiles")
    for name in ("vim", "zsh", "my dots"):
        (made / name).mkdir()
    return made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(shared_root: Path) -> AsyncIterator[Desk]:
    """Return one editor for the tests of a module that change nothing."""
    found = await Desk.sit_down(capabilities=PLAIN, folders=[shared_root])
    yield found
    await found.leave()
