"""The lessons of the tool that dotstream replaces: what it got wrong, each as a test."""

from __future__ import annotations

import errno
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.farm import DIR, Farm, File, Link, apply, follow, lines
from tests.snapshot import Tree, difference, snapshot
from tests.transaction.faulty import Faulty

from dotstream.errors import (
    Cancelled,
    ConflictError,
    JournalError,
    OperationFailed,
    TargetLocked,
    UsageError,
)
from dotstream.model.cancel import CancellationToken
from dotstream.model.events import Applied, Event, Progress
from dotstream.model.items import Item, Operation
from dotstream.model.options import FOLDINGS, POLICIES, Preferences

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.farm import Entry

    from dotstream.model.options import Action

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_NEVER = Preferences(folding="never")
_ACTIONS: tuple[Action, ...] = ("manage", "unmanage", "remanage")


# Conflict detection was never fed the target's state ---------------------------------


def test_conflicts_are_seen_in_the_target_as_it_is_now(farm: Farm) -> None:
    farm.make({"stow/zsh/x": "z"})
    client = farm.client()
    assert client.plan_manage("zsh").conflicts == []
    farm.make({"home/x": "mine"})
    assert [conflict.kind for conflict in client.plan_manage("zsh").conflicts] == ["real_file"]


# Dry-run predicted nothing -----------------------------------------------------------


def _some_farm(rng: random.Random, root: str) -> Farm:
    """Return a small farm in which packages, old links and the user's files collide."""
    farm = Farm(root)
    for package in ("git", "vim", "zsh"):
        for _ in range(rng.randint(1, 5)):
            parts = [rng.choice(("a", "b", "dot-c")) for _ in range(rng.randint(1, 3))]
            _put(farm, f"stow/{package}/{'/'.join(parts)}", package)
    farm.make({f"stow/{name}": DIR for name in ("git", "vim", "zsh")})
    for _ in range(rng.randint(0, 2)):
        _put(farm, f"home/{rng.choice(('a', 'b', '.c', 'a/b', 'b/.c'))}", "mine")
    return farm


def _put(farm: Farm, path: str, content: str) -> None:
    try:
        farm.make({path: content})
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        pass  # another member is there already: one of both is enough


def test_a_dry_run_predicts_the_operations_and_the_digest_of_the_run(scratch: Path) -> None:
    rng = random.Random(20)
    applied = conflicts = 0
    for number in range(60):
        farm = _some_farm(rng, f"{scratch}/{number}")
        for _ in range(4):
            action = rng.choice(_ACTIONS)
            packages = rng.sample(("git", "vim", "zsh"), rng.randint(1, 3))
            prefer = Preferences(folding=rng.choice(FOLDINGS), on_conflict=rng.choice(POLICIES))
            before = farm.tree()
            plan = farm.plan(action, *packages, prefer=prefer)
            assert difference(before, farm.tree()) == []
            shown: list[Event] = []
            stream = farm.client().stream(action, packages, prefer=prefer)
            try:
                run = farm.client().stream_apply(stream, stream=rng.random() < 0.5, planned=True)
                result = follow(run, shown.append)
            except ConflictError:
                conflicts += 1
                assert plan.conflicts
                assert difference(before, farm.tree()) == []
                continue
            applied += result.applied
            assert not plan.conflicts
            assert result.summary.digest == plan.summary.digest
            items = [event for event in shown if isinstance(event, Item)]
            assert lines(items, farm.root) == lines(plan.items, farm.root)
            assert result.applied == plan.summary.operations
    assert applied > 100
    assert conflicts > 20


# A second manage failed --------------------------------------------------------------


@pytest.mark.parametrize("folding", FOLDINGS)
def test_a_second_manage_succeeds_and_does_nothing(scratch: Path, folding: str) -> None:
    rng = random.Random(4)
    for number in range(25):
        farm = _some_farm(rng, f"{scratch}/{number}")
        prefer = Preferences(folding=folding, on_conflict="skip")  # type: ignore[arg-type]
        farm.run("manage", prefer=prefer)
        before = farm.tree()
        assert farm.run("manage", prefer=prefer).transaction is None
        assert farm.run("remanage", prefer=prefer).transaction is None
        assert difference(before, farm.tree()) == []


