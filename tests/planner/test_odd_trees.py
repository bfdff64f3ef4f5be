"""What cannot be linked or read is reported in its place, and the rest goes on."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.farm import DIR, FIFO, SOCKET, Link, lines
from tests.rights import nobody
from tests.snapshot import difference

from dotstream.errors import ScanFailed
from dotstream.model.items import ScanError
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from tests.farm import Farm

    from dotstream.model.options import Action

_NEVER = Preferences(folding="never")


def test_fifos_and_sockets_are_reported_and_not_linked(farm: Farm) -> None:
    farm.make(
        {"stow/zsh/a": "z", "stow/zsh/pipe": FIFO, "stow/zsh/socket": SOCKET, "stow/zsh/z": "z"}
    )
    plan = farm.plan("manage")
    assert lines(plan.items, farm.root) == [
        "create_link home/a -> ../stow/zsh/a",
        "notice stow/zsh/pipe: not a file, directory or link; it cannot be linked",
        "notice stow/zsh/socket: not a file, directory or link; it cannot be linked",
        "create_link home/z -> ../stow/zsh/z",
    ]
    farm.run("manage")
    assert farm.home() == {"a": "-> ../stow/zsh/a", "z": "-> ../stow/zsh/z"}


def test_a_fifo_in_a_directory_keeps_it_from_folding(farm: Farm) -> None:
    farm.make({"stow/zsh/d/pipe": FIFO, "stow/zsh/d/x": "z"})
    plan = farm.plan("manage")
    assert len(plan.notices) == 1
    assert [item.path for item in plan.operations if item.kind == "create_link"] == [
        f"{farm.target}/d/x"
    ]


def test_a_socket_in_the_target_is_a_conflict(farm: Farm) -> None:
    plan = farm.make({"stow/zsh/x": "z", "home/x": SOCKET}).plan("manage")
    (conflict,) = plan.conflicts
    assert conflict.path == f"{farm.target}/x"
    assert "adopt" not in conflict.choices


def test_an_empty_directory_is_made_only_if_something_is_in_it(farm: Farm) -> None:
    farm.make({"stow/zsh/a/b": DIR, "stow/zsh/x": "z"}).run("manage", prefer=_NEVER)
    assert farm.home() == {"x": "-> ../stow/zsh/x"}


_AS_NOBODY = """
import ctypes, os, sys
from dotstream.client import Client
from dotstream.errors import DotstreamError
root = sys.argv[1]
sys.path.insert(0, sys.argv[2])
from tests.farm import lines
import fnmatch, urllib.parse  # now: nobody may not read this Python, if it is in the home of root
import dotstream.transaction.lifecycle, dotstream.config.load
os.setgroups([]); os.setgid(65534); os.setuid(65534)
client = Client(f"{root}/stow", target=f"{root}/home", state=f"{root}/state", home=root)
try:
    print(*lines(client.plan(sys.argv[3], ["zsh"]).items, root), sep="\\n")
    client.apply(client.stream(sys.argv[3], ["zsh"]))
except DotstreamError as refused:
    print(type(refused).__name__, refused.exit_code)
