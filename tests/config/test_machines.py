"""What differs from machine to machine: targets, hosts, and a file that is yours alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dotstream.config.load import load
from dotstream.errors import ConfigError, PackageNotFound, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from dotstream.config.settings import Settings


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a package directory in a home."""
    for name in ("zsh", "code", "docs", "test-data"):
        (tmp_path / "home/dots" / name).mkdir(parents=True)
    return tmp_path / "home/dots"


def on(place: Path, hostname: str = "laptop", platform: str = "linux") -> Settings:
    return load(
        str(place),
        home=str(place.parent),
        environ={},
        hostname=hostname,
        platform=platform,
    )


def test_each_platform_and_each_host_has_its_target(place: Path) -> None:
    (place / "dotstream.toml").write_text(
        '[packages.code.target]\nlinux = "~/linux"\nmacos = "~/mac"\n"work-*" = "~/work"\n'
    )
    home = place.parent
    assert on(place).target_of("code") == f"{home}/linux"
    assert on(place, platform="darwin").target_of("code") == f"{home}/mac"
    assert on(place, hostname="work-1.example.org").target_of("code") == f"{home}/work"
    assert on(place, platform="freebsd").target_of("code") == str(home)  # as for all packages
    assert on(place).target_of("zsh") == str(home)


def test_the_target_at_the_top_may_differ_too(place: Path) -> None:
    (place / "dotstream.toml").write_text('target = { linux = "~/l", "!laptop" = "~/other" }\n')
    assert on(place).target == f"{place.parent}/l"
    assert on(place, hostname="desk").target == f"{place.parent}/other"
    assert on(place, platform="darwin").target == str(place.parent)


def test_a_wrong_target_of_one_machine_is_named_with_its_place(place: Path) -> None:
    (place / "dotstream.toml").write_text('[packages.code]\ntarget = { linux = "$NOPE" }\n')
    wrong = on(place).packages["code"].unset
    assert str(wrong).partition("dotstream.toml:")[2].startswith("2:20: the variable $NOPE")
    assert on(place, platform="darwin").target_of("code") == str(place.parent)
    (place / "dotstream.toml").write_text("[packages.code]\ntarget = { linux = 3 }\n")
    with pytest.raises(ConfigError, match=r"packages\.code\.target\.linux must be a string"):
        on(place)


@pytest.mark.parametrize(
    ("hosts", "enabled"),
    [
        ('["!laptop"]', False),
        ('["!desk"]', True),
        ('["!DESK", "!server*"]', True),
        ('["*", "!laptop"]', False),
        ('["lap*", "!desk"]', True),
        ('["desk", "!server"]', False),
    ],
)
def test_hosts_are_named_by_what_they_are_not(place: Path, hosts: str, enabled: bool) -> None:
    (place / "dotstream.toml").write_text(f"[packages.zsh]\nhosts = {hosts}\n")
    assert (on(place).excluded("zsh") is None) == enabled


def test_a_local_file_says_what_holds_here(place: Path) -> None:
    (place / "dotstream.toml").write_text(
        'folding = "never"\nlink = "absolute"\n[packages.zsh]\nfolding = "always"\n'
        'target = "~/z"\n[profiles.base]\npackages = ["zsh"]\n'
    )
    (place / "dotstream.local.toml").write_text(
        'link = "relative"\n[packages.zsh]\ntarget = "~/mine"\n[packages.code]\nhosts = ["x"]\n'
        '[profiles.default]\nextends = "base"\npackages = ["code"]\n'
    )
    found = on(place)
    assert (found.folding, found.link) == ("never", "relative")
    assert found.packages["zsh"].folding == "always"
    assert found.target_of("zsh") == f"{place.parent}/mine"
    assert found.profiles["default"] == ("zsh", "code")


def test_what_is_wrong_in_the_local_file_is_named_with_that(place: Path) -> None:
    (place / "dotstream.toml").write_text('[packages.zsh]\ntarget = "~/z"\n')
    for text, message in (
        ("\nfoldign = 1\n", r"dotstream\.local\.toml:2:1: unknown key 'foldign'"),
        (
            '[profiles.a]\nextends = "b"\n',
            r"dotstream\.local\.toml:2:11: there is no profile 'b'",
        ),
        ('target = "$X"\n', r"dotstream\.local\.toml:1:10: the variable \$X"),
    ):
        (place / "dotstream.local.toml").write_text(text)
        with pytest.raises(ConfigError, match=message):
            on(place)


def test_only_what_is_included_and_not_excluded_is_a_package(place: Path) -> None:
    (place / "dotstream.toml").write_text('exclude = ["docs", "test*"]\n')
    found = on(place)
    assert found.available() == ("code", "zsh")
    assert found.select(everything=True) == ("code", "zsh")
    with pytest.raises(UsageError, match=r"exclude names it: docs; .* out of exclude in /"):
        found.select(["docs"])
    (place / "dotstream.toml").write_text('exclude = ["*"]\n')
    with pytest.raises(UsageError, match=r"no packages in .* \(code: exclude names it: \*\)"):
        on(place).select(everything=True)
    assert found.select(["docs"], anywhere=True) == ("docs",)  # its links can be removed
    (place / "dotstream.toml").write_text('include = ["z*", "docs"]\nexclude = ["docs"]\n')
    assert on(place).available() == ("zsh",)
    with pytest.raises(UsageError, match=r"'code' is no package: include .* add it to include"):
        on(place).select(["code"])


def test_each_package_may_be_read_and_linked_in_its_own_way(place: Path) -> None:
    (place / "dotstream.toml").write_text(
        '[packages.zsh]\ndotfiles = false\nlayout = "named"\nlink = "absolute"\n'
    )
    found = on(place)
    zsh, code = found.package("zsh"), found.package("code")
    assert (zsh.dotfiles, zsh.layout, zsh.link) == (False, "named", "absolute")
    assert (code.dotfiles, code.layout, code.link) == (True, "mirror", "relative")


def test_a_repository_that_is_the_package_has_no_other(place: Path) -> None:
    (place / "dotstream.toml").write_text('layout = "single"\n')
    found = on(place)
    assert found.available() == found.select() == found.select(["./"]) == (".",)
    assert found.package(".").path == str(place)
    with pytest.raises(UsageError, match=r"no package 'zsh': .* is itself the one package, '\.'"):
        found.select(["zsh"])


def test_packages_in_a_directory_are_found_from_the_top_and_from_inside(place: Path) -> None:
    (place / "stow/vim").mkdir(parents=True)
    (place / "dotstream.toml").write_text('directory = "stow"\ntarget = "here"\n')
    for start in (place, place / "stow"):
        found = on(start)
        assert (found.directory, found.root) == (f"{place}/stow", str(place))
        assert found.target == f"{place}/here"
        assert found.available() == ("vim",)
    with pytest.raises(PackageNotFound):
        on(place).select(["zsh"])