# Unmanage deleted real files that had replaced a link --------------------------------


def test_unmanage_keeps_a_file_that_replaced_a_link(farm: Farm) -> None:
    farm.make({"stow/zsh/a": "z", "stow/zsh/d/b": "z"}).run("manage", prefer=_NEVER)
    for path in ("a", "d/b"):
        os.unlink(f"{farm.target}/{path}")
        farm.make({f"home/{path}": "mine"})
    before = farm.tree()
    farm.run("unmanage")
    assert difference(before, farm.tree()) == []


def test_unmanage_keeps_a_directory_that_replaced_a_fold(farm: Farm) -> None:
    farm.make({"stow/zsh/d/b": "z"}).run("manage")
    os.unlink(f"{farm.target}/d")
    before = farm.make({"home/d/b": "mine"}).tree()
    farm.run("unmanage")
    assert difference(before, farm.tree()) == []


# A failed remanage removed every working link ----------------------------------------


@pytest.mark.parametrize("stream", [False, True])
def test_a_failed_remanage_leaves_every_working_link(farm: Farm, stream: bool) -> None:
    farm.make({f"stow/zsh/{name}": "z" for name in "abc"}).run("manage")
    farm.make({"stow/zsh/new": "z", "stow/zsh/newer": "z", "home/newer": "mine"})
    before = farm.tree()
    with pytest.raises(ConflictError):
        farm.run("remanage", stream=stream)
    assert difference(before, farm.tree()) == []
    os.unlink(f"{farm.target}/newer")
    before = farm.tree()
    with pytest.raises(OperationFailed):
        farm.run("remanage", stream=stream, changes=Faulty(2, errno.ENOSPC))
    assert difference(before, farm.tree()) == []


def test_remanage_touches_no_link_that_is_as_wanted(farm: Farm) -> None:
    farm.make({f"stow/zsh/{name}": "z" for name in "abc"}).run("manage")
    inodes = {name: os.lstat(f"{farm.target}/{name}").st_ino for name in "abc"}
    os.unlink(f"{farm.directory}/zsh/b")
    farm.make({"stow/zsh/d": "z"})
    assert lines(farm.plan("remanage").items, farm.target) == [
        "remove_link b",
        "create_link d -> ../stow/zsh/d",
    ]
    farm.run("remanage")
    assert all(os.lstat(f"{farm.target}/{name}").st_ino == inodes[name] for name in "ac")


# Adopting twice destroyed the file ---------------------------------------------------


def test_adopting_twice_destroys_nothing(farm: Farm) -> None:
    farm.make({"home/.zshrc": File("mine", 0o600)}).adopt(".zshrc", package="zsh")
    before = farm.tree()
    assert farm.adopt(".zshrc", package="zsh").transaction is None
    assert difference(before, farm.tree()) == []


def test_adopting_a_file_that_replaced_the_link_does_not_destroy_the_first(farm: Farm) -> None:
    farm.make({"home/.zshrc": "first"}).adopt(".zshrc", package="zsh")
    os.unlink(f"{farm.target}/.zshrc")
    before = farm.make({"home/.zshrc": "second"}).tree()
    with pytest.raises(ConflictError):
        farm.adopt(".zshrc", package="zsh")
    assert difference(before, farm.tree()) == []


# Restore widened 0600 to 0644 --------------------------------------------------------


def test_a_mode_survives_adopting(farm: Farm) -> None:
    farm.make({"home/.netrc": File("secret", 0o600)}).adopt(".netrc")
    assert farm.tree()["stow/netrc/dot-netrc"].mode == 0o600


@pytest.mark.parametrize("policy", ["backup", "overwrite"])
def test_a_mode_survives_a_backup(farm: Farm, policy: str) -> None:
    farm.make({"stow/zsh/x": "z", "home/x": File("secret", 0o600)})
    farm.run("manage", prefer=Preferences(on_conflict=policy))  # type: ignore[arg-type]
    assert farm.backups() == {"secret": "600"}


