"""Which directory a place belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dotstream.client import Client
from dotstream.config.discover import find_root

if TYPE_CHECKING:
    from pathlib import Path


def found(start: Path | str) -> str | None:
    return find_root(str(start), home="/nobody", environ={})


@pytest.mark.parametrize("name", ["dotstream.toml", ".stowrc", ".stow"])
def test_a_directory_is_found_from_itself_and_from_below(tmp_path: Path, name: str) -> None:
    below = tmp_path / "dotfiles/zsh/deep"
    below.mkdir(parents=True)
    (tmp_path / "dotfiles" / name).touch()
    for start in (below, tmp_path / "dotfiles"):
        assert found(start) == str(tmp_path / "dotfiles")


def test_the_nearest_directory_wins(tmp_path: Path) -> None:
    inner = tmp_path / "outer/inner"
    inner.mkdir(parents=True)
    (tmp_path / "outer/dotstream.toml").touch()
    (inner / "dotstream.toml").touch()
    assert found(inner) == str(inner)


@pytest.mark.parametrize("name", [".stowrc", ".stow"])
@pytest.mark.parametrize("outer", ["dotstream.toml", ".stowrc"])
def test_what_a_package_has_marks_no_package_directory(
    tmp_path: Path, name: str, outer: str
) -> None:
    package = tmp_path / "outer/package/deep"
    package.mkdir(parents=True)
    (tmp_path / "outer" / outer).touch()
    (package.parent / name).touch()
    assert found(package) == str(tmp_path / "outer")


def test_beside_the_package_directory_a_marker_counts(tmp_path: Path) -> None:
    for name in ("home", "etc"):
        (tmp_path / name).mkdir()
    (tmp_path / "dotstream.toml").write_text('directory = "home"\n')
    (tmp_path / "etc/.stowrc").touch()
    assert found(tmp_path / "etc") == str(tmp_path / "etc")
    (tmp_path / "home/.stowrc").touch()  # this is no package's, but the directory's own
    assert found(tmp_path / "home") == str(tmp_path / "home")


def test_a_place_that_belongs_to_none_has_none(tmp_path: Path) -> None:
    assert found(tmp_path) is None


def test_a_start_that_does_not_exist_still_has_ancestors(tmp_path: Path) -> None:
    (tmp_path / "dotstream.toml").touch()
    assert found(f"{tmp_path}/gone/../gone/") == str(tmp_path)


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
