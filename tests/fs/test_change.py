"""Each change happens as a whole or not at all, and creating never clobbers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.farm import DIR, Entry, Farm, File, Link
from tests.snapshot import difference, snapshot
from tests.systems import attributes

from dotstream.fs.change import Changes
from dotstream.fs.move import move, take_back

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class _Old(Changes):
    """As on a kernel or file system that cannot rename with flags."""

    def _rename_new(self, fd: int, old: str, to_fd: int, new: str) -> int:
        return 38  # ENOSYS

    def _exchange(self, fd: int, one: str, other: str) -> int:
        return 38


@pytest.fixture(params=[Changes, _Old], ids=["renameat2", "no renameat2"])
def changes(request: pytest.FixtureRequest) -> Changes:
    """Return the seam, with and without the system call it prefers."""
    made: Changes = request.param()
    return made


@pytest.fixture
def here(farm: Farm) -> Iterator[int]:
    """Return a descriptor of the target."""
    fd = os.open(farm.target, os.O_RDONLY)
    yield fd
    os.close(fd)


_THERE: dict[str, Entry] = {
    "a file": "theirs",
    "a directory": DIR,
    "a link": Link("nowhere"),
    "a link to a directory": Link("../stow"),
}
_each = pytest.mark.parametrize("there", _THERE.values(), ids=_THERE)


@_each
@pytest.mark.parametrize("call", ["symlink", "mkdir", "rename", "rename a directory"])
def test_nothing_that_is_there_is_clobbered(
    farm: Farm, changes: Changes, here: int, there: Entry, call: str
) -> None:
    farm.make({"home/x": there, "home/mine": "m", "home/dir/y": "d"})
    before = farm.tree()
    make: dict[str, Callable[[], None]] = {
        "symlink": lambda: changes.symlink("text", here, "x"),
        "mkdir": lambda: changes.mkdir(here, "x"),
        "rename": lambda: changes.rename(here, "mine", here, "x"),
        "rename a directory": lambda: changes.rename(here, "dir", here, "x"),
    }
    with pytest.raises(FileExistsError):
        make[call]()
    assert difference(before, farm.tree()) == []


@_each
def test_renaming_keeps_what_is_renamed(
    farm: Farm, changes: Changes, here: int, there: Entry
) -> None:
    before = farm.make({"home/x": there}).home()
    changes.rename(here, "x", here, "y")
    assert farm.home() == {"y": before["x"]}


@_each
def test_two_names_are_exchanged(farm: Farm, changes: Changes, here: int, there: Entry) -> None:
    before = farm.make({"home/x": there, "home/y": "m"}).home()
    changes.exchange(here, "x", "y")
    assert farm.home() == {"x": before["y"], "y": before["x"]}


def test_renaming_what_is_missing_changes_nothing(
    farm: Farm, changes: Changes, here: int
) -> None:
    before = farm.make({"home/y": "m"}).tree()
    with pytest.raises(FileNotFoundError):
        changes.rename(here, "x", here, "z")
    assert difference(before, farm.tree()) == []


@pytest.mark.parametrize("names", [("x", "y"), ("y", "x")])
def test_exchanging_with_what_is_missing_changes_nothing(
    farm: Farm, changes: Changes, here: int, names: tuple[str, str]
) -> None:
    before = farm.make({"home/y": "m"}).tree()
    with pytest.raises(FileNotFoundError):
        changes.exchange(here, *names)
    assert difference(before, farm.tree()) == []


@pytest.fixture(params=[False, True], ids=["here", "on another file system"])
def away(request: pytest.FixtureRequest, farm: Farm, tmp_path: Path) -> str:
    """Return a directory to move to."""
    if not request.param:
        farm.make({"away": DIR})
        return f"{farm.root}/away"
    if os.stat(tmp_path).st_dev == os.stat(farm.root).st_dev:
        pytest.skip("there is no second file system here")
    return str(tmp_path)


_MOVED: dict[str, Entry] = {
    "home/x": File("secret", 0o600),
    "home/run": File("r", 0o755),
    "home/d/deep/y": File("y", 0o640),
    "home/d/to": Link("deep/y"),
    "home/d/broken": Link("/nowhere"),
    "home/d/empty": DIR,
    "home/link": Link("x"),
}


@pytest.mark.parametrize("name", ["x", "run", "d", "link"])
def test_moving_there_and_back_keeps_everything(
    farm: Farm, here: int, away: str, name: str
) -> None:
    farm.make(_MOVED)
    os.chmod(f"{farm.target}/d/deep", 0o700)
    for path in ("x", "d/deep/y", "d/deep", "d"):
        os.utime(f"{farm.target}/{path}", ns=(1_000_000_001, 2_000_000_002))
    before = farm.tree()
    changes = Changes()
    move(changes, here, name, f"{away}/moved")
    assert name not in farm.home()
    assert sorted(os.listdir(away)) == ["moved"]
    take_back(changes, here, name, f"{away}/moved")
    assert difference(before, farm.tree()) == []
    assert os.listdir(away) == []
    for path in ("x", "d/deep/y", "d/deep", "d"):
        assert os.stat(f"{farm.target}/{path}").st_mtime_ns == 2_000_000_002


@attributes
def test_extended_attributes_are_moved(farm: Farm, here: int, away: str) -> None:
    farm.make({"home/x": "m"})
    try:
        os.setxattr(f"{farm.target}/x", "user.note", b"kept")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    try:
        move(Changes(), here, "x", f"{away}/moved")
        kept = os.getxattr(f"{away}/moved", "user.note")
    except OSError:
        pytest.skip("the other file system has no extended attributes")
    assert kept == b"kept"


@_each
def test_moving_clobbers_nothing(farm: Farm, here: int, away: str, there: Entry) -> None:
    farm.make({"home/x": "mine", "home/d/y": "mine"})
    farm.make({os.path.relpath(f"{away}/taken", farm.root): there})
    before, kept = farm.tree(), snapshot(away)
    for name in ("x", "d"):
        with pytest.raises(FileExistsError):
            move(Changes(), here, name, f"{away}/taken")
        assert difference(before, farm.tree()) == []
        assert difference(kept, snapshot(away)) == []


def test_a_directory_that_cannot_be_copied_stays_whole(
    farm: Farm, here: int, tmp_path: Path
) -> None:
    if os.stat(tmp_path).st_dev == os.stat(farm.root).st_dev:
        pytest.skip("there is no second file system here")
    farm.make({"home/d/a": "1", "home/d/z": "2"})
    os.mkfifo(f"{farm.target}/d/pipe")
    before = farm.tree()
    with pytest.raises(OSError, match="pipe"):
        move(Changes(), here, "d", f"{tmp_path}/moved")
    assert difference(before, farm.tree()) == []
    assert os.listdir(tmp_path) == []


_INTERRUPTED = """
import os, sys
from dotstream.fs.change import Changes
changes, fd = Changes(), os.open(sys.argv[1], os.O_RDONLY)
changes.rename(fd, "first", fd, "renamed")
changes.symlink("text", fd, "link")
changes.mkdir(fd, "made")
changes.chmod(fd, "made", 0o700)
changes.mkdir(fd, "gone")
changes.rmdir(fd, "gone")
changes.exchange(fd, "link", "renamed")
changes.unlink(fd, "renamed")
"""


@pytest.mark.skipif(shutil.which("strace") is None, reason="interrupts system calls with strace")
@pytest.mark.parametrize(
    "call",
    ["symlink,symlinkat", "mkdir,mkdirat", "rmdir,unlink,unlinkat", "renameat2",
     "fchmod"],
)  # fmt: skip
def test_an_interrupted_system_call_is_made_again(farm: Farm, call: str) -> None:
    farm.make({"home/first": "1"})
    traced = ["strace", "-f", "-qq", "-o", f"{farm.root}/log"]
    fault = ["-e", f"trace={call}", "-e", f"inject={call}:error=EINTR:when=1..2"]
    command = [*traced, *fault, sys.executable, "-c", _INTERRUPTED, farm.target]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=_ROOT)
    assert done.returncode == 0, done.stderr
    with open(f"{farm.root}/log", encoding="utf-8") as log:
        assert "(INJECTED)" in log.read()
    assert farm.home() == {"link": "file", "made": "dir"}
    assert farm.tree()["home/made"].mode == 0o700