@pytest.mark.parametrize("away", [False, True], ids=["here", "on another file system"])
def test_modes_survive_a_rollback(farm: Farm, tmp_path: Path, away: bool) -> None:
    if away:
        farm.state = f"{tmp_path}/state"
        if os.stat(tmp_path).st_dev == os.stat(farm.root).st_dev:
            pytest.skip("there is no second file system here")
    farm.make(
        {
            "stow/zsh/x": "z", "stow/zsh/y": "z", "stow/zsh/z": "z",
            "home/x": File("secret", 0o600), "home/y/run": File("r", 0o750),
            "home/y/to": Link("run"),
        }
    )  # fmt: skip
    os.chmod(f"{farm.target}/y", 0o700)
    os.utime(f"{farm.target}/x", ns=(1_000_000_001, 2_000_000_002))
    before = farm.tree()
    for number in (2, 3, 4, 5):
        with pytest.raises(OperationFailed):
            farm.run(
                "manage",
                prefer=Preferences(on_conflict="backup"),
                changes=Faulty(number, errno.ENOSPC),
            )
        assert difference(before, farm.tree()) == []
        assert os.stat(f"{farm.target}/x").st_mtime_ns == 2_000_000_002


# Rollback removed the user's own empty directories -----------------------------------


def test_a_rollback_keeps_the_users_empty_directories(farm: Farm) -> None:
    farm.make({"stow/zsh/a/b/x": "z", "stow/zsh/c/x": "z", "home/a/b": DIR, "home/empty": DIR})
    before = farm.tree()
    for number in (1, 2, 3):
        with pytest.raises(OperationFailed):
            farm.run("manage", prefer=_NEVER, changes=Faulty(number, errno.EIO))
        assert difference(before, farm.tree()) == []


def test_unmanage_keeps_the_users_empty_directories(farm: Farm) -> None:
    before = farm.make({"stow/zsh/a/x": "z", "home/a": DIR, "home/empty/deep": DIR}).tree()
    farm.run("manage")
    farm.run("unmanage")
    assert difference(before, farm.tree()) == []


# Cancelling also cancelled the rollback ----------------------------------------------


@pytest.mark.parametrize("stream", [False, True])
def test_cancelling_does_not_cancel_the_rollback(farm: Farm, stream: bool) -> None:
    farm.make({f"stow/zsh/{number:04}": "z" for number in range(5_000)})
    before = farm.tree()
    token = CancellationToken()
    phases: list[str] = []

    def listener(event: Event) -> None:
        if isinstance(event, (Applied, Progress)):
            phases.append("applying" if isinstance(event, Applied) else event.phase)
            if phases[-1] != "planning":
                token.cancel()  # once while applying, and again at every batch rolled back

    client = farm.client()
    run = client.stream_apply(client.stream_manage("zsh"), stream=stream, cancel=token)
    with pytest.raises(Cancelled) as caught:
        follow(run, listener)
    assert caught.value.rolled_back == 2_048
    assert phases[-2:] == ["applying", "rolling_back"]
    assert difference(before, farm.tree()) == []


# One global manifest mixed up two targets --------------------------------------------


def test_two_targets_are_not_mixed_up(farm: Farm) -> None:
    farm.make({"stow/zsh/x": "z", "other/mine": "m"})
    here, there = farm.client(), farm.client(f"{farm.root}/other")
    here.apply(here.stream_manage("zsh"))
    there.apply(there.stream_manage("zsh"))
    before = snapshot(f"{farm.root}/other")
    here.apply(here.stream_unmanage("zsh"))
    assert farm.home() == {}
    assert difference(before, snapshot(f"{farm.root}/other")) == []
    assert there.plan_remanage("zsh").summary.operations == 0


def test_a_target_of_a_package_is_locked_like_any_other(farm: Farm) -> None:
    farm.make({"stow/zsh/x": "z", "stow/git/y": "g", "other/mine": "m"})
    client = farm.configured('[packages.git]\ntarget = "../other"\n')
    client.agree()
    other = farm.client(f"{farm.root}/other")
    before = snapshot(f"{farm.root}/other")

    with other.stream_apply(other.stream_manage("zsh")) as run:
        next(run)
        with pytest.raises(TargetLocked):
            client.apply(client.stream_manage("git"))
        assert difference(before, snapshot(f"{farm.root}/other")) == []


# Eight parallel runs lost entries ----------------------------------------------------

