"""A server of the plugin's own: asked about, installed, and kept where a try fails."""

from __future__ import annotations

import os
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.editors.nvim.neovim import Neovim

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lsp.conftest import World

PROGRAM = Path(sys.executable).parent / "dotstream"


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """Return a wheel whose program is the server of this environment: pip needs no network."""
    path = tmp_path / "dotstream-0.1.0-py3-none-any.whl"
    about = "dotstream-0.1.0.dist-info"
    run = (
        f"import os, sys\ndef main():\n    os.execv('{PROGRAM}', ['dotstream', *sys.argv[1:]])\n"
    )
    tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("dotstream_stand_in.py", run)
        archive.writestr(
            f"{about}/METADATA", "Metadata-Version: 2.1\nName: dotstream\nVersion: 0.1.0\n"
        )
        archive.writestr(f"{about}/WHEEL", tags)
        archive.writestr(
            f"{about}/entry_points.txt",
            "[console_scripts]\ndotstream = dotstream_stand_in:main\n",
        )
        archive.writestr(f"{about}/RECORD", "")
    return path


@pytest.fixture
def bare(world: World, tmp_path: Path) -> Iterator[Neovim]:
    """Return a Neovim without the program on its PATH, with a file of a package open."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "python3").symlink_to(os.path.realpath(sys.executable))
    with Neovim(world.root, path=f"{programs}:/usr/bin:/bin") as nvim:
        nvim.command("edit zsh/dot-zshrc")
        nvim.wait("#_G.notes == 1")
        yield nvim


def told(nvim: Neovim, words: str) -> None:
    """Wait until something was told."""
    nvim.wait(
        "vim.iter(_G.notes):any(function(n) return n.text:find(a[1], 1, true) ~= nil end)", words
    )


def test_it_is_installed_and_open_files_get_it(world: World, wheel: Path, bare: Neovim) -> None:
    bare.choose("Install")
    bare.dotstream(f"install {wheel}")
    told(bare, "the server is installed")
    (asked,) = bare.asked()
    assert asked["prompt"].startswith(f"Install {wheel} with pip into ~/")
    bare.wait("(vim.b.dotstream_status or ''):find('not linked') ~= nil")
    bare.dotstream("plan manage zsh", "planned")
    bare.command("write")
    bare.until("applied")
    assert (world.target / ".zshrc").is_symlink()
    bare.choose("Install")
    bare.dotstream("install no-such-file.whl")
    told(bare, "not installed:")
    assert bare.lua("return require('dotstream.install').program() ~= nil")
    bare.command("checkhealth dotstream")
    assert any("OK the server answers" in line for line in bare.lines())


def test_nothing_is_installed_unasked(bare: Neovim) -> None:
    bare.choose("Cancel")
    bare.dotstream("install")
    told(bare, "nothing was installed")
    assert bare.lua("return vim.fn.isdirectory(vim.fn.stdpath('data') .. '/dotstream')") == 0


def test_the_server_of_an_older_plugin_is_said_to_be_old(world: World) -> None:
    with Neovim(world.root, path="/usr/bin:/bin") as nvim:
        nvim.lua("vim.fn.mkdir(vim.fn.stdpath('data') .. '/dotstream/venv-0.0.9', 'p')")
        nvim.command("edit zsh/dot-zshrc")
        told(nvim, "the server is old; give :Dotstream install")
