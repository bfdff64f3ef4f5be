"""A plan of some members of a scan: exactly those, or refused with the reason."""

from __future__ import annotations

import os
import shutil
from itertools import chain
from typing import TYPE_CHECKING

import pytest
from tests.farm import Farm, Link, lines

import dotstream
from dotstream.errors import Cancelled, MemberRefused, UsageError
from dotstream.model.cancel import CancellationToken
from dotstream.model.member import Member
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dotstream.model.items import Operation
    from dotstream.model.options import Folding

_NEVER = Preferences(folding="never")
_VIM = {
    "stow/vim/dot-vimrc": "rc",
    "stow/vim/dot-vim/colors/day": "d",
    "stow/vim/dot-vim/colors/night": "n",
    "stow/vim/dot-vim/plugin/git": "g",
}


@pytest.fixture
def vim(farm: Farm) -> Farm:
    """Return a farm with one package that is three levels deep."""
    return farm.make(_VIM)


def test_a_scan_that_nothing_is_left_out_of_is_the_whole_plan(vim: Farm) -> None:
    client = vim.client()
    whole = client.plan_manage("vim")
    assert lines(client.plan_members(client.scan("vim"), "vim").items, vim.root) == lines(
        whole.items, vim.root
    )
    assert client.plan_members(client.scan("vim"), "vim").summary.digest == whole.summary.digest


@pytest.mark.parametrize("by", ["members", "where"])
@pytest.mark.parametrize("folding", ["safe", "always"])
def test_folds_are_open_just_where_a_member_is_missing(
    vim: Farm, folding: Folding, by: str
) -> None:
    vim.make({"stow/vim/dot-vim/.keep": ""})  # so that nothing is renamed inside of the package
    client = vim.client()
    if by == "where":
        prefer = Preferences(folding=folding, where=lambda path: path != ".vim/colors/night")
        client.apply(client.stream_manage("vim", prefer=prefer))
    else:
        prefer = Preferences(folding=folding)
        scan = client.scan("vim", prefer=prefer)
        members = (member for member in scan if member.path != ".vim/colors/night")
        client.apply(client.stream_members(members, "vim", prefer=prefer))
    assert vim.home() == {
        ".vim": "dir",
        ".vim/.keep": "-> ../../stow/vim/dot-vim/.keep",
        ".vim/colors": "dir",
        ".vim/colors/day": "-> ../../../stow/vim/dot-vim/colors/day",
        ".vim/plugin": "-> ../../stow/vim/dot-vim/plugin",
        ".vimrc": "-> ../stow/vim/dot-vimrc",
    }


def test_what_a_rule_leaves_out_is_not_missing(vim: Farm) -> None:
    vim.make({"stow/vim/dot-vim/old.bak": "", "stow/dotstream.toml": 'ignore = ["*.bak"]'})
    client, always = vim.client(), Preferences(folding="always")
    scanned = client.plan_members(client.scan("vim", prefer=always), "vim", prefer=always)
    assert [item.path for item in scanned.operations] == [
        f"{vim.target}/.vim",
        f"{vim.target}/.vimrc",
    ]


def test_directories_are_there_for_what_is_in_them(vim: Farm) -> None:
    client = vim.client()
    files = (member for member in client.scan("vim") if member.kind == "file")
    assert lines(client.plan_members(files, "vim").items, vim.root) == lines(
        client.plan_manage("vim").items, vim.root
    )
    directories = (member for member in client.scan("vim") if member.kind == "directory")
    assert not client.plan_members(directories, "vim").items


def test_several_packages_and_none_of_one_are_planned_together(vim: Farm) -> None:
    vim.make({"stow/git/dot-gitconfig": "g", "stow/zsh/dot-vim/colors/dusk": "z"})
    client = vim.client()
    members = chain(client.scan("git"), client.scan("vim"), client.scan("zsh"))
    wanted = (member for member in members if "colors" in member.path)
    with client.stream_members(wanted, "git", "vim", "zsh", prefer=_NEVER) as plan:
        assert plan.metadata.packages == ("git", "vim", "zsh")
        links = [item.name for item in plan.operations if item.kind == "create_link"]
    assert links == ["day", "dusk", "night"]


