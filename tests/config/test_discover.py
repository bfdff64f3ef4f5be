"""Which directory a place belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dotstream.client import Client
from dotstream.config.discover import find_root
from dotstream.errors import UsageError

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


def test_the_users_own_stowrc_marks_nothing_but_names_a_directory(tmp_path: Path) -> None:
    (tmp_path / "dots/zsh").mkdir(parents=True)
    (tmp_path / "src").mkdir()
    (tmp_path / ".stowrc").write_text("--no-folding\n")
    home = str(tmp_path)
    assert find_root(f"{home}/src", home=home, environ={}) is None
    with pytest.raises(UsageError, match="no package directory here"):
        Client(cwd=f"{home}/src", environ={}, home=home)
    (tmp_path / ".stowrc").write_text("--dir=~/dots --target=~ --no-folding\n")
    client = Client(cwd=f"{home}/src", environ={}, home=home)
    assert (client.directory, client.target) == (f"{home}/dots", home)
    assert client.settings.folding == "never"
    assert client.settings.wishes == ()  # the user's own wish is no stranger's


def test_the_options_of_both_resource_files_count(tmp_path: Path) -> None:
    (tmp_path / "dots/stow/zsh").mkdir(parents=True)
    (tmp_path / ".stowrc").write_text("--dotfiles --ignore=a --target=~/x\n")
    (tmp_path / "dots/.stowrc").write_text("--dir=stow --ignore=b --target=..\n")
    for start in ("dots", "dots/stow/zsh"):
        settings = Client(cwd=f"{tmp_path}/{start}", environ={}, home=str(tmp_path)).settings
        assert settings.directory == f"{tmp_path}/dots/stow"
        assert (settings.target, settings.dotfiles) == (str(tmp_path), True)
        assert settings.ignore_regex == ("a", "b")


def test_a_link_to_a_package_s_file_marks_nothing(tmp_path: Path) -> None:
    (tmp_path / "dots/stow").mkdir(parents=True)
    for name in (".stow", ".stowrc", "dotstream.toml"):
        (tmp_path / "dots/stow" / name).touch()
        (tmp_path / name).symlink_to(f"dots/stow/{name}")
    (tmp_path / "src").mkdir()
    assert found(tmp_path / "src") is None


def test_a_link_to_a_file_of_no_package_marks(tmp_path: Path) -> None:
    (tmp_path / "common.toml").touch()
    (tmp_path / "dots").mkdir()
    (tmp_path / "dots/dotstream.toml").symlink_to("../common.toml")
    assert found(tmp_path / "dots") == str(tmp_path / "dots")


def test_a_directory_is_no_marker_of_stows(tmp_path: Path) -> None:
    (tmp_path / ".stow/zsh").mkdir(parents=True)  # packages in ~/.stow are quite usual
    (tmp_path / "src").mkdir()
    assert found(tmp_path / "src") is None


@pytest.mark.parametrize(
    ("written", "target"), [("", "usr/local"), ("--target=..", "usr/local"), ("-t /srv", "/srv")]
)
def test_with_stows_marker_alone_the_defaults_of_stow_hold(
    tmp_path: Path, written: str, target: str
) -> None:
    (tmp_path / "usr/local/stow").mkdir(parents=True)
    (tmp_path / "home").mkdir()
    (tmp_path / "usr/local/stow" / (".stowrc" if written else ".stow")).write_text(written)
    client = Client(cwd=f"{tmp_path}/usr/local/stow", environ={}, home=f"{tmp_path}/home")
    settings = client.settings
    assert settings.target == str(tmp_path / target)
    assert (settings.folding, settings.dotfiles) == ("always", False)


def test_without_any_file_no_directory_outside_of_the_home_links_into_it(tmp_path: Path) -> None:
    (tmp_path / "usr/local/stow").mkdir(parents=True)
    (tmp_path / "home/dots").mkdir(parents=True)
    home = f"{tmp_path}/home"
    assert Client(f"{tmp_path}/usr/local/stow", home=home).target == f"{tmp_path}/usr/local"
    assert Client(f"{home}/dots", home=home).target == home


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
    assert Client(cwd=here, environ={"DOTSTREAM_DIR": named}, home=here).directory == named
    assert Client(cwd=here, environ={}, home=here).directory == here
    assert Client(here, environ={"DOTSTREAM_DIR": named}, home=here).directory == here
    told = Client.__doc__ or ""
    assert told.index("DOTSTREAM_DIR") < told.index("nearest")


def test_the_home_is_no_package_directory_for_its_stowrc(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home/.stowrc").write_text("--no-folding\n")
    client = Client(tmp_path / "home", environ={}, home=f"{tmp_path}/home")
    with pytest.raises(UsageError, match="is your home, and no package directory"):
        _ = client.settings
