"""Which directory a place belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dotstream.client import Client
from dotstream.config.discover import find_directory

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["dotstream.toml", ".stowrc", ".stow"])
def test_a_directory_is_found_from_itself_and_from_below(tmp_path: Path, name: str) -> None:
    below = tmp_path / "dotfiles/zsh/deep"
    below.mkdir(parents=True)
    (tmp_path / "dotfiles" / name).touch()
    for start in (below, tmp_path / "dotfiles"):
        assert find_directory(str(start)) == str(tmp_path / "dotfiles")


def test_the_nearest_directory_wins(tmp_path: Path) -> None:
    inner = tmp_path / "outer/inner"
    inner.mkdir(parents=True)
    (tmp_path / "outer/dotstream.toml").touch()
    (inner / ".stow").touch()
    assert find_directory(str(inner)) == str(inner)


def test_a_place_that_belongs_to_none_has_none(tmp_path: Path) -> None:
    assert find_directory(str(tmp_path)) is None


def test_a_start_that_does_not_exist_still_has_ancestors(tmp_path: Path) -> None:
    (tmp_path / "dotstream.toml").touch()
    assert find_directory(f"{tmp_path}/gone/../gone/") == str(tmp_path)


def test_the_variable_comes_before_what_is_found_as_the_documentation_says(
    tmp_path: Path,
) -> None:
    for name in ("named", "here"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "dotstream.toml").touch()
    here, named = str(tmp_path / "here"), str(tmp_path / "named")
    assert Client(cwd=here, environ={"DOTSTREAM_DIR": named}, home="/").directory == named
    assert Client(cwd=here, environ={}, home="/").directory == here
    assert Client(here, environ={"DOTSTREAM_DIR": named}, home="/").directory == here
    told = Client.__doc__ or ""
    assert told.index("DOTSTREAM_DIR") < told.index("nearest")
