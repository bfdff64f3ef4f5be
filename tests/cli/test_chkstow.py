from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.systems import any_bytes

if TYPE_CHECKING:
    from pathlib import Path


def chkstow(
    *words: str, cwd: Path, stow_dir: str | None = None
) -> subprocess.CompletedProcess[str]:
    environ = dict(os.environ)
    if stow_dir is not None:
        environ["STOW_DIR"] = stow_dir
    return subprocess.run(
        [sys.executable, "-m", "dotstream", "chkstow", *words],
        cwd=cwd,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A target with a package directory in it, a link, a broken link and stray files."""
    target = tmp_path / "target"
    (target / "stow/git/bin").mkdir(parents=True)
    (target / "stow/.stow").touch()
    (target / "stow/git/bin/git").touch()
    (target / "bin").mkdir()
    (target / "bin/git").symlink_to("../stow/git/bin/git")
    (target / "bin/gone").symlink_to("../stow/vim/bin/gone")
    (target / "bin/alien").touch()
    (target / "left").mkdir()
    (target / "left/.notstowed").touch()
    (target / "left/broken").symlink_to("nowhere")
    os.mkfifo(target / "pipe")
    return target


@pytest.mark.parametrize("words", [[], ["-b"], ["--badlinks"], ["-a", "-b"]])
def test_broken_links_are_named_by_default(target: Path, words: list[str]) -> None:
    found = chkstow("-t", ".", *words, cwd=target)
    assert (found.returncode, found.stdout) == (0, "Bogus link: ./bin/gone\n")


def test_marked_directories_are_passed_over_aloud(target: Path) -> None:
    found = chkstow("-t", ".", cwd=target)
    assert found.stderr == "skipping ./left\nskipping ./stow\n"


@pytest.mark.parametrize("words", [["-a"], ["--aliens"], ["--ali"], ["-ba"]])
def test_aliens_are_what_is_neither_link_nor_directory(target: Path, words: list[str]) -> None:
    found = chkstow("-t", ".", *words, cwd=target)
    assert found.stdout == "Unstowed file: ./bin/alien\nUnstowed file: ./pipe\n"


def test_packages_are_listed_once_and_sorted(target: Path) -> None:
    (target / "bin/also").symlink_to("../stow/git/bin/git")
    found = chkstow(f"--target={target}", "-l", cwd=target)
    assert found.stdout == "git\nvim\n"


def test_the_target_is_the_parent_of_stow_dir(target: Path) -> None:
    found = chkstow("-a", cwd=target, stow_dir=str(target / "stow"))
    assert f"Unstowed file: {target}/bin/alien\n" in found.stdout


@any_bytes
def test_names_that_are_not_utf8_do_not_stop_it(target: Path) -> None:
    os.symlink(b"nowhere\xff", os.fsencode(target) + b"/caf\xe9")
    found = chkstow("-t", ".", cwd=target)
    assert found.stdout == "Bogus link: ./bin/gone\nBogus link: ./caf\\xe9\n"


def test_a_missing_target_is_a_failure(tmp_path: Path) -> None:
    found = chkstow("-t", "nowhere", cwd=tmp_path)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr == "chkstow: nowhere: No such file or directory\n"


@pytest.mark.parametrize("words", [["-x"], ["--bogus"], ["--list=x"], ["-t"], ["extra"]])
def test_a_wrong_command_line_is_exit_1(tmp_path: Path, words: list[str]) -> None:
    found = chkstow(*words, cwd=tmp_path)
    assert (found.returncode, found.stdout) == (1, "")
    assert "see dotstream chkstow --help" in found.stderr


def test_help_names_every_option(tmp_path: Path) -> None:
    found = chkstow("--help", cwd=tmp_path)
    assert found.returncode == 0
    for option in ("--target", "--badlinks", "--aliens", "--list"):
        assert option in found.stdout
