"""A package directory, a target, and editors connected to servers of their own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from tests.lsp.editor import Editor, uri

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class World:
    """A package directory beside a target, both real."""

    def __init__(self, home: Path) -> None:
        self.target = home
        self.root = home / "dotfiles"
        self.root.mkdir()
        (self.root / "dotstream.toml").write_text('folding = "never"\n')
        for path in ("zsh/dot-zshrc", "vim/dot-vimrc", "vim/dot-vim/colors/dusk.vim"):
            self.write(path)

    def write(self, path: str) -> None:
        """Make a file in the package directory."""
        full = self.root / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_text(f"# {path}\n")

    def grow(self, package: str, files: int) -> None:
        """Make a package of many empty files, a thousand a directory."""
        for number in range(files):
            directory = self.root / package / f"d{number // 1000:04}"
            if number % 1000 == 0:
                directory.mkdir(parents=True)
                (directory / "f000").touch()
            else:  # a name costs less than a file
                os.link(directory / "f000", directory / f"f{number % 1000:03}")

    def params(self, *packages: str, **more: Any) -> dict[str, Any]:
        """Return the parameters of a plan or an apply."""
        common = {"root": uri(self.root), "action": "manage", "packages": list(packages)}
        return {**common, "target": uri(self.target), **more}


@pytest.fixture
def world(scratch_home: Path) -> World:
    """Return a package directory with the packages vim and zsh, in an empty home."""
    return World(scratch_home)


@pytest.fixture(params=["buffered", "unbuffered"], scope="session")
def output(request: pytest.FixtureRequest) -> dict[str, str | None]:
    """Return how the server's standard output is set up, both ways."""
    return {"PYTHONUNBUFFERED": "1" if request.param == "unbuffered" else None}


@pytest.fixture
def editor(world: World) -> Iterator[Editor]:  # noqa: ARG001 - HOME is set by then
    """Return an editor that acknowledges every batch."""
    with Editor() as connected:
        connected.acks = True
        yield connected
    assert b"Traceback" not in connected.log, connected.log.decode()


@pytest.fixture(scope="module")
def server() -> Iterator[Editor]:
    """Return an editor for tests that change nothing; they share it."""
    with Editor() as connected:
        yield connected
    assert b"Traceback" not in connected.log, connected.log.decode()
