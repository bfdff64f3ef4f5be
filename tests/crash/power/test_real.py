"""The same on real ext4, xfs and btrfs, in images that are copied while they are mounted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.crash.power.play import started_anew
from tests.crash.power.real import SYSTEMS, Images, missing
from tests.long import LONG

from dotstream.client import Client

if TYPE_CHECKING:
    from pathlib import Path

_MANY = 6000
_STOPPED_AT = 5500
_PRIVATE = {".rc": "private rc", "d70/f4500": "private f4500"}

pytestmark = [
    pytest.mark.skipif(not LONG, reason="minutes, in images: DOTSTREAM_LONG=1 plays it"),
    pytest.mark.timeout(600),
]


class _Desk:
    """A home and packages in one image, and the state there or in another."""

    def __init__(self, system: str, place: Path, *, apart: bool) -> None:
        if why := missing(system):
            pytest.skip(why)
        self.images = Images(system, str(place), ["home", "state"] if apart else ["home"])
        self.home, self.packages = f"{place}/home/me", f"{place}/home/dot"
        self.state = f"{place}/{'state' if apart else 'home'}/state"

    def fill(self, files: int) -> None:
        """Make packages, and files of one's own where two of their links go."""
        os.makedirs(self.home)
        os.makedirs(self.state)
        for number in range(files):
            _write(f"{self.packages}/a/d{number // 64}/f{number}", str(number))
        _write(f"{self.packages}/a/.rc", "packaged rc")
        for path, text in _PRIVATE.items():
            _write(f"{self.home}/{path}", text)
        os.sync()

    def manage(self, *options: str, strace: tuple[str, ...] = ()) -> subprocess.Popen[str]:
        words = ["-d", self.packages, "-t", self.home, "manage", "a", "--no-folding"]
        words += ["--on-conflict", "backup", *options]
        return subprocess.Popen(
            [*strace, sys.executable, "-m", "dotstream", *words],
            env=os.environ | {"HOME": self.home, "XDG_STATE_HOME": self.state},
            cwd="/", text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip

    def client(self) -> Client:
        return Client(
            self.packages, target=self.home, state=f"{self.state}/dotstream", home=self.home
        )

    def links(self) -> int:
        walked = os.walk(self.home)
        return sum(
            os.path.islink(f"{above}/{name}") for above, _, names in walked for name in names
        )

    def private(self) -> dict[str, str]:
        """Return what is at the places of the files of one's own; "" for a link."""
        found = {}
        for path in _PRIVATE:
            full = f"{self.home}/{path}"
            with open(full, encoding="utf-8") as file:
                found[path] = "" if os.path.islink(full) else file.read()
        return found


def _write(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


@pytest.mark.parametrize("stream", [False, True], ids=["at once", "streaming"])
@pytest.mark.parametrize("files", [4600, _MANY])
@pytest.mark.parametrize("apart", [False, True], ids=["one file system", "state apart"])
@pytest.mark.parametrize("system", SYSTEMS)
def test_what_was_reported_is_there(
    tmp_path: Path, system: str, apart: bool, files: int, stream: bool
) -> None:
    desk = _Desk(system, tmp_path, apart=apart)
    with desk.images.mounted():
        desk.fill(files)
        run = desk.manage(*(["--stream"] if stream else []))
        said, _ = run.communicate()
        desk.images.cut()
    assert run.returncode == 0, said
    with desk.images.mounted("cut"), started_anew():
        assert desk.client().recover().transaction is None
        assert desk.links() == files + 1
        assert set(desk.private().values()) == {""}
        kept = {backup.path.removeprefix(f"{desk.home}/") for backup in desk.client().backups()}
        assert kept == set(_PRIVATE)
        assert not list(desk.client().doctor())


@pytest.mark.parametrize("stream", [False, True], ids=["at once", "streaming"])
@pytest.mark.parametrize("apart", [False, True], ids=["one file system", "state apart"])
@pytest.mark.parametrize("system", SYSTEMS)
def test_what_was_cut_half_way_is_taken_back(
    tmp_path: Path, system: str, apart: bool, stream: bool
) -> None:
    desk = _Desk(system, tmp_path, apart=apart)
    with desk.images.mounted():
        desk.fill(_MANY)
        stop = f"inject=symlinkat:signal=SIGSTOP:when={_STOPPED_AT}"
        strace = (
            "strace",
            "-f",
            "-qq",
            "-o",
            f"{tmp_path}/log",
            "-e",
            "trace=symlinkat",
            "-e",
            stop,
        )
        run = desk.manage(*(["--stream"] if stream else []), strace=strace)
        while "SIGSTOP" not in _read(f"{tmp_path}/log"):
            assert run.poll() is None, run.communicate()
        _flush_names(desk.home)
        desk.images.cut()
        os.killpg(run.pid, signal.SIGKILL)
        run.communicate()
    with desk.images.mounted("cut"), started_anew():
        recovery = desk.client().recover()
        assert recovery.left == ()
        assert desk.links() == 0
        assert desk.private() == _PRIVATE
        assert not list(desk.client().backups())
        assert not list(desk.client().doctor())


def _read(path: str) -> str:
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as file:
        return file.read()


def _flush_names(home: str) -> None:
    """Have the file system write its own journal, as it does every few seconds: all names."""
    fd = os.open(f"{home}/another", os.O_CREAT | os.O_WRONLY)
    os.fsync(fd)
    os.close(fd)
