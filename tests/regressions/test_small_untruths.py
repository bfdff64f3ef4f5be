"""What was said and was not so: about a state, a working directory, an output, a copy."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.crash.mounts import elsewhere
from tests.farm import FIFO, File, Link
from tests.lsp.wires import Server, WebSocket

from dotstream.client import Client
from dotstream.errors import JournalError
from dotstream.fs.state import existing_state
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.farm import Entry, Farm

_COMMAND = [sys.executable, "-m", "dotstream"]
_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs the rights of root")


def _environment(farm: Farm, **more: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"], "HOME": farm.target, "XDG_STATE_HOME": farm.state,
        "XDG_CONFIG_HOME": f"{farm.root}/config", "PYTHONPATH": ":".join(sys.path), **more,
    }  # fmt: skip


def _run(
    farm: Farm,
    *words: str,
    cwd: str | None = None,
    before: Callable[[], object] | None = None,
    stdout: int = subprocess.PIPE,
    wrapper: tuple[str, ...] = (),
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*wrapper, *_COMMAND, *words],
        cwd=cwd or farm.directory,
        env=_environment(farm),
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        preexec_fn=before,
    )


_NOBODY = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")


@pytest.fixture
def nobody() -> tuple[str, ...]:
    """What a command is run with, so that permissions bind it."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("gives up root's rights, so it needs them")
    probe = [*_NOBODY, sys.executable, "-c", "import ctypes, sqlite3"]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("nobody else may run this Python")
    return _NOBODY


def _open_to_all(farm: Farm) -> None:
    """Have nobody own the farm, and reach it."""
    for above, names, files in os.walk(farm.root):
        for name in ("", *names, *files):
            os.chown(f"{above}/{name}", 65534, 65534, follow_symlinks=False)
    above = farm.root
    while above != "/":
        os.chmod(above, os.stat(above).st_mode | 0o055)  # noqa: S103 - of a scratch directory
        above = os.path.dirname(above)


def test_a_working_directory_that_is_gone_matters_to_nobody_who_names_none(farm: Farm) -> None:
    farm.make({"stow/zsh/a": "z", "stow/dotstream.toml": ""})
    gone = f"{farm.root}/gone"
    os.mkdir(gone)
    for words in (("manage", "zsh"), ("unmanage", "zsh"), ("undo", "--yes"), ("history",)):
        done = _run(
            farm, "-d", farm.directory, "-t", farm.target, *words,
            cwd=gone, before=lambda: os.rmdir(gone),
        )  # fmt: skip
        os.makedirs(gone, exist_ok=True)
        assert (done.returncode, done.stderr) == (0, ""), words
    assert farm.home() == {"a": "-> ../stow/zsh/a"}
    # Nor to those who have said once where their packages are.
    os.makedirs(f"{farm.root}/config/dotstream")
    with open(f"{farm.root}/config/dotstream/config.toml", "w", encoding="utf-8") as file:
        file.write(f"directory = {farm.directory!r}\n")
    assert _run(farm, "unmanage", "zsh", cwd=gone, before=lambda: os.rmdir(gone)).returncode == 0
    assert farm.home() == {}


def test_an_output_that_is_full_after_all_was_done_is_no_failure_of_that(farm: Farm) -> None:
    farm.make({"stow/zsh/a": "z", "stow/dotstream.toml": ""})
    with open("/dev/full", "wb") as full:
        done = _run(farm, "manage", "zsh", stdout=full.fileno())
    assert done.returncode == 0
    assert "everything was done, but could not be reported" in done.stderr
    assert farm.home() == {"a": "-> ../stow/zsh/a"}


def test_a_state_that_only_root_can_read_is_not_an_empty_one(
    farm: Farm, nobody: tuple[str, ...]
) -> None:
    farm.make({"stow/zsh/a": "z", "stow/dotstream.toml": ""})
    _open_to_all(farm)
    assert _run(farm, "manage", "zsh").returncode == 0
    for words in (
        ("history",),
        ("undo", "--yes"),
        ("unmanage", "zsh"),
        ("backups",),
        ("recover",),
    ):
        done = _run(farm, *words, wrapper=nobody)
        assert done.returncode == 4, (words, done)
        assert "Permission denied" in done.stderr
    assert farm.home() == {"a": "-> ../stow/zsh/a"}


def test_a_state_that_cannot_be_written_is_a_matter_of_permission(
    farm: Farm, nobody: tuple[str, ...]
) -> None:
    farm.make({"stow/zsh/a": "z", "stow/dotstream.toml": ""})
    os.mkdir(farm.state)
    _open_to_all(farm)
    os.chmod(farm.state, 0o555)  # noqa: S103 - of a scratch directory
    done = _run(farm, "manage", "zsh", wrapper=nobody)
    assert (done.returncode, farm.home()) == (4, {})
    assert "Permission denied" in done.stderr


@pytest.mark.parametrize("place", ["state", "state/dotstream", "above"])
@pytest.mark.parametrize("what", [File("x"), Link("nowhere"), FIFO])
def test_what_is_in_the_place_of_the_state_directory_is_named_as_that(
    farm: Farm, place: str, what: Entry
) -> None:
    farm.make({"stow/zsh/a": "z", place: what})
    state = f"{farm.root}/{place}" + ("/dotstream" if place == "above" else "")
    client = Client(farm.directory, target=farm.target, state=state, home=farm.target)
    with pytest.raises(JournalError, match=f"{farm.root}/{place}: it is .*, not a directory"):
        client.apply(client.stream_manage("zsh"))
    assert farm.home() == {}


