"""Which packages a request is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.systems import any_bytes

from dotstream.config.load import load
from dotstream.config.names import package_name
from dotstream.errors import PackageNotFound, PermissionRefused, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from dotstream.config.settings import Settings


@pytest.fixture
def place(tmp_path: Path) -> Path:
    directory = tmp_path / "dotfiles"
    for name in ("zsh", "git", "vim", ".git"):
        (directory / name).mkdir(parents=True)
    (directory / "README").touch()
    (tmp_path / "elsewhere").mkdir()
    (directory / "linked").symlink_to(tmp_path / "elsewhere")
    return directory


def settings(
    directory: Path,
    text: str = "",
    *,
    hostname: str = "Laptop.example.org",
    platform: str = "linux",
) -> Settings:
    (directory / "dotstream.toml").write_text(text)
    return load(str(directory), home="/home/me", environ={}, hostname=hostname, platform=platform)


PROFILES = """
[profiles.default]
packages = ["zsh"]
[profiles.work]
packages = ["git", "vim"]
extends = "default"
[profiles.all]
extends = ["work", "default"]
packages = ["linked"]
"""


def test_packages_are_directories_that_are_not_hidden(place: Path) -> None:
    assert settings(place).available() == ("git", "linked", "vim", "zsh")


@any_bytes
def test_names_that_are_not_utf8_are_packages_and_sorted_by_bytes(place: Path) -> None:
    for name in ("caf\udce9", "é", "z z"):
        (place / name).mkdir()
    available = settings(place).available()
    assert available == ("caf\udce9", "git", "linked", "vim", "z z", "zsh", "é")
    assert settings(place).select(["caf\udce9", "z z"]) == ("caf\udce9", "z z")


def test_packages_come_in_the_order_they_are_named_each_once(place: Path) -> None:
    assert settings(place).select(["zsh", "git/", "zsh//"]) == ("zsh", "git")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "it is empty"),
        ("/", "it is an absolute path"),
        ("/etc", "it is an absolute path"),
        (".", "it is the package directory; if that is itself one, set layout"),
        ("./", "it is the package directory; if that is itself one, set layout"),
        ("..", "it is not inside the package directory"),
        ("../", "it is not inside the package directory"),
        ("../other", "it leaves the package directory"),
        ("zsh/../..", "it leaves the package directory"),
        ("zsh/sub", "it has a slash, and packages are not nested; did you mean 'zsh'?"),
        ("./zsh/sub", "it has a slash, and packages are not nested; did you mean 'zsh'?"),
        ("dots/zsh", "it has a slash, and packages are not nested; did you mean 'zsh'?"),
        ("other/sub", "it has a slash, and packages are not nested; give the name of a dir"),
        ("/home/me/dots/zsh", "it is an absolute path; did you mean 'zsh'?"),
        ("zsh\0", "it has a zero byte"),
        (".git", "hidden directories are not packages"),
    ],
)
def test_a_name_that_is_no_package_name_is_refused_with_its_reason(
    place: Path, name: str, reason: str
) -> None:
    with pytest.raises(UsageError) as caught:
        settings(place).select([name])
    assert str(caught.value).startswith(f"{name!r} is not a package name: {reason}")


@pytest.mark.parametrize("name", ["zsh///", "./zsh", "././zsh/", ".//zsh"])
def test_a_name_is_taken_as_a_shell_completes_its_path(name: str) -> None:
    assert package_name(name) == "zsh"


def test_a_package_that_does_not_exist_names_the_nearest(place: Path) -> None:
    with pytest.raises(PackageNotFound) as caught:
        settings(place).select(["git", "zhs"])
    assert caught.value.nearest == ["zsh"]
    assert str(caught.value) == f"no package 'zhs' in {place}; did you mean zsh?"


def test_a_package_that_is_a_link_to_nothing_is_told_as_that(place: Path) -> None:
    (place / "work").symlink_to("/volumes/work")
    with pytest.raises(PackageNotFound) as caught:
        settings(place).select(["work"])
    said = "it is a link that leads nowhere now"
    assert str(caught.value) == f"no package 'work' in {place}; {said}"


def test_a_file_is_no_package(place: Path) -> None:
    with pytest.raises(PackageNotFound):
        settings(place).select(["README"])


# -- profiles


def test_nothing_named_means_the_default_profile(place: Path) -> None:
    assert settings(place, PROFILES).select() == ("zsh",)


def test_nothing_named_and_no_default_profile_says_what_to_do(place: Path) -> None:
    with pytest.raises(UsageError, match="no packages named") as refused:
        settings(place).select()
    assert refused.value.remedy == "name_packages"


def test_a_profile_starts_with_the_profiles_it_extends(place: Path) -> None:
    assert settings(place, PROFILES).select(profile="work") == ("zsh", "git", "vim")
    assert settings(place, PROFILES).select(profile="all") == ("zsh", "git", "vim", "linked")


def test_a_profile_adds_to_the_packages_named(place: Path) -> None:
    assert settings(place, PROFILES).select(["vim"], "default") == ("vim", "zsh")


def test_an_unknown_profile_names_the_nearest(place: Path) -> None:
    with pytest.raises(UsageError, match="no profile 'wrok'; did you mean 'work'"):
        settings(place, PROFILES).select(profile="wrok")
    with pytest.raises(UsageError, match="no profile 'x'; there are default or work or all"):
        settings(place, PROFILES).select(profile="x")
    with pytest.raises(UsageError, match="no profile 'x': no profiles are defined"):
        settings(place).select(profile="x")


def test_a_profile_with_a_missing_package_is_refused(place: Path) -> None:
    with pytest.raises(PackageNotFound, match="no package 'gone'"):
        settings(place, '[profiles.a]\npackages = ["gone"]\n').select(profile="a")


# -- this machine

LIMITED = """
[packages.zsh]
platforms = ["darwin"]
[packages.vim]
hosts = ["server*"]
[profiles.default]
packages = ["git", "vim", "zsh"]
"""


def test_everything_is_every_package_for_this_machine(place: Path) -> None:
    assert settings(place).select(everything=True) == ("git", "vim", "zsh")
    assert settings(place, LIMITED).select(everything=True) == ("git",)


def test_a_profile_leaves_out_what_is_not_for_this_machine(place: Path) -> None:
    assert settings(place, LIMITED).select() == ("git",)
    assert settings(place, LIMITED, platform="darwin").select() == ("git", "zsh")
    assert settings(place, LIMITED, hostname="server7").select() == ("git", "vim")


def test_a_package_named_by_itself_must_be_for_this_machine(place: Path) -> None:
    with pytest.raises(UsageError) as caught:
        settings(place, LIMITED).select(["zsh"])
    assert str(caught.value) == (
        "package 'zsh' is not for this machine: it is for darwin, and this is linux"
    )
    with pytest.raises(UsageError, match=r"for the host server\*, and this is Laptop"):
        settings(place, LIMITED).select(["vim"])


def test_packages_for_other_machines_can_be_chosen_to_remove_them(place: Path) -> None:
    assert settings(place, LIMITED).select(["zsh"], anywhere=True) == ("zsh",)
    everything = settings(place, LIMITED).select(everything=True, anywhere=True)
    assert everything == ("git", "linked", "vim", "zsh")


@pytest.mark.parametrize(
    ("hosts", "matches"),
    [
        ('["laptop"]', True),
        ('["laptop.example.org"]', True),
        ('["LAPTOP"]', True),
        ('["*.example.org"]', True),
        ('["desk", "lap*"]', True),
        ('["lap"]', False),
        ('["example.org"]', False),
    ],
)
def test_hosts_match_the_full_name_or_its_first_label(
    place: Path, hosts: str, matches: bool
) -> None:
    found = settings(place, f"[packages.zsh]\nhosts = {hosts}\n")
    assert (found.excluded("zsh") is None) is matches


def test_macos_is_another_word_for_darwin(place: Path) -> None:
    text = '[packages.zsh]\nplatforms = ["macos"]\n'
    assert settings(place, text, platform="darwin").excluded("zsh") is None
    assert settings(place, text).excluded("zsh") == "it is for macos, and this is linux"


# -- required


def test_a_required_package_has_to_exist_where_everything_is_meant(place: Path) -> None:
    text = "[packages.nvim]\nrequired = true\n"
    with pytest.raises(PackageNotFound, match=r"no package 'nvim'.*did you mean vim"):
        settings(place, text).select(everything=True)
    assert settings(place, text).select(["zsh"]) == ("zsh",)


def test_a_required_package_is_only_required_where_it_is_meant_for(place: Path) -> None:
    text = '[packages.nvim]\nrequired = true\nplatforms = ["darwin"]\n'
    assert settings(place, text).select(everything=True) == ("git", "vim", "zsh")


def test_a_package_that_is_configured_but_not_there_is_no_error(place: Path) -> None:
    text = "[packages.nvim]\n"
    assert "nvim" not in settings(place, text).select(everything=True)


def test_a_directory_that_went_away_is_an_error_not_an_empty_list(place: Path) -> None:
    found = settings(place)
    place.rename(place.parent / "moved")
    with pytest.raises((UsageError, PermissionRefused), match="No such file or directory"):
        found.select(everything=True)


def test_a_link_out_of_the_repository_is_a_package_only_where_it_is_named(place: Path) -> None:
    (place / "inside").symlink_to("zsh")
    found, everything = settings(place), ("git", "inside", "vim", "zsh")
    assert found.select(everything=True) == everything
    assert found.select(["linked"]) == ("linked",)
    with_links = found.select(everything=True, recorded=lambda: {"linked"})
    assert with_links == tuple(sorted((*everything, "linked")))
    for text in ("[packages.linked]\n", 'include = ["linked", "*"]\n'):
        assert settings(place, text).select(everything=True) == with_links
