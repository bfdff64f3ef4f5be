"""Full disks, long names, a journal that cannot be written, faults during a rollback."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.farm import FIFO, Farm, File, apply
from tests.snapshot import difference
from tests.transaction.faulty import Watched
from tests.transaction.stories import STORIES

from dotstream.errors import JournalError, OperationFailed, RollbackIncomplete
from dotstream.model.options import Policy, Preferences

if TYPE_CHECKING:
    from pathlib import Path

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_NEVER = Preferences(folding="never")


@pytest.mark.parametrize("name", ["n" * 255, "日" * 85], ids=["ascii", "wide"])
@pytest.mark.parametrize("policy", ["backup", "overwrite", "adopt"])
def test_a_name_as_long_as_a_name_can_be_is_moved_like_any_other(
    farm: Farm, name: str, policy: Policy
) -> None:
    farm.make({f"stow/zsh/{name}": "z", f"home/{name}": "mine"})
    farm.run("manage", prefer=Preferences(on_conflict=policy))
    assert farm.home() == {name: f"-> ../stow/zsh/{name}"}


@pytest.mark.parametrize("name", ["n" * 255, "日" * 85], ids=["ascii", "wide"])
def test_a_name_as_long_as_a_name_can_be_is_opened_and_closed(farm: Farm, name: str) -> None:
    farm.make({f"stow/git/{name}/x": "g", f"stow/zsh/{name}/y": "z"}).run("manage", "git")
    before = farm.tree()
    farm.run("manage", "zsh")
    farm.run("unmanage", "zsh")
    assert difference(before, farm.tree()) == []


def test_a_name_that_is_too_long_once_translated_back_is_a_clear_failure(farm: Farm) -> None:
    before = farm.make({"home/." + "n" * 254: "mine"}).tree()
    with pytest.raises(OperationFailed, match="File name too long"):
        farm.adopt("." + "n" * 254, package="zsh")
    assert difference(before, farm.tree()) == []


def test_a_path_deeper_than_the_system_takes_at_once_is_managed(farm: Farm) -> None:
    deep = "/".join(["d" * 200] * 12)
    farm.make({f"stow/zsh/{deep}/x": "z", f"stow/zsh/{deep}/.gitignore~": "z"})
    farm.run("manage", prefer=_NEVER)
    assert farm.read(f"home/{deep}/x") == "z"
    assert farm.run("remanage", prefer=_NEVER).applied == 0
    farm.run("unmanage")
    assert not os.path.lexists(f"{farm.target}/{deep}/x")


def test_more_packages_than_descriptors_are_planned(farm: Farm) -> None:
    farm.make({f"stow/p{number}/shared/{number}": "p" for number in range(300)})
    program = (
        "import resource, sys; from dotstream.client import Client; "
        "resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128)); "
        "d, t, s = sys.argv[1:]; c = Client(d, target=t, state=s, home=t); "
        "print(c.apply(c.stream('manage', everything=True)).applied)"
    )
    command = [sys.executable, "-c", program, farm.directory, farm.target, farm.state]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=_ROOT)
    assert (done.stdout, done.stderr[-300:]) == ("301\n", "")


_LIMITED = """
import resource, signal, sys
from dotstream.client import Client
from dotstream.errors import DotstreamError
directory, target, state, limit, how = sys.argv[1:]
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
client = Client(directory, target=target, state=state, home=target)
plan = client.stream("manage", everything=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
try:
    client.apply(plan, stream=how == "streaming")
except DotstreamError as error:
    print(type(error).__name__)
else:
    print("done")
"""


@pytest.mark.parametrize("how", ["at once", "streaming"])
def test_a_journal_that_can_grow_no_further_leaves_the_tree_as_it_was(
    farm: Farm, how: str
) -> None:
    farm.make({f"stow/zsh/{number:05}": "z" for number in range(2000)})
    before = farm.tree()
    ended = []
    for limit in (10_000, 40_000, 80_000, 120_000, 160_000, 200_000, 10_000_000):
        command = [sys.executable, "-c", _LIMITED, farm.directory, farm.target, farm.state]
        done = subprocess.run(
            [*command, str(limit), how], capture_output=True, text=True, check=True, cwd=_ROOT
        )
        ended.append(done.stdout.strip())
        if ended[-1] != "done":
            assert difference(before, farm.tree()) == [], limit
    assert set(ended[:-1]) <= {"JournalError", "done"}
    assert ended[0] == "JournalError"
    assert ended[-1] == "done"


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small file system")
@pytest.mark.parametrize("stream", [False, True])
def test_a_full_disk_leaves_the_tree_as_it_was(farm: Farm, stream: bool) -> None:
    farm.make({f"stow/zsh/{number:04}": "z" for number in range(300)})
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "nr_inodes=100,size=1m", "tmpfs", farm.target],
        capture_output=True, check=False,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        before = farm.tree()
        with pytest.raises(OperationFailed, match="No space left"):
            farm.run("manage", stream=stream)
        assert difference(before, farm.tree()) == []
    finally:
        subprocess.run(["umount", farm.target], check=True)


def test_a_file_system_that_turned_read_only_is_a_matter_of_permission(farm: Farm) -> None:
    farm.make({"stow/zsh/x": "z"})

    def refuse(_number: int, call: str, name: str) -> None:
        if call != "sync":
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), name)

    with pytest.raises(OperationFailed) as caught:
        farm.run("manage", changes=Watched(refuse))
    assert caught.value.exit_code == 4


@pytest.mark.parametrize("name", STORIES)
def test_a_fault_that_stays_says_what_is_left_and_loses_nothing(scratch: Path, name: str) -> None:
    """From the n-th change on nothing can be changed any more, not even back."""
    number, fired = 0, True
    while fired:
        number += 1
        fired = False
        farm = Farm(scratch / str(number))
        STORIES[name].begin(farm)
        kept = _contents(farm)
        before = farm.tree()

        def refuse(count: int, call: str, path: str, last: int = number) -> None:
            nonlocal fired
            if count >= last and call != "sync":
                fired = True
                raise OSError(errno.EIO, os.strerror(errno.EIO), path)

        try:
            apply(STORIES[name].plan(farm), state=farm.state, changes=Watched(refuse))
        except RollbackIncomplete:
            assert difference(before, farm.tree()) != [], number
        except OperationFailed:
            assert difference(before, farm.tree()) == [], number
        assert _contents(farm) == kept


def _contents(farm: Farm) -> list[str]:
    """Return the content of every file there is, wherever it is."""
    found = [farm.read(path) for path, node in farm.tree().items() if node.kind == "file"]
    return sorted([*found, *farm.backups()])


def test_a_journal_in_a_directory_that_cannot_be_written_is_refused(farm: Farm) -> None:
    farm.make({"stow/zsh/x": "z", "state": "a file"})
    before = farm.tree()
    with pytest.raises(JournalError, match="nothing was changed"):
        farm.run("manage")
    assert difference(before, farm.tree()) == []


def test_a_directory_with_a_fifo_is_set_aside_like_any_other(farm: Farm) -> None:
    farm.make({"stow/zsh/x": "z", "home/x/pipe": FIFO, "home/x/y": File("mine", 0o600)})
    farm.run("manage", prefer=Preferences(on_conflict="overwrite"))
    assert farm.backups()["mine"] == "600"


def test_ctrl_c_in_the_middle_rolls_back(farm: Farm) -> None:
    before = farm.make({f"stow/zsh/{name}": "z" for name in "abc"}).tree()

    def interrupt(_number: int, _call: str, name: str) -> None:
        if name == "c":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        farm.run("manage", changes=Watched(interrupt))
    assert difference(before, farm.tree()) == []
