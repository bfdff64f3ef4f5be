"""What another run left unfinished is found, named, rolled back or carried on; never theirs."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.crash.killing import die_at
from tests.crash.scenes import SCENES, Away, Stage, check_manifest, world
from tests.farm import DIR, Farm, File, Link, apply, follow
from tests.snapshot import difference
from tests.transaction.faulty import Watched
from tests.transaction.stories import STORIES

from dotstream.errors import (
    JournalError,
    OperationFailed,
    RecoveryStopped,
    RollbackIncomplete,
    StalePlan,
)
from dotstream.fs.state import existing_state, target_state
from dotstream.model.cancel import CancellationToken
from dotstream.model.history import Recovery
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.snapshot import Tree

    from dotstream.fs.change import Changes
    from dotstream.model.events import Event
    from dotstream.planner.stream import StreamingPlan

_NEVER = Preferences(folding="never")
_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_BEGUN = 6
"""The points up to which a small plan is written down: begin, append, activate."""


def _killed(farm: Farm, plan: Callable[[Farm], StreamingPlan], number: int) -> bool:
    """Have a run die at a point; false if it came to its end before."""
    return die_at(number, lambda changes: apply(plan(farm), state=farm.state, changes=changes))


def _manage(farm: Farm) -> StreamingPlan:
    return farm.client().stream("manage", everything=True, prefer=_NEVER)


@pytest.fixture
def half(farm: Farm) -> Farm:
    """Return a farm in which a run was killed after the second of four links."""
    farm.make({f"stow/zsh/{name}": "z" for name in "abcd"})
    assert _killed(farm, _manage, _BEGUN + 5)
    assert sorted(farm.home()) == ["a", "b"]
    return farm


# Found and named ---------------------------------------------------------------------


def test_nothing_unfinished_is_nothing_to_recover(farm: Farm) -> None:
    client = farm.make({"stow/zsh/a": "z"}).client()
    assert client.unfinished() is None
    assert client.recover() == Recovery(None, None, 0, ())
    farm.run("manage")
    assert client.recover() == Recovery(None, None, 0, ())


def test_an_unfinished_transaction_is_shown_without_being_touched(half: Farm) -> None:
    before = half.tree()
    client = half.client()
    unfinished = client.unfinished()
    assert unfinished is not None
    assert (unfinished.state, unfinished.action, unfinished.packages) == (
        "active", "manage", ("zsh",),
    )  # fmt: skip
    assert [each.id for each in client.history()] == [unfinished.id]
    list(client.status())
    list(client.links())
    client.plan_manage("zsh")
    assert difference(before, half.tree()) == []
    assert client.unfinished() == unfinished


def test_recovering_takes_it_back_and_says_so(half: Farm) -> None:
    recovery = half.client().recover()
    assert recovery.transaction is not None
    assert (recovery.direction, recovery.left) == ("rolled_back", ())
    assert half.home() == {}
    assert [each.state for each in half.client().history()] == ["rolled_back"]


def test_recovering_can_carry_it_to_its_end(half: Farm) -> None:
    recovery = half.client().recover(resume=True)
    assert recovery.direction == "resumed"
    assert sorted(half.home()) == ["a", "b", "c", "d"]
    (only,) = half.client().history()
    assert (only.state, dict(only.counts)) == ("committed", {"create_link": 4})
    check_manifest(half)


@pytest.mark.parametrize("resume", [False, True], ids=["backwards", "forwards"])
def test_a_recovery_that_is_cancelled_goes_on_the_next_time(farm: Farm, resume: bool) -> None:
    before = farm.make({f"stow/zsh/{number:04}": "z" for number in range(6_000)}).tree()
    prefer = Preferences(folding="never")
    assert die_at(
        6_000 if resume else 11_000,
        lambda changes: apply(
            farm.client().stream("manage", ["zsh"], prefer=prefer),
            state=farm.state,
            changes=changes,
        ),
    )
    token = CancellationToken()
    run = farm.client().stream_recover(resume=resume, cancel=token)
    with pytest.raises(RecoveryStopped, match="recover again"):
        follow(run, lambda _: token.cancel())
    some = len(os.listdir(farm.target))
    assert 0 < some < 6_000
    assert farm.client().unfinished() is not None
    assert farm.client().recover(resume=resume).direction == (
        "resumed" if resume else "rolled_back"
    )
    if resume:
        assert len(os.listdir(farm.target)) == 6_000
        check_manifest(farm)
    else:
        assert difference(before, farm.tree()) == []


def test_what_was_carried_to_its_end_can_be_undone(half: Farm) -> None:
    half.client().recover(resume=True)
    half.client().apply(half.client().stream_undo())
    assert half.home() == {}
    check_manifest(half)


def test_the_next_change_takes_it_back_first_and_says_so(half: Farm) -> None:
    half.make({"stow/git/g": "g"})
    told: list[Event] = []
    client = half.client()
    follow(client.stream_apply(client.stream_manage("git")), told.append)
    assert [each.direction for each in told if isinstance(each, Recovery)] == ["rolled_back"]
    assert half.home() == {"g": "-> ../stow/git/g"}
    check_manifest(half)


def test_the_same_command_again_does_it(half: Farm) -> None:
    half.run("manage", prefer=_NEVER)
    assert sorted(half.home()) == ["a", "b", "c", "d"]
    check_manifest(half)


def test_a_plan_that_was_made_before_the_recovery_is_not_carried_out_blindly(half: Farm) -> None:
    """A batch plan that kept what the recovery then rolls back no longer holds."""
    plan = half.client().plan_manage("zsh")
    try:
        half.client().apply(plan)
    except StalePlan:
        assert half.home() == {}
    else:
        assert sorted(half.home()) == ["a", "b", "c", "d"]
    check_manifest(half)


def test_a_streamed_run_cannot_be_carried_on_and_is_taken_back(farm: Farm) -> None:
    farm.make({f"stow/zsh/{number:04}": "z" for number in range(1500)})

    def run(changes: Changes) -> None:
        apply(_manage(farm), state=farm.state, stream=True, changes=changes)

    assert die_at(2000, run)
    assert farm.home()
    assert farm.client().recover(resume=True).direction == "rolled_back"
    assert farm.home() == {}


# What is not ours is left alone ------------------------------------------------------


@pytest.mark.parametrize("theirs", ["theirs", Link("nowhere"), DIR], ids=["file", "link", "dir"])
def test_what_replaced_a_link_meanwhile_is_left_alone_and_named(
    half: Farm, theirs: str | Link
) -> None:
    os.unlink(f"{half.target}/a")
    before = half.make({"home/a": theirs}).tree()["home/a"]
    recovery = half.client().recover()
    assert len(recovery.left) == 1
    assert f"{half.target}/a" in recovery.left[0]
    assert half.tree()["home/a"] == before
    assert sorted(half.home()) == ["a"]
    assert half.client().recover().transaction is None


def test_a_file_put_where_a_link_was_still_to_come_is_not_touched(half: Farm) -> None:
    half.make({"home/d": "theirs"})
    half.client().recover()
    assert half.read("home/d") == "theirs"
    assert sorted(half.home()) == ["d"]


@pytest.mark.parametrize("name", SCENES)
def test_nothing_is_said_to_be_left_where_nobody_else_was(
    scratch: Path, tmp_path: Path, name: str
) -> None:
    """Killed before the first change, only what the command itself expects is there."""
    stage = Stage(SCENES[name], f"{scratch}/played", f"{tmp_path}/played")
    farm = stage.farm
    assert _killed(farm, stage.scene.plan, _BEGUN)
    assert farm.client().recover().left == ()


@pytest.mark.parametrize("when", [_BEGUN, _BEGUN + 1, _BEGUN + 2])
def test_a_file_that_came_where_an_adopted_one_was_to_go_is_not_lost(
    farm: Farm, when: int
) -> None:
    farm.make({"stow/zsh/other": "z", "home/.a": "mine a", "home/.b": "mine b"})
    paths = [f"{farm.target}/.a", f"{farm.target}/.b"]
    assert _killed(farm, lambda f: f.client().stream_adopt(*paths, package="zsh"), when)
    farm.make({"stow/zsh/dot-b": "theirs"})
    farm.client().recover()
    assert farm.read("stow/zsh/dot-b") == "theirs"
    assert (farm.read("home/.a"), farm.read("home/.b")) == ("mine a", "mine b")


def test_a_package_file_that_was_to_be_set_aside_is_not_lost(farm: Farm) -> None:
    farm.make({"stow/zsh/a": File("packaged", 0o640), "home/a": File("mine", 0o600)})
    before = farm.tree()
    prefer = Preferences(on_conflict="adopt")
    plan = lambda f: f.client().stream("manage", ["zsh"], prefer=prefer)  # noqa: E731
    assert _killed(farm, plan, _BEGUN)
    farm.client().recover()
    assert difference(before, farm.tree()) == []


def test_a_file_in_a_directory_that_was_being_filled_does_not_hide_the_rest(farm: Farm) -> None:
    """Somebody saves into the directory that is filled beside a fold, in a killed run."""
    farm.make(
        {"stow/git/m/x": "g", "stow/zsh/a/x": "z", "stow/zsh/m/y": "z", "stow/zsh/m/z": "z"}
    ).run("manage", "git")
    before = farm.tree()
    number, aside = 0, ""
    while not aside:
        number += 1
        assert _killed(farm, _manage, number)
        aside = _aside(farm)
        if not aside:
            farm.client().recover()
    farm.make({f"home/{aside}/mine": "theirs"})
    assert farm.client().recover().left
    now = farm.tree()
    assert "theirs" in [farm.read(path) for path, node in now.items() if node.kind == "file"]
    kept = {path: node for path, node in now.items() if aside not in path}
    assert difference(before, kept) == []


def _aside(farm: Farm) -> str:
    """Return the name of a directory that is being filled, if there is one."""
    names = [name for name in os.listdir(farm.target) if name.startswith(".~dotstream-")]
    return next((name for name in names if os.path.isdir(f"{farm.target}/{name}")), "")


def test_two_directories_side_by_side_are_not_taken_for_each_other(scratch: Path) -> None:
    """Undoing a remanage removes one directory and makes another beside it."""
    scene = SCENES["undo of: remanage"]
    number = 0
    while True:
        number += 1
        farm = Farm(scratch / str(number))
        scene.begin(farm)
        before = world(farm)
        if not _killed(farm, scene.plan, number):
            break
        recovery = farm.client().recover()
        if next(iter(farm.client().history(1))).state == "rolled_back":
            assert (number, difference(before, world(farm))) == (number, [])
            assert recovery.left == ()


# Moves across file systems -----------------------------------------------------------


@pytest.fixture
def apart(scratch: Path, tmp_path: Path) -> Away:
    """Return a farm whose state is on another file system than its target."""
    if os.stat(scratch).st_dev == os.stat(tmp_path).st_dev:
        pytest.skip("there is no second file system here")
    farm = Away(f"{scratch}/farm", f"{tmp_path}/away", "state")
    farm.make({"stow/zsh/d": "z", "home/d/sub/b": "two", "home/d/z": "three", "home/d/a": "one"})
    return farm


def _set_aside(farm: Farm) -> StreamingPlan:
    prefer = Preferences(on_conflict="backup")
    return farm.client().stream("manage", ["zsh"], prefer=prefer)


def test_a_directory_that_was_being_removed_after_its_copy_is_whole_again(apart: Away) -> None:
    before, number, seen = world(apart), 0, 0
    while _killed(apart, _set_aside, number := number + 1):
        seen += not os.path.exists(f"{apart.target}/d/sub")
        apart.client().recover()
        assert _files(world(apart)) == _files(before), number
        number += 1
    assert seen


def _files(tree: Tree) -> list[tuple[int, str]]:
    return sorted((node.mode, node.text) for node in tree.values() if node.kind == "file")


def test_a_directory_whose_original_cannot_be_removed_is_whole_again(apart: Away) -> None:
    """Removing stops half-way, with an error, as in a directory that may not be written."""
    before = _files(world(apart))

    class Stops(Watched):
        stopped = False

        def discard(self, fd: int, name: str) -> None:
            if self.stopped:
                return super().discard(fd, name)
            self.stopped = True
            inside = os.open(name, os.O_RDONLY | os.O_DIRECTORY, dir_fd=fd)
            os.unlink("a", dir_fd=inside)
            os.close(inside)
            raise OSError(errno.EACCES, os.strerror(errno.EACCES), name)

    with pytest.raises((OperationFailed, RollbackIncomplete)):
        apply(
            _set_aside(apart),
            state=apart.state,
            changes=Stops(lambda _number, _call, _name: None),
        )
    assert _files(world(apart)) == before


def test_a_file_saved_while_it_is_copied_away_is_not_lost(apart: Away) -> None:
    apart.make({"stow/zsh/f": "z", "home/f": "mine"})

    def save(_number: int, call: str, _name: str) -> None:
        path = f"{apart.target}/f"
        if call == "sync" and os.path.exists(path) and not os.path.islink(path):
            with open(f"{path}.new", "w", encoding="utf-8") as file:
                file.write("saved just now")
            os.replace(f"{path}.new", path)

    try:
        apply(_set_aside(apart), state=apart.state, changes=Watched(save))
    except (OperationFailed, RollbackIncomplete):
        pass
    here = [apart.read(path) for path, node in apart.tree().items() if node.kind == "file"]
    assert "saved just now" in [*here, *apart.backups()]


# Interrupted in other ways -----------------------------------------------------------


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.parametrize("kind", [KeyboardInterrupt, MemoryError])
def test_an_interrupt_at_any_change_leaves_the_tree_as_it_was(
    scratch: Path, name: str, kind: type[BaseException]
) -> None:
    number, fired = 0, True
    while fired:
        number += 1
        fired = False
        farm = Farm(scratch / str(number))
        STORIES[name].begin(farm)
        before = farm.tree()

        def interrupt(count: int, _call: str, _name: str, at: int = number) -> None:
            nonlocal fired
            if count == at:
                fired = True
                raise kind

        try:
            apply(STORIES[name].plan(farm), state=farm.state, changes=Watched(interrupt))
        except kind:
            assert difference(before, farm.tree()) == [], number
        assert farm.client().unfinished() is None


def test_a_rollback_that_was_refused_is_stuck_and_can_be_finished_later(half: Farm) -> None:
    os.unlink(f"{half.target}/a")
    half.make({"stow/zsh/e": "z"})

    def refuse(_number: int, _call: str, name: str) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), name)

    client = half.client()
    with pytest.raises(RollbackIncomplete) as caught:
        apply(_manage(half), state=half.state, changes=Watched(refuse))
    assert f"{half.target}/b" in str(caught.value)
    unfinished = client.unfinished()
    assert unfinished is not None
    assert unfinished.state == "stuck"
    assert client.recover().direction == "rolled_back"
    assert half.home() == {}


def test_a_stuck_transaction_does_not_take_what_came_after_it_was_stuck(half: Farm) -> None:
    def refuse(_number: int, _call: str, name: str) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), name)

    with pytest.raises(RollbackIncomplete):
        apply(_manage(half), state=half.state, changes=Watched(refuse))
    half.make({"home/c": "theirs", "home/d": DIR})
    half.client().recover()
    assert half.read("home/c") == "theirs"
    assert half.home()["d"] == "dir"


def test_what_is_away_is_named_and_waited_for(farm: Farm) -> None:
    farm.make({"stow/zsh/d/a": "z", "stow/zsh/b": "z", "home/d/a": "mine"})
    before = farm.tree()
    plan = lambda f: f.client().stream(  # noqa: E731
        "manage", ["zsh"], prefer=Preferences(folding="never", on_conflict="backup")
    )
    assert _killed(farm, plan, 11)
    assert farm.backups() == {"mine": "644"}
    os.rename(f"{farm.target}/d", f"{farm.root}/elsewhere")
    for _ in range(2):
        with pytest.raises(RollbackIncomplete, match=f"{farm.target}/d is missing"):
            farm.client().recover()
        unfinished = farm.client().unfinished()
        assert unfinished is not None
        assert unfinished.state == "stuck"
    with pytest.raises(RollbackIncomplete, match="is missing"):
        farm.run("manage", prefer=_NEVER)
    os.rename(f"{farm.root}/elsewhere", f"{farm.target}/d")
    assert farm.client().recover().direction == "rolled_back"
    assert difference(before, farm.tree()) == []


def test_it_is_not_over_while_the_backup_area_holds_some_of_it(farm: Farm) -> None:
    farm.make({"stow/zsh/a": "z", "home/a": "mine"})
    plan = lambda f: f.client().stream(  # noqa: E731
        "manage", ["zsh"], prefer=Preferences(on_conflict="backup")
    )
    assert _killed(farm, plan, 9)
    assert farm.home() == {}
    farm.make({"home/a": "saved since"})
    with pytest.raises(RollbackIncomplete, match="is taken"):
        farm.client().recover()
    assert farm.read("home/a") == "saved since"
    os.rename(f"{farm.target}/a", f"{farm.target}/b")
    assert farm.client().recover().left == ()
    assert (farm.read("home/a"), farm.read("home/b")) == ("mine", "saved since")


# The journal itself ------------------------------------------------------------------


def _journal(farm: Farm) -> str:
    place = existing_state(farm.state, farm.target)
    assert place is not None
    return place.journal


def _spoil_all(path: str) -> None:
    with open(path, "r+b") as file:
        file.write(b"not a database at all, but long enough to look at" * 100)


def _make_foreign(path: str) -> None:
    for tail in ("", "-wal", "-shm"):
        if os.path.exists(path + tail):
            os.unlink(path + tail)
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE mine(x)")
    database.execute("INSERT INTO mine VALUES ('precious')")
    database.commit()
    database.close()


def _make_newer(path: str) -> None:
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()


def _make_older(path: str) -> None:
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 1")
    database.close()


_SPOILT = {
    "corrupt": _spoil_all,
    "foreign": _make_foreign,
    "newer": _make_newer,
    "older": _make_older,
}


@pytest.mark.parametrize("how", _SPOILT)
def test_a_journal_that_cannot_be_used_is_refused_before_anything_is_touched(
    farm: Farm, how: str
) -> None:
    farm.make({"stow/zsh/a": "z", "stow/git/g": "g"}).run("manage", "zsh")
    _SPOILT[how](_journal(farm))
    with open(_journal(farm), "rb") as file:
        content = file.read()
    before, client = farm.tree(), farm.client()
    uses: list[Callable[[], object]] = [
        lambda: farm.run("manage", "git"),
        lambda: farm.run("unmanage", "zsh"),
        client.recover,
        client.unfinished,
        lambda: list(client.history()),
        client.stream_undo,
        lambda: list(client.backups()),
        client.prune_backups,
    ]
    for use in uses:
        with pytest.raises(JournalError) as caught:
            use()
        assert _journal(farm) in str(caught.value)
    assert difference(before, farm.tree()) == []
    with open(_journal(farm), "rb") as file:
        assert file.read() == content


def test_a_newer_journal_says_so(farm: Farm) -> None:
    farm.make({"stow/zsh/a": "z"}).run("manage")
    _make_newer(_journal(farm))
    with pytest.raises(JournalError, match="newer dotstream"):
        farm.run("unmanage")


def test_an_older_journal_says_how_to_make_it_anew(farm: Farm) -> None:
    farm.make({"stow/zsh/a": "z"}).run("manage")
    _make_older(_journal(farm))
    with pytest.raises(JournalError, match="older dotstream") as caught:
        farm.run("unmanage")
    assert caught.value.remedy == "rebuild"
    aside = farm.client().rebuild().aside
    assert aside is not None
    farm.run("unmanage")
    assert farm.home() == {}


def test_a_journal_that_was_only_just_created_when_the_run_died_is_an_empty_past(
    farm: Farm,
) -> None:
    """The very first run was killed before it had written its tables."""
    farm.make({"stow/zsh/a": "z"})
    place = target_state(farm.state, farm.target)
    sqlite3.connect(place.journal).close()
    with open(place.journal, "ab"):
        pass
    client = farm.client()
    assert list(client.history()) == []
    assert client.unfinished() is None
    assert client.recover() == Recovery(None, None, 0, ())
    farm.run("manage")
    assert farm.home() == {"a": "-> ../stow/zsh/a"}


def test_a_read_only_look_never_creates_a_state(farm: Farm) -> None:
    client = farm.make({"stow/zsh/a": "z"}).client()
    assert list(client.history()) == []
    assert client.unfinished() is None
    assert list(client.backups()) == []
    assert not os.path.exists(farm.state)


# Memory ------------------------------------------------------------------------------

_MEASURED = """
import os, sys
from tests.crash.killing import die_at
from tests.farm import apply
from dotstream.client import Client
from dotstream.model.events import Applied
from dotstream.model.cancel import CancellationToken
from dotstream.model.options import Preferences
directory, target, state, what, files = sys.argv[1:]
client = Client(directory, target=target, state=state, home=target)
prefer = Preferences(folding="never")
plan = lambda: client.stream("manage", ["zsh"], prefer=prefer)
if what == "recovery":
    # Killed late: nearly all is carried out.
    die_at(2 * int(files), lambda changes: apply(plan(), state=state, changes=changes))
    assert client.recover().steps > int(files) - 1024
    assert os.listdir(target) == []
