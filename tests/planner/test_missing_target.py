"""A target of a package's own that is not there yet: made with its links, and in nobody's way."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.crash.killing import die_at
from tests.farm import Link, apply, lines
from tests.snapshot import difference

from dotstream.client import Client
from dotstream.errors import UsageError
from dotstream.model.items import Notice

if TYPE_CHECKING:
    from tests.farm import Farm

    from dotstream.fs.change import Changes
    from dotstream.model.options import Action


@pytest.fixture
def client(farm: Farm) -> Client:
    """Return a client of a farm where one package has a target that is missing."""
    farm.make({"stow/nvim/init.lua": "n", "stow/nvim/lua/x.lua": "n", "stow/zsh/dot-zshrc": "z"})
    return farm.configured(
        f'target = "{farm.target}"\n[packages.nvim]\ntarget = "{farm.target}/.config/nvim"\n'
    )


LINKED = {
    ".zshrc": "-> ../stow/zsh/dot-zshrc",
    ".config": "dir",
    ".config/nvim": "dir",
    ".config/nvim/init.lua": "-> ../../../stow/nvim/init.lua",
    ".config/nvim/lua": "-> ../../../stow/nvim/lua",
}


def test_a_missing_target_is_made_as_planned_operations(farm: Farm, client: Client) -> None:
    plan = client.plan_manage(everything=True)
    assert lines(plan.items, farm.root) == [
        "make_dir home/.config",
        "make_dir home/.config/nvim",
        "create_link home/.config/nvim/init.lua -> ../../../stow/nvim/init.lua",
        "create_link home/.config/nvim/lua -> ../../../stow/nvim/lua",
        "create_link home/.zshrc -> ../stow/zsh/dot-zshrc",
    ]
    before = farm.tree()
    client.apply(plan)
    assert farm.home() == LINKED
    assert client.plan_manage(everything=True).operations == []
    assert list(client.doctor()) == []
    client.apply(client.stream_undo())
    assert difference(before, farm.tree()) == []
    client.apply(client.stream_manage(everything=True), stream=True)
    assert farm.home() == LINKED
    client.apply(client.stream_unmanage(everything=True))
    assert difference(before, farm.tree()) == []


def test_status_scan_children_and_unmanage_do_without_it(farm: Farm, client: Client) -> None:
    assert [(each.name, each.state) for each in client.status()] == [
        ("nvim", "unmanaged"),
        ("zsh", "unmanaged"),
    ]
    assert [each.path for each in client.scan("nvim")] == ["init.lua", "lua", "lua/x.lua"]
    inside = client.children("manage", ["nvim"], directory=f"{farm.target}/.config/nvim")
    assert [child.name for child in inside] == ["init.lua", "lua"]
    assert client.plan_unmanage(everything=True).items == ()
    assert client.locate(f"{farm.directory}/nvim/init.lua").state == "unlinked"


def test_a_target_that_cannot_be_made_leaves_its_package_out_alone(
    farm: Farm, client: Client
) -> None:
    farm.make({"home/.config": "a file"})
    plan = client.plan_manage(everything=True)
    (notice,) = plan.notices
    assert notice == Notice(
        f"{farm.target}/.config/nvim",
        "this target cannot be made, so its packages are left out: "
        f"{farm.target}/.config is not a directory",
    )
    client.apply(plan)
    assert farm.home() == {".zshrc": "-> ../stow/zsh/dot-zshrc", ".config": "file"}


def test_a_target_that_cannot_be_made_is_an_error_if_there_is_no_other(
    farm: Farm, client: Client
) -> None:
    farm.make({"home/.config": "a file"})
    (error,) = client.plan_manage("nvim").errors
    assert error.path == f"{farm.target}/.config/nvim"
    assert error.message.startswith("this target cannot be made: ")
    (status,) = client.status("nvim")
    assert (status.state, status.errors) == ("unmanaged", 1)


def test_a_target_is_kept_for_what_others_have_in_it(farm: Farm, client: Client) -> None:
    client.apply(client.stream_manage("nvim"))
    farm.make({"home/.config/nvim/mine": "m"})
    client.apply(client.stream_unmanage("nvim"))
    assert farm.home() == {".config": "dir", ".config/nvim": "dir", ".config/nvim/mine": "file"}


def test_the_main_target_is_made_too_and_its_packages_alone_are_left_out_if_it_cannot_be(
    farm: Farm,
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "z", "stow/own/x": "x"})
    own = f'[packages.own]\ntarget = "{farm.target}/own"\n'
    client = farm.configured(f'target = "{farm.target}/new/home"\n{own}')
    before = farm.tree()
    for stream in False, True:
        client.apply(client.stream_manage(everything=True), stream=stream)
        assert farm.home() == {
            "new": "dir",
            "new/home": "dir",
            "new/home/.zshrc": "-> ../../../stow/zsh/dot-zshrc",
            "own": "dir",
            "own/x": "-> ../../stow/own/x",
        }
        assert client.plan_remanage().items == ()
        assert list(client.doctor()) == []
        client.apply(client.stream_unmanage(everything=True) if stream else client.stream_undo())
        assert difference(before, farm.tree()) == []
    farm.make({"home/new": "a file"})
    plan = client.plan_manage(everything=True)
    assert [notice.path for notice in plan.notices] == [f"{farm.target}/new/home"]
    client.apply(plan)
    assert farm.home() == {"new": "file", "own": "dir", "own/x": "-> ../../stow/own/x"}
    (error,) = client.plan_manage("zsh").errors
    assert error.message == f"this target cannot be made: {farm.target}/new is not a directory"


def test_a_target_that_was_made_is_known_again_once_it_moves(farm: Farm) -> None:
    farm.make({"stow/zsh/dot-zshrc": "z"})
    client = farm.configured(f'target = "{farm.target}/new"\n')
    client.apply(client.stream_manage(everything=True))
    os.rename(f"{farm.target}/new", f"{farm.target}/newer")
    client = farm.configured(f'target = "{farm.target}/newer"\n')
    assert [(each.name, each.links) for each in client.status()] == [("zsh", 1)]


@pytest.mark.parametrize("point", range(4, 22))
@pytest.mark.parametrize("resume", [False, True], ids=["back", "on"])
def test_a_run_that_makes_a_target_can_be_killed_anywhere(
    farm: Farm, client: Client, point: int, resume: bool
) -> None:
    before = farm.tree()

    def run(changes: Changes) -> None:
        apply(client.stream_manage(everything=True), state=farm.state, changes=changes)

    if not die_at(point, run):
        pytest.skip("it was done by then")
    recovery = client.recover(resume=resume)
    assert recovery.left == ()
    if recovery.direction == "resumed" or recovery.transaction is None:
        client.apply(client.stream_manage(everything=True))
        assert farm.home() == LINKED
    else:
        assert difference(before, farm.tree()) == []
    assert not [name for name in os.listdir(farm.target) if name.startswith(".~")]


# Several of them -------------------------------------------------------------------------


def test_targets_that_share_missing_directories_are_made_together(farm: Farm) -> None:
    farm.make({"stow/a/x": "a", "stow/b/y": "b", "stow/c/dot-config/z": "c"})
    client = farm.configured(
        f'target = "{farm.target}"\n'
        + "".join(f'[packages.{p}]\ntarget = "{farm.target}/.config/{p}"\n' for p in "ab")
    )
    before = farm.tree()
    client.apply(client.plan_manage(everything=True))
    assert farm.home() == {
        ".config": "dir",
        ".config/a": "dir",
        ".config/a/x": "-> ../../../stow/a/x",
        ".config/b": "dir",
        ".config/b/y": "-> ../../../stow/b/y",
        ".config/z": "-> ../../stow/c/dot-config/z",
    }
    assert client.plan_remanage(everything=True).operations == []
    assert list(client.doctor()) == []
    client.apply(client.stream_undo())
    assert difference(before, farm.tree()) == []
    client.apply(client.stream_manage("a", "b"), stream=True)
    client.apply(client.stream_unmanage("a", "b"))
    assert difference(before, farm.tree()) == []


def test_no_fold_hides_the_target_of_another_package(farm: Farm) -> None:
    farm.make({"stow/nvim/dot-config/nvim/init.lua": "n", "stow/plug/p.lua": "p"})
    client = farm.configured(
        f'target = "{farm.target}"\n'
        f'[packages.plug]\ntarget = "{farm.target}/.config/nvim/plugins"\n'
    )
    client.apply(client.plan_manage(everything=True))
    assert farm.home() == {
        ".config": "dir",
        ".config/nvim": "dir",
        ".config/nvim/init.lua": "-> ../../../stow/nvim/dot-config/nvim/init.lua",
        ".config/nvim/plugins": "dir",
        ".config/nvim/plugins/p.lua": "-> ../../../../stow/plug/p.lua",
    }
    assert client.plan_remanage(everything=True).operations == []


def test_targets_in_one_another_go_with_the_last_link_in_them_whoever_has_it(
    farm: Farm,
) -> None:
    farm.make(
        {
            "stow/zsh/dot-config/zsh/rc": "z",
            "stow/b/b": "b",
            "stow/c/init.lua": "c",
            "stow/d/plug/p": "d",
        }
    )
    inside = {"b": ".config", "c": ".config/nvim", "d": ".config/nvim/deep/er"}
    client = farm.configured(
        f'target = "{farm.target}"\n'
        + "".join(
            f'[packages.{name}]\ntarget = "{farm.target}/{path}"\n'
            for name, path in inside.items()
        )
    )
    before = farm.tree()
    for order in (
        (["b", "c", "d", "zsh"],),
        (["b", "c"], ["zsh"], ["d"]),
        (["d"], ["zsh", "b", "c"]),
    ):
        client.apply(client.stream_manage(everything=True))
        for names in order:
            client.apply(client.stream_unmanage(*names))
            assert list(client.doctor()) == []
        assert difference(before, farm.tree()) == []
    client.apply(client.stream_undo())
    assert farm.home()[".config"] == "dir"


# Below a link to another package ---------------------------------------------------------


@pytest.fixture
def folded(farm: Farm) -> Client:
    """Return a client of a farm where a link stands for what a package's target is in."""
    farm.make(
        {
            "stow/nvim/dot-config/nvim/init.lua": "n",
            "stow/plug/p.lua": "p",
            "stow/zsh/dot-zshrc": "z",
        }
    )
    client = farm.configured("")
    client.apply(client.stream_manage("nvim"))
    assert farm.home() == {".config": "-> ../stow/nvim/dot-config"}
    return farm.configured(f'[packages.plug]\ntarget = "{farm.target}/.config/nvim/plugins"\n')


