"""One writer per target; whoever comes second is told, or waits; looking never waits."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from tests.crash.killing import die_at
from tests.farm import apply, host

from dotstream.errors import Cancelled, TargetLocked
from dotstream.fs.lock import Lock, LockHeld
from dotstream.model.cancel import CancellationToken
from dotstream.store.journal import Journal
from dotstream.transaction.writing import writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.farm import Farm

    from dotstream.fs.change import Changes

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

_HOLD = """
import sys
from tests.farm import host
from dotstream.transaction.writing import writing
target, state, *others = sys.argv[1:]
with writing(target, host=host(state), others=others):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def _held(
    farm: Farm, *others: str, target: str | None = None, state: str | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Have another process hold the right to change a target."""
    words = [target or farm.target, state or farm.state, *others]
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, *words],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT,
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        assert process.stdin is not None
        if process.poll() is None:
            process.stdin.close()


@pytest.fixture
def two(farm: Farm) -> Farm:
    return farm.make({"stow/zsh/a": "z", "stow/git/b": "g"})


def test_the_second_writer_is_told_the_process_and_the_command(two: Farm) -> None:
    with _held(two) as process:
        with pytest.raises(TargetLocked) as caught:
            two.run("manage")
        assert f"process {process.pid}" in caught.value.holder
        assert two.target in str(caught.value)
        assert str(caught.value).endswith("wait for it to end")
    assert two.home() == {}


@pytest.mark.parametrize("said", ["manage vim", ""])
def test_who_has_only_just_taken_the_lock_is_given_time_to_say_who_it_is(
    tmp_path: Path, said: str
) -> None:
    lock = tmp_path / "lock"

    def say() -> None:
        lock.write_text(said)

    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(LockHeld) as caught, Lock(str(lock), "me", poll=say):
            pass
    assert caught.value.holder == (said or "another process")


@pytest.mark.parametrize("use", ["recover", "prune", "undo", "restore"])
def test_whatever_writes_takes_the_lock(two: Farm, use: str) -> None:
    two.run("manage")
    client = two.client()
    uses: dict[str, Callable[[], object]] = {
        "recover": client.recover,
        "prune": client.prune_backups,
        "undo": lambda: client.apply(client.stream_undo()),
        "restore": lambda: client.apply(client.stream_restore()),
    }
    before = two.home()
    with _held(two), pytest.raises(TargetLocked):
        uses[use]()
    assert two.home() == before


def test_looking_never_waits_and_never_fails(two: Farm) -> None:
    two.run("manage", "zsh")
    with _held(two):
        client = two.client()
        assert [each.action for each in client.history()] == ["manage"]
        assert client.unfinished() is None
        assert [status.state for status in client.status("zsh", "git")] == [
            "managed", "unmanaged",
        ]  # fmt: skip
        assert len(list(client.links("zsh"))) == 1
        assert list(client.backups()) == []
        assert len(client.plan_manage("git").operations) == 1


def test_looking_during_the_very_first_run_sees_an_empty_past(two: Farm) -> None:
    with _held(two):
        assert list(two.client().history()) == []
        assert two.client().unfinished() is None


def test_another_state_directory_is_kept_out_as_well(two: Farm) -> None:
    with _held(two, state=f"{two.root}/other-state"), pytest.raises(TargetLocked):
        two.run("manage")
    assert two.home() == {}


def test_another_target_is_not_kept_out(two: Farm) -> None:
    os.mkdir(f"{two.root}/other")
    with _held(two, target=f"{two.root}/other"):
        two.run("manage")
    assert sorted(two.home()) == ["a", "b"]


def test_two_that_want_the_same_targets_in_another_order_do_not_wait_for_each_other(
    two: Farm,
) -> None:
    one, other = f"{two.root}/one", f"{two.root}/other"
    for path in (one, other):
        os.mkdir(path)
    with (
        _held(two, other, target=one),
        pytest.raises(TargetLocked),
        writing(other, host=host(two.state), others=(one,)),
    ):
        pass
    with writing(other, host=host(two.state), others=(one,)) as writer:
        assert writer.journal.transactions.unfinished() is None


def test_the_lock_of_a_killed_process_is_free_at_once(two: Farm) -> None:
    with _held(two) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        two.run("manage")
    assert sorted(two.home()) == ["a", "b"]


def test_waiting_can_be_cancelled(two: Farm) -> None:
    class Impatient(CancellationToken):
        """Cancelled when it is looked at for the third time."""

        looks = 0

        @property
        def cancelled(self) -> bool:
            self.looks += 1
            return self.looks > 2

        @cancelled.setter
        def cancelled(self, value: bool) -> None:
            self.looks = 0

    client = two.client()
    with _held(two), pytest.raises(Cancelled):
        client.apply(client.stream_manage("zsh"), wait=True, cancel=Impatient())
    assert two.home() == {}


def test_the_first_lock_is_given_back_when_the_second_is_held(two: Farm) -> None:
    one, other = f"{two.root}/one", f"{two.root}/other"
    for path in (one, other):
        os.mkdir(path)
    with _held(two, target=other):
        with pytest.raises(TargetLocked), writing(one, host=host(two.state), others=(other,)):
            pass
        with writing(one, host=host(two.state)) as writer:
            assert writer.journal.transactions.unfinished() is None


def test_taking_back_locks_every_target_of_what_was_cut_short(two: Farm) -> None:
    other = f"{two.root}/other"
    os.mkdir(other)
    client = two.configured(f'target = "{two.target}"\n[packages.git]\ntarget = "{other}"\n')

    def work(changes: Changes) -> None:
        apply(client.stream("manage", ["git", "zsh"]), state=two.state, changes=changes)

    number = 1
    while die_at(number, work) and not (os.listdir(other) or os.listdir(two.target)):
        number += 1
    assert client.unfinished() is not None
    with _held(two, target=other):
        with pytest.raises(TargetLocked):
            client.recover()
        with pytest.raises(TargetLocked):
            client.apply(client.stream_manage("zsh"))
        with pytest.raises(TargetLocked):
            client.prune_backups()
    recovery = client.recover()
    assert recovery.transaction is not None
    assert client.unfinished() is None
    assert (os.listdir(other), two.home()) == ([], {})


def test_a_target_that_may_be_reached_by_two_paths_is_one(two: Farm, scratch: Path) -> None:
    os.symlink(two.target, f"{scratch}/alias")
    client = two.client(f"{scratch}/alias")
    assert client.target == two.target
    with _held(two), pytest.raises(TargetLocked):
        client.apply(client.stream_manage("zsh"))


def test_looking_while_the_first_run_makes_the_database(farm: Farm) -> None:
    """It is seen whole or not at all, and never taken for that of another program."""
    path = f"{farm.target}/journal.db"
    for _ in range(30):
        making = Thread(target=lambda: Journal(path).close())
        making.start()
        while making.is_alive():
            if os.path.exists(path):
                Journal(path, readonly=True).close()
        making.join()
        for name in os.listdir(farm.target):
            os.unlink(f"{farm.target}/{name}")