"""


def _as_nobody(farm: Farm, action: Action = "manage", *, roots: str = "-") -> list[str]:
    """Plan and apply as a user whom permissions bind, which root is not.

    Args:
        roots: the one thing in the target that is not the user's own.
    """
    here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    for place, names, files in os.walk(farm.state):  # the journal is nobody's
        for name in ("", *names, *files):
            os.chown(f"{place}/{name}", 65534, 65534)
    os.chown(farm.target, 65534, 65534)
    for place, names, _ in os.walk(farm.target):
        for name in set(names) - {roots}:
            os.chown(f"{place}/{name}", 65534, 65534)
    above = farm.root
    while above != "/":
        if os.stat(above).st_mode & 0o055 != 0o055:
            os.chmod(above, os.stat(above).st_mode | 0o055)  # noqa: S103 - of a scratch directory
        above = os.path.dirname(above)
    command = [sys.executable, "-c", _AS_NOBODY, farm.root, here, action]
    own = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=here, env=own)
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.skipif(os.geteuid() != 0, reason="gives up root's rights, so it needs them")
@pytest.mark.parametrize("side", ["stow/zsh", "home"])
def test_an_unreadable_directory_is_reported_in_place_and_the_rest_goes_on(
    farm: Farm, side: str
) -> None:
    farm.make(
        {"stow/zsh/a": "z", "stow/zsh/m/x": "z", "stow/zsh/z": "z", "home/m": DIR, "state": DIR}
    )
    os.chmod(f"{farm.root}/{side}/m", 0)
    before = farm.tree()
    assert _as_nobody(farm) == [
        "create_link home/a -> ../stow/zsh/a",
        f"error {side}/m: Permission denied",
        "create_link home/z -> ../stow/zsh/z",
        "ScanFailed 4",
    ]
    assert difference(before, farm.tree()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="gives up root's rights, so it needs them")
def test_a_plan_foresees_that_it_may_not_change_a_directory(farm: Farm) -> None:
    farm.make(
        {
            "stow/zsh/a/x": "z",
            "stow/zsh/b/c/x": "z",
            "stow/zsh/c": "z",
            "home/b": DIR,
            "state": DIR,
        }
    )
    before = farm.tree()
    planned = _as_nobody(farm, roots="b")
    why = "error home/b: it belongs to root, and you may not change what is in it"
    assert planned.count(why) == 1
    assert [line for line in planned if "home/b" in line] == [why]
    assert planned[-2:] == ["create_link home/c -> ../stow/zsh/c", "ScanFailed 4"]
    assert difference(before, farm.tree()) == []


def test_a_page_of_one_directory_foresees_the_same(farm: Farm) -> None:
    farm.make({"stow/zsh/b/x": "z", "stow/zsh/c": "z", "home/b": DIR, "state": DIR})
    os.chmod(f"{farm.target}/b", 0o555)  # noqa: S103 - of a scratch directory
    os.chmod(farm.target, 0o777)  # noqa: S103 - of a scratch directory
    os.chmod(os.path.dirname(farm.root), 0o755)  # noqa: S103 - of a scratch directory
    client = farm.client()
    assert client.settings.path is None  # read with the rights that this takes
    with nobody():
        (child,) = client.children("manage", ["zsh"], directory=f"{farm.target}/b")
        rest = list(client.children("manage", ["zsh"]))
    (error,) = child.items
    assert isinstance(error, ScanError)
    assert (child.name, error.path, error.permission) == ("", f"{farm.target}/b", True)
    assert [each.name for each in rest][-1] == "c"


@pytest.mark.skipif(os.geteuid() != 0, reason="gives up root's rights, so it needs them")
def test_an_unreadable_package_is_refused_before_anything_is_planned(farm: Farm) -> None:
    farm.make({"stow/zsh/a": "z", "state": DIR, "home/mine": "m"})
    os.chmod(f"{farm.directory}/zsh", 0)
    assert _as_nobody(farm) == ["PermissionRefused 4"]


def test_a_scan_error_refuses_the_run_and_skip_goes_on_without(farm: Farm) -> None:
    farm.make({"stow/zsh/a/up": Link(".."), "home/a/up/a/up": DIR, "stow/zsh/z": "z"})
    before = farm.tree()
    with pytest.raises(ScanFailed):
        farm.run("manage")
    assert difference(before, farm.tree()) == []
    farm.run("manage", prefer=Preferences(on_conflict="skip"))
    assert farm.home()["z"] == "-> ../stow/zsh/z"


def test_a_link_that_vanishes_while_it_is_planned_costs_nothing_else(farm: Farm) -> None:
    farm.make({f"stow/zsh/{name}": "z" for name in "abcde"}).run("manage")
    with farm.client().stream_unmanage("zsh") as plan:
        first = next(plan)
        os.unlink(f"{farm.target}/c")
        rest = list(plan)
    told = [line for line in lines([first, *rest], farm.target) if " c" not in line]
    assert told == [f"remove_link {name}" for name in "abde"]


def test_a_file_that_vanishes_while_it_is_planned_costs_nothing_else(farm: Farm) -> None:
    farm.make({f"stow/zsh/{name}": "z" for name in "abcde"})
    farm.make({f"home/{name}": "mine" for name in "abcde"})
    prefer = Preferences(on_conflict="backup")
    with farm.client().stream_remanage("zsh", prefer=prefer) as plan:
        seen = [next(plan)]
        os.unlink(f"{farm.target}/c")
        seen += plan
    told = lines(seen, farm.target)
    assert {f"move_file {name}" for name in "abde"} <= set(told)


def test_a_package_directory_that_vanishes_is_reported_in_place(farm: Farm) -> None:
    farm.make({"stow/zsh/a": "z", "stow/zsh/m/x": "z", "stow/zsh/z": "z", "home/m": DIR})
    with farm.client().stream_manage("zsh") as plan:
        seen = [next(plan)]
        os.unlink(f"{farm.directory}/zsh/m/x")
        os.rmdir(f"{farm.directory}/zsh/m")
        seen += plan
    assert lines(seen, farm.root) == [
        "create_link home/a -> ../stow/zsh/a",
        "error stow/zsh/m: No such file or directory",
        "create_link home/z -> ../stow/zsh/z",
    ]


def test_a_target_that_is_a_link_is_followed_once(farm: Farm) -> None:
    farm.make({"stow/zsh/x": "z", "alias": Link("home")})
    client = farm.client(f"{farm.root}/alias")
    assert client.target == farm.target
    client.apply(client.stream_manage("zsh"))
    assert farm.home() == {"x": "-> ../stow/zsh/x"}


def test_a_loop_of_links_in_the_target_is_a_conflict(farm: Farm) -> None:
    farm.make({"stow/zsh/x/y": "z", "home/x": Link("x")})
    (conflict,) = farm.plan("manage").conflicts
    assert conflict.kind == "dangling_link"


def test_a_package_directory_met_in_the_target_is_left_alone(farm: Farm) -> None:
    farm.make({"stow/zsh/stow/x": "z", "stow/.stow": "", "stow/zsh/a": "z"})
    client = farm.client(farm.root)
    assert len(client.plan_manage("zsh").conflicts) == 1
    plan = client.plan_manage("zsh", prefer=Preferences(on_conflict="skip"))
    assert [item.path for item in plan.operations] == [f"{farm.root}/a"]
    assert len(plan.notices) == 1
    unmanaged = client.plan_unmanage("zsh")
    assert (len(unmanaged.conflicts), len(unmanaged.notices)) == (0, 1)


@pytest.mark.parametrize("action", ["manage", "unmanage", "remanage"])
def test_a_name_that_cannot_be_looked_at_costs_only_itself(
    farm: Farm, monkeypatch: pytest.MonkeyPatch, action: Action
) -> None:
    farm.make({f"stow/zsh/{name}": "z" for name in "abc"}).run("manage")
    farm.make({"stow/zsh/d": "z", "stow/git/e": "g"})
    os.unlink(f"{farm.target}/c")
    read = os.readlink

    def failing(path: str, *, dir_fd: int | None = None) -> str:
        if path == "b":
            raise OSError(errno.EIO, os.strerror(errno.EIO))  # as of a disk with a bad block
        return read(path, dir_fd=dir_fd)

    monkeypatch.setattr(os, "readlink", failing)
    told = lines(farm.plan(action).items, farm.root)
    assert "error home/b: Input/output error" in told
    told.remove("error home/b: Input/output error")
    if action == "unmanage":
        assert told == ["remove_link home/a"]
    else:
        made = {"c": "zsh", "d": "zsh", "e": "git"}
        assert told == [
            f"create_link home/{name} -> ../stow/{package}/{name}"
            for name, package in made.items()
        ]


@pytest.mark.skipif(os.geteuid() != 0, reason="gives up root's rights, so it needs them")
def test_an_unreadable_directory_further_down_keeps_nothing_else_from_being_unlinked(
    farm: Farm,
) -> None:
    farm.make({"stow/zsh/d/a": "z", "stow/zsh/d/m/x": "z", "state": DIR})
    farm.run("manage", prefer=_NEVER)
    os.chmod(f"{farm.target}/d/m", 0)
    assert _as_nobody(farm, "unmanage")[:2] == [
        "remove_link home/d/a",
        "error home/d/m: Permission denied",
    ]


@pytest.mark.skipif(os.geteuid() != 0, reason="gives up root's rights, so it needs them")
@pytest.mark.parametrize("action", ["manage", "remanage", "unmanage"])
@pytest.mark.parametrize("what", ["a package", "a member", "the target"])
def test_what_may_not_be_looked_at_is_not_taken_to_be_gone(
    farm: Farm, what: str, action: Action
) -> None:
    """A link that leads somewhere closed stays, whoever else is managed or unmanaged there."""
    farm.make({"stow/zsh/a": "z", "state": DIR, "closed/in/zsh/b": "z", "home/d": DIR})
    if what == "a package":
        os.rename(f"{farm.root}/stow/zsh", f"{farm.root}/closed/in/zsh2")
        os.symlink(f"{farm.root}/closed/in/zsh2", f"{farm.root}/stow/zsh")
    elif what == "a member":
        os.remove(f"{farm.root}/stow/zsh/a")
        os.symlink(f"{farm.root}/closed/in/zsh/b", f"{farm.root}/stow/zsh/a")
    farm.run("manage")
    before = farm.home()
    closed = f"{farm.root}/closed" if what != "the target" else farm.target
    os.chmod(closed, 0)
    try:
        told = _as_nobody(farm, action)
    finally:
        os.chmod(closed, 0o700)
    assert not any("remove" in line for line in told if what == "a package"), told
    if what != "a member":
        assert told[-1].endswith(" 4"), told
        assert farm.home() == before
    elif action != "unmanage":
        assert farm.home() == before
