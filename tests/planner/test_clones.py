"""Git repositories on both sides: each is one thing, and one that git moved away is gone."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from tests.farm import Link, lines

from dotstream.errors import ConflictError
from dotstream.model.options import FOLDINGS, Preferences

if TYPE_CHECKING:
    from tests.farm import Entry, Farm

    from dotstream.model.options import Folding

_ONE, _OTHER = "1" * 40, "2" * 40


def _clone(path: str, commit: str) -> dict[str, Entry]:
    """Return a clone as git makes it: what is checked out is named by a branch."""
    return {
        f"{path}/.git/HEAD": "ref: refs/heads/main\n",
        f"{path}/.git/refs/heads/main": f"{commit}\n",
        f"{path}/init.lua": f"-- {commit}",
        f"{path}/lua/a.lua": "a",
    }


def _packed(farm: Farm, path: str) -> None:
    """Have git's housekeeping put a branch away."""
    branch = f"{farm.root}/{path}/.git/refs/heads/main"
    with open(branch, encoding="utf-8") as file:
        commit = file.read().strip()
    os.unlink(branch)
    farm.make(
        {f"{path}/.git/packed-refs": f"# pack-refs with: peeled\n{commit} refs/heads/main\n"}
    )


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("commit", "told"),
    [
        (_ONE, f"both have {_ONE[:12]} checked out"),
        (_OTHER, f"that has {_OTHER[:12]} checked out, the package {_ONE[:12]}"),
    ],
)
def test_a_clone_in_the_place_of_a_packages_clone_is_one_conflict_that_compares_them(
    farm: Farm, commit: str, told: str, *, packed: bool
) -> None:
    farm.make(_clone("stow/nvim/dot-config/nvim", _ONE) | _clone("home/.config/nvim", commit))
    if packed:
        _packed(farm, "home/.config/nvim")
    (conflict,) = farm.plan("manage").conflicts
    assert lines([conflict], farm.root) == ["real_directory home/.config/nvim for nvim"]
    assert conflict.message == (
        f"package nvim has a git repository here, and another one is in its place; {told}"
    )
    assert conflict.choices == ("backup", "overwrite", "skip")
    with pytest.raises(ConflictError):
        farm.run("manage")


@pytest.mark.parametrize("folding", FOLDINGS)
def test_backing_it_up_moves_it_whole_and_undo_brings_it_back(
    farm: Farm, folding: Folding
) -> None:
    farm.make(_clone("stow/nvim/dot-config/nvim", _ONE) | _clone("home/.config/nvim", _OTHER))
    before = farm.tree()
    client = farm.client()
    prefer = Preferences(on_conflict="backup", folding=folding)
    plan = client.plan("manage", ["nvim"], prefer=prefer)
    (moved,) = (
        line for line in lines(plan.operations, farm.root) if line.startswith("move_file")
    )
    assert moved == "move_file home/.config/nvim"
    client.apply(plan)
    assert farm.read("home/.config/nvim/init.lua") == f"-- {_ONE}"
    assert not list(client.doctor())
    client.apply(client.stream_undo())
    assert farm.tree() == before


def test_a_clone_whose_commit_nobody_can_tell_is_one_conflict_all_the_same(farm: Farm) -> None:
    farm.make(_clone("stow/nvim/x", _ONE) | {"home/x/.git/HEAD": "\x1b]0;\n", "home/x/y": "y"})
    (conflict,) = farm.plan("manage").conflicts
    assert conflict.message.endswith("another one is in its place")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".git/HEAD", "ref: refs/\0\n"),
        (".git/HEAD", "ref: refs/../../../../../../etc/passwd\n"),
        (".git/commondir", "\0"),
        (".git", "gitdir: \0\n"),
    ],
)
def test_what_git_would_not_write_tells_no_commit(farm: Farm, name: str, text: str) -> None:
    farm.make(_clone("stow/nvim/x", _ONE))
    if name == ".git":
        farm.make({"home/x/.git": text})
    else:
        farm.make({"home/x/.git/HEAD": "ref: refs/heads/none\n", f"home/x/{name}": text})
    (conflict,) = farm.plan("manage").conflicts
    assert conflict.message.endswith("another one is in its place")


def test_a_submodule_whose_place_cannot_be_named_has_not_moved(farm: Farm) -> None:
    farm.make({"stow/a/x/.git/config": "[core]\n\tworktree = \0\n", "stow/a/x/one": "1"})
    farm.make({"stow/b/x/two": "2"})
    assert not farm.plan("manage").conflicts


