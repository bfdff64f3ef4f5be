"""Adopting moves what is in the target into a package and links it back."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.farm import DIR, FIFO, File, Link, lines
from tests.snapshot import difference

from dotstream.errors import ConflictError, UsageError
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from tests.farm import Entry, Farm

_NEVER = Preferences(folding="never")


@pytest.mark.parametrize(
    ("path", "package", "member"),
    [
        (".zshrc", "zshrc", "dot-zshrc"),
        (".config/nvim/init.lua", "nvim", "dot-config/nvim/init.lua"),
        (".config/nvim", "nvim", "dot-config/nvim/x"),
        ("bin/run", "run", "bin/run"),
        (".gitconfig.local", "gitconfig", "dot-gitconfig.local"),
    ],
)
def test_a_package_is_named_after_the_path(
    farm: Farm, path: str, package: str, member: str
) -> None:
    inside = f"home/{path}/x" if member.endswith("/x") else f"home/{path}"
    farm.make({inside: "mine"}).adopt(path)
    assert farm.read(f"stow/{package}/{member}") == "mine"


def test_several_paths_are_named_after_what_they_share(farm: Farm) -> None:
    farm.make({"home/.zshrc": "1", "home/.zshenv": "2"}).adopt(".zshrc", ".zshenv")
    assert farm.home() == {
        ".zshenv": "-> ../stow/zsh/dot-zshenv",
        ".zshrc": "-> ../stow/zsh/dot-zshrc",
    }


def test_paths_that_share_no_name_need_one(farm: Farm) -> None:
    farm.make({"home/.zshrc": "1", "home/.vimrc": "2"})
    with pytest.raises(UsageError, match="no name in common"):
        farm.adopt(".zshrc", ".vimrc")


def test_a_glob_adopts_what_it_matches(farm: Farm) -> None:
    farm.make({"home/.zshrc": "1", "home/.zshenv": "2", "home/.vimrc": "3"}).adopt(".zsh*")
    assert farm.home()[".vimrc"] == "file"
    assert farm.home()[".zshenv"] == "-> ../stow/zsh/dot-zshenv"


def test_an_explicit_package_that_exists_is_added_to(farm: Farm) -> None:
    farm.make({"stow/zsh/dot-zshenv": "old", "home/.zshrc": "mine"}).adopt(
        ".zshrc", package="zsh"
    )
    assert farm.read("stow/zsh/dot-zshrc") == "mine"
    assert farm.read("stow/zsh/dot-zshenv") == "old"


def test_a_directory_that_one_link_can_show_moves_whole(farm: Farm) -> None:
    farm.make({"home/.vim/vimrc": "v", "home/.vim/after/c": "v", "home/.vim/to": Link("vimrc")})
    before = farm.tree()
    farm.adopt(".vim")
    assert farm.home() == {".vim": "-> ../stow/vim/dot-vim"}
    after = farm.tree()
    assert after["stow/vim/dot-vim/to"].text == "vimrc"
    assert after["stow/vim/dot-vim/vimrc"] == before["home/.vim/vimrc"]


def test_hidden_entries_of_a_directory_that_moves_whole_keep_their_names(farm: Farm) -> None:
    farm.make({"home/.vim/.hidden/.deep": "v", "home/.vim/vimrc": "v"}).adopt(".vim")
    assert farm.home() == {".vim": "-> ../stow/vim/dot-vim"}
    assert farm.read("home/.vim/.hidden/.deep") == "v"


def test_hidden_entries_of_a_directory_that_stays_are_renamed(farm: Farm) -> None:
    farm.make({"home/.vim/.hidden": "v", "home/.vim/stays~": "v"}).adopt(".vim")
    assert farm.read("stow/vim/dot-vim/dot-hidden") == "v"
    assert farm.home()[".vim/.hidden"] == "-> ../../stow/vim/dot-vim/dot-hidden"


def test_modes_survive(farm: Farm) -> None:
    modes: dict[str, Entry] = {
        "home/.ssh/key": File("k", 0o600),
        "home/.ssh/run": File("r", 0o750),
    }
    farm.make(modes)
    os.chmod(f"{farm.target}/.ssh", 0o700)
    farm.adopt(".ssh")
    tree = farm.tree()
    found = {path: oct(tree[f"stow/ssh/dot-ssh{path}"].mode) for path in ("", "/key", "/run")}
    assert found == {"": "0o700", "/key": "0o600", "/run": "0o750"}


def test_the_mode_of_a_directory_adopted_file_by_file_survives(farm: Farm) -> None:
    farm.make({"home/.ssh/key": File("k", 0o600), "home/.ssh/old~": File("o", 0o600)})
    os.chmod(f"{farm.target}/.ssh", 0o700)
    farm.adopt(".ssh")
    tree = farm.tree()
    assert oct(tree["home/.ssh"].mode) == "0o700"
    assert oct(tree["stow/ssh/dot-ssh"].mode) == "0o700"


def test_what_an_ignore_rule_names_stays_in_place(farm: Farm) -> None:
    farm.make({"home/.vim/vimrc": "v", "home/.vim/vimrc~": "old"})
    plan = farm.client().plan_adopt(f"{farm.target}/.vim")
    assert [notice.path for notice in plan.notices] == [f"{farm.target}/.vim/vimrc~"]
    farm.adopt(".vim")
    assert farm.home()[".vim/vimrc~"] == "file"
    assert farm.home()[".vim/vimrc"] == "-> ../../stow/vim/dot-vim/vimrc"


def test_a_name_that_would_come_back_as_another_is_refused(farm: Farm) -> None:
    before = farm.make({"home/dot-x": "mine"}).tree()
    with pytest.raises(ConflictError) as caught:
        farm.adopt("dot-x")
    assert [conflict.kind for conflict in caught.value.conflicts] == ["not_invertible"]
    assert difference(before, farm.tree()) == []


def test_a_directory_with_such_a_name_inside_is_refused(farm: Farm) -> None:
    before = farm.make({"home/.d/dot-x": "mine", "home/.d/y": "mine"}).tree()
    with pytest.raises(ConflictError):
        farm.adopt(".d")
    assert difference(before, farm.tree()) == []


def test_without_dotfiles_such_a_name_is_adopted_as_it_is(farm: Farm) -> None:
    farm.make({"home/dot-x": "mine"})
    client = farm.configured("dotfiles = false\n")
    client.apply(client.stream_adopt(f"{farm.target}/dot-x", package="zsh"))
    assert farm.home() == {"dot-x": "-> ../stow/zsh/dot-x"}


def test_a_member_that_the_package_already_has_is_a_conflict(farm: Farm) -> None:
    before = farm.make({"stow/zsh/dot-zshrc": "old", "home/.zshrc": "mine"}).tree()
    with pytest.raises(ConflictError) as caught:
        farm.adopt(".zshrc", package="zsh")
    (conflict,) = caught.value.conflicts
    assert conflict.kind == "package_has_file"
    assert conflict.source == f"{farm.directory}/zsh/dot-zshrc"
    assert difference(before, farm.tree()) == []


@pytest.mark.parametrize("path", [".zshrc", ".z*", ".config/zsh"])
def test_where_another_package_has_the_path_the_package_has_to_be_named(
    farm: Farm, path: str
) -> None:
    """Or two packages would want one path, and neither could be managed beside the other."""
    farm.make({"stow/shell/dot-zshrc": "old", "stow/shell/dot-config/zsh": "old"})
    before = farm.make({"home/.zshrc": "mine", "home/.config/zsh": "mine"}).tree()
    with pytest.raises(UsageError, match="package shell already has") as caught:
        farm.adopt(path)
    assert caught.value.remedy == "name_package"
    assert difference(before, farm.tree()) == []
    farm.adopt(path, package="mine")


def test_nothing_at_the_path_is_a_conflict(farm: Farm) -> None:
    plan = farm.client().plan_adopt(f"{farm.target}/.missing", package="zsh")
    assert [conflict.kind for conflict in plan.conflicts] == ["missing_source"]


def test_a_path_outside_of_the_target_is_refused(farm: Farm) -> None:
    farm.make({"elsewhere/x": "mine"})
    with pytest.raises(UsageError, match="not inside the target"):
        farm.adopt("../elsewhere/x")


def test_the_target_itself_is_refused(farm: Farm) -> None:
    before = farm.make({"home/x": "mine"}).tree()
    with pytest.raises(UsageError):
        farm.adopt(".")
    assert difference(before, farm.tree()) == []


def test_special_files_stay_in_place(farm: Farm) -> None:
    farm.make({"home/.d/pipe": FIFO, "home/.d/x": "mine"}).adopt(".d")
    assert farm.home() == {".d": "dir", ".d/pipe": "fifo", ".d/x": "-> ../../stow/d/dot-d/x"}


def test_a_relative_link_that_would_break_stays_in_place(farm: Farm) -> None:
    farm.make({"home/.d/to": Link("../x"), "home/.d/y": "mine", "home/x": "mine"}).adopt(".d")
    assert farm.home()[".d/to"] == "-> ../x"
    assert farm.home()[".d/y"] == "-> ../../stow/d/dot-d/y"


def test_an_absolute_link_moves(farm: Farm) -> None:
    farm.make({"home/.to": Link("/etc/hosts")}).adopt(".to")
    assert farm.tree()["stow/to/dot-to"].text == "/etc/hosts"


def test_a_link_of_ours_is_not_adopted(farm: Farm) -> None:
    farm.make({"stow/zsh/x": "z"}).run("manage")
    plan = farm.client().plan_adopt(f"{farm.target}/x")
    assert lines(plan.items, farm.target) == ["notice x: package zsh has it already"]


def test_a_path_below_a_link_elsewhere_in_the_target_moves_what_it_leads_to(farm: Farm) -> None:
    farm.make({"home/real/x": "mine", "home/link": Link("real")}).adopt("link/x", package="zsh")
    assert farm.home() == {"link": "-> real", "real": "dir", "real/x": "-> ../../stow/zsh/real/x"}


@pytest.mark.parametrize("folding", ["safe", "always", "never"])
def test_adopt_agrees_with_manage_so_that_remanage_changes_nothing(
    farm: Farm, folding: str
) -> None:
    farm.make({"home/.a/b/c": "1", "home/.a/.d": "2", "home/.a/e": "3"})
    client = farm.configured(f'folding = "{folding}"\n')
    client.apply(client.stream_adopt(f"{farm.target}/.a"))
    plan = client.plan_remanage("a")
    assert lines(plan.items, farm.target) == []


def test_a_whole_directory_moved_under_never_fold_leaves_directories_real(farm: Farm) -> None:
    farm.make({"home/.a/b/c": "1", "home/.a/e": "3", "home/.a/empty": DIR})
    client = farm.configured('never-fold = [".a"]\n')
    client.apply(client.stream_adopt(f"{farm.target}/.a"))
    assert farm.home()[".a"] == "dir"
    assert farm.home()[".a/b"] == "-> ../../stow/a/dot-a/b"