_RUN = """
import sys
from dotstream.client import Client
from dotstream.errors import DotstreamError
directory, target, state, package, action = sys.argv[1:]
client = Client(directory, target=target, state=state, home=target)
print("ready", flush=True)
sys.stdin.readline()
try:
    client.apply(client.stream(action, [package]), wait=action == "manage")
except DotstreamError as error:
    print(type(error).__name__, error.exit_code)
else:
    print("done")
"""


def _at_once(farm: Farm, runs: list[tuple[str, str]]) -> list[str]:
    """Start one process for each (package, action), let all go together; how they ended."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _RUN, farm.directory, farm.target, farm.state, *run],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=_ROOT,
        )
        for run in runs
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [process.communicate()[0].strip() for process in processes]


def test_eight_parallel_runs_that_wait_all_get_done(farm: Farm) -> None:
    packages = [f"p{number}" for number in range(8)]
    tree: dict[str, Entry] = {
        f"stow/{package}/shared/{package}-{number}": package
        for package in packages
        for number in range(40)
    }
    farm.make(tree)
    ended = _at_once(farm, [(package, "manage") for package in packages])
    assert ended == ["done"] * 8
    assert sum(kind.startswith("->") for kind in farm.home().values()) == len(tree)
    assert all(farm.plan("remanage", package).operations == [] for package in packages)


def test_eight_parallel_runs_are_done_or_clearly_refused_and_lose_nothing(farm: Farm) -> None:
    packages = [f"p{number}" for number in range(8)]
    farm.make({f"stow/{package}/d/{package}": package for package in packages}).run("manage")
    ended = _at_once(farm, [(package, "unmanage") for package in packages])
    assert set(ended) <= {"done", "TargetLocked 1"}
    assert "done" in ended
    for package, end in zip(packages, ended, strict=True):
        kept = farm.plan("manage", package).operations == []
        assert kept == (end != "done"), (package, end)


def test_the_second_writer_is_told_who_holds_the_target(farm: Farm) -> None:
    farm.make({"stow/zsh/x": "z", "stow/git/y": "g"})
    client = farm.client()

    def also(_event: Event) -> None:
        client.apply(client.stream_manage("git"))

    with pytest.raises(TargetLocked) as caught:
        follow(client.stream_apply(client.stream_manage("zsh")), also)
    assert f"process {os.getpid()}" in caught.value.holder
    assert farm.home() == {}


# `manage .` followed by `unmanage --purge .` deleted the repository -------------------


@pytest.mark.parametrize("name", [".", "..", "./", "zsh/..", "./zsh/../..", "/", ""])
def test_names_that_leave_the_directory_never_touch_the_repository(farm: Farm, name: str) -> None:
    before = farm.make({"stow/zsh/x": "z", "stow/.git/HEAD": "h"}).tree()
    for action in _ACTIONS:
        with pytest.raises(UsageError):
            farm.run(action, name, prefer=Preferences(on_conflict="overwrite"))
    with pytest.raises(UsageError):
        farm.client().stream_adopt(f"{farm.target}/x", package=name)
    assert difference(before, farm.tree()) == []


# A corrupt manifest was ignored ------------------------------------------------------


def _write_bytes(path: str, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)


def _database(*statements: str) -> Callable[[str], None]:
    def make(path: str) -> None:
        os.unlink(path)
        database = sqlite3.connect(path)
        for statement in statements:
            database.execute(statement)
        database.commit()
        database.close()

    return make


def _truncated(path: str) -> None:
    with open(path, "r+b") as file:
        file.truncate(os.path.getsize(path) // 2)


def _overwritten(path: str) -> None:
    """Leave the header as it is, and garbage in every page after it."""
    with open(path, "r+b") as file:
        file.seek(100)
        file.write(b"\xa5" * (os.path.getsize(path) - 100))


_SPOILT: dict[str, tuple[Callable[[str], None], str]] = {
    "not a database": (lambda path: _write_bytes(path, b"\0rubbish" * 900), "not a database"),
    "cut in half": (_truncated, "malformed"),
    "garbage inside": (_overwritten, "malformed"),
    "of another program": (_database("CREATE TABLE theirs(x)"), "another program"),
    "of another application": (
        _database("CREATE TABLE theirs(x)", "PRAGMA application_id = 7"),
        "another program",
    ),
    "of a newer version": (
        _database("PRAGMA application_id = 1685025907", "PRAGMA user_version = 99"),
        "newer dotstream",
    ),
    "without its tables": (
        _database("PRAGMA application_id = 1685025907", "PRAGMA user_version = 3"),
        "no such table",
    ),
}


@pytest.mark.parametrize(("spoil", "says"), _SPOILT.values(), ids=_SPOILT)
@pytest.mark.parametrize("stream", [False, True])
def test_a_journal_that_cannot_be_used_is_refused_before_anything_is_touched(
    farm: Farm, spoil: Callable[[str], None], says: str, stream: bool
) -> None:
    farm.make({f"stow/zsh/{number}": "z" for number in range(200)}).run("manage")
    (journal,) = [
        f"{above}/journal.db" for above, _, names in os.walk(farm.state) if "journal.db" in names
    ]
    spoil(journal)
    farm.make({"stow/zsh/new": "z"})
    before, kept = farm.tree(), snapshot(farm.state)
    with pytest.raises(JournalError, match=says) as caught:
        farm.run("unmanage", stream=stream)
    assert journal in str(caught.value)
    assert difference(before, farm.tree()) == []
    now = snapshot(farm.state)
    assert _without_lock(kept) == _without_lock(now)


def _without_lock(tree: Tree) -> Tree:
    return {
        path: node for path, node in tree.items() if not re.search(r"lock$|-wal$|-shm$", path)
    }


# Bookkeeping was quadratic -----------------------------------------------------------

_COUNTED = """
import sqlite3, sys
count = 0
connect = sqlite3.connect

