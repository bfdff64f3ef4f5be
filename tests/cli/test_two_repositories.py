"""Two repositories with packages of one name, and one repository under several names."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.cli.process import dotstream
from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from pathlib import Path

STATE = frozenset({".local"})


def repository(root: Path, files: dict[str, str], *, marker: str = "dotstream.toml") -> Path:
    """Write packages, and the file that makes a package directory of it."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    (root / marker).write_text("--target=~\n" if marker == ".stowrc" else "")
    return root


@pytest.fixture(params=["dotstream.toml", ".stowrc"])
def pair(scratch_home: Path, request: pytest.FixtureRequest) -> tuple[Path, Path]:
    """Return a public and a private repository; the public one is linked."""
    files = {"nvim/dot-config/nvim/init.lua": "public", "zsh/dot-zshrc": "public"}
    marker = request.param
    if marker == ".stowrc":
        files = {path.replace("dot-", "."): text for path, text in files.items()}
    public = repository(scratch_home / "public", files, marker=marker)
    files = {path.replace("init", "secret"): "private" for path in files}
    private = repository(scratch_home / "private", files, marker=marker)
    assert dotstream("manage", "nvim", "zsh", cwd=public).code == 0
    return public, private


# Two repositories -----------------------------------------------------------------------


def test_a_live_link_of_another_repository_is_a_conflict_that_names_it(
    scratch_home: Path, pair: tuple[Path, Path]
) -> None:
    public, private = pair
    refused = dotstream("manage", "zsh", cwd=private)
    assert refused.code == 3
    assert f"package zsh of {public} is linked there" in refused.err
    assert (scratch_home / ".zshrc").read_text() == "public"


@pytest.mark.parametrize("standing", ["in it", "above it"])
def test_each_way_out_that_a_conflict_with_another_repository_names_works(
    scratch_home: Path, pair: tuple[Path, Path], standing: str
) -> None:
    _, private = pair
    told, cwd = ((), private) if standing == "in it" else (("-d", "private"), scratch_home)
    advice = dotstream(*told, "manage", "zsh", cwd=cwd).err
    lines = [line.strip(" ·*-") for line in advice.splitlines()]
    (command,) = [line for line in lines if line.startswith("dotstream -d")]
    (override,) = [f"--{line}" for line in lines if line.startswith("override")]
    override = override.removesuffix(" lets this package win")
    again = f"dotstream {' '.join(told)} manage zsh"
    before = snapshot(scratch_home, prune=STATE)
    _shell(f"{again} {override}", cwd)
    assert (scratch_home / ".zshrc").read_text() == "private"
    _shell(f"dotstream {' '.join(told)} undo --yes", cwd)
    assert difference(before, snapshot(scratch_home, prune=STATE)) == []
    _shell(command, cwd)
    assert not (scratch_home / ".zshrc").is_symlink()
    _shell(again, cwd)
    assert (scratch_home / ".zshrc").read_text() == "private"


def test_two_repositories_share_a_directory_and_each_takes_only_its_own_away(
    scratch_home: Path, pair: tuple[Path, Path]
) -> None:
    public, private = pair
    before = snapshot(scratch_home, prune=STATE)
    nvim = scratch_home / ".config/nvim"
    for command in ("unmanage", "remanage", "unmanage"):
        assert dotstream("manage", "nvim", cwd=private).code == 0
        assert sorted(os.listdir(nvim)) == ["init.lua", "secret.lua"]
        assert dotstream(command, "nvim", cwd=private).code == 0
        assert (nvim / "init.lua").read_text() == "public"
    assert dotstream("manage", "nvim", cwd=private).code == 0
    assert dotstream("unmanage", "nvim", cwd=public).code == 0
    assert (nvim / "secret.lua").read_text() == "private"
    assert dotstream("unmanage", "nvim", cwd=private).code == 0
    assert dotstream("manage", "nvim", cwd=public).code == 0
    assert difference(before, snapshot(scratch_home, prune=STATE)) == []