elif what == "rollback":
    token = CancellationToken()
    try:
        for event in client.stream_apply(plan(), cancel=token):
            if isinstance(event, Applied) and event.done >= int(files) - 512:
                token.cancel()
    except Exception as error:
        assert type(error).__name__ == "Cancelled", error
elif what == "resume":
    die_at(2 * int(files), lambda changes: apply(plan(), state=state, changes=changes))
    assert client.recover(resume=True).direction == "resumed"
else:
    client.apply(plan())
    names = sorted(os.listdir(directory + "/zsh"))
    for name in (names[0], names[-1]):
        os.unlink(f"{directory}/zsh/{name}")
    assert client.apply(client.stream("remanage", ["zsh"], prefer=prefer)).applied == 2
with open("/proc/self/status") as status:
    (peak,) = [line.split()[1] for line in status if line.startswith("VmHWM:")]
print(peak)
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="reads the peak from /proc")
@pytest.mark.parametrize("what", ["recovery", "resume", "rollback", "sparse"])
def test_memory_does_not_grow_with_what_is_taken_back(scratch: Path, what: str) -> None:
    few, many = (_peak(f"{scratch}/{files}", what, files) for files in (2_000, 40_000))
    assert many - few < 8 * 1024, f"{few} KiB became {many} KiB"


def _peak(root: str, what: str, files: int) -> int:
    """Return the peak memory in KiB of a process that does it with so many links."""
    farm = Farm(root)
    os.makedirs(f"{farm.directory}/zsh")
    for number in range(files):
        os.close(os.open(f"{farm.directory}/zsh/{number:06}", os.O_CREAT | os.O_WRONLY))
    words = [farm.directory, farm.target, farm.state, what, str(files)]
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, *words], capture_output=True, check=False, cwd=_ROOT
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return int(done.stdout)
