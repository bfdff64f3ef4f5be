"""What was changed is remembered as far as it takes to have it on the disk, and no further."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest
from tests.descriptors import opened, place

from dotstream.errors import JournalError
from dotstream.fs import system
from dotstream.fs.change import Changes
from dotstream.fs.descriptors import Descriptors
from dotstream.fs.move import move
from dotstream.fs.touched import FEW
from dotstream.model.directory import Directory
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from pathlib import Path

    from tests.farm import Farm


_NEVER = Preferences(folding="never")


class _Told(Changes):
    """Notes which directories are flushed one by one."""

    def __init__(self) -> None:
        super().__init__()
        self.each: list[str] = []

    def sync(self, fd: int) -> None:
        self.each.append(place(fd))
        super().sync(fd)


@pytest.fixture
def whole(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The devices that are flushed as a whole."""
    found: list[int] = []

    def told(fd: int) -> None:
        found.append(os.fstat(fd).st_dev)

    monkeypatch.setattr(system, "flush", told)
    return found


def _manage(farm: Farm, directories: int) -> tuple[list[str], _Told]:
    """Link into so many directories below the target, and return what was changed."""
    farm.make({f"stow/zsh/{number:03}/x": "z" for number in range(directories)})
    changes = _Told()
    farm.run("manage", prefer=_NEVER, changes=changes)
    return [
        farm.target,
        *(f"{farm.target}/{number:03}" for number in range(directories)),
    ], changes


def test_a_few_directories_are_flushed_one_by_one_first_those_that_others_are_in(
    farm: Farm, whole: list[int]
) -> None:
    changed, changes = _manage(farm, FEW - 1)
    assert changes.each == changed
    assert whole == []


def test_of_more_directories_the_file_system_is_flushed(farm: Farm, whole: list[int]) -> None:
    before = len(opened())
    _, changes = _manage(farm, FEW)
    assert changes.each == []
    assert whole == [os.stat(farm.target).st_dev]
    assert len(opened()) == before


@pytest.mark.parametrize("flushes", [True, False], ids=["as a whole", "one by one"])
def test_no_more_than_a_few_are_open_and_none_is_passed_over(
    scratch: Path, monkeypatch: pytest.MonkeyPatch, flushes: bool
) -> None:
    """One by one: as where syncfs(2) does nothing."""
    flushed: set[int] = set()

    def flush_directory(fd: int) -> None:
        flushed.add(os.fstat(fd).st_ino)

    monkeypatch.setattr(system, "flushes", lambda _: flushes)
    monkeypatch.setattr(system, "flush", lambda _: None)
    monkeypatch.setattr(system, "on_disk", flush_directory)
    changes, before, made = Changes(), len(opened()), set()
    for number in range(3 * FEW):
        (scratch / str(number)).mkdir()
        fd = os.open(scratch / str(number), os.O_RDONLY)
        changes.touched.add(fd)
        made.add(os.fstat(fd).st_ino)
        os.close(fd)
        assert len(opened()) <= before + FEW
    changes.flush()
    assert flushed == (set() if flushes else made)
    assert len(opened()) == before


@pytest.mark.parametrize("flushes", [True, False], ids=["as a whole", "one by one"])
def test_both_ends_of_a_move_are_flushed(
    scratch: Path, whole: list[int], monkeypatch: pytest.MonkeyPatch, flushes: bool
) -> None:
    monkeypatch.setattr(system, "flushes", lambda _: flushes)
    for name in ("from", "to"):
        (scratch / name).mkdir()
    (scratch / "from/file").write_text("mine")
    changes = _Told()
    fd = os.open(scratch / "from", os.O_RDONLY)
    move(changes, fd, "file", f"{os.path.realpath(scratch)}/to/file")
    os.close(fd)
    changes.flush()
    assert {os.path.basename(path) for path in changes.each} == (
        set() if flushes else {"from", "to"}
    )
    assert whole == ([scratch.stat().st_dev] if flushes else [])


def test_a_directory_whose_mode_is_set_is_flushed(scratch: Path) -> None:
    changes = _Told()
    fd = os.open(scratch, os.O_RDONLY)
    changes.mkdir(fd, "made")
    changes.chmod(fd, "made", 0o700)
    os.close(fd)
    changes.flush()
    assert [os.path.basename(path) for path in changes.each] == ["made", scratch.name]


def test_a_directory_that_cannot_be_flushed_has_its_file_system_flushed(
    scratch: Path, whole: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_fd: int) -> None:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    monkeypatch.setattr(system, "on_disk", refuse)
    changes = Changes()
    fd = os.open(scratch, os.O_RDONLY)
    changes.touched.add(fd)
    os.close(fd)
    changes.flush()
    assert whole == [scratch.stat().st_dev]


def test_what_is_pruned_and_does_not_get_onto_the_disk_is_told(
    farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    farm.make({"stow/zsh/a": "z", "home/a": "mine"})
    farm.run("manage", prefer=Preferences(on_conflict="backup"))

    def refuse(_changes: Changes, _fd: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(Changes, "sync", refuse)
    with pytest.raises(JournalError, match="Input/output error"):
        farm.client().prune_backups()


def test_a_directory_that_is_asked_for_again_after_a_flush_is_flushed_again(
    tmp_path: Path,
) -> None:
    (tmp_path / "inside").mkdir()
    changes, top = Changes(), Directory(str(tmp_path))
    held = Descriptors(touched=changes.touched)
    changes.touched.add_all(held.fd(top))
    held.fd(top.child("inside"))
    held.fd(top)  # all of its file system is flushed anyhow
    held.fd(top.child("inside"))
    changes.flush()
    assert not [*changes.touched.few, *changes.touched.whole]
    held.fd(top)
    assert [*changes.touched.few, *changes.touched.whole]
    held.close()
    changes.touched.close()
