"""Completion in the real shells."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.cli.process import dotstream, household

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
    return household(scratch_home)


def in_bash(line: str, cwd: Path) -> list[str]:
    script = (
        'eval "$(dotstream completion bash)"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
        '_dotstream; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    words = line.split(" ")
    done = subprocess.run(
        ["bash", "--norc", "-c", script, "bash", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.split()


def in_fish(line: str, cwd: Path) -> list[str]:
    script = "dotstream completion fish | source; complete -C $argv[1]"
    done = subprocess.run(
        ["fish", "--no-config", "-c", script, line],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=True,
    )
    return [found.split("\t")[0] for found in done.stdout.splitlines()]


def in_zsh(line: str, cwd: Path) -> list[str]:
    """Run the completion function; outside of the editor, zsh's ``compadd`` only prints."""
    script = (
        'compdef() { :; }; compadd() { shift; print -l -- "$@"; }; '
        'eval "$(dotstream completion zsh)"; words=("$@"); CURRENT=$#; _dotstream'
    )
    words = line.split(" ")
    done = subprocess.run(
        ["zsh", "-f", "-c", script, "zsh", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    # Narrowing them down to what begins like the word is compadd's own doing.
    return [found for found in done.stdout.split() if found.startswith(words[-1])]


SHELLS = {"bash": in_bash, "fish": in_fish, "zsh": in_zsh}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("line", "some", "none"),
    [
        ("dotstream man", {"manage"}, {"unmanage"}),
        ("dotstream manage ", {"git", "vim", "zsh"}, {"manage"}),
        ("dotstream unmanage zs", {"zsh"}, {"vim"}),
        ("dotstream manage vim --fold", {"--folding"}, {"--ignore"}),
        ("dotstream manage -n ", {"git", "vim", "zsh"}, {"manage"}),
        ("dotstream manage --folding ", {"safe", "always", "never"}, {"zsh"}),
        ("dotstream manage --on-conflict b", {"backup"}, {"skip"}),
        ("dotstream plan ", {"manage", "adopt"}, {"zsh"}),
        ("dotstream plan manage v", {"vim"}, {"zsh"}),
        ("dotstream status v", {"vim"}, {"zsh"}),
        ("dotstream completion ", {"bash", "fish", "zsh"}, {"vim"}),
    ],
)
def test_the_shell_offers_what_fits(
    root: Path, shell: str, line: str, some: set[str], none: set[str]
) -> None:
    found = set(SHELLS[shell](line, root)) - set(line.split())
    assert some <= found
    assert not none & found


@pytest.mark.parametrize("shell", SHELLS)
def test_packages_are_those_of_the_directory_on_the_line(
    root: Path, scratch_home: Path, shell: str
) -> None:
    found = SHELLS[shell](f"dotstream -d {root} manage ", scratch_home)
    assert found == ["git", "vim", "zsh"]


def test_every_flag_of_every_command_is_in_the_scripts(root: Path) -> None:
    script = dotstream("completion", "bash", cwd=root).out
    for command in ("manage", "adopt", "config", "init"):
        flags = {word.strip("[],") for word in dotstream(command, "-h", cwd=root).out.split()}
        for flag in flags:
            if flag.startswith("--") and flag.strip("-").replace("-", "").isalpha():
                assert f" {flag}" in script