OPENED = {
    ".config": "dir",
    ".config/nvim": "dir",
    ".config/nvim/init.lua": "-> ../../../stow/nvim/dot-config/nvim/init.lua",
    ".config/nvim/plugins": "dir",
    ".config/nvim/plugins/p.lua": "-> ../../../../stow/plug/p.lua",
    ".zshrc": "-> ../stow/zsh/dot-zshrc",
}


@pytest.mark.parametrize("stream", [False, True], ids=["batch", "stream"])
def test_a_link_that_stands_for_what_a_target_is_in_is_opened_by_the_same_plan(
    farm: Farm, folded: Client, stream: bool
) -> None:
    before = farm.tree()
    folded.apply(folded.stream_manage(everything=True), stream=stream)
    assert farm.home() == OPENED
    assert folded.plan_remanage().operations == []
    assert list(folded.doctor()) == []
    folded.apply(folded.stream_undo())
    assert difference(before, farm.tree()) == []


def test_where_the_plan_does_not_open_it_the_package_is_left_out_with_the_way_to_it(
    farm: Farm, folded: Client
) -> None:
    (error,) = folded.plan_manage("plug").errors
    assert error.path == f"{farm.target}/.config/nvim/plugins"
    assert error.message.endswith(
        "is one link to package nvim: 'dotstream remanage nvim plug' opens it"
    )
    plan = folded.plan_manage("plug", "zsh")
    (notice,) = plan.notices
    assert "its packages are left out: 'dotstream remanage nvim plug'" in notice.message
    folded.apply(plan)
    assert farm.home() == {
        ".config": "-> ../stow/nvim/dot-config",
        ".zshrc": "-> ../stow/zsh/dot-zshrc",
    }
    folded.apply(folded.stream_remanage("nvim", "plug"))
    assert farm.home() == OPENED


