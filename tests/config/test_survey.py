"""What a repository looks like before anything is written, whoever made it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dotstream.config.answers import answers_for
from dotstream.config.survey import survey
from dotstream.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from dotstream.config.starter import Answers


def made(home: Path, *paths: str) -> Path:
    """Make files of a repository in a home."""
    for path in paths:
        (home / "dots" / path).parent.mkdir(parents=True, exist_ok=True)
        (home / "dots" / path).touch()
    return home / "dots"


def answers(home: Path, target: str | None = None) -> Answers:
    return answers_for(str(home / "dots"), None, target=target, home=str(home), environ={})


SOURCES = {
    "chezmoi": ("dot_zshrc", "dot_config/nvim/init.lua", ".chezmoiignore", "run_once_x.sh"),
    "chezmoi ": ("private_dot_ssh/config", "dot_zshrc.tmpl"),
    "dotbot": ("install.conf.yaml", "install", "zshrc", "config/nvim/init.lua", "dotbot/x"),
    "dotter": (".dotter/global.toml", "zsh/zshrc", "nvim/init.lua"),
    "rcm": ("rcrc", "zshrc", "config/nvim/init.lua", "host-laptop/zshrc"),
    "rcm ": ("tag-work/gitconfig", "zshrc", "vim/colors/x.vim"),
    "tuckr": ("Hooks/zsh/pre.sh", "Configs/zsh/.zshrc", "Configs/vim/.vimrc"),
    "yadm": (".zshrc##os.Linux", ".zshrc##os.Darwin", ".vimrc"),
    "yadm ": (".config/yadm/bootstrap", ".zshrc"),
}


@pytest.mark.parametrize("tool", SOURCES)
def test_the_source_of_another_tool_is_recognised(tmp_path: Path, tool: str) -> None:
    root = made(tmp_path, *SOURCES[tool])
    found = survey(str(root), target=str(tmp_path), home=str(tmp_path))
    assert found.tool == tool.strip()
    assert f"this repository is laid out for {tool.strip()}" in answers(tmp_path).found


@pytest.mark.parametrize("tool", ["chezmoi", "dotbot", "dotter", "rcm"])
def test_where_nothing_can_be_linked_as_it_is_nothing_is_advised(
    tmp_path: Path, tool: str
) -> None:
    root = made(tmp_path, *SOURCES[tool])
    found = answers(tmp_path)
    assert not found.usable
    assert set(found.top) == {"exclude"}
    assert set(found.top["exclude"]) == {  # type: ignore[arg-type]
        path.name for path in root.iterdir() if path.is_dir() and path.name[0] != "."
    }


def test_the_alternates_of_yadm_are_not_linked(tmp_path: Path) -> None:
    made(tmp_path, *SOURCES["yadm"])
    found = answers(tmp_path)
    assert found.top["layout"] == "single"
    assert found.top["ignore"] == ["*##*"]


def test_the_groups_of_tuckr_are_packages(tmp_path: Path) -> None:
    made(tmp_path, *SOURCES["tuckr"])
    assert answers(tmp_path).top == {"directory": "Configs", "ignore": ("^*", "%*")}


def test_groups_of_tuckr_for_a_platform_are_packages_for_it(tmp_path: Path) -> None:
    groups = ("zsh", "zsh_macos", "vim_windows", "git_unix", "i3_linux", "my_zsh")
    made(tmp_path, *(f"Configs/{group}/.{group}" for group in groups), "Secrets/.x/key")
    found = answers(tmp_path)
    assert found.top["directory"] == "Configs"
    unix = found.packages["git_unix"]["platforms"]
    assert {"linux", "macos", "freebsd"} < set(unix)  # type: ignore[arg-type]
    assert "windows" not in unix  # type: ignore[operator]
    assert {name: values for name, values in found.packages.items() if name != "git_unix"} == {
        "zsh_macos": {"platforms": ("macos",)},
        "vim_windows": {"platforms": ("windows",)},
        "i3_linux": {"platforms": ("linux",)},
    }
    assert any("zsh_macos" in sentence for sentence in found.found)


def test_groups_that_tuckr_takes_where_it_is_told_to_are_left_out_unless_linked(
    tmp_path: Path,
) -> None:
    groups = ("zsh", "zsh_#desktop", "git_wsl", "vim_#laptop")
    made(tmp_path, *(f"Configs/{group}/.{group}" for group in groups), "Hooks/zsh/pre.sh")
    assert answers(tmp_path).top["exclude"] == ("git_wsl", "vim_#laptop", "zsh_#desktop")
    (tmp_path / ".zsh_#desktop").symlink_to("dots/Configs/zsh_#desktop/.zsh_#desktop")
    assert answers(tmp_path).top["exclude"] == ("git_wsl", "vim_#laptop")


def test_the_end_of_a_name_means_nothing_where_nothing_is_of_tuckr(tmp_path: Path) -> None:
    made(tmp_path, "zsh/.zshrc", "vim_macos/.vimrc")
    assert (answers(tmp_path).top, answers(tmp_path).packages) == ({}, {})


def test_an_empty_repository_has_nothing_to_say(tmp_path: Path) -> None:
    made(tmp_path, ".git/config", "README.md")
    found = answers(tmp_path)
    assert (found.top, found.found, found.usable) == ({}, (), True)


def test_directories_that_are_plainly_no_packages_are_left_out(tmp_path: Path) -> None:
    made(tmp_path, "zsh/.zshrc", "vim/dot-vimrc", "docs/x.md", "scripts/.hidden", "nvim/init.lua")
    assert answers(tmp_path).top == {"exclude": ("docs", "nvim", "scripts")}


def test_what_is_empty_yet_may_become_a_package(tmp_path: Path) -> None:
    root = made(tmp_path, "vim/.vimrc", "git/.gitkeep", "docs/.gitkeep", "nvim/init.lua")
    (root / "zsh").mkdir()
    assert answers(tmp_path).top == {"exclude": ("docs", "nvim")}
    (root / "locked").mkdir(0)
    try:
        assert answers(tmp_path).top == {"exclude": ("docs", "nvim")}
    finally:
        (root / "locked").chmod(0o755)


def test_what_is_linked_is_a_package_whatever_its_name(tmp_path: Path) -> None:
    made(tmp_path, "scripts/bin/update", "docs/x.md", "zsh/.zshrc")
    (tmp_path / "bin").symlink_to("dots/scripts/bin")
    found = answers(tmp_path)
    assert found.top["exclude"] == ("docs",)
    assert found.source == "what is linked"


def test_packages_are_found_in_the_one_directory_that_has_them(tmp_path: Path) -> None:
    made(tmp_path, "files/zsh/.zshrc", "files/vim/.vimrc", "docs/x.md", "install.sh")
    assert answers(tmp_path).top == {"directory": "files"}


def test_a_repository_that_mirrors_the_home_is_a_package(tmp_path: Path) -> None:
    made(tmp_path, ".zshrc", ".config/x", "docs/x.md", "bin/x", "install.sh", ".gitignore")
    found = answers(tmp_path)
    assert found.top == {"layout": "single", "ignore": ["/docs", "/install.sh"]}
    assert any("stow ." in sentence for sentence in found.found)


def test_links_tell_more_than_names(tmp_path: Path) -> None:
    made(tmp_path, "zsh/.zshrc", "vim/.vimrc", "bin/x", ".stow-local-ignore")
    (tmp_path / ".zshrc").symlink_to("dots/zsh/.zshrc")
    assert answers(tmp_path).top == {"dotfiles": False, "exclude": ("bin",)}


@pytest.mark.parametrize("target", ["dots/x", "dots"])
def test_a_target_inside_the_package_directory_is_refused(tmp_path: Path, target: str) -> None:
    made(tmp_path, "zsh/.zshrc")
    with pytest.raises(UsageError, match="the package directory"):
        answers(tmp_path, str(tmp_path / target))
    (tmp_path / "dots/.stowrc").write_text(f"--target={tmp_path / target}\n")
    with pytest.raises(UsageError, match="the package directory"):
        answers(tmp_path)


def test_the_home_is_no_package_directory(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is your home, not a package directory"):
        answers_for(str(tmp_path), None, target="/srv", home=str(tmp_path), environ={})


@pytest.mark.parametrize("place", [".config", ".local/share", "settings"])
def test_where_programs_keep_their_files_is_no_package_directory(
    tmp_path: Path, place: str
) -> None:
    """Even where a file in it is linked into the home, as with ``.config/zsh/.zshenv``."""
    root = tmp_path / place
    (root / "zsh").mkdir(parents=True)
    (root / "zsh/.zshenv").touch()
    (tmp_path / ".zshenv").symlink_to(f"{place}/zsh/.zshenv")
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "settings")} if place == "settings" else {}
    (tmp_path / "spelled").symlink_to(place)
    for directory in (root, tmp_path / "spelled"):
        with pytest.raises(UsageError, match="is where programs keep their files"):
            answers_for(str(directory), None, target=None, home=str(tmp_path), environ=environ)
    (root / ".stow").touch()
    found = answers_for(str(root), None, target=None, home=str(tmp_path), environ=environ)
    assert (found.source, found.usable) == ("Stow's defaults", False)


def test_the_users_own_stowrc_is_taken_over_where_it_counts(tmp_path: Path) -> None:
    made(tmp_path, "zsh/.zshrc")
    (tmp_path / ".stowrc").write_text("--dir=~/dots --no-folding\n")
    assert answers(tmp_path).top == {"target": "..", "dotfiles": False, "folding": "never"}
    (tmp_path / ".stowrc").write_text("--dir=~/other --no-folding\n")
    assert answers(tmp_path).top == {}


def test_an_expression_that_cannot_be_used_is_said_and_left_out(tmp_path: Path) -> None:
    made(tmp_path, "zsh/.zshrc")
    (tmp_path / "dots/.stowrc").write_text("--ignore=(a --ignore=b\n")
    found = answers(tmp_path)
    assert found.top["ignore-regex"] == ["b"]
    assert any("Failed to compile regexp" in note for note in found.notes)


@pytest.mark.parametrize("marker", [True, False])
def test_a_directory_for_the_one_above_it_never_gets_settings_for_a_home(
    tmp_path: Path, *, marker: bool
) -> None:
    home, stow = tmp_path / "home", tmp_path / "local/stow"
    home.mkdir()
    (stow / "hello/bin").mkdir(parents=True)
    (stow / "hello/bin/hello").touch()
    if marker:
        (stow / ".stow").touch()
    for linked in (False, True):
        if linked:
            (tmp_path / "local/bin").symlink_to("stow/hello/bin")
        found = answers_for(str(stow), None, target=None, home=str(home), environ={})
        assert found.top == {"target": "..", "dotfiles": False, "folding": "always"}


def test_dotfiles_that_are_kept_outside_of_the_home_are_for_the_home(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "data/dots/zsh").mkdir(parents=True)
    (tmp_path / "data/dots/zsh/.zshrc").touch()
    found = answers_for(
        str(tmp_path / "data/dots"), None, target=None, home=str(tmp_path / "home"), environ={}
    )
    assert "target" not in found.top


def test_a_single_link_is_told_of_as_one(tmp_path: Path) -> None:
    made(tmp_path, "zsh/.zshrc")
    (tmp_path / ".zshrc").symlink_to("dots/zsh/.zshrc")
    assert answers(tmp_path).found == ("1 link leads here already; the settings keep it",)


def test_the_alternates_of_yadm_are_not_linked_wherever_they_are(tmp_path: Path) -> None:
    made(tmp_path, ".zshrc", ".config/git/config##os.Linux", ".config/yadm/bootstrap")
    assert answers(tmp_path).top["ignore"] == ["*##*"]


def _linked_below(home: Path, place: str, *names: str) -> None:
    (home / place).mkdir()
    for name in names:
        (home / place / name).symlink_to(f"../dots/{name}")


def test_a_repository_that_is_linked_as_one_below_the_home_has_its_target_there(
    tmp_path: Path,
) -> None:
    made(tmp_path, "nvim/init.lua", "kitty/kitty.conf", "starship.toml", "README.md", "docs/x")
    _linked_below(tmp_path, ".config", "nvim", "kitty", "starship.toml")
    found = answers(tmp_path)
    assert found.top == {
        "target": "~/.config",
        "layout": "single",
        "dotfiles": False,
        "folding": "always",
        "ignore": ["/docs"],
    }
    assert "it is linked in ~/.config, which is its target" in found.found


def test_a_single_link_somewhere_below_the_home_tells_of_no_target(tmp_path: Path) -> None:
    made(tmp_path, "themes/x", "zsh/.zshrc")
    _linked_below(tmp_path, ".themes", "themes")
    assert "target" not in answers(tmp_path).top


def test_links_that_the_settings_would_not_make_are_named(tmp_path: Path) -> None:
    made(tmp_path, "common/zsh/.zshrc", "linux/i3/.i3", "macos/x/.x")
    (tmp_path / ".zshrc").symlink_to("dots/common/zsh/.zshrc")
    (tmp_path / ".other").symlink_to("dots/linux/i3")
    assert any(said.endswith("do not make: ~/.other") for said in answers(tmp_path).found)


def test_a_package_directory_in_another_is_no_package_of_it(tmp_path: Path) -> None:
    made(tmp_path, "zsh/.zshrc", "private/dotstream.toml", "private/.x")
    assert answers(tmp_path).top == {"exclude": ("private",)}


def test_in_a_package_of_another_directory_no_settings_are_written(tmp_path: Path) -> None:
    root = made(tmp_path, "dotstream.toml", "zsh/.zshrc")
    inside = str(root / "zsh")
    with pytest.raises(UsageError, match=r"is in .*/dots, which has a dotstream\.toml"):
        answers_for(inside, None, target=None, home=str(tmp_path), environ={})
    (root / "zsh/.git").mkdir()
    assert answers_for(inside, None, target=None, home=str(tmp_path), environ={}).usable
