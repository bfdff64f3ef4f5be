"""One path at a time: diff, status, link and unlink, as in the editors."""

from __future__ import annotations

import os
import re
import shlex
from typing import TYPE_CHECKING

import pytest
from tests.cli.process import dotstream, events, household, on_terminal
from tests.cli.test_events import check, of
from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from pathlib import Path

_STATE = frozenset({".local"})


@pytest.fixture
def root(scratch_home: Path) -> Path:
    (scratch_home / ".zshrc").write_text("mine\n")
    return household(scratch_home)


DIFF = (
    "--- {home}/.zshrc\n+++ {home}/dotfiles/zsh/dot-zshrc\n@@ -1 +1 @@\n"
    "-mine\n+autoload -U compinit\n"
)


@pytest.mark.parametrize("word", ["zsh", "~/.zshrc", "zsh/dot-zshrc", "../.zshrc"])
def test_a_diff_goes_from_mine_to_the_packages(scratch_home: Path, root: Path, word: str) -> None:
    before = snapshot(scratch_home)
    assert dotstream("diff", word, cwd=root) == (0, DIFF.format(home=scratch_home), "")
    assert difference(before, snapshot(scratch_home)) == []


def test_without_words_it_shows_every_file_in_the_way(scratch_home: Path, root: Path) -> None:
    (scratch_home / ".vimrc").write_text("set nocompatible\n")
    done = dotstream("diff", cwd=root)
    assert f"{scratch_home}/.vimrc is the same as {root}/vim/dot-vimrc" in done.out
    assert "-mine\n" in done.out
    assert dotstream("diff", "git", cwd=root).out == "no file is in the way\n"


def test_a_diff_is_coloured_on_a_terminal(root: Path) -> None:
    shown = on_terminal("diff", "zsh", cwd=root).out
    assert "\x1b[31m-mine" in shown
    assert "\x1b[32m+autoload" in shown


def test_what_is_no_text_or_elsewhere_is_said(scratch_home: Path, root: Path) -> None:
    (scratch_home / ".zshrc").write_bytes(b"\0\1")
    assert "differ and are not text" in dotstream("diff", "~/.zshrc", cwd=root).out
    assert ".vimrc is not there, and" in dotstream("diff", "~/.vimrc", cwd=root).out
    done = dotstream("diff", "~/dotfiles/dotstream.toml", cwd=root)
    assert (done.code, done.out) == (2, "")


def test_a_difference_says_what_is_there_where_it_is_no_file(root: Path) -> None:
    home, package = root.parent, root / "zsh"
    for name in ("pipe", "file", "link", "long"):
        (package / name).write_text("ours\n")
    for name in ("dir", "both"):
        (package / name).mkdir()
        (package / name / "inside").write_text("ours\n")
    os.mkfifo(home / "pipe")
    (home / "link").symlink_to("nowhere")
    (home / "file").mkdir()
    (home / "dir").write_text("mine\n")
    (home / "both").mkdir()
    (home / "both/inside").write_text("mine\n")
    for name, told in {
        "pipe": "~/pipe is a named pipe, and ~/dotfiles/zsh/pipe is a file",
        "link": "~/link is a link that leads nowhere, and ~/dotfiles/zsh/link is a file",
        "file": "~/file is a directory, and ~/dotfiles/zsh/file is a file",
        "dir": "~/dir is a file, and ~/dotfiles/zsh/dir is a directory",
        "long": "~/long is not there, and ~/dotfiles/zsh/long is a file",
        "both": "-mine\n+ours",
    }.items():
        assert told.replace("~", str(home)) in dotstream("diff", f"~/{name}", cwd=root).out


def test_a_program_gets_the_difference_as_an_event(root: Path) -> None:
    stream = events("diff", "zsh", cwd=root)
    check(stream)
    [found] = of(stream, "difference")
    assert found["kind"] == "text"
    assert "-mine\n" in found["diff"]


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("~/.zshrc", "conflict"),
        ("vim/dot-vimrc", "unlinked"),
        ("~/.config/git", "linked"),
        ("../.bashrc", "other"),
    ],
)
def test_the_status_of_a_path_says_whose_it_is(root: Path, word: str, shown: str) -> None:
    dotstream("manage", "git", cwd=root)
    (root / "../.bashrc").touch()
    done = dotstream("status", word, cwd=root)
    assert (done.code, done.err) == (0, "")
    assert shown in done.out.split()
    stream = events("status", word, cwd=root)
    check(stream)
    assert [event["state"] for event in of(stream, "path")] == [shown]