def test_an_unfold_shows_all_of_a_package_that_is_not_planned(vim: Farm) -> None:
    vim.make({"stow/zsh/dot-vim/dusk": "z", "stow/zsh/dot-vim/dawn": "z"}).run("manage", "vim")
    client = vim.client()
    before = {path for path in vim.home() if os.path.isfile(f"{vim.target}/{path}")}
    dusk = (member for member in client.scan("zsh") if member.path == ".vim/dusk")
    client.apply(client.stream_members(dusk, "zsh"))
    assert vim.home()[".vim/dusk"] == "-> ../../stow/zsh/dot-vim/dusk"
    assert ".vim/dawn" not in vim.home()
    assert before <= vim.home().keys()
    assert os.path.exists(f"{vim.target}/.vim/plugin/git")


def test_what_a_run_wants_says_nothing_of_a_package_whose_fold_is_in_the_way(vim: Farm) -> None:
    vim.make({"stow/zsh/dot-vim/dusk": "z"}).run("manage", "vim")
    client = vim.client()
    prefer = Preferences(where=lambda path: path in (".vim", ".vim/dusk"))
    client.apply(client.stream_manage("zsh", prefer=prefer))
    assert os.path.exists(f"{vim.target}/.vim/dusk")
    assert os.path.exists(f"{vim.target}/.vim/plugin/git")


def test_links_that_a_run_does_not_want_stay_though_they_are_recorded(vim: Farm) -> None:
    vim.run("manage", prefer=_NEVER)
    client = vim.client()
    prefer = Preferences(where=lambda path: path == ".vim" or "colors" in path)
    client.apply(client.stream_unmanage("vim", prefer=prefer))
    assert [path for path, what in vim.home().items() if what != "dir"] == [
        ".vim/plugin/git",
        ".vimrc",
    ]
    assert not os.path.exists(f"{vim.target}/.vim/colors")


def test_a_linked_directory_in_a_package_is_one_member(farm: Farm) -> None:
    farm.make({"stow/vim/a/x": "x", "stow/vim/b": Link("a"), "home/b": Link("../stow/vim/a")})
    client = farm.client()
    members = (member for member in client.scan("vim") if member.path == "b")
    assert not client.plan_members(members, "vim").conflicts


def test_the_named_layout_has_the_package_above_its_members(farm: Farm) -> None:
    farm.make({"stow/dot-vim/colors/day": "d", "stow/dot-vim/rc": "r"})
    client, prefer = farm.client(), Preferences(layout="named")
    members = (
        member for member in client.scan("dot-vim", prefer=prefer) if member.path != ".vim/rc"
    )
    client.apply(client.stream_members(members, "dot-vim", prefer=prefer))
    assert farm.home() == {
        ".vim": "dir",
        ".vim/colors": "-> ../../stow/dot-vim/colors",
    }


def test_nothing_is_read_before_the_first_item_and_a_cancel_is_heard(vim: Farm) -> None:
    client, token, taken = vim.client(), CancellationToken(), []

    def members() -> object:
        for member in client.scan("vim"):
            taken.append(member)
            yield member

    plan = client.stream_members(members(), "vim", cancel=token)  # type: ignore[arg-type]
    assert not taken
    token.cancel()
    with pytest.raises(Cancelled):
        next(iter(plan))


@pytest.mark.parametrize("when", ["before", "after", "alone"])
def test_the_errors_of_a_scan_are_a_stream_of_their_own(farm: Farm, when: str) -> None:
    farm.make({f"stow/vim/d{number:02}/x": "x" for number in range(100)})
    with farm.client().scan("vim") as scan:
        errors = scan.errors if when != "after" else None
        next(scan)
        for number in range(50, 100):
            shutil.rmtree(f"{farm.directory}/vim/d{number}")
        if when != "alone":
            assert [member.path for member in scan][-1] == "d99"
        told = list(errors or scan.errors)
    assert [error.path for error in told] == [
        f"{farm.directory}/vim/d{number}" for number in range(50, 100)
    ]


def test_members_that_went_by_while_errors_were_read_are_not_silently_missing(vim: Farm) -> None:
    with vim.client().scan("vim") as scan:
        assert not list(scan.errors)
        with pytest.raises(UsageError, match="went by"):
            iter(scan)


# Refused -------------------------------------------------------------------------------


def _swapped(members: list[Member]) -> list[Member]:
    return members[::-1]


def _twice(members: list[Member]) -> list[Member]:
    return [members[-1], members[-1]]


def _after_others(members: list[Member]) -> list[Member]:
    """Come back to a directory that was left."""
    day, plugin = members[2], members[4]
    return [day, plugin, members[3]]


