"""When one link stands for a directory, when it is opened, and when it comes back."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from tests.farm import FIFO, Link, lines
from tests.snapshot import difference

from dotstream.errors import PartOfLink
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from tests.farm import Entry, Farm

    from dotstream.model.options import Folding

_ALWAYS, _NEVER = Preferences(folding="always"), Preferences(folding="never")

_EXPLAIN = Preferences(explain=True)

_VIM: dict[str, Entry] = {"stow/vim/dot-vim/vimrc": "v", "stow/vim/dot-vim/after/c": "v"}


def test_safe_folds_a_directory_that_one_link_shows_as_it_is(farm: Farm) -> None:
    farm.make(_VIM).run("manage", "vim")
    assert farm.home() == {".vim": "-> ../stow/vim/dot-vim"}


def test_safe_opens_a_directory_in_which_a_name_is_translated(farm: Farm) -> None:
    farm.make({**_VIM, "stow/vim/dot-vim/after/dot-x": "v"}).run("manage", "vim")
    assert farm.home() == {
        ".vim": "dir",
        ".vim/after": "dir",
        ".vim/after/.x": "-> ../../../stow/vim/dot-vim/after/dot-x",
        ".vim/after/c": "-> ../../../stow/vim/dot-vim/after/c",
        ".vim/vimrc": "-> ../../stow/vim/dot-vim/vimrc",
    }


def test_safe_opens_a_directory_in_which_a_name_is_ignored(farm: Farm) -> None:
    farm.make({**_VIM, "stow/vim/dot-vim/vimrc~": "old"}).run("manage", "vim")
    assert farm.home() == {
        ".vim": "dir",
        ".vim/after": "-> ../../stow/vim/dot-vim/after",
        ".vim/vimrc": "-> ../../stow/vim/dot-vim/vimrc",
    }


def test_always_folds_even_what_has_translated_and_ignored_names(farm: Farm) -> None:
    farm.make({**_VIM, "stow/vim/dot-vim/dot-x": "v", "stow/vim/dot-vim/vimrc~": "old"})
    farm.run("manage", "vim", prefer=_ALWAYS)
    assert farm.home() == {".vim": "-> ../stow/vim/dot-vim"}


def test_never_makes_every_directory_real(farm: Farm) -> None:
    farm.make(_VIM).run("manage", "vim", prefer=_NEVER)
    assert farm.home() == {
        ".vim": "dir",
        ".vim/after": "dir",
        ".vim/after/c": "-> ../../../stow/vim/dot-vim/after/c",
        ".vim/vimrc": "-> ../../stow/vim/dot-vim/vimrc",
    }


@pytest.mark.parametrize("folding", ["safe", "always", "never"])
def test_two_packages_share_a_real_directory(farm: Farm, folding: Folding) -> None:
    farm.make({"stow/git/dot-config/git": "g", "stow/zsh/dot-config/zsh": "z"})
    farm.run("manage", prefer=Preferences(folding=folding))
    assert farm.home() == {
        ".config": "dir",
        ".config/git": "-> ../../stow/git/dot-config/git",
        ".config/zsh": "-> ../../stow/zsh/dot-config/zsh",
    }


def test_a_package_has_a_folding_of_its_own(farm: Farm) -> None:
    farm.make({"stow/git/g/x": "g", "stow/zsh/z/x": "z"})
    client = farm.configured('[packages.zsh]\nfolding = "never"\n')
    client.apply(client.stream("manage", everything=True))
    assert farm.home() == {"g": "-> ../stow/git/g", "z": "dir", "z/x": "-> ../../stow/zsh/z/x"}


@pytest.mark.parametrize("folding", ["safe", "always"])
def test_a_path_named_by_never_fold_stays_a_directory(farm: Farm, folding: Folding) -> None:
    farm.make({"stow/zsh/dot-config/a/x": "z", "stow/zsh/dot-config/b/x": "z"})
    client = farm.configured(f'folding = "{folding}"\nnever-fold = [".config/a"]\n')
    client.apply(client.stream_manage("zsh"))
    assert farm.home() == {
        ".config": "dir",
        ".config/a": "dir",
        ".config/a/x": "-> ../../../stow/zsh/dot-config/a/x",
        ".config/b": "-> ../../stow/zsh/dot-config/b",
    }


@pytest.mark.parametrize("glob", [".config", "*", ".c*", ".conf??"])
def test_never_fold_takes_globs(farm: Farm, glob: str) -> None:
    farm.make({"stow/zsh/dot-config/a/x": "z"})
    client = farm.configured(f'never-fold = ["{glob}"]\n')
    client.apply(client.stream_manage("zsh"))
    assert farm.home() == {".config": "dir", ".config/a": "-> ../../stow/zsh/dot-config/a"}


def test_never_fold_of_a_package_is_for_that_package_alone(farm: Farm) -> None:
    farm.make({"stow/git/g/x": "g", "stow/zsh/z/x": "z"})
    client = farm.configured('[packages.zsh]\nnever-fold = ["*"]\n')
    client.apply(client.stream("manage", everything=True))
    assert farm.home() == {"g": "-> ../stow/git/g", "z": "dir", "z/x": "-> ../../stow/zsh/z/x"}


def test_a_fold_of_another_package_is_opened(farm: Farm) -> None:
    farm.make({"stow/git/c/git/x": "g", "stow/zsh/c/zsh": "z"}).run("manage", "git")
    plan = farm.plan("manage", "zsh")
    assert lines(plan.items, farm.target) == [
        "unfold c",
        "create_link c/git -> ../../stow/git/c/git",
        "create_link c/zsh -> ../../stow/zsh/c/zsh",
    ]
    farm.run("manage", "zsh")
    assert farm.home() == {
        "c": "dir",
        "c/git": "-> ../../stow/git/c/git",
        "c/zsh": "-> ../../stow/zsh/c/zsh",
    }


def test_opening_a_fold_keeps_what_the_owner_ignores_hidden(farm: Farm) -> None:
    farm.make({"stow/git/c/x": "g", "stow/git/c/x~": "g", "stow/zsh/c/z": "z"})
    farm.run("manage", "git", prefer=_ALWAYS)
    farm.run("manage", "zsh")
    assert farm.home() == {
        "c": "dir",
        "c/x": "-> ../../stow/git/c/x",
        "c/z": "-> ../../stow/zsh/c/z",
    }


def test_folds_are_opened_as_deep_as_needed_and_no_deeper(farm: Farm) -> None:
    farm.make({"stow/git/a/b/c/x": "g", "stow/git/a/d/x": "g", "stow/zsh/a/b/z": "z"})
    farm.run("manage", "git")
    farm.run("manage", "zsh")
    assert farm.home() == {
        "a": "dir",
        "a/b": "dir",
        "a/b/c": "-> ../../../stow/git/a/b/c",
        "a/b/z": "-> ../../../stow/zsh/a/b/z",
        "a/d": "-> ../../stow/git/a/d",
    }


def test_a_fold_of_the_same_package_stays(farm: Farm) -> None:
    farm.make(_VIM).run("manage", "vim")
    farm.make({"stow/vim/dot-vim/new": "v"})
    assert farm.plan("manage", "vim").summary.operations == 0


def test_a_directory_folds_again_when_one_package_is_left(farm: Farm) -> None:
    farm.make({"stow/git/c/git/x": "g", "stow/zsh/c/zsh": "z"})
    farm.run("manage", "git")
    before = farm.tree()
    farm.run("manage", "zsh")
    plan = farm.plan("unmanage", "zsh")
    assert lines(plan.items, farm.target)[0] == "refold c -> ../stow/git/c"
    farm.run("unmanage", "zsh")
    assert difference(before, farm.tree()) == []


def test_a_directory_with_a_file_of_the_users_does_not_fold_again(farm: Farm) -> None:
    farm.make({"stow/git/c/git": "g", "stow/zsh/c/zsh": "z"}).run("manage")
    farm.make({"home/c/mine": "m"}).run("unmanage", "zsh")
    assert farm.home() == {"c": "dir", "c/git": "-> ../../stow/git/c/git", "c/mine": "file"}


def test_a_directory_that_never_folds_does_not_fold_again(farm: Farm) -> None:
    farm.make({"stow/git/c/git": "g", "stow/zsh/c/zsh": "z"})
    client = farm.configured('never-fold = ["c"]\n')
    client.apply(client.stream("manage", everything=True))
    client.apply(client.stream_unmanage("zsh"))
    assert farm.home() == {"c": "dir", "c/git": "-> ../../stow/git/c/git"}


def test_unmanage_does_not_fold_where_it_removes_nothing(farm: Farm) -> None:
    farm.make({"stow/git/c/git": "g", "stow/zsh/c/zsh": "z"})
    farm.make({"home/c/git": Link("../../stow/git/c/git")})
    assert farm.plan("unmanage", "zsh").operations == []


def test_unmanage_removes_the_directories_that_manage_made(farm: Farm) -> None:
    farm.make({"stow/zsh/a/b/x": "z", "stow/zsh/a/y": "z"}).run("manage", prefer=_NEVER)
    farm.run("unmanage")
    assert farm.home() == {}


def test_unmanage_leaves_directories_that_were_there_or_hold_something(farm: Farm) -> None:
    farm.make({"stow/zsh/a/x": "z", "stow/zsh/b/c/y": "z", "home/a/mine": "m"})
    farm.run("manage", prefer=_NEVER)
    farm.make({"home/b/mine": "m"})
    farm.run("unmanage")
    assert farm.home() == {"a": "dir", "a/mine": "file", "b": "dir", "b/mine": "file"}


@pytest.mark.parametrize("folding", ["safe", "always"])
def test_remanage_of_an_open_directory_that_is_only_ours_changes_nothing(
    farm: Farm, folding: Folding
) -> None:
    farm.make({"stow/zsh/a/b/x": "z", "stow/zsh/c": "z"}).run("manage", prefer=_NEVER)
    plan = farm.plan("remanage", prefer=Preferences(folding=folding))
    assert lines(plan.items, farm.target) == []


@pytest.mark.parametrize("gone", [False, True])
@pytest.mark.parametrize("git", [False, True])
def test_one_path_that_is_planned_alone_leaves_the_directories_of_what_stays(
    farm: Farm, *, gone: bool, git: bool
) -> None:
    farm.make({"stow/zsh/c/d/1": "z", "stow/zsh/c/d/2": "z", "stow/zsh/c/e/3": "z"})
    farm.make({"stow/git/c/d/x/y": "g"} if git else {"home/c/mine": "m"})
    farm.run("manage", prefer=_NEVER)
    client = farm.client()
    if gone:
        shutil.rmtree(f"{farm.directory}/zsh")
    for name, left in (("d/1", {"d/2", "e", "e/3"}), ("e/3", {"d/2"}), ("d", set())):
        path = f"{farm.target}/c/{name}"
        if gone:
            client.apply(client.stream_remanage(path=path))
        else:
            client.apply(client.stream_unmanage("zsh", path=path))
        ours = {each.removeprefix("c/") for each in farm.home() if each[:3] in {"c/d", "c/e"}}
        assert ours - {"d", "d/x", "d/x/y"} == left
    assert ("c/d/x/y" in farm.home()) == git


def test_remanage_puts_a_file_where_the_package_had_a_directory(farm: Farm) -> None:
    farm.make({"stow/zsh/a/b/x": "z", "stow/zsh/a/y": "z"}).run("manage", prefer=_NEVER)
    shutil.rmtree(f"{farm.directory}/zsh/a")
    farm.make({"stow/zsh/a": "z"}).run("remanage", prefer=_NEVER)
    assert farm.home() == {"a": "-> ../stow/zsh/a"}


def test_remanage_leaves_a_directory_that_holds_something_where_a_file_should_go(
    farm: Farm,
) -> None:
    farm.make({"stow/zsh/a/x": "z"}).run("manage", prefer=_NEVER)
    shutil.rmtree(f"{farm.directory}/zsh/a")
    farm.make({"stow/zsh/a": "z", "home/a/mine": "m"})
    plan = farm.plan("remanage", prefer=_NEVER)
    assert [conflict.kind for conflict in plan.conflicts] == ["real_directory"]


def test_a_fold_that_another_package_would_open_is_listed_all_the_same(farm: Farm) -> None:
    farm.make({"stow/a/.config/x": "a", "stow/b/.config/y": "b"}).run("manage", "a")
    assert [link.name for link in farm.client().links()] == [".config"]


def test_a_directory_above_a_clone_is_folded_with_it(farm: Farm) -> None:
    farm.make({"stow/p/x/y/.git/HEAD": "", "stow/p/x/y/dot-a": "", "stow/p/x/b": ""}).run(
        "manage"
    )
    assert farm.home() == {"x": "-> ../stow/p/x"}


def test_a_fold_is_not_opened_for_a_name_that_only_the_builtin_list_has(farm: Farm) -> None:
    farm.make(
        {"stow/vim/x/rc": "v", "stow/vim/x/.gitignore": "", "home/x": Link("../stow/vim/x")}
    )
    for action in ("manage", "remanage"):
        assert farm.plan(action).summary.operations == 0
    farm.make({"stow/vim/x/dot-y": ""})
    assert farm.plan("remanage").operations[0].why == "vim/x/dot-y is shown as .y"
    shutil.rmtree(f"{farm.directory}/vim")
    farm.make({"stow/vim/x/.gitignore": "", "stow/vim/.stow-local-ignore": r"\.gitignore"})
    (operation, *_) = farm.plan("remanage", prefer=_EXPLAIN).operations
    list_path = f"{farm.directory}/vim/.stow-local-ignore"
    why = rf"vim/x/.gitignore is left out by {list_path}:1: \.gitignore"
    assert (operation.kind, operation.why) == ("unfold", why)


_REASONS: dict[str, tuple[dict[str, Entry], str, str]] = {
    "a name that is left out": (
        {"stow/p/x/a": "", "stow/p/x/b~": ""},
        "",
        "p/x/b~ is left out by the built-in ignore list: .+~",
    ),
    "a name that is translated": ({"stow/p/x/y/dot-a": ""}, "", "p/x/y/dot-a is shown as .a"),
    "something special": (
        {"stow/p/x/a": "", "stow/p/x/f": FIFO},
        "",
        "p/x/f is not a file, directory or link",
    ),
    "never-fold": ({"stow/p/x/y/a": ""}, 'never-fold = ["x/y"]', "never-fold names x/y"),
    "a setting": (
        {"stow/p/x/a": ""},
        'folding = "never"',
        "nothing is folded in this package",
    ),
}


@pytest.mark.parametrize(("tree", "toml", "why"), _REASONS.values(), ids=_REASONS)
def test_a_directory_that_is_made_says_why_it_is_no_link(
    farm: Farm, tree: dict[str, Entry], toml: str, why: str
) -> None:
    client = farm.make(tree).configured(toml)
    made = client.plan_manage("p", prefer=_EXPLAIN).operations[0]
    assert (made.kind, made.name, made.why) == ("make_dir", "x", why)


def test_a_fold_that_is_opened_says_for_whom(farm: Farm) -> None:
    farm.make({"stow/a/x/1": "", "stow/b/x/2": ""}).run("manage", "a")
    (opened, *_) = farm.plan("manage", "b").operations
    assert (opened.kind, opened.why) == ("unfold", "packages a and b share it")


@pytest.mark.parametrize("marker", [".stow", "dotstream.toml"])
@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_what_another_package_directory_has_in_a_fold_that_is_opened_stays_that_ones(
    farm: Farm, marker: str, mode: int
) -> None:
    farm.make({f"other/{marker}": "", "other/a/x/1": "a", "stow/b/x/2": "b"})
    farm.make({"home/x": Link("../other/a/x")})
    os.chmod(f"{farm.root}/other/a/x", mode)
    client = farm.client()
    client.apply(client.stream_manage("b"))
    assert farm.home() == {
        "x": "dir",
        "x/1": "-> ../../other/a/x/1",
        "x/2": "-> ../../stow/b/x/2",
    }
    assert client.unwanted() == []
    assert [link.package for link in client.links()] == ["b"]
    assert client.plan_remanage().items == ()
    assert not list(client.doctor())
    client.apply(client.stream_unmanage("b"))
    assert not os.path.lexists(f"{farm.target}/x/2")
    assert os.path.exists(f"{farm.target}/x/1")
    assert client.unwanted() == []
    assert not list(client.doctor())


# One path of a fold ---------------------------------------------------------------------------


@pytest.mark.parametrize("inside", ["x/a", "x/y", "x/y/b", "x/none"])
@pytest.mark.parametrize("moved", [False, True])
def test_what_a_fold_shows_is_not_unlinked_by_itself_and_the_way_is_told(
    farm: Farm, inside: str, *, moved: bool
) -> None:
    farm.make({"stow/p/d/x/a": "", "stow/p/d/x/y/b": "", "home/d/mine": ""}).run("manage", "p")
    if moved:  # told by what is recorded
        farm.make({"stow/q/d/x/a": ""})
        shutil.rmtree(f"{farm.directory}/p")
    before, path = farm.tree(), f"{farm.target}/d/{inside}"
    with pytest.raises(PartOfLink):
        farm.client().apply(farm.client().stream_unmanage("p", path=path), stream=True)
    with pytest.raises(PartOfLink) as refused:
        farm.client().apply(farm.client().stream_unmanage("p", path=path))
    assert farm.tree() == before
    error = refused.value
    assert (error.path, error.link, error.package) == (path, f"{farm.target}/d/x", "p")
    (gone,) = farm.client().plan_unmanage("p", path=error.link).operations
    assert (gone.kind, gone.path) == ("remove_link", error.link)
    if not moved and inside != "x/none":
        farm.run("remanage", "p", prefer=_NEVER)
        farm.client().apply(farm.client().stream_unmanage("p", path=path))
        assert not os.path.lexists(path)
        assert len(list(farm.client().links())) == 1


# A git repository in a package ----------------------------------------------------------------


@pytest.mark.parametrize("git", ["directory", "file"])
def test_a_git_repository_in_a_package_is_one_thing(farm: Farm, git: str) -> None:
    clone = "stow/zsh/dot-oh-my-zsh"
    farm.make({f"{clone}/oh.sh": "o", f"{clone}/old~": "", f"{clone}/lib/dot-x": "x"})
    farm.make(
        {f"{clone}/.git/HEAD": "r"} if git == "directory" else {f"{clone}/.git": "gitdir: x"}
    )
    farm.run("manage")
    assert farm.home() == {".oh-my-zsh": "-> ../stow/zsh/dot-oh-my-zsh"}


def test_a_directory_above_a_git_repository_is_folded_by_what_else_is_in_it(farm: Farm) -> None:
    farm.make({"stow/vim/dot-vim/plug/.git/HEAD": "r", "stow/vim/dot-vim/plug/a": "a"})
    farm.make({"stow/vim/dot-vim/old~": ""}).run("manage")
    assert farm.home() == {".vim": "dir", ".vim/plug": "-> ../../stow/vim/dot-vim/plug"}


def test_never_fold_opens_a_git_repository_all_the_same(farm: Farm) -> None:
    farm.make({"stow/vim/dot-vim/.git/HEAD": "r", "stow/vim/dot-vim/a": "a"})
    client = farm.configured('never-fold = [".vim"]\n')
    client.apply(client.stream_manage("vim"))
    assert farm.home()[".vim/a"] == "-> ../../stow/vim/dot-vim/a"