def test_paths_and_packages_may_be_asked_about_together(root: Path) -> None:
    lines = dotstream("status", "vim", "~/.zshrc", cwd=root).out.splitlines()
    assert [line.split()[1] for line in lines] == ["conflict", "unmanaged"]


@pytest.mark.parametrize("word", ["~/.vimrc", "vim/dot-vimrc", "./vim/dot-vimrc"])
def test_one_file_is_linked_and_its_neighbours_are_not(
    scratch_home: Path, root: Path, word: str
) -> None:
    done = dotstream("link", word, cwd=root)
    assert done.code == 0
    assert os.readlink(scratch_home / ".vimrc") == "dotfiles/vim/dot-vimrc"
    assert not (scratch_home / ".vim").exists()
    assert dotstream("unlink", word, cwd=root).code == 0
    assert not os.path.lexists(scratch_home / ".vimrc")
    assert (root / "vim/dot-vimrc").is_file()


def test_one_link_is_removed_and_its_neighbours_stay(scratch_home: Path, root: Path) -> None:
    dotstream("manage", "vim", "--no-folding", cwd=root)
    assert dotstream("unlink", "~/.vimrc", cwd=root).code == 0
    assert not os.path.lexists(scratch_home / ".vimrc")
    assert (scratch_home / ".vim/colors/dusk.vim").is_symlink()


def test_a_link_in_a_directory_that_was_made_for_it_is_removed_alone(
    scratch_home: Path, root: Path
) -> None:
    (root / "vim/dot-vim/colors/dawn.vim").touch()
    dotstream("manage", "vim", "--no-folding", cwd=root)
    for name, left in (("dusk.vim", True), ("dawn.vim", False)):
        done = dotstream("unlink", f"~/.vim/colors/{name}", cwd=root)
        assert (done.code, done.err) == (0, "")
        assert not os.path.lexists(scratch_home / ".vim/colors" / name)
        assert (scratch_home / ".vim").exists() == left
    assert (scratch_home / ".vimrc").is_symlink()


@pytest.mark.parametrize("package", ["vim", "my vim"])
def test_a_file_that_a_link_to_its_directory_shows_is_not_unlinked_with_all_others(
    scratch_home: Path, root: Path, package: str
) -> None:
    (root / "vim/dot-vim/colors/dawn.vim").touch()
    (root / "vim").rename(root / package)
    dotstream("manage", package, cwd=root)
    before = snapshot(scratch_home, prune=_STATE)
    done = dotstream("unlink", "~/.vim/colors/dusk.vim", cwd=root)
    assert (done.code, done.out) == (2, "")
    assert dotstream("unlink", "-n", "~/.vim/colors/dusk.vim", cwd=root) == done
    assert difference(before, snapshot(scratch_home, prune=_STATE)) == []
    whole, apart = re.findall(r"'dotstream (.+?)'(?: removes| makes)", done.err)
    assert dotstream(*shlex.split(apart), cwd=root).code == 0
    assert dotstream("unlink", "~/.vim/colors/dusk.vim", cwd=root).code == 0
    assert (scratch_home / ".vim/colors/dawn.vim").is_symlink()
    assert dotstream(*whole.split(), cwd=root).code == 0
    assert not (scratch_home / ".vim").exists()


