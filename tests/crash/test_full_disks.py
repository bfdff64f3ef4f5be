"""Disks that are really full: a clear error, nothing lost, and the next command finishes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.crash.killing import die_at
from tests.crash.mounts import mounted
from tests.crash.scenes import check_manifest, lost, world
from tests.farm import apply, follow
from tests.snapshot import difference
from tests.transaction.faulty import Watched

from dotstream.errors import DotstreamError, JournalError, OperationFailed, RollbackIncomplete
from dotstream.fs.state import release_reserve, reserve, target_state
from dotstream.model.history import Recovery
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.farm import Farm

    from dotstream.model.events import Event
    from dotstream.planner.stream import StreamingPlan

_BACKUP = Preferences(on_conflict="backup")
_NEVER = Preferences(folding="never")


@pytest.fixture
def disk(request: pytest.FixtureRequest, farm: Farm) -> Iterator[str]:
    """A small disk where the parameter says: on ``home`` or ``state``, of so many inodes."""
    part, options = request.param
    place = f"{farm.root}/{part}"
    os.makedirs(place, exist_ok=True)
    with mounted(place, options) as found:
        if found is None:
            pytest.skip("mounting is not allowed here")
        yield place


def _on(part: str, options: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("disk", [(part, options)], indirect=True, ids=[options])


def _fill(place: str, *, leave: int = 0) -> str:
    """Use up the room on a disk, but for so many bytes; returns the file that does it."""
    path = f"{place}/.filler"
    fd = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        while True:
            os.write(fd, b"\0" * 4096)
    except OSError:
        os.ftruncate(fd, max(0, os.fstat(fd).st_size - leave))
    finally:
        os.close(fd)
    return path


def _use_inodes(place: str) -> str:
    """Use up the inodes on a disk; returns the directory that does it."""
    made = f"{place}/.inodes"
    os.mkdir(made)
    try:
        for number in range(100_000):
            os.close(os.open(f"{made}/{number}", os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError:
        return made
    raise AssertionError("there is no end to the inodes")


def _empty(path: str) -> None:
    if os.path.isdir(path):
        for name in os.listdir(path):
            os.unlink(f"{path}/{name}")
        os.rmdir(path)
    elif os.path.exists(path):
        os.unlink(path)


def _many(farm: Farm, count: int = 300) -> None:
    farm.make({f"stow/zsh/d{number % 7}/{number:04}": "z" for number in range(count)})


@_on("home", "size=1m,nr_inodes=100")
@pytest.mark.parametrize("stream", [False, True], ids=["at once", "streaming"])
def test_no_inode_left_in_the_target_is_a_clear_failure(
    farm: Farm, disk: str, stream: bool
) -> None:
    _many(farm)
    before = farm.tree()
    with pytest.raises(OperationFailed, match="No space left on device") as caught:
        farm.run("manage", prefer=_NEVER, stream=stream)
    assert caught.value.operation.path.startswith(disk)
    assert difference(before, farm.tree()) == []
    assert farm.client().unfinished() is None


@_on("home", "size=1m,nr_inodes=60")
def test_an_unmanage_on_a_disk_that_fills_up_before_its_rollback_loses_nothing(
    farm: Farm, disk: str
) -> None:
    farm.make({f"stow/zsh/d/{number:02}": "z" for number in range(30)})
    farm.run("manage", prefer=_NEVER)
    before = farm.tree()
    filler: list[str] = []

    def fill_and_refuse(number: int, _call: str, _name: str) -> None:
        if number == 25:
            filler.append(_use_inodes(disk))
            raise OSError(5, "Input/output error")

    with pytest.raises((OperationFailed, RollbackIncomplete)) as caught:
        farm.run("unmanage", changes=Watched(fill_and_refuse))
    assert filler
    if isinstance(caught.value, RollbackIncomplete):
        assert "No space left on device" in str(caught.value)
        unfinished = farm.client().unfinished()
        assert unfinished is not None
        assert unfinished.state == "stuck"
    _empty(filler[0])
    farm.client().recover()
    assert difference(before, farm.tree()) == []
    check_manifest(farm)


@_on("state", "size=2m")
def test_a_backup_area_without_room_leaves_the_original(farm: Farm, disk: str) -> None:
    farm.make({"stow/zsh/a": "z", "stow/zsh/b": "z", "home/a": "small", "home/b": "x" * 900_000})
    farm.run("manage", "zsh", prefer=Preferences(on_conflict="skip"))
    filler = _fill(disk, leave=300_000)
    before = world(farm)
    with pytest.raises(DotstreamError):
        farm.run("manage", prefer=_BACKUP)
    assert not lost(before, world(farm))
    assert farm.read("home/b") == "x" * 900_000
    _empty(filler)
    farm.run("manage", prefer=_BACKUP)
    assert farm.backups().keys() == {"small", "x" * 900_000}


@_on("home", "size=1m")
def test_a_target_that_fills_up_before_a_backup_can_come_back_keeps_the_backup(
    farm: Farm, disk: str
) -> None:
    """The file is on the other disk already, and there is no room to bring it back."""
    farm.make({"stow/zsh/a": "z", "stow/zsh/b": "z", "home/a": "x" * 500_000})
    before = world(farm)
    filler: list[str] = []

    def fill_and_refuse(_number: int, _call: str, name: str) -> None:
        if name == "b" and not filler:
            filler.append(_fill(disk))
            raise OSError(5, "Input/output error")

    with pytest.raises(RollbackIncomplete, match="No space left on device"):
        farm.run("manage", prefer=_BACKUP, changes=Watched(fill_and_refuse))
    kept = [path for path, node in world(farm).items() if node in before.values()]
    assert any(path.startswith("backups/") for path in kept)
    _empty(filler[0])
    told: list[Event] = []
    client = farm.client()
    plan = client.stream("manage", ["zsh"], prefer=Preferences(on_conflict="skip"))
    follow(client.stream_apply(plan), told.append)
    assert [each.direction for each in told if isinstance(each, Recovery)] == ["rolled_back"]
    assert farm.read("home/a") == "x" * 500_000
    assert not lost(before, world(farm))


@_on("state", "size=1m")
@pytest.mark.parametrize("stream", [False, True], ids=["at once", "streaming"])
@pytest.mark.parametrize("leave", [0, 20_000, 60_000, 120_000])
def test_a_journal_without_room_leaves_the_tree_as_it_was(
    farm: Farm, disk: str, stream: bool, leave: int
) -> None:
    farm.make({"stow/git/g": "g"}).run("manage", "git")
    _many(farm, 3000)
    filler = _fill(disk, leave=leave)
    before = farm.tree()
    told = ""
    try:
        farm.run("manage", "zsh", prefer=_NEVER, stream=stream)
    except JournalError as error:
        told = str(error)
    assert not told or "full" in told or "no space" in told.lower(), told
    assert not told or difference(before, farm.tree()) == []
    _empty(filler)
    farm.run("manage", "zsh", prefer=_NEVER)
    check_manifest(farm)


@_on("state", "size=1m")
@pytest.mark.parametrize("point", [5, 6, 300, 1200])
def test_a_killed_run_on_a_disk_that_is_full_now_is_taken_back_all_the_same(
    farm: Farm, disk: str, point: int
) -> None:
    """The room kept beside the journal is what the rollback needs to write.

    Point 5 is just before the plan is committed: then there is nothing to roll back.
    """
    farm.make({"stow/git/g": "g"}).run("manage", "git")
    _many(farm, 700)
    before = farm.tree()
    run: Callable[[], StreamingPlan] = lambda: farm.client().stream(  # noqa: E731
        "manage", ["zsh"], prefer=_NEVER
    )
    assert die_at(point, lambda changes: apply(run(), state=farm.state, changes=changes))
    _fill(disk)
    assert farm.client().recover().direction == (None if point == 5 else "rolled_back")
    assert difference(before, farm.tree()) == []
    assert farm.client().unfinished() is None


@_on("state", "size=1m")
def test_a_conflict_on_a_full_disk_is_still_reported_as_a_conflict(farm: Farm, disk: str) -> None:
    """That the disk is full is not what the user has to know first."""
    farm.make({"stow/git/g": "g", "stow/zsh/a": "z", "home/a": "mine"}).run("manage", "git")
    _fill(disk)
    before = farm.tree()
    with pytest.raises(DotstreamError) as caught:
        farm.run("manage", "zsh")
    assert type(caught.value).__name__ in {"ConflictError", "JournalError"}
    assert difference(before, farm.tree()) == []


@_on("state", "size=1m")
def test_the_room_beside_the_journal_is_kept_given_back_and_kept_again(
    farm: Farm, disk: str
) -> None:
    farm.make({"stow/git/g": "g", "stow/zsh/z": "z"}).run("manage", "git")
    journal = target_state(farm.state, farm.target).journal
    size = os.path.getsize(f"{journal}-reserve")
    assert size >= 64 * 1024
    assert os.stat(f"{journal}-reserve").st_blocks * 512 >= size
    assert release_reserve(journal)
    assert not release_reserve(journal)
    filler = _fill(disk)
    reserve(journal)
    assert os.path.getsize(f"{journal}-reserve") == 0
    _empty(filler)
    farm.run("manage", "zsh")
    assert os.path.getsize(f"{journal}-reserve") == size
