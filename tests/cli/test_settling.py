"""Conflicts on a terminal are settled one by one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.cli.process import anew, dotstream, household, on_terminal
from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from pathlib import Path

STATE = frozenset({".local"})


@pytest.fixture
def root(scratch_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A household with two files and a link in the way."""
    monkeypatch.setenv("NO_COLOR", "1")
    (scratch_home / ".zshrc").write_text("mine\n")
    (scratch_home / ".vimrc").write_text("my vim\n")
    (scratch_home / ".config").mkdir()
    (scratch_home / ".config/git").symlink_to("elsewhere")
    return household(scratch_home)


def kept(home: Path) -> list[str]:
    """Return what is in the backup area."""
    area = home / ".local/state/dotstream"
    return sorted(path.read_text() for path in area.rglob("backups/**/*") if path.is_file())


@pytest.mark.parametrize(
    ("key", "home", "package"),
    [
        ("a", None, "mine\n"),
        ("b", None, "autoload -U compinit\n"),
        ("o", None, "autoload -U compinit\n"),
        ("s", "mine\n", "autoload -U compinit\n"),
    ],
)
def test_each_answer_does_what_its_policy_does(
    scratch_home: Path, root: Path, key: str, home: str | None, package: str
) -> None:
    done = on_terminal("manage", "zsh", cwd=root, typed=f"{key}\n")
    assert done.code == 0
    assert "package zsh wants a link here, but a file is in its place" in done.out
    assert (root / "zsh/dot-zshrc").read_text() == package
    assert (scratch_home / ".zshrc").is_symlink() == (home is None)
    assert (scratch_home / ".zshrc").read_text() == (home or package)
    assert dotstream("undo", "--yes", cwd=root).code == 0
    assert (scratch_home / ".zshrc").read_text() == "mine\n"


def test_the_difference_is_shown_as_often_as_wanted(scratch_home: Path, root: Path) -> None:
    done = on_terminal("manage", "zsh", cwd=root, typed="d\nd\nb\n")
    assert done.out.count("-mine\n") == 2
    assert done.out.count("+autoload -U compinit\n") == 2
    assert os.readlink(scratch_home / ".zshrc") == "dotfiles/zsh/dot-zshrc"


def test_a_capital_settles_all_that_follow(scratch_home: Path, root: Path) -> None:
    done = on_terminal("manage", "--all", cwd=root, typed="B\n")
    assert done.code == 0
    assert done.out.count("/q] ") == 1
    assert (scratch_home / ".zshrc").read_text() == "autoload -U compinit\n"
    assert (scratch_home / ".vimrc").read_text() == "set nocompatible\n"
    assert (scratch_home / ".config/git/config").read_text() == "[user]\n"


def test_what_a_capital_cannot_settle_is_asked_about(scratch_home: Path, root: Path) -> None:
    (scratch_home / ".bashrc").write_text("my bash\n")
    (root / "vim/dot-bashrc").touch()
    # A link in the way cannot be adopted.
    done = on_terminal("manage", "vim", "git", cwd=root, typed="A\ns\n")
    assert done.code == 0
    assert done.out.count("/q] ") == 2
    assert (root / "vim/dot-bashrc").read_text() == "my bash\n"
    assert (root / "vim/dot-vimrc").read_text() == "my vim\n"
    assert os.readlink(scratch_home / ".config/git") == "elsewhere"


@pytest.mark.parametrize("typed", ["q\n", "b\nq\n", "b\n\x04", "\x03", "b\n\x03"])
def test_quitting_changes_nothing_whatever_was_answered_before(
    scratch_home: Path, root: Path, typed: str
) -> None:
    before = snapshot(scratch_home, prune=STATE)
    done = on_terminal("manage", "zsh", "vim", cwd=root, typed=typed, controlling=True)
    assert done.code == 130
    assert "cancelled" in done.out
    assert difference(before, snapshot(scratch_home, prune=STATE)) == []
    assert kept(scratch_home) == []


def test_another_answer_is_asked_again_and_told_what_there_is(root: Path) -> None:
    done = on_terminal("manage", "zsh", cwd=root, typed="x\n\ns\n")
    assert done.code == 0
    assert done.out.count("leave what is there and do the rest") == 3


@pytest.mark.parametrize(
    "words", [("manage", "zsh", "-n"), ("plan", "manage", "zsh"), ("manage", "zsh", "--yes")]
)
def test_who_only_looks_or_has_said_yes_is_not_asked(root: Path, words: tuple[str, ...]) -> None:
    done = on_terminal(*words, cwd=root)
    assert (done.code, "/q] " in done.out) == (3, False)


def test_in_a_pipe_nobody_is_asked(root: Path) -> None:
    done = anew("manage", "zsh", cwd=root, stdin="b\n")
    assert done.code == 3
    assert "--on-conflict adopt|backup|overwrite|skip" in done.err