def test_what_the_other_package_has_in_a_target_is_linked_with_what_comes_to_it(
    farm: Farm, folded: Client
) -> None:
    farm.make({"stow/nvim/dot-config/nvim/plugins/own.lua": "o"})
    folded.apply(folded.stream_manage(everything=True))
    own = "../../../../stow/nvim/dot-config/nvim/plugins/own.lua"
    assert farm.home() == OPENED | {".config/nvim/plugins/own.lua": f"-> {own}"}
    folded.apply(folded.stream_undo())
    farm.make({"stow/plug/own.lua": "another"})
    before = farm.tree()
    (conflict,) = folded.plan_manage(everything=True).conflicts
    assert conflict.path == f"{farm.target}/.config/nvim/plugins/own.lua"
    assert difference(before, farm.tree()) == []


def test_a_target_that_is_no_directory_costs_its_own_packages_and_no_others(farm: Farm) -> None:
    farm.make({"stow/a/.a": "a", "stow/b/x": "b", "home/file": "f"})
    client = farm.configured(
        f'target = "{farm.target}"\n[packages.b]\ntarget = "{farm.target}/file"\n'
    )
    assert lines(client.plan_manage(everything=True).items, farm.root) == [
        "create_link home/.a -> ../stow/a/.a",
        "notice home/file: this target is not a directory, so its packages are left out",
    ]
    (error,) = client.plan_manage("b").errors
    assert error.message == "this target is not a directory"


