"""Where one path stands, asked from the package and from the target."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.farm import DIR, FIFO, Farm, Link

from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from dotstream.model.located import Located

RC = {"stow/zsh/dot-zshrc": "rc", "stow/zsh/dot-config/zsh/env": "env"}


def locate(farm: Farm, path: str) -> Located:
    """Ask from a new client, as editors do."""
    return farm.client().locate(f"{farm.root}/{path}")


def both(farm: Farm, source: str, target: str) -> tuple[Located, Located]:
    """Ask from both sides; both know where the other one is."""
    here, there = locate(farm, f"stow/{source}"), locate(farm, f"home/{target}")
    for side, role in ((here, "source"), (there, "target")):
        assert side.role == role
        assert side.package == source.partition("/")[0]
        assert side.source == f"{farm.directory}/{source}"
        assert side.target == f"{farm.target}/{target}"
    return here, there


def test_a_linked_file_is_linked_from_both_sides(farm: Farm) -> None:
    farm.make(RC).run("manage", "zsh")
    for side in both(farm, "zsh/dot-zshrc", ".zshrc"):
        assert (side.state, side.exists) == ("linked", True)


def test_a_file_in_a_fold_is_linked_through_it(farm: Farm) -> None:
    farm.make({"stow/vim/vim/colors/dusk": "dusk"}).run("manage", "vim")
    assert farm.home() == {"vim": "-> ../stow/vim/vim"}
    for side in both(farm, "vim/vim/colors/dusk", "vim/colors/dusk"):
        assert side.state == "linked"


def test_in_a_fold_that_renames_nothing_names_are_those_of_the_package(farm: Farm) -> None:
    farm.make({"stow/vim/vim/dot-x": "x"}).run("manage", prefer=Preferences(folding="always"))
    for side in both(farm, "vim/vim/dot-x", "vim/dot-x"):
        assert side.state == "linked"


def test_a_file_that_is_not_linked_yet_is_unlinked(farm: Farm) -> None:
    farm.make(RC)
    for side in both(farm, "zsh/dot-config/zsh/env", ".config/zsh/env"):
        assert (side.state, side.conflict) == ("unlinked", None)


def test_what_would_be_part_of_a_new_fold_is_unlinked(farm: Farm) -> None:
    farm.make({"stow/vim/vim/colors/dusk": "dusk"})
    for side in both(farm, "vim/vim/colors/dusk", "vim/colors/dusk"):
        assert side.state == "unlinked"


def test_a_file_in_the_way_is_a_conflict_with_its_choices(farm: Farm) -> None:
    farm.make(RC | {"home/.zshrc": "mine"})
    for side in both(farm, "zsh/dot-zshrc", ".zshrc"):
        assert side.state == "conflict"
        assert side.conflict is not None
        assert side.conflict.choices == ("adopt", "backup", "overwrite", "skip")
        assert side.message == side.conflict.message


def test_a_link_elsewhere_in_place_of_a_directory_above_is_a_conflict(farm: Farm) -> None:
    farm.make(RC | {"elsewhere": DIR, "home/.config": Link("../elsewhere")})
    for side in both(farm, "zsh/dot-config/zsh/env", ".config/zsh/env"):
        assert side.state == "conflict"


def test_a_conflict_is_told_whatever_the_policy(farm: Farm) -> None:
    farm.make(RC | {"home/.zshrc": "mine"})
    client = farm.configured(f'target = "{farm.target}"\non-conflict = "skip"\n')
    assert client.locate(f"{farm.target}/.zshrc").state == "conflict"


def test_a_directory_on_both_sides_is_a_directory(farm: Farm) -> None:
    farm.make(RC | {"home/.config/mine": "mine"}).run("manage", "zsh")
    for side in both(farm, "zsh/dot-config", ".config"):
        assert side.state == "directory"


def test_an_ignored_file_is_ignored(farm: Farm) -> None:
    farm.make(RC | {"stow/zsh/.stow-local-ignore": "env\n"})
    for side in both(farm, "zsh/dot-config/zsh/env", ".config/zsh/env"):
        assert side.state == "ignored"
        assert "ignores env" in side.message


def test_a_pipe_is_never_linked(farm: Farm) -> None:
    farm.make({"stow/zsh/pipe": FIFO})
    found = locate(farm, "stow/zsh/pipe")
    assert (found.role, found.state) == ("source", "ignored")
    assert "cannot be linked" in found.message


def test_a_package_for_another_machine_is_ignored(farm: Farm) -> None:
    farm.make(RC)
    client = farm.configured(f'target = "{farm.target}"\n[packages.zsh]\nplatforms = ["aix"]\n')
    found = client.locate(f"{farm.target}/.zshrc")
    assert (found.state, found.package) == ("ignored", "zsh")
    assert "aix" in found.message


def test_a_broken_link_of_ours_is_linked_and_does_not_exist(farm: Farm) -> None:
    farm.make(RC).run("manage", "zsh")
    os.remove(f"{farm.directory}/zsh/dot-zshrc")
    for side in both(farm, "zsh/dot-zshrc", ".zshrc"):
        assert (side.state, side.exists) == ("linked", False)
        assert "gone" in side.message


def test_a_link_into_a_package_that_is_gone_is_told(farm: Farm) -> None:
    farm.make(RC | {"home/.bashrc": Link("../stow/bash/dot-bashrc")})
    found = locate(farm, "home/.bashrc")
    assert (found.role, found.package, found.exists) == ("target", "bash", False)
    assert "package bash is gone" in found.message


def test_a_link_of_ours_at_another_place_says_where_its_member_belongs(farm: Farm) -> None:
    farm.make(RC | {"home/copy": Link("../stow/zsh/dot-zshrc")})
    found = locate(farm, "home/copy")
    assert (found.state, found.target) == ("linked", f"{farm.target}/copy")
    assert f"belongs at {farm.target}/.zshrc" in found.message


def test_a_file_that_does_not_exist_yet_knows_where_it_would_go(farm: Farm) -> None:
    farm.make(RC)
    found = locate(farm, "stow/zsh/dot-zprofile")
    assert (found.role, found.state, found.exists) == ("source", "other", False)
    assert found.target == f"{farm.target}/.zprofile"


def test_of_two_packages_the_one_that_is_linked_counts(farm: Farm) -> None:
    farm.make({"stow/a/dot-x": "a", "stow/b/dot-x": "b"}).run("manage", "b")
    found = locate(farm, "home/.x")
    assert (found.package, found.state) == ("b", "linked")
    other = locate(farm, "stow/a/dot-x")
    assert (other.state, other.target) == ("conflict", f"{farm.target}/.x")


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("home/mine", "no package"),
        ("stow/README", "in no package"),
        ("stow/.git/config", "in no package"),
        ("stow", "in no package"),
        ("elsewhere/file", "neither"),
    ],
)
def test_what_has_nothing_to_do_with_packages_is_other(farm: Farm, path: str, word: str) -> None:
    farm.make(RC | {"home/mine": "", "stow/README": "", "stow/.git/config": "", "elsewhere": DIR})
    found = locate(farm, path)
    assert (found.role, found.state, found.package) == (None, "other", None)
    assert word in found.message


def test_a_link_into_another_package_directory_is_other(farm: Farm) -> None:
    farm.make({"two/.stow": "", "two/git/x": "", "home/x": Link("../two/git/x")})
    assert locate(farm, "home/x").state == "other"


def test_the_target_and_a_package_are_directories(farm: Farm) -> None:
    farm.make(RC)
    assert locate(farm, "home").state == "directory"
    assert locate(farm, "stow/zsh").state == "directory"


def test_a_package_may_have_a_target_of_its_own(farm: Farm) -> None:
    farm.make(RC | {"etc": DIR, "home/.zshrc": "mine"})
    client = farm.configured(
        f'target = "{farm.target}"\n[packages.zsh]\ntarget = "{farm.root}/etc"\n'
    )
    assert client.locate(f"{farm.directory}/zsh/dot-zshrc").target == f"{farm.root}/etc/.zshrc"
    assert client.locate(f"{farm.root}/etc/.zshrc").package == "zsh"
    assert client.locate(f"{farm.target}/.zshrc").state == "other"


def test_the_named_layout_has_the_package_above(farm: Farm) -> None:
    farm.make({"stow/dot-vim/colors/dusk": "dusk", "home/.vim/mine": ""})
    client = farm.configured(f'target = "{farm.target}"\nlayout = "named"\n')
    for path in (f"{farm.directory}/dot-vim/colors/dusk", f"{farm.target}/.vim/colors/dusk"):
        found = client.locate(path)
        assert (found.state, found.package) == ("unlinked", "dot-vim")
        assert found.target == f"{farm.target}/.vim/colors/dusk"


def test_a_package_directory_reached_through_a_link_is_known(farm: Farm) -> None:
    farm.make(RC | {"dots": Link("stow")})
    assert locate(farm, "dots/zsh/dot-zshrc").source == f"{farm.directory}/zsh/dot-zshrc"


def test_a_target_that_is_not_there_links_nothing(farm: Farm) -> None:
    farm.make(RC)
    found = farm.client(f"{farm.root}/nowhere").locate(f"{farm.directory}/zsh/dot-zshrc")
    assert found.state == "unlinked"
    assert "is not a directory" in found.message


def test_of_two_members_that_show_as_one_name_only_the_linked_one_is_linked(farm: Farm) -> None:
    farm.make({"stow/vim/.vimrc": Link("gone"), "stow/vim/dot-vimrc": Link("away")})
    both = "package vim has two members for this path, .vimrc and dot-vimrc"
    for state in ("conflict", "linked"):
        hidden = locate(farm, "stow/vim/.vimrc")
        assert (hidden.state, hidden.message) == ("conflict", both)
        assert locate(farm, "stow/vim/dot-vimrc").state == state
        if state == "conflict":
            farm.make({"home/.vimrc": Link("../stow/vim/dot-vimrc")})
    assert locate(farm, "home/.vimrc").source == f"{farm.directory}/vim/dot-vimrc"