def test_what_the_configuration_settles_is_not_asked_about(
    scratch_home: Path, root: Path
) -> None:
    (root / "dotstream.toml").write_text('on-conflict = "skip"\n')
    done = on_terminal("manage", "zsh", cwd=root)
    assert (done.code, "/q] " in done.out) == (0, False)
    assert (scratch_home / ".zshrc").read_text() == "mine\n"


class TestSinglePaths:
    """``--on-conflict PATH=POLICY``, for scripts."""

    def test_each_path_has_its_own(self, scratch_home: Path, root: Path) -> None:
        flags = ("--on-conflict", "~/.zshrc=backup", "--on-conflict", "vim/dot-vimrc=adopt")
        done = dotstream("manage", "zsh", "vim", *flags, cwd=root)
        assert done.code == 0
        assert (scratch_home / ".zshrc").read_text() == "autoload -U compinit\n"
        assert (root / "vim/dot-vimrc").read_text() == "my vim\n"

    def test_the_rest_has_that_of_the_run(self, scratch_home: Path, root: Path) -> None:
        flags = ("--on-conflict", "skip", "--on-conflict", f"{scratch_home}/.zshrc=backup")
        assert dotstream("manage", "--all", *flags, cwd=root).code == 0
        assert (scratch_home / ".zshrc").is_symlink()
        assert (scratch_home / ".vimrc").read_text() == "my vim\n"

    def test_what_is_not_named_still_stops_it(self, scratch_home: Path, root: Path) -> None:
        before = snapshot(scratch_home, prune=STATE)
        flags = ("--on-conflict", "~/.zshrc=backup")
        assert dotstream("manage", "zsh", "vim", *flags, cwd=root).code == 3
        assert difference(before, snapshot(scratch_home, prune=STATE)) == []

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ("~/.zshrc=bakup", "did you mean 'backup'?"),
            ("~/.nothing=skip", "--on-conflict ~/.nothing"),
            ("delete", "--on-conflict cannot be 'delete'"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, root: Path, value: str, message: str) -> None:
        done = dotstream("manage", "zsh", "--on-conflict", value, cwd=root)
        assert done.code == 2
        assert message in done.err


# What is byte for byte the package's --------------------------------------------------------


def same(home: Path, root: Path) -> None:
    """Put two files of packages where they would be linked."""
    (home / ".zshrc").write_text((root / "zsh/dot-zshrc").read_text())
    (home / ".vimrc").write_text((root / "vim/dot-vimrc").read_text())


def test_all_that_is_the_same_is_one_question(scratch_home: Path, root: Path) -> None:
    same(scratch_home, root)
    done = on_terminal("manage", "zsh", "vim", cwd=root, typed="b\n")
    assert done.code == 0
    assert done.out.count("/q] ") == 1
    assert "with the same content" in done.out
    assert all((scratch_home / name).is_symlink() for name in (".zshrc", ".vimrc"))
    assert dotstream("undo", "--yes", cwd=root).code == 0
    assert not any((scratch_home / name).is_symlink() for name in (".zshrc", ".vimrc"))


def test_in_a_script_it_is_one_flag(scratch_home: Path, root: Path) -> None:
    same(scratch_home, root)
    refused = dotstream("manage", "zsh", "vim", cwd=root)
    assert (refused.code, refused.err.count("--same")) == (3, 2)
    assert dotstream("manage", "zsh", "vim", "--same", cwd=root).code == 0
    assert all((scratch_home / name).is_symlink() for name in (".zshrc", ".vimrc"))


def test_unmanage_says_how_to_put_back_what_was_there(scratch_home: Path, root: Path) -> None:
    assert dotstream("manage", "zsh", "--on-conflict", "backup", cwd=root).code == 0
    done = dotstream("unmanage", "zsh", cwd=root)
    command = done.out.rpartition("to put it back: ")[2].split()
    assert command[:3] == ["dotstream", "backups", "restore"]
    assert dotstream(*command[1:], "--yes", cwd=root).code == 0
    assert (scratch_home / ".zshrc").read_text() == "mine\n"
    assert "put it back" not in dotstream("unmanage", "zsh", cwd=root).out


@pytest.mark.parametrize(
    ("answer", "back", "said"), [("y", True, "1 moved"), ("n", False, "It stays backed up")]
)
def test_on_a_terminal_unmanage_offers_it(
    scratch_home: Path, root: Path, answer: str, back: bool, said: str
) -> None:
    assert dotstream("manage", "zsh", "--on-conflict", "backup", cwd=root).code == 0
    done = on_terminal("unmanage", "zsh", cwd=root, typed=f"{answer}\n")
    assert (done.code, "Put these back?" in done.out, said in done.out) == (0, True, True)
    assert (scratch_home / ".zshrc").exists() == back