def test_a_clone_that_has_links_of_ours_in_it_stays_managed(farm: Farm) -> None:
    farm.make({"stow/nvim/x/a": "a", "home/x/b": "b"}).run("manage")
    farm.make({"stow/nvim/x/.git/HEAD": _ONE, "home/x/.git/HEAD": _ONE})
    assert farm.plan("remanage").items == ()


def _submodule(farm: Farm, old: str, new: str, git: str = "stow/.git/modules/omz") -> None:
    """Put a submodule where it is now, with what git left in its old place."""
    for place in (old, new):
        way = os.path.relpath(f"{farm.root}/{git}", f"{farm.root}/{place}")
        files = {f"{place}/{name}": "o" for name in ("oh.sh", "lib/a", "lib/b")}
        farm.make({f"{place}/.git": f"gitdir: {way}\n"} | files)
    way = os.path.relpath(f"{farm.root}/{new}", f"{farm.root}/{git}")
    farm.make({f"{git}/config": f"[core]\n\tbare = false\n\tworktree = {way}\n"})


@pytest.mark.parametrize("folding", ["safe", "never"])
@pytest.mark.parametrize(("old", "new"), [("zsh", "omz"), ("omz", "zsh")])
def test_the_old_directory_of_a_submodule_that_moved_gives_way_to_the_new_one(
    farm: Farm, old: str, new: str, folding: Folding
) -> None:
    farm.make(
        {f"stow/{old}/dot-oh-my-zsh/.git/HEAD": _ONE, f"stow/{old}/dot-oh-my-zsh/oh.sh": ""}
    )
    farm.run("manage", prefer=Preferences(folding=folding))
    os.rename(f"{farm.root}/stow/{old}/dot-oh-my-zsh/.git", f"{farm.root}/was")
    _submodule(farm, f"stow/{old}/dot-oh-my-zsh", f"stow/{new}/dot-oh-my-zsh")
    plan = farm.plan("remanage", prefer=Preferences(folding=folding))
    assert plan.conflicts == []
    there, was = (f"{farm.directory}/{each}/dot-oh-my-zsh" for each in (new, old))
    (note,) = plan.notices
    assert note.path == was
    assert note.message == (
        f"left out: git has this submodule at {there} now, and left its files here; "
        "remove this directory, if nothing of yours is in it"
    )
    farm.client().apply(plan)
    assert os.path.realpath(f"{farm.target}/.oh-my-zsh/oh.sh") == f"{there}/oh.sh"
    assert farm.plan("remanage", prefer=Preferences(folding=folding)).operations == []
    shutil.rmtree(was)  # as the note says
    assert farm.plan("remanage", prefer=Preferences(folding=folding)).items == ()


def test_a_submodule_that_did_not_move_is_shared_as_any_directory(farm: Farm) -> None:
    farm.make({"stow/a/x/.git": "gitdir: ../../.git/modules/x\n", "stow/a/x/one": "1"})
    farm.make({"stow/.git/modules/x/config": "[core]\n\tworktree = ../../../a/x\n"})
    farm.make({"stow/b/x/two": "2"}).run("manage")
    assert farm.home() == {
        "x": "dir",
        "x/one": "-> ../../stow/a/x/one",
        "x/two": "-> ../../stow/b/x/two",
    }


@pytest.mark.parametrize("git", [Link("loop"), "gitdir: \0", "gitdir: /dev\n", "nonsense"])
def test_a_git_file_that_says_nothing_of_use_moves_nothing(farm: Farm, git: Entry) -> None:
    farm.make({"stow/a/x/.git": git, "stow/a/x/one": "1", "stow/b/x/two": "2"})
    assert not farm.plan("manage").conflicts


@pytest.mark.parametrize("inside", ["", "/init.lua", "/lua", "/lua/a.lua"])
def test_a_plan_of_one_path_tells_of_the_clone_in_the_way_as_the_whole_plan_does(
    farm: Farm, inside: str
) -> None:
    farm.make(_clone("stow/nvim/dot-config/nvim", _ONE) | _clone("home/.config/nvim", _OTHER))
    client, (conflict,) = farm.client(), farm.plan("manage").conflicts
    for side in (f"{farm.target}/.config/nvim", f"{farm.directory}/nvim/dot-config/nvim"):
        found = client.locate(f"{side}{inside}")
        assert (found.state, found.message) == ("conflict", conflict.message)
        assert found.target is not None
        for folding in FOLDINGS:
            prefer = Preferences(folding=folding)
            plan = client.plan("manage", ["nvim"], path=found.target, prefer=prefer)
            # A policy for one path inside is none for all of it.
            assert list(plan.items) == [conflict._replace(whole=inside != "")]
