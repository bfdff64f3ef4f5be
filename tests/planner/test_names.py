"""What a package member is called in the target, and what its link says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.farm import Link
from tests.snapshot import difference
from tests.systems import any_bytes

from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from tests.farm import Entry, Farm

_NEVER = Preferences(folding="never")


def test_a_dot_prefix_is_translated_in_every_component(farm: Farm) -> None:
    farm.make({"stow/zsh/dot-a/dot-b/dot-c": "z"}).run("manage")
    assert farm.home() == {
        ".a": "dir",
        ".a/.b": "dir",
        ".a/.b/.c": "-> ../../../stow/zsh/dot-a/dot-b/dot-c",
    }


@pytest.mark.parametrize("name", ["dot-", "dot-.x", "adot-x", "dotx", "DOT-x"])
def test_a_name_that_is_no_dot_name_stays(farm: Farm, name: str) -> None:
    farm.make({f"stow/zsh/{name}": "z"}).run("manage")
    assert farm.home() == {name: f"-> ../stow/zsh/{name}"}


def test_without_dotfiles_no_name_is_translated(farm: Farm) -> None:
    farm.make({"stow/zsh/dot-a/dot-b": "z"}).run("manage", prefer=Preferences(dotfiles=False))
    assert farm.home() == {"dot-a": "-> ../stow/zsh/dot-a"}


def test_a_package_may_hold_real_dotfiles(farm: Farm) -> None:
    farm.make({"stow/zsh/.zshrc": "z", "stow/zsh/.config/zsh/x": "z"}).run("manage")
    assert farm.home() == {".config": "-> ../stow/zsh/.config", ".zshrc": "-> ../stow/zsh/.zshrc"}


def test_a_real_dotfile_and_a_dot_name_for_one_path_are_a_conflict(farm: Farm) -> None:
    plan = farm.make({"stow/zsh/.a": "1", "stow/zsh/dot-a": "2"}).plan("manage")
    (conflict,) = plan.conflicts
    assert (conflict.kind, conflict.path) == ("same_path", f"{farm.target}/.a")


def test_real_and_dot_directories_of_one_name_are_merged(farm: Farm) -> None:
    farm.make({"stow/zsh/.a/x": "1", "stow/zsh/dot-a/y": "2"}).run("manage")
    assert farm.home() == {
        ".a": "dir",
        ".a/x": "-> ../../stow/zsh/.a/x",
        ".a/y": "-> ../../stow/zsh/dot-a/y",
    }


_ODD: dict[str, Entry] = {
    "stow/zsh/two words/and more": "z",
    "stow/zsh/two words/dot-x y": "z",
    "stow/zsh/new\nline": "z",
    "stow/zsh/tab\there": "z",
    "stow/zsh/latin-\udce9": "z",
    "stow/zsh/d-\udcff/dot-\udcfe": "z",
    "stow/zsh/quote'\"\\$*": "z",
    "stow/zsh/-rf": "z",
    "stow/zsh/été": "z",
    "stow/zsh/" + "n" * 255: "z",
}


@any_bytes
def test_odd_names_are_linked_and_unlinked_byte_for_byte(farm: Farm) -> None:
    before = farm.make(_ODD).tree()
    farm.run("manage")
    for path in _ODD:
        inside = path.removeprefix("stow/zsh/").replace("dot-", ".")
        assert farm.read(f"home/{inside}") == "z"
    assert farm.run("remanage").applied == 0
    farm.run("unmanage")
    added = [line for line in difference(before, farm.tree()) if "dir" not in line]
    assert added == []


def test_the_named_layout_maps_a_package_to_one_name(farm: Farm) -> None:
    farm.make({"stow/dot-vim/vimrc": "v", "stow/bin/run": "b"})
    client = farm.configured('layout = "named"\n')
    client.apply(client.stream("manage", everything=True))
    assert farm.home() == {".vim": "-> ../stow/dot-vim", "bin": "-> ../stow/bin"}


def test_the_named_layout_enters_a_directory_that_is_there(farm: Farm) -> None:
    farm.make({"stow/dot-vim/vimrc": "v", "stow/dot-vim/after/c": "v", "home/.vim/mine": "m"})
    client = farm.configured('layout = "named"\n')
    before = farm.tree()
    client.apply(client.stream_manage("dot-vim"))
    assert farm.home() == {
        ".vim": "dir",
        ".vim/after": "-> ../../stow/dot-vim/after",
        ".vim/mine": "file",
        ".vim/vimrc": "-> ../../stow/dot-vim/vimrc",
    }
    client.apply(client.stream_unmanage("dot-vim"))
    assert difference(before, farm.tree()) == []


def test_absolute_links_are_made_and_recognised(farm: Farm) -> None:
    prefer = Preferences(link="absolute", folding="never")
    farm.make({"stow/zsh/a/x": "z"}).run("manage", prefer=prefer)
    assert farm.home() == {"a": "dir", "a/x": f"-> {farm.directory}/zsh/a/x"}
    assert farm.run("remanage", prefer=prefer).applied == 0
    farm.run("unmanage")
    assert "a/x" not in farm.home()


def test_links_of_gnu_stow_are_recognised_without_a_record(farm: Farm) -> None:
    farm.make({"stow/zsh/x": "z", "home/x": Link("../stow/zsh/x")})
    assert farm.plan("manage").summary.unchanged == 1
    farm.run("unmanage")
    assert farm.home() == {}


def test_a_symlink_inside_a_package_is_linked_like_a_file(farm: Farm) -> None:
    farm.make(
        {
            "stow/zsh/d/x": "z",
            "stow/zsh/to-file": Link("d/x"),
            "stow/zsh/to-dir": Link("d"),
            "stow/zsh/broken": Link("nowhere"),
            "stow/zsh/far": Link("/etc"),
        }
    )
    farm.run("manage", prefer=_NEVER)
    assert farm.home() == {
        "broken": "-> ../stow/zsh/broken",
        "d": "dir",
        "d/x": "-> ../../stow/zsh/d/x",
        "far": "-> ../stow/zsh/far",
        "to-dir": "-> ../stow/zsh/to-dir",
        "to-file": "-> ../stow/zsh/to-file",
    }
    assert farm.run("remanage", prefer=_NEVER).applied == 0


def test_a_symlink_loop_inside_a_package_is_linked_and_never_followed(farm: Farm) -> None:
    farm.make({"stow/zsh/a/up": Link(".."), "stow/zsh/a/self": Link("self"), "stow/zsh/a/x": "z"})
    farm.run("manage", prefer=_NEVER)
    assert farm.home()["a/up"] == "-> ../../stow/zsh/a/up"
    assert farm.home()["a/self"] == "-> ../../stow/zsh/a/self"


def test_a_symlink_loop_that_is_walked_over_real_directories_ends(farm: Farm) -> None:
    farm.make({"stow/zsh/a/up": Link(".."), "home/a/up/a/up/a/up": "mine"})
    plan = farm.plan("manage")
    assert [error.path for error in plan.errors] == [f"{farm.directory}/zsh/a/up/a/up"]


def test_defer_leaves_what_another_package_has(farm: Farm) -> None:
    farm.make({"stow/git/m/x": "g", "stow/zsh/m/x": "z", "stow/zsh/m/y": "z"})
    farm.run("manage", "git", prefer=_NEVER)
    farm.run("manage", "zsh", prefer=Preferences(defer=("m/",), folding="never"))
    assert farm.home() == {
        "m": "dir",
        "m/x": "-> ../../stow/git/m/x",
        "m/y": "-> ../../stow/zsh/m/y",
    }


def test_override_takes_what_another_package_has(farm: Farm) -> None:
    farm.make({"stow/git/m/x": "g", "stow/zsh/m/x": "z"}).run("manage", "git", prefer=_NEVER)
    farm.run("manage", "zsh", prefer=Preferences(override=("m/",), folding="never"))
    assert farm.home() == {"m": "dir", "m/x": "-> ../../stow/zsh/m/x"}


def test_a_package_may_have_a_target_of_its_own(farm: Farm) -> None:
    farm.make({"stow/zsh/x": "z", "stow/git/x": "g", "other/mine": "m"})
    client = farm.configured('[packages.git]\ntarget = "../other"\n')
    client.agree()
    client.apply(client.stream("manage", everything=True))
    tree = farm.tree()
    assert tree["home/x"].text == "../stow/zsh/x"
    assert tree["other/x"].text == "../stow/git/x"
    client.apply(client.stream("unmanage", everything=True))
    assert farm.home() == {}
    assert sorted(path for path in farm.tree() if path.startswith("other")) == [
        "other",
        "other/mine",
    ]


def test_a_package_may_be_a_link_to_a_directory(farm: Farm) -> None:
    farm.make({"away/d/x": "z", "away/dot-y": "z", "stow/zsh": Link("../away")})
    before = farm.tree()
    farm.run("manage", "zsh")
    assert farm.home() == {".y": "-> ../stow/zsh/dot-y", "d": "-> ../stow/zsh/d"}
    farm.run("unmanage", "zsh")
    assert difference(before, farm.tree()) == []


def test_a_package_that_is_a_link_is_adopted_into(farm: Farm) -> None:
    farm.make({"away/d/x": "z", "stow/zsh": Link("../away"), "home/.y": "mine"})
    farm.adopt(".y", package="zsh")
    assert farm.read("away/dot-y") == "mine"
    assert farm.home() == {".y": "-> ../stow/zsh/dot-y"}