def _made_up(members: list[Member]) -> list[Member]:
    return [members[-1]._replace(source=members[-1].source + "2", path=".vimrc2")]


def _elsewhere(members: list[Member]) -> list[Member]:
    return [members[-1]._replace(source="/else/vim/dot-vimrc")]


def _below_a_file(members: list[Member]) -> list[Member]:
    rc = members[-1]
    return [rc, Member("vim", rc.path + "/x", rc.source + "/x", "file")]


def _of_another_package(members: list[Member]) -> list[Member]:
    return [members[-1]._replace(package="zsh")]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_swapped, "members come in the order of a scan"),
        (_twice, "it came already"),
        (_after_others, "members come in the order of a scan"),
        (_made_up, "there is no such member"),
        (_elsewhere, "/else/vim/dot-vimrc is not in {directory}/vim"),
        (_below_a_file, "dot-vimrc is not a directory, so nothing is in it"),
        (_of_another_package, "the plan is not of package zsh"),
    ],
)
def test_what_no_scan_would_yield_is_refused_with_the_reason(
    vim: Farm, change: Callable[[list[Member]], list[Member]], reason: str
) -> None:
    client = vim.client()
    members = change(list(client.scan("vim")))
    with pytest.raises(MemberRefused) as refused:
        client.plan_members(members, "vim")
    assert refused.value.reason == reason.format(directory=vim.directory)
    assert vim.home() == {}


def test_members_of_other_options_or_in_another_order_of_packages_are_refused(vim: Farm) -> None:
    vim.make({"stow/git/dot-gitconfig": "g", "stow/vim/dot-vim/x~": "old"})
    client = vim.client()
    raw = client.scan("vim", prefer=Preferences(dotfiles=False))
    with pytest.raises(MemberRefused, match="scanned with other options"):
        client.plan_members(raw, "vim")
    members = chain(client.scan("vim"), client.scan("git"))
    with pytest.raises(MemberRefused, match="its package was over"):
        client.plan_members(members, "git", "vim")
    with pytest.raises(MemberRefused, match="an ignore rule of this plan matches"):
        client.plan_members(client.scan("vim"), "vim", prefer=Preferences(ignore=("plugin",)))


def test_another_clients_members_are_refused(vim: Farm, scratch: Path) -> None:
    other = Farm(scratch / "other").make(_VIM)
    with pytest.raises(MemberRefused, match="is not in"):
        vim.client().plan_members(other.client().scan("vim"), "vim")


# Operations left out -------------------------------------------------------------------


def test_an_operation_is_left_out_with_all_that_belongs_to_it(vim: Farm) -> None:
    client = vim.client()
    with client.stream_manage("vim", prefer=_NEVER) as plan:
        rest = dotstream.without(plan.operations, drop=lambda each: each.name == "colors")
        client.execute(rest).drain()
    links = [path for path, what in vim.home().items() if what != "dir"]
    assert links == [".vim/plugin/git", ".vimrc"]


def test_what_makes_way_stays_if_what_would_take_its_place_is_left_out(vim: Farm) -> None:
    vim.make({"home/.vimrc": "mine", "home/.vim/plugin/git": "mine too"})
    client = vim.client()
    for policy in ("backup", "adopt"):
        prefer = Preferences(folding="never", on_conflict=policy)

        def linked(each: Operation) -> bool:
            return each.kind == "create_link" and each.name == ".vimrc"

        with client.stream_manage("vim", prefer=prefer) as plan:
            client.execute(dotstream.without(plan.operations, drop=linked)).drain()
        assert vim.read("home/.vimrc") == "mine"
        assert os.path.islink(f"{vim.target}/.vim/plugin/git")
        client.apply(client.stream_undo())
    assert vim.read("home/.vim/plugin/git") == "mine too"


def test_an_adopted_directory_is_left_out_with_the_files_that_move_into_it(farm: Farm) -> None:
    farm.make({"stow/vim/dot-vim/rc": "r", "home/.vim/a/x~": "", "home/.vim/a/y": "y"})
    farm.make({"home/.vim/b": "b"})
    client = farm.client()
    with client.stream_adopt(f"{farm.target}/.vim", package="vim") as plan:
        rest = dotstream.without(plan.operations, drop=lambda each: each.kind == "make_dir")
        client.execute(rest).drain()
    assert farm.read("home/.vim/a/y") == "y"
    assert os.path.islink(f"{farm.target}/.vim/b")
    assert not os.path.exists(f"{farm.directory}/vim/dot-vim/a")