def test_the_doctor_of_one_repository_leaves_the_links_of_another_alone(
    scratch_home: Path, pair: tuple[Path, Path]
) -> None:
    public, private = pair
    dotstream("manage", "nvim", cwd=private)
    before = snapshot(scratch_home, prune=STATE)
    for root in pair:
        assert dotstream("doctor", cwd=root).code == 0
        assert dotstream("doctor", "--fix", cwd=root).code == 0
    assert difference(before, snapshot(scratch_home, prune=STATE)) == []
    # As if it were on a disk that is not there just now.
    os.rename(public, scratch_home.parent / "away")
    found = dotstream("doctor", "--fix", cwd=private)
    assert found.code == 1
    assert f"{public}: 2 links lead into this package directory, which is not there" in found.out
    os.rename(scratch_home.parent / "away", public)
    assert difference(before, snapshot(scratch_home, prune=STATE)) == []


# One repository under several names -----------------------------------------------------


@pytest.fixture
def moved(scratch_home: Path) -> Path:
    """Return a repository that was linked, and moved afterwards."""
    files = {"zsh/dot-zshrc": "z", "vim/dot-vim/colors/dusk.vim": "v", "vim/dot-vimrc": "v"}
    root = repository(scratch_home / "dotfiles", files)
    assert dotstream("manage", "--all", cwd=root).code == 0
    (scratch_home / "src").mkdir()
    return root.rename(scratch_home / "src/dots")


def test_the_doctor_relinks_what_leads_to_where_a_repository_was(
    scratch_home: Path, moved: Path
) -> None:
    found = dotstream("doctor", cwd=moved)
    assert (found.code, "dotstream doctor --fix" in found.out) == (1, True)
    assert f"is gone; it should lead to {moved.relative_to(scratch_home)}" in found.out
    assert dotstream("doctor", "--fix", cwd=moved).code == 0
    assert (scratch_home / ".zshrc").read_text() == "z"
    assert (scratch_home / ".vim/colors/dusk.vim").read_text() == "v"
    assert dotstream("doctor", cwd=moved).out.endswith("no problems found\n")
    assert dotstream("undo", "--yes", cwd=moved).code == 0
    assert not (scratch_home / ".zshrc").exists()


@pytest.mark.parametrize("command", ["manage", "remanage"])
def test_managing_relinks_what_leads_to_where_a_repository_was(
    scratch_home: Path, moved: Path, command: str
) -> None:
    assert dotstream(command, "--all", cwd=moved).code == 0
    assert (scratch_home / ".zshrc").read_text() == "z"
    assert dotstream("doctor", cwd=moved).out.endswith("no problems found\n")
    assert dotstream("unmanage", "--all", cwd=moved).code == 0
    assert sorted(os.listdir(scratch_home)) == [".local", "src"]


def test_unmanaging_removes_what_leads_to_where_a_repository_was(
    scratch_home: Path, moved: Path
) -> None:
    assert dotstream("unmanage", "--all", cwd=moved).code == 0
    assert sorted(os.listdir(scratch_home)) == [".local", "src"]


@pytest.mark.parametrize("standing", ["new", "old"])
def test_links_by_way_of_a_symlink_left_behind_are_as_good(
    scratch_home: Path, moved: Path, standing: str
) -> None:
    old = scratch_home / "dotfiles"
    old.symlink_to("src/dots")
    cwd = moved if standing == "new" else old
    before = snapshot(scratch_home, prune=STATE)
    assert "nothing to do" in dotstream("manage", "--all", cwd=cwd).out
    assert dotstream("doctor", cwd=cwd).out.endswith("no problems found\n")
    assert "zsh  managed" in dotstream("status", cwd=cwd).out
    assert "dotfiles/zsh/dot-zshrc" in dotstream("list", "zsh", cwd=cwd).out
    assert difference(before, snapshot(scratch_home, prune=STATE)) == []
    old.unlink()
    assert dotstream("doctor", "--fix", cwd=moved).code == 0
    assert (scratch_home / ".zshrc").read_text() == "z"
    old.symlink_to("src/dots")
    assert dotstream("undo", "--yes", cwd=cwd).code == 0
    assert dotstream("unmanage", "--all", cwd=cwd).code == 0
    assert sorted(os.listdir(scratch_home)) == [".local", "dotfiles", "src"]