def test_all_links_below_a_directory_go_whichever_packages_have_them(
    scratch_home: Path, root: Path
) -> None:
    (scratch_home / ".config").mkdir()
    for path in ("git/dot-config/shared/1", "zsh/dot-config/shared/2", "vim/dot-config/v"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    dotstream("manage", "git", "zsh", "vim", "--same", "--on-conflict", "skip", cwd=root)
    shared = scratch_home / ".config/shared"
    assert sorted(path.name for path in shared.iterdir()) == ["1", "2"]
    assert dotstream("unlink", "zsh/dot-config/shared", cwd=root).code == 0
    assert (shared / "1").exists()
    assert not (shared / "2").exists()
    dotstream("manage", "zsh", "--on-conflict", "skip", cwd=root)
    done = dotstream("unlink", str(shared), cwd=root)
    assert (done.code, done.out) == (0, "unmanage git zsh: 2 unlinked, 1 directory removed\n")
    shared.mkdir()
    done = dotstream("unlink", str(shared), cwd=root)
    assert (done.code, "no package has a link below it" in done.err) == (2, True)
    assert (scratch_home / ".config/v").is_symlink()


def test_all_that_packages_have_below_a_directory_is_linked_and_of_one_file_it_is_asked_whose(
    scratch_home: Path, root: Path
) -> None:
    for path in ("git/dot-config/shared/1", "zsh/dot-config/shared/2", "vim/dot-vimrc"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    (root / "git/dot-vimrc").touch()
    shared, both = scratch_home / ".config/shared", scratch_home / ".vimrc"
    assert dotstream("link", str(shared), cwd=root).code == 0
    assert sorted(path.name for path in shared.iterdir()) == ["1", "2"]
    done = dotstream("link", str(both), cwd=root)
    said = f"{both}: packages git and vim have it; name one with --package"
    assert (done.code, said in done.err, both.exists()) == (2, True, False)
    assert dotstream("link", str(both), "-p", "vim", cwd=root).code == 0
    assert os.readlink(both).endswith("vim/dot-vimrc")
    assert dotstream("link", str(both), cwd=root).code == 0  # it is known whose it is
    assert os.readlink(both).endswith("vim/dot-vimrc")


def test_a_package_elsewhere_is_not_meant_beside_others_unless_it_is_named(
    scratch_home: Path, root: Path, tmp_path: Path
) -> None:
    for path in (tmp_path / "abroad/dot-config/two", root / "zsh/dot-config/one"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (root / "away").symlink_to(tmp_path / "abroad")
    config = scratch_home / ".config"
    assert dotstream("link", str(config), cwd=root).code == 0
    assert (config / "one").is_symlink()
    assert not (config / "two").is_symlink()
    assert dotstream("link", str(config), "-p", "away", cwd=root).code == 0
    assert (config / "two").is_symlink()


def test_linking_one_file_moves_no_whole_directory_unless_that_is_named(
    scratch_home: Path, root: Path
) -> None:
    clone = scratch_home / ".vim"
    for repository in (clone, root / "vim/dot-vim"):
        (repository / ".git").mkdir(parents=True)
    (clone / "mine").touch()
    before = snapshot(scratch_home, prune=_STATE)
    for policy in ("backup", "overwrite", f"{clone}/colors/dusk.vim=backup"):
        done = dotstream("link", f"{clone}/colors/dusk.vim", "--on-conflict", policy, cwd=root)
        assert (done.code, done.out) == (3, "")
        assert "would give way for the one path that was named" in done.err
        assert f"--on-conflict {clone}=backup|overwrite|skip" in done.err
        assert "choose a policy" not in done.err
    looked = dotstream("link", "-n", f"{clone}/colors/dusk.vim", cwd=root)
    assert "choose a policy with --on-conflict PATH=backup" in looked.err
    assert difference(before, snapshot(scratch_home, prune=_STATE)) == []
    done = dotstream(
        "link", f"{clone}/colors/dusk.vim", "--on-conflict", f"{clone}=backup", cwd=root
    )
    assert done.code == 0
    assert f"note {clone}: this directory is backed up, with all that is in it" in done.out
    assert [path.name for path in clone.iterdir()] == ["colors"]
    assert dotstream("undo", "--yes", cwd=root).code == 0
    assert difference(before, snapshot(scratch_home, prune=_STATE)) == []


def test_linking_settles_what_is_in_the_way_as_manage_does(root: Path) -> None:
    assert dotstream("link", "~/.zshrc", cwd=root).code == 3
    assert dotstream("link", "~/.zshrc", "--on-conflict", "backup", cwd=root).code == 0
    dotstream("undo", "--yes", cwd=root)
    assert on_terminal("link", "~/.zshrc", cwd=root, typed="a\n").code == 0
    assert (root / "zsh/dot-zshrc").read_text() == "mine\n"


@pytest.mark.parametrize("command", ["link", "unlink"])
def test_looking_changes_nothing(scratch_home: Path, root: Path, command: str) -> None:
    if command == "unlink":
        dotstream("manage", "vim", cwd=root)
    before = snapshot(scratch_home)
    done = dotstream(command, "-n", "~/.vimrc", cwd=root)
    assert done.out.startswith(command)
    assert f"{scratch_home}/.vimrc" in done.out
    assert difference(before, snapshot(scratch_home)) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("link", "~/.bashrc"), "no package has anything here"),
        (("link", "zsh/README"), "README"),
        (("unlink", "~/.zshrc"), "is not linked"),
        (("unlink", "~/.vimrc"), "is not linked"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_reason(
    root: Path, words: tuple[str, ...], message: str
) -> None:
    (root / "zsh/README").touch()
    done = dotstream(*words, cwd=root)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
