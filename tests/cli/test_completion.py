"""Completion in the real shells."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from tests.cli.process import dotstream, household

from dotstream.cli.registry import COMMANDS, PROGRAMS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(scratch_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package directory, with ``dotstream`` on PATH and no start-up files for the shells."""
    bin_dir = scratch_home / "bin"
    bin_dir.mkdir()
    (bin_dir / "dotstream").write_text(f'#!/bin/sh\nexec {sys.executable} -m dotstream "$@"\n')
    (bin_dir / "dotstream").chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin_dir}:{os.environ['PATH']}")
    root = household(scratch_home)
    (root / "dotstream.toml").write_text('[profiles.laptop]\npackages = ["zsh", "vim"]\n')
    return root


def in_bash(line: str, cwd: Path) -> list[str]:
    script = (
        'eval "$(dotstream completion bash)"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
        'compopt() { echo FILES; }; _dotstream; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    return _run(["bash", "--norc", "-c", script, "bash", *line.split(" ")], cwd)


def in_fish(line: str, cwd: Path) -> list[str]:
    script = (
        "dotstream completion fish | source; "
        "function __fish_complete_path; echo $argv[1]FILES; end; complete -C $argv[1]"
    )
    return [
        found.split("\t")[0] for found in _run(["fish", "--no-config", "-c", script, line], cwd)
    ]


def in_zsh(line: str, cwd: Path) -> list[str]:
    """Run the completion function; outside of the editor, ``compadd`` only prints."""
    script = (
        "compdef() { :; }; _files() { print FILES; }; "
        'compadd() { while [[ $1 != -- ]]; do shift; done; shift; print -rl -- "$@"; }; '
        'eval "$(dotstream completion zsh)"; words=("$@"); CURRENT=$#; _dotstream'
    )
    return _run(["zsh", "-f", "-c", script, "zsh", *line.split(" ")], cwd)


def _run(command: list[str], cwd: Path) -> list[str]:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return [
        "FILES" if found.endswith("FILES") else found
        for found in done.stdout.splitlines()
        if found
    ]


SHELLS = {"bash": in_bash, "fish": in_fish, "zsh": in_zsh}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("line", "some", "none"),
    [
        ("dotstream man", {"manage"}, {"unmanage"}),
        ("dotstream help man", {"manage"}, {"unmanage"}),
        ("dotstream manage ", {"git", "vim", "zsh"}, {"manage"}),
        ("dotstream unmanage zs", {"zsh"}, {"vim"}),
        ("dotstream manage vim ", {"git", "zsh"}, {"vim"}),
        ("dotstream manage vim --fold", {"--folding"}, {"--ignore"}),
        ("dotstream manage -n ", {"git", "vim", "zsh"}, {"manage"}),
        ("dotstream manage --folding ", {"safe", "always", "never"}, {"zsh"}),
        ("dotstream manage --on-conflict b", {"backup"}, {"skip"}),
        ("dotstream manage --on-conflict ~/.z", {"FILES"}, {"skip"}),
        ("dotstream manage --profile ", {"laptop"}, {"zsh"}),
        ("dotstream plan ", {"manage", "adopt"}, {"zsh"}),
        ("dotstream plan manage v", {"vim"}, {"zsh"}),
        ("dotstream plan adopt ", {"~/.inputrc"}, {"zsh", "~/.zshrc"}),
        ("dotstream status v", {"vim"}, {"zsh"}),
        ("dotstream status ./", {"FILES"}, {"zsh"}),
        ("dotstream undo ", {"1"}, {"zsh"}),
        ("dotstream backups restore ", {"7"}, {"zsh"}),
        ("dotstream adopt ", {"~/.inputrc"}, {"~/.zshrc", "zsh"}),
        ("dotstream adopt ~/.in", {"~/.inputrc"}, {"~/.local"}),
        ("dotstream adopt -p ", {"zsh"}, {"~/.inputrc"}),
        ("dotstream completion ", {"bash", "fish", "zsh"}, {"vim"}),
        ("dotstream stow --", {"--adopt", "--restow", "--compat"}, {"--json", "--profile"}),
        ("dotstream stow ", {"git", "vim", "zsh"}, {"manage"}),
        ("dotstream chkstow --", {"--badlinks", "--aliens"}, {"--json"}),
        ("dotstream -d ", {"FILES"}, {"zsh"}),
        ("dotstream link ", {"FILES"}, {"zsh"}),
        ("dotstream init ", set(), {"zsh", "FILES"}),
    ],
)
def test_the_shell_offers_what_fits(
    root: Path, scratch_home: Path, shell: str, line: str, some: set[str], none: set[str]
) -> None:
    (scratch_home / ".zshrc").touch()
    (scratch_home / ".inputrc").touch()
    # Its backup is the seventh step of the first change.
    dotstream("manage", "--all", "--on-conflict", "backup", cwd=root)
    found = set(SHELLS[shell](line, root)) - set(line.split())
    if "restore" in line:
        assert {found.isdecimal() for found in found} == {True}
        return
    assert some <= found
    assert not none & found