def test_a_second_worktree_takes_nothing_from_the_first(scratch_home: Path) -> None:
    first = repository(scratch_home / "dotfiles", {"zsh/dot-zshrc": "first"})
    second = scratch_home / "second"
    shutil.copytree(first, second)
    assert dotstream("manage", "zsh", cwd=first).code == 0
    before = snapshot(scratch_home, prune=STATE)
    refused = dotstream("manage", "zsh", cwd=second)
    assert (refused.code, f"package zsh of {first}" in refused.err) == (3, True)
    assert dotstream("unmanage", "zsh", cwd=second).code == 0
    assert dotstream("doctor", "--fix", cwd=second).code == 0
    assert difference(before, snapshot(scratch_home, prune=STATE)) == []


def _shell(command: str, cwd: Path) -> None:
    """Carry out a command as it was printed."""
    words = command.replace("dotstream", f"{sys.executable} -m dotstream", 1)
    done = subprocess.run(["sh", "-c", words], cwd=cwd, capture_output=True, check=False)
    assert done.returncode == 0, (command, done.stdout, done.stderr)


def test_what_another_repository_has_is_taken_out_by_the_command_that_a_refusal_names(
    scratch_home: Path, pair: tuple[Path, Path]
) -> None:
    public, private = pair
    refused = dotstream("adopt", str(scratch_home / ".zshrc"), "-p", "zsh", "-y", cwd=private)
    assert refused.code == 2
    command = refused.err.split("'")[1].split()
    assert command[:3] == ["dotstream", "-d", str(public)]
    assert dotstream(*command[1:], "-y", cwd=private).code == 0
    assert not (scratch_home / ".zshrc").is_symlink()
    assert dotstream("adopt", str(scratch_home / ".zshrc"), "-p", "new", cwd=private).code == 0
    assert (scratch_home / ".zshrc").readlink().parts[0] == "private"


def test_a_file_that_both_repositories_have_below_a_fold_names_both(
    pair: tuple[Path, Path],
) -> None:
    public, private = pair
    (init,) = public.glob("nvim/*config/nvim/init.lua")
    (private / init.relative_to(public)).write_text("private")
    refused = dotstream("plan", "manage", "nvim", "-v", cwd=private)
    assert f"package nvim wants this path, and so does package nvim of {public}" in refused.out
    assert f"packages nvim of {public} and nvim of {private} share it" in refused.out


def test_an_absolute_link_beside_the_root_is_no_package_wherever_one_stands(
    scratch_home: Path,
) -> None:
    root = repository(scratch_home / "dots", {"zsh/dot-zshrc": ""})
    (scratch_home / ".link").symlink_to("/zsh")
    adopted = dotstream("adopt", str(scratch_home / ".link"), "-p", "other", cwd=root)
    assert adopted.out == "adopt other: 1 linked, 1 moved, 1 directory made\n"
    assert (root / "other/dot-link").readlink().as_posix() == "/zsh"


def test_a_repository_that_is_itself_the_package_is_named_so_by_a_conflict_with_it(
    scratch_home: Path,
) -> None:
    flat = repository(scratch_home / "flat", {".zshrc": "flat"})
    (flat / "dotstream.toml").write_text('layout = "single"\n')
    assert dotstream("manage", cwd=flat).code == 0
    private = repository(scratch_home / "private", {"zsh/dot-zshrc": "private"})
    told = dotstream("manage", "zsh", cwd=private).err
    assert f"package . of {flat} is linked there" in told
    (command,) = [line.strip(" ·*-") for line in told.splitlines() if "dotstream -d" in line]
    _shell(command, private)
    assert not (scratch_home / ".zshrc").is_symlink()