def test_a_target_that_is_one_link_to_its_package_shows_all_of_it_already(farm: Farm) -> None:
    farm.make({"stow/nvim/init.lua": "n", "home/.config/nvim": Link("../../stow/nvim")})
    client = farm.configured(
        f'target = "{farm.target}"\n[packages.nvim]\ntarget = "{farm.target}/.config/nvim"\n'
    )
    for action in ("manage", "remanage"):
        (note,) = client.plan(action, ["nvim"]).items
        assert "one link to package nvim itself" in str(note)


@pytest.mark.parametrize("action", ["manage", "remanage"])
@pytest.mark.parametrize("target", ["~", "~/.config/nvim", "../elsewhere"])
def test_a_home_that_is_missing_is_not_made_for_links_or_for_the_state(
    farm: Farm, target: str, action: Action
) -> None:
    farm.make({"stow/zsh/x": "z", "stow/dotstream.toml": f'target = "{target}"\n'})
    home, elsewhere = f"{farm.root}/nobody", f"{farm.root}/elsewhere"
    state = farm.state if target.startswith("~") else None

    def client(**places: str) -> Client:
        return Client(farm.directory, home=home, environ={}, **places)

    own = client() if state is None else client(state=state)
    with pytest.raises(UsageError, match=f"there is no home directory at {home}"):
        own.stream(action, everything=True)
    assert not os.path.lexists(home)
    # What is named is made, as any target is.
    for named in (home, elsewhere):
        asked = client(target=named, state=farm.state)
        asked.apply(asked.stream(action, everything=True))
        assert os.path.lexists(f"{named}/x")