@pytest.mark.parametrize("shell", SHELLS)
def test_packages_are_those_of_the_directory_on_the_line(
    root: Path, scratch_home: Path, shell: str
) -> None:
    found = SHELLS[shell](f"dotstream -d {root} manage ", scratch_home)
    assert found == ["git", "vim", "zsh"]


@pytest.mark.parametrize("shell", SHELLS)
def test_where_something_is_wrong_nothing_is_offered_and_nothing_said(
    scratch_home: Path, root: Path, shell: str
) -> None:
    (root / "dotstream.toml").write_text("folding = 7\n")
    assert SHELLS[shell]("dotstream manage ", root) == []
    assert SHELLS[shell]("dotstream manage ", scratch_home) == []


@pytest.mark.parametrize("shell", SHELLS)
def test_names_are_quoted_as_the_shell_wants_it(root: Path, shell: str) -> None:
    (root / "my vim").mkdir()
    [found] = SHELLS[shell]("dotstream manage my", root)
    assert found == ("my vim" if shell == "fish" else r"my\ vim")


@pytest.mark.parametrize("word", ["my\\ v", '"my v', "'my v"])
def test_fish_is_offered_what_is_quoted(root: Path, word: str) -> None:
    (root / "my vim").mkdir()
    assert in_fish(f"dotstream manage {word}", root) == ["my vim"]


@pytest.mark.parametrize(
    ("pieces", "offered"),
    [
        (["my"], r"my\ vim"),
        ([r"my\ "], r"my\ vim"),
        (['"my v'], "my vim"),
        (["'my v"], "my vim"),
        (['"it'], "it's"),
        (["'it"], r"it'\''s"),
        (['"x'], r"x\$y"),
        (["c", ":"], "d"),
        (["c", ":", "d"], "d"),
        ([r"c\:"], "c:d"),
        (["--profile", "=", "la"], "laptop"),
        (["--profile", "="], "laptop"),
        (["--on-conflict", "~/.zshrc", "=", "b"], "backup"),
        (["--on-conflict", "=", "~/.zshrc", "=", "b"], "backup"),
    ],
)
def test_bash_gets_what_it_puts_in_the_place_of_what_was_typed(
    root: Path, pieces: list[str], offered: str
) -> None:
    """Bash tells words as they were typed, and takes them apart at ``:`` and ``=``."""
    for name in ("my vim", "it's", "x$y", "c:d"):
        (root / name).mkdir()
    words = ("--bash", "dotstream", "manage", *pieces)
    [line] = dotstream("__complete", *words, cwd=root).out.splitlines()
    assert line.split("\t")[0] == offered


@pytest.mark.parametrize("command", [*COMMANDS, *PROGRAMS])
def test_every_flag_of_the_help_is_offered_with_what_it_does(root: Path, command: str) -> None:
    lines = dotstream("__complete", "dotstream", command, "--", cwd=root).out.splitlines()
    offered = dict(line.split("\t") for line in lines)
    text = dotstream(command, "--help", cwd=root).out
    shown = set(re.findall(r"(?m)^ +(?:-\w, )?(--[a-z][\w-]+)", text))
    assert shown <= set(offered)
    assert all(offered[flag] for flag in shown)


class Terminal:
    """An interactive shell on a terminal, with a person who presses keys."""

    def __init__(self, command: list[str], cwd: Path) -> None:
        self._leader, follower = pty.openpty()
        self._shown = ""
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            env=os.environ | {"TERM": "dumb", "PS1": "$ "},
            stdin=follower,
            stdout=follower,
            stderr=follower,
            start_new_session=True,
        )
        os.close(follower)

    def type(self, keys: str) -> None:
        self._shown = ""
        os.write(self._leader, keys.encode())

    def until(self, pattern: str) -> str:
        deadline = time.monotonic() + 60
        while not re.search(pattern, self._shown):
            assert time.monotonic() < deadline, self._shown
            if select.select([self._leader], [], [], 0.2)[0]:
                self._shown += os.read(self._leader, 4096).decode(errors="replace")
        return self._shown

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._leader)


INTERACTIVE = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
}


@pytest.mark.parametrize("shell", INTERACTIVE)
def test_a_person_presses_tab(root: Path, shell: str) -> None:
    (root / "my vim").mkdir()
    terminal = Terminal(INTERACTIVE[shell], root)
    try:
        before = "autoload -U compinit && compinit -u -D; " if shell == "zsh" else ""
        terminal.type(f'{before}eval "$(dotstream completion {shell})"; echo rea""dy\n')
        terminal.until(r"\nready\r?\n")
        terminal.type("dotstream unman\tzs\t-n\n")
        terminal.until(r"unmanage zsh: nothing to do")
        terminal.type("dotstream plan manage \t\t")
        terminal.until(r"git(?s:.*)my(?s:.*)vim(?s:.*)zsh")
        terminal.type('\x15dotstream unmanage "my\t -n\n')
        terminal.until(r"unmanage my vim: nothing to do")
    finally:
        terminal.close()