def traced(*given, **named):
    database = connect(*given, **named)
    def tally(statement):
        global count
        count += 1
    database.set_trace_callback(tally)
    return database

sqlite3.connect = traced
from dotstream.client import Client
directory, target, state = sys.argv[1:]
client = Client(directory, target=target, state=state, home=target)
for action in ("manage", "remanage", "unmanage"):
    client.apply(client.stream(action, everything=True))
    print(count)
"""


def _wide(root: str, files: int) -> list[str]:
    """Make a farm of many files in fifty directories; return what manages and unmanages it."""
    farm = Farm(root).make(
        {f"stow/zsh/d{number % 50}/x~": "hidden" for number in range(50)}
        | {f"stow/zsh/d{number % 50}/{number}": "z" for number in range(files)}
    )
    return [sys.executable, "-c", _COUNTED, farm.directory, farm.target, farm.state]


def _statements(command: list[str]) -> list[int]:
    done = subprocess.run(command, capture_output=True, check=True, cwd=_ROOT)
    return [int(line) for line in done.stdout.split()]


def _calls(command: list[str], log: str) -> int:
    """Return how many system calls the command makes."""
    traced = ["strace", "-f", "-c", "-o", log, *command]
    subprocess.run(traced, capture_output=True, check=True, cwd=_ROOT)
    with open(log, encoding="utf-8") as file:
        counted = [row for line in file if (row := line.split()) and row[0][0].isdigit()]
    return sum(int(row[3]) for row in counted if row[-1] != "total")  # whose columns vary


def test_bookkeeping_grows_with_the_files_and_no_faster(scratch: Path) -> None:
    few = _statements(_wide(f"{scratch}/1", 1000))
    many = _statements(_wide(f"{scratch}/4", 4000))
    assert few[-1] < 1000 * 5
    assert all(more <= 4 * less for less, more in zip(few, many, strict=True)), (few, many)


@pytest.mark.skipif(shutil.which("strace") is None, reason="counts system calls with strace")
def test_system_calls_grow_with_the_files_and_no_faster(scratch: Path) -> None:
    few = _calls(_wide(f"{scratch}/1", 1000), f"{scratch}/log")
    many = _calls(_wide(f"{scratch}/4", 4000), f"{scratch}/log")
    assert many < 4 * few, (few, many)
    assert many - few < 3000 * 15, (few, many)


def test_an_operation_list_in_memory_is_what_was_streamed(farm: Farm) -> None:
    farm.make({f"stow/zsh/{name}": "z" for name in "abc"})
    plan = farm.plan("manage")
    assert all(isinstance(item, Operation) for item in plan.items)
    assert apply(plan, state=farm.state).applied == 3
