"""What goes wrong ends as one message and the documented exit code, never a traceback."""

from __future__ import annotations

import os
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.cli.process import COMMAND, dotstream, household
from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from pathlib import Path

STATE = frozenset({".local"})


@pytest.fixture
def root(scratch_home: Path) -> Path:
    return household(scratch_home)


@pytest.mark.parametrize(
    ("words", "exit_code", "message"),
    [
        (("mange", "zsh"), 2, "no command 'mange'; did you mean 'manage'?"),
        (("manage", "--al"), 2, "does not take '--al' (did you mean '--all'?)"),
        (
            ("manage", "--on-conflict", "delete"),
            2,
            "--on-conflict cannot be 'delete'; it can be fail,",
        ),
        (("manage",), 2, "no packages named"),
        (("manage", "zhs"), 5, "no package 'zhs'"),
        (("manage", "zhs"), 5, "did you mean zsh?"),
        (("manage", "../zsh"), 2, "is not a package name"),
        (("manage", "/zsh"), 2, "is not a package name"),
        (("manage", ""), 2, "is not a package name"),
        (("manage", "."), 2, "is not a package name"),
        (("-d", "/nonexistent", "status"), 2, "no package directory at /nonexistent"),
        (("adopt",), 2, "PATH"),
        (("adopt", "/etc/hostname"), 2, "is not inside the target"),
        (("init",), 2, "already exists"),
    ],
)
def test_a_wrong_request_is_told_with_its_exit_code_and_changes_nothing(
    scratch_home: Path, root: Path, words: tuple[str, ...], exit_code: int, message: str
) -> None:
    before = snapshot(scratch_home)
    done = dotstream(*words, cwd=root)
    assert done.code == exit_code
    assert done.err.startswith("dotstream: ")
    assert message in done.err
    assert "Traceback" not in done.err
    assert done.out == ""
    assert difference(before, snapshot(scratch_home)) == []


# Root may read everything, unless it gives up the right to.
UNPRIVILEGED = (
    ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--")
    if os.geteuid() == 0
    else ()
)


def test_an_unreadable_directory_is_told_in_its_place_and_ends_with_4(
    scratch_home: Path, root: Path
) -> None:
    (root / "zsh/dot-config/zsh").chmod(0)
    before = snapshot(scratch_home, prune=STATE | {"dotfiles/zsh/dot-config/zsh"})
    for words in (("plan", "manage", "zsh", "--no-folding"), ("manage", "zsh", "--no-folding")):
        done = subprocess.run(
            [*UNPRIVILEGED, *COMMAND, *words],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 4
        assert "dot-config/zsh: Permission denied" in done.stdout + done.stderr
    after = snapshot(scratch_home, prune=STATE | {"dotfiles/zsh/dot-config/zsh"})
    (root / "zsh/dot-config/zsh").chmod(stat.S_IRWXU)
    assert difference(before, after) == []


@pytest.mark.parametrize(
    "words",
    [
        ("list",),
        ("plan", "unmanage", "--all"),
        ("status", "--json"),
        ("--version",),
        ("--help",),
        ("help", "plan"),
    ],
)
def test_a_full_disk_under_standard_output_is_an_error(
    root: Path, words: tuple[str, ...]
) -> None:
    dotstream("manage", "--all", cwd=root)
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*COMMAND, *words], cwd=root, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 1
    assert done.stderr == b"dotstream: standard output: No space left on device\n"


def test_a_working_directory_that_is_gone_is_named(root: Path) -> None:
    gone = root / "gone"
    gone.mkdir()
    done = subprocess.run(
        ["sh", "-c", 'rmdir "$PWD"; exec "$@"', "sh", *COMMAND, "status"],
        cwd=gone,
        stderr=subprocess.PIPE,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == b"dotstream: the working directory: No such file or directory\n"


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_standard_stream_is_no_reason_to_fail(root: Path, closed: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}', "sh", *COMMAND, "manage", "--all", "-q"],
        cwd=root,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    # Nothing that was opened took the number of a stream, to be written over by a message.
    assert dotstream("doctor", cwd=root).out == "no problems found\n"


def test_an_ascii_locale_is_written_in_ascii(root: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "plan", "manage", "vim"],
        cwd=root,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert b"-> dotfiles/vim/dot-vimrc" in done.stdout


def test_help_and_version_are_asked_for_in_every_usual_way(scratch_home: Path) -> None:
    assert dotstream("--version", cwd=scratch_home).out.startswith("dotstream 0.")
    assert dotstream("--help", cwd=scratch_home).code == 0
    nothing = dotstream(cwd=scratch_home)
    assert (nothing.code, nothing.out) == (2, "")
    assert nothing.err.startswith("usage: dotstream")
    for command in ("manage", "plan", "stow", "chkstow"):
        done = dotstream(command, "--help", cwd=scratch_home)
        assert done.code == 0
        assert done.out.lower().startswith("usage: dotstream " + command)


def test_a_package_directory_that_is_not_there_is_said_also_where_a_target_is_named(
    scratch_home: Path,
) -> None:
    done = dotstream("-d", "nowhere", "-t", str(scratch_home), "status", cwd=scratch_home)
    assert done.code == 2
    assert done.err.startswith(f"dotstream: no package directory at {scratch_home}/nowhere; ")
    assert "Traceback" not in done.err