def test_an_unprivileged_user_changes_recovers_and_restores(
    farm: Farm, nobody: tuple[str, ...]
) -> None:
    farm.make({"stow/zsh/a": "z", "stow/dotstream.toml": "", "home/a": "mine"})
    _open_to_all(farm)
    for words in (
        ("manage", "--on-conflict", "backup", "zsh"), ("recover",), ("unmanage", "zsh"),
        ("backups", "restore", "1"), ("doctor",), ("history",),
    ):  # fmt: skip
        done = _run(farm, *words, wrapper=nobody)
        assert (done.returncode, done.stderr) == (0, ""), words


def test_a_file_with_holes_has_holes_on_another_file_system(farm: Farm) -> None:
    farm.make({"stow/zsh/a": "z", "home/a": "begins"})
    with elsewhere() as away:
        if away is None:
            pytest.skip("there is no second file system here")
        with open(f"{farm.target}/a", "r+b") as file:
            file.seek(40 << 20)
            file.write(b"in the middle")
            file.truncate(80 << 20)
        farm.state = f"{away}/state"
        farm.run("manage", prefer=Preferences(on_conflict="backup"))
        (backup,) = farm.client().backups()
        assert backup.size == 80 << 20
        assert os.stat(backup.kept).st_blocks * 512 < 1 << 20
        with open(backup.kept, "rb") as file:
            assert file.read(6) == b"begins"
            file.seek(40 << 20)
            assert file.read(14) == b"in the middle\0"


def test_a_damaged_page_is_said_in_a_sentence(farm: Farm) -> None:
    farm.make({f"stow/zsh/d/a file {number}": "z" for number in range(300)})
    farm.make({"home/d/x": ""}).run("manage")
    place = existing_state(farm.state, farm.target)
    assert place is not None
    database = sqlite3.connect(place.journal)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    roots = database.execute(
        "SELECT rootpage FROM sqlite_master WHERE tbl_name IN ('page', 'stow')"
    )
    pages = [page for (page,) in roots]
    (size,) = database.execute("PRAGMA page_size").fetchone()
    database.close()
    with open(place.journal, "r+b") as file:
        for page in pages:
            file.seek((page - 1) * size)
            file.write(bytes(size))
    before = farm.home()
    with pytest.raises(JournalError, match=r"malformed|damaged") as told:
        farm.run("unmanage")
    assert told.value.remedy == "rebuild"
    assert farm.home() == before
    assert farm.client().unfinished() is None


def test_a_state_is_private_whatever_the_umask_is_and_copies_have_the_modes_they_had(
    farm: Farm,
) -> None:
    farm.make(
        {
            "stow/zsh/a": "z", "stow/zsh/d/f": "z", "stow/dotstream.toml": 'folding = "never"\n',
            "home/a": File("mine", 0o640), "home/x": File("x", 0o600),
        }
    )  # fmt: skip
    for words in (
        ("manage", "zsh", "--on-conflict", "backup"), ("config", "--agree"),
        ("adopt", "-p", "zsh", f"{farm.target}/x"), ("undo", "--yes"), ("undo", "1", "--yes"),
        ("manage", "zsh", "--on-conflict", "backup"),
    ):  # fmt: skip
        done = _run(farm, *words, before=lambda: os.umask(0))
        assert (done.returncode, done.stderr) == (0, ""), words
    farm.state += "/dotstream"
    place = existing_state(farm.state, farm.target)
    assert place is not None
    assert os.stat(farm.state).st_mode & 0o777 == 0o700
    assert os.stat(place.backups).st_mode & 0o777 == 0o700
    assert farm.backups() == {"mine": "640"}
    assert os.stat(f"{farm.target}/x").st_mode & 0o777 == 0o600


@pytest.fixture
def without_proc() -> tuple[str, ...]:
    """Return what goes before a command so that it sees no ``/proc``."""
    wrapper = ("unshare", "-m", "sh", "-c", 'umount -l /proc && exec "$@"', "sh")
    if shutil.which("unshare") is None:
        pytest.skip("needs a mount namespace")
    if subprocess.run([*wrapper, "true"], capture_output=True, check=False).returncode:
        pytest.skip("/proc cannot be unmounted here")
    return wrapper


@_root
def test_without_proc_everything_is_done_as_ever(
    farm: Farm, without_proc: tuple[str, ...]
) -> None:
    farm.make(
        {
            "stow/zsh/a": "z", "stow/zsh/d/f": "z", "stow/dotstream.toml": "",
            "home/a": "mine", "home/d/f": "mine too", "home/e/g": "to adopt",
        }
    )  # fmt: skip
    before = farm.home()
    with elsewhere() as away:
        farm.state = f"{away}/state" if away else farm.state
        for words in (
            ("manage", "--on-conflict", "backup", "zsh"),
            ("adopt", "-p", "zsh", f"{farm.target}/e"), ("doctor",),
            ("undo", "--yes"), ("undo", "--yes"),
            ("manage", "--on-conflict", "overwrite", "zsh"), ("undo", "--yes"),
        ):  # fmt: skip
            done = _run(farm, *words, wrapper=without_proc)
            assert (done.returncode, done.stderr) == (0, ""), words
    assert farm.home() == before


@_root
def test_a_port_without_proc_takes_nobody_whom_it_cannot_tell(
    without_proc: tuple[str, ...],
) -> None:
    """Any user of the machine might be at the other end; a token or a Unix socket says who."""
    tcp = Server("tcp", under=without_proc)
    with socket.create_connection(tcp.address()) as connected:
        assert connected.recv(1) == b""
    tcp.wait_for_log(b"use --unix")
    assert tcp.end() == 0
    ws = Server("ws", under=without_proc)
    for path, let_in in (("", False), (ws.token(), True)):
        with socket.create_connection(ws.address()) as connected:
            assert (WebSocket(connected, path=path).refusal is None) == let_in
    assert ws.end() == 0
