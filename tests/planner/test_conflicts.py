"""Every conflict is found at plan time, named with both sides, and settled by policy."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from tests.crash.mounts import mounted
from tests.farm import DIR, Link, lines
from tests.snapshot import difference

from dotstream.cli.report.advice import by_hand
from dotstream.client import Client
from dotstream.errors import ConflictError, UsageError
from dotstream.model.items import Conflict, Notice
from dotstream.model.options import FOLDINGS, Preferences

if TYPE_CHECKING:
    from tests.farm import Entry, Farm

    from dotstream.model.options import Action, Folding, Policy


@dataclass
class Case:
    """A farm with one conflict at ``path``, and what is said about it."""

    kind: str
    tree: dict[str, Entry]
    message: str
    path: str = "home/x"
    choices: tuple[str, ...] = ("backup", "overwrite", "skip")
    packages: tuple[str, ...] = ("zsh",)
    prefer: Preferences = field(default_factory=Preferences)


_FILES = ("adopt", "backup", "overwrite", "skip")

CASES = {
    "a real file": Case(
        "real_file",
        {"stow/zsh/x": "ours", "home/x": "theirs"},
        "package zsh wants a link here, but a file is in its place",
        choices=_FILES,
    ),
    "a file where a package has a directory": Case(
        "real_file",
        {"stow/zsh/x/y": "ours", "home/x": "theirs"},
        "package zsh has a directory here, but a file is in its place",
    ),
    "a real directory": Case(
        "real_directory",
        {"stow/zsh/x": "ours", "home/x/y": "theirs"},
        "package zsh has a file here, but a directory is in its place",
    ),
    "a foreign link": Case(
        "foreign_link",
        {"stow/zsh/x": "ours", "home/x": Link("elsewhere"), "home/elsewhere": "theirs"},
        "package zsh wants this path, but a link to elsewhere is there",
    ),
    "a dangling link": Case(
        "dangling_link",
        {"stow/zsh/x": "ours", "home/x": Link("nowhere")},
        "package zsh wants this path, but a broken link to nowhere is there, which is not ours",
    ),
    "a parent that is a link leading elsewhere": Case(
        "parent_link",
        {"stow/zsh/x/y": "ours", "home/x": Link("../elsewhere"), "elsewhere/z": "theirs"},
        "package zsh has a directory here, but a link leads elsewhere, to ../elsewhere; "
        "a link over it would hide the 1 name in there",
        choices=("overwrite", "skip"),
    ),
    "a parent that is a link to an empty directory": Case(
        "parent_link",
        {"stow/zsh/x/y": "ours", "home/x": Link("../elsewhere"), "elsewhere": DIR},
        "package zsh has a directory here, but a link leads elsewhere, to ../elsewhere",
    ),
    "a link of another package": Case(
        "other_package",
        {"stow/zsh/x": "ours", "stow/vim/x": "other", "home/x": Link("../stow/vim/x")},
        "package zsh wants this path, but package vim is linked there",
        choices=("overwrite", "skip"),
    ),
    "two packages that want one path": Case(
        "same_path",
        {"stow/zsh/x": "one", "stow/vim/x": "other"},
        "packages vim and zsh both want this path",
        choices=("overwrite", "skip"),
        packages=("vim", "zsh"),
    ),
    "a file against a directory": Case(
        "file_and_directory",
        {"stow/vim/x": "one", "stow/zsh/x/y": "other"},
        "packages vim and zsh both want this path, one as a file and one as a directory",
        choices=("overwrite", "skip"),
        packages=("vim", "zsh"),
    ),
    "a directory against a file": Case(
        "file_and_directory",
        {"stow/vim/x/y": "one", "stow/zsh/x": "other"},
        "packages vim and zsh both want this path, one as a file and one as a directory",
        choices=("overwrite", "skip"),
        packages=("vim", "zsh"),
    ),
}

_each = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
_linking: list[Action] = ["manage", "remanage"]


@pytest.mark.parametrize("member", ["text", Link("nowhere")])
def test_two_members_of_one_package_for_a_path_are_a_conflict_of_its_own(
    farm: Farm, member: Entry
) -> None:
    plan = farm.make({"stow/zsh/.x": member, "stow/zsh/dot-x": member}).plan("manage", "zsh")
    (conflict,) = plan.conflicts
    assert conflict.message == "package zsh has two members for this path, .x and dot-x"
    assert by_hand(conflict, str, str) == ("rename one of the two, or ignore it",)


@_each
@pytest.mark.parametrize("action", _linking)
def test_it_is_in_the_plan_and_names_both_sides(farm: Farm, case: Case, action: Action) -> None:
    plan = farm.make(case.tree).plan(action, *case.packages)
    (conflict,) = plan.conflicts
    assert (conflict.kind, conflict.path) == (case.kind, f"{farm.root}/{case.path}")
    assert conflict.message == case.message
    assert conflict.package == case.packages[-1]
    assert conflict.source == f"{farm.directory}/{case.packages[-1]}/x"
    assert sorted(conflict.choices) == sorted(case.choices)


@_each
@pytest.mark.parametrize("stream", [False, True])
def test_it_refuses_the_whole_run_and_changes_nothing(
    farm: Farm, case: Case, stream: bool
) -> None:
    before = farm.make({**case.tree, "stow/zsh/a": "fine", "stow/zsh/z": "fine"}).tree()
    with pytest.raises(ConflictError) as caught:
        farm.run("manage", *case.packages, stream=stream)
    assert [conflict.kind for conflict in caught.value.conflicts] == [case.kind]
    assert difference(before, farm.tree()) == []


@_each
def test_skip_leaves_it_and_does_the_rest(farm: Farm, case: Case) -> None:
    farm.make({**case.tree, "stow/zsh/a": "fine"})
    there = farm.home().get("x")
    prefer = Preferences(on_conflict="skip")
    plan = farm.plan("manage", *case.packages, prefer=prefer)
    assert [notice.message for notice in plan.notices] == [f"skipped: {case.message}"]
    farm.run("manage", *case.packages, prefer=prefer)
    assert farm.home()["a"] == "-> ../stow/zsh/a"
    if there is not None:
        assert farm.home()["x"] == there


_theirs = pytest.mark.parametrize(
    "case", [case for case in CASES.values() if "backup" in case.choices], ids=lambda c: c.kind
)
_aside: list[Policy] = ["backup", "overwrite"]


@_theirs
@pytest.mark.parametrize("policy", _aside)
def test_backup_and_overwrite_put_the_link_there(farm: Farm, case: Case, policy: Policy) -> None:
    farm.make(case.tree).run("manage", "zsh", prefer=Preferences(on_conflict=policy))
    assert farm.home()["x"] == "-> ../stow/zsh/x"


@pytest.mark.parametrize("policy", _aside)
def test_backup_and_overwrite_keep_the_content_in_the_backup_area(
    farm: Farm, policy: Policy
) -> None:
    farm.make({"stow/zsh/x": "ours", "stow/zsh/y": "ours", "home/x": "theirs", "home/y/z": "too"})
    farm.run("manage", "zsh", prefer=Preferences(on_conflict=policy))
    assert farm.backups() == {"theirs": "644", "too": "644"}


def test_backing_up_a_link_does_not_hide_what_other_programs_keep_behind_it(farm: Farm) -> None:
    case = CASES["a parent that is a link leading elsewhere"]
    before = farm.make(case.tree).tree()
    with pytest.raises(ConflictError):
        farm.run("manage", "zsh", prefer=Preferences(on_conflict="backup"))
    assert difference(before, farm.tree()) == []


def test_several_packages_that_want_one_path_are_one_conflict(farm: Farm) -> None:
    farm.make({"stow/git/x": "1", "stow/vim/x": "2", "stow/zsh/x": "3"})
    (conflict,) = farm.plan("manage").conflicts
    assert (conflict.package, conflict.rivals) == ("vim", ("zsh",))
    assert conflict.message == "packages git, vim and zsh all want this path"
    assert conflict.choices == ("overwrite", "skip")


def test_one_file_in_the_way_of_several_packages_is_one_conflict(farm: Farm) -> None:
    farm.make({"stow/vim/x": "1", "stow/zsh/x": "2", "home/x": "mine"})
    (conflict,) = farm.plan("manage").conflicts
    assert conflict.message == "packages vim and zsh want a link here, but a file is in its place"
    assert conflict.choices == ("overwrite", "skip")
    farm.run("manage", prefer=Preferences(on_conflict="overwrite"))
    assert farm.home() == {"x": "-> ../stow/zsh/x"}


def test_one_file_in_the_way_of_directories_that_are_shared_can_be_backed_up(farm: Farm) -> None:
    farm.make({"stow/vim/x/a": "1", "stow/zsh/x/b": "2", "home/x": "mine"})
    (conflict,) = farm.plan("manage").conflicts
    assert conflict.choices == ("backup", "overwrite", "skip")
    farm.run("manage", prefer=Preferences(on_conflict="backup"))
    assert farm.home()["x"] == "dir"


def test_a_package_directory_that_a_package_has_as_well_is_a_conflict(farm: Farm) -> None:
    """With ``~/.config`` as the package directory, and a package that has ``.config``."""
    farm.make({"home/.config/dotstream.toml": "", "home/.config/app/.config/rc": "ours"})
    client = Client(f"{farm.target}/.config", target=farm.target, state=farm.state)
    (conflict,) = client.plan("manage", ["app"]).conflicts
    assert conflict.kind == "target_in_package_directory"
    assert conflict.path == f"{farm.target}/.config"
    assert conflict.message == (
        "package app has a directory here, but this is a package directory itself, where "
        "nothing is linked"
    )
    skipped = client.plan("manage", ["app"], prefer=Preferences(on_conflict="skip"))
    assert [notice.message for notice in skipped.notices] == [f"skipped: {conflict.message}"]


def test_the_way_to_link_behind_a_link_that_is_advised_works(farm: Farm) -> None:
    farm.make({"home/.config": Link("../disk/config"), "disk/config/gh": "theirs"})
    farm.make({"stow/nvim/nvim/init.lua": "ours"})
    client = farm.configured('[packages.nvim]\ntarget = "~/.config"\n')
    client.agree()
    client.apply(client.stream("manage", ["nvim"]))
    assert farm.read("home/.config/nvim/init.lua") == "ours"
    assert farm.read("home/.config/gh") == "theirs"


def test_overwrite_takes_a_path_from_another_package(farm: Farm) -> None:
    case = CASES["a link of another package"]
    farm.make(case.tree).run("manage", "zsh", prefer=Preferences(on_conflict="overwrite"))
    assert farm.home() == {"x": "-> ../stow/zsh/x"}
    assert farm.read("stow/vim/x") == "other"


def test_overwrite_lets_the_later_of_two_packages_win(farm: Farm) -> None:
    farm.make(CASES["two packages that want one path"].tree)
    farm.run("manage", "vim", "zsh", prefer=Preferences(on_conflict="overwrite"))
    assert farm.home() == {"x": "-> ../stow/zsh/x"}


@pytest.mark.parametrize("name", ["a file against a directory", "a directory against a file"])
def test_overwrite_settles_a_file_against_a_directory_as_offered(farm: Farm, name: str) -> None:
    plan = farm.make(CASES[name].tree).plan("manage", "vim", "zsh")
    (conflict,) = plan.conflicts
    assert "overwrite" in conflict.choices
    farm.run("manage", "vim", "zsh", prefer=Preferences(on_conflict="overwrite"))
    assert farm.home() == {"x": "-> ../stow/zsh/x"}


@pytest.mark.parametrize("folding", FOLDINGS)
@pytest.mark.parametrize("name", ["a file against a directory", "a directory against a file"])
def test_overwriting_twice_changes_nothing_more(farm: Farm, name: str, folding: Folding) -> None:
    prefer = Preferences(on_conflict="overwrite", folding=folding)
    farm.make(CASES[name].tree)
    if farm.plan("manage", "vim", "zsh", prefer=prefer).conflicts:
        return
    farm.run("manage", "vim", "zsh", prefer=prefer)
    plan = farm.plan("manage", "vim", "zsh", prefer=prefer)
    assert lines(plan.operations, farm.target) == []


def test_adopt_takes_the_content_into_the_package(farm: Farm) -> None:
    farm.make({"stow/zsh/dot-x": "ours", "home/.x": "theirs"})
    farm.run("manage", "zsh", prefer=Preferences(on_conflict="adopt"))
    assert farm.home() == {".x": "-> ../stow/zsh/dot-x"}
    assert farm.read("stow/zsh/dot-x") == "theirs"
    assert "ours" in farm.backups()


def test_adopt_does_not_apply_where_it_is_not_offered(farm: Farm) -> None:
    farm.make(CASES["a real directory"].tree)
    plan = farm.plan("manage", "zsh", prefer=Preferences(on_conflict="adopt"))
    assert [conflict.kind for conflict in plan.conflicts] == ["real_directory"]


@pytest.mark.parametrize("policy", ["backup", "overwrite"])
@pytest.mark.parametrize("configured", [False, True])
@pytest.mark.parametrize(
    "name", ["a real directory", "a parent that is a link leading elsewhere"]
)
def test_what_is_above_the_one_path_that_is_named_gives_way_by_a_policy_of_its_own(
    farm: Farm, name: str, policy: Policy, *, configured: bool
) -> None:
    farm.make(CASES[name].tree)
    client = farm.configured(f'on-conflict = "{policy}"\n' if configured else "")
    prefer = Preferences(on_conflict=None if configured else policy)
    if configured:
        client.agree()
    (conflict,) = client.plan_manage("zsh", path=f"{farm.target}/x/y", prefer=prefer).items
    assert isinstance(conflict, Conflict)
    assert conflict.whole
    assert conflict.message.endswith("all of it would give way for the one path that was named")
    for asked in (
        prefer._replace(resolutions={conflict.path: "overwrite"}),
        prefer._replace(resolve=lambda _: "overwrite"),
    ):
        assert client.plan_manage("zsh", path=f"{farm.target}/x/y", prefer=asked).operations
    assert client.plan_manage("zsh", path=f"{farm.target}/x", prefer=prefer).operations or (
        policy not in conflict.choices
    )


def test_a_directory_that_is_backed_up_for_one_link_is_said_to_be_one(farm: Farm) -> None:
    client = farm.make(CASES["a real directory"].tree).client()
    plan = client.plan_manage("zsh", prefer=Preferences(on_conflict="backup"))
    assert lines(plan.items, farm.root) == [
        "notice home/x: this directory is backed up, with all that is in it",
        "move_file home/x",
        "create_link home/x -> ../stow/zsh/x",
    ]


_TWO: dict[str, Entry] = {
    "stow/vim/x": "v",
    "stow/zsh/y": "z",
    "home/x": "mine",
    "home/y": "mine",
}


def test_a_policy_of_a_package_is_for_that_package_alone(farm: Farm) -> None:
    client = farm.make(_TWO).configured('[packages.zsh]\non-conflict = "backup"\n')
    plan = client.stream("manage", ["vim", "zsh"]).collect()
    assert lines(plan.items, farm.target) == [
        "real_file x for vim",
        "move_file y",
        "create_link y -> ../stow/zsh/y",
    ]


def test_what_a_run_asks_for_wins_over_the_configuration(farm: Farm) -> None:
    client = farm.make(_TWO).configured('on-conflict = "backup"\n')
    plan = client.plan_manage("zsh", prefer=Preferences(on_conflict="fail"))
    assert lines(plan.items, farm.target) == ["real_file y for zsh"]


def test_a_resolution_of_a_path_wins_over_the_run(farm: Farm) -> None:
    farm.make(_TWO)
    prefer = Preferences(
        on_conflict="fail",
        resolutions={f"{farm.target}/x": "skip", f"{farm.target}/y": "overwrite"},
    )
    plan = farm.plan("manage", "vim", "zsh", prefer=prefer)
    assert lines(plan.items, farm.target) == [
        "notice x: skipped: package vim wants a link here, but a file is in its place",
        "move_file y",
        "create_link y -> ../stow/zsh/y",
    ]


def test_a_resolution_of_a_path_wins_over_its_package(farm: Farm) -> None:
    client = farm.make(_TWO).configured('[packages.zsh]\non-conflict = "backup"\n')
    prefer = Preferences(resolutions={f"{farm.target}/y": "skip"})
    plan = client.plan_manage("zsh", prefer=prefer)
    assert [type(item) for item in plan.items] == [Notice]


def test_what_is_moved_aside_is_named_after_the_package_that_asked(farm: Farm) -> None:
    farm.make({"stow/vim/x": "v", "stow/zsh/x": "z", "home/x": "mine"})
    client = farm.configured(
        '[packages.vim]\non-conflict = "skip"\n[packages.zsh]\non-conflict = "backup"\n'
    )
    plan = client.stream("manage", ["vim", "zsh"]).collect()
    assert [(item.kind, item.package) for item in plan.operations] == [
        ("move_file", "zsh"),
        ("create_link", "zsh"),
    ]


def test_a_target_inside_the_package_directory_is_refused(farm: Farm) -> None:
    farm.make({"stow/zsh/x": "ours", "stow/target": DIR})
    for target in (f"{farm.directory}/target", f"{farm.directory}/zsh", farm.directory):
        plan = farm.client(target).plan_manage("zsh")
        assert [(item.kind, item.path) for item in plan.conflicts] == [
            ("target_in_package_directory", target)
        ]
        assert plan.operations == []


@pytest.mark.parametrize("name", ["..", ".", "", "/etc", "../home", "zsh/../..", "zsh/x", "\0"])
@pytest.mark.parametrize("action", ["manage", "unmanage", "remanage"])
def test_a_package_name_that_leaves_the_package_directory_is_refused(
    farm: Farm, name: str, action: Action
) -> None:
    before = farm.make({"stow/zsh/x": "ours"}).tree()
    with pytest.raises(UsageError):
        farm.run(action, name)
    assert difference(before, farm.tree()) == []


def test_unmanage_meets_no_conflict_where_manage_would(farm: Farm) -> None:
    for case in list(CASES.values())[:6]:
        root = type(farm)(f"{farm.root}/{case.kind}-{case.message[:14]}").make(case.tree)
        before = root.tree()
        assert root.run("unmanage", "zsh").applied == 0
        assert difference(before, root.tree()) == []


def test_a_mount_point_in_the_way_can_only_be_skipped_and_is_said_to_be_one(farm: Farm) -> None:
    farm.make({"stow/zsh/x": "ours", "stow/zsh/y": "ours", "home/x": DIR})
    with mounted(f"{farm.target}/x", "size=1m") as place:
        if place is None:
            pytest.skip("nothing can be mounted here")
        (conflict,) = farm.plan("manage", prefer=Preferences(on_conflict="backup")).conflicts
        assert conflict.choices == ("skip",)
        assert conflict.message == (
            "package zsh has a file here, but a directory is in its place; it is a mount point, "
            "which cannot be moved or replaced while it is mounted"
        )
        farm.run("manage", prefer=Preferences(on_conflict="skip"))
    assert farm.home() == {"x": "dir", "y": "-> ../stow/zsh/y"}


def test_where_a_directory_became_a_file_the_way_is_to_remanage(farm: Farm) -> None:
    never = Preferences(folding="never")
    farm.make({"stow/zsh/x/y/a": "ours"}).run("manage", prefer=never)
    shutil.rmtree(f"{farm.directory}/zsh/x")
    (conflict,) = farm.make({"stow/zsh/x": "now a file"}).plan("manage").conflicts
    assert conflict.message == (
        "package zsh has a file here, but a directory is in its place; that holds nothing but "
        "its own old links: remanage puts the link there"
    )
    farm.run("remanage")
    assert farm.home() == {"x": "-> ../stow/zsh/x"}
