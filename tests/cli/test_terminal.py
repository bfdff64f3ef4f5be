"""What a person sees on a terminal: groups, colours, questions, a bar."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

import pytest
from tests.cli.process import dotstream, household, on_terminal
from tests.snapshot import difference, snapshot

if TYPE_CHECKING:
    from pathlib import Path

STATE = frozenset({".local"})
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def root(scratch_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TERM", "xterm-256color")
    return household(scratch_home)


def test_a_plan_is_grouped_by_directory(root: Path) -> None:
    done = on_terminal("plan", "manage", "zsh", "git", "--no-folding", "--color=never", cwd=root)
    assert done.out == (
        "~/\n"
        "  mkdir  .config/ (zsh)\n"
        "~/.config/\n"
        "  mkdir  git/ (git)\n"
        "~/.config/git/\n"
        "  link   config → ../../dotfiles/git/dot-config/git/config (git)\n"
        "~/.config/\n"
        "  mkdir  zsh/ (zsh)\n"
        "~/.config/zsh/\n"
        "  link   aliases → ../../dotfiles/zsh/dot-config/zsh/aliases (zsh)\n"
        "~/\n"
        "  link   .zshrc → dotfiles/zsh/dot-zshrc (zsh)\n"
        "\n"
        "manage zsh git: 3 to link, 3 directories to make\n"
    )


@pytest.mark.parametrize(
    ("flag", "environ", "coloured"),
    [
        ("auto", {}, True),
        ("auto", {"NO_COLOR": "1"}, False),
        ("auto", {"TERM": "dumb"}, False),
        ("always", {"NO_COLOR": "1"}, True),
        ("never", {}, False),
    ],
)
def test_colours_heed_the_flag_and_the_environment(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    flag: str,
    environ: dict[str, str],
    coloured: bool,
) -> None:
    for variable, value in environ.items():
        monkeypatch.setenv(variable, value)
    done = on_terminal("plan", "manage", "zsh", f"--color={flag}", cwd=root)
    assert ("\x1b[32mlink" in done.out) == coloured
    assert "link" in ESCAPES.sub("", done.out)


def test_a_pipe_gets_no_colours_and_whole_paths(scratch_home: Path, root: Path) -> None:
    done = dotstream("plan", "manage", "vim", cwd=root)
    assert "\x1b" not in done.out
    assert done.out.splitlines()[0].startswith(f"link   {scratch_home}/.vim → ")
    assert "\x1b[32m" in dotstream("plan", "manage", "vim", "--color=always", cwd=root).out


@pytest.mark.parametrize(
    ("words", "question"),
    [
        (("adopt", "~/.zshrc", "-p", "zsh2"), "Move these into the package?"),
        (("manage", "zsh", "--on-conflict", "overwrite"), "Replace what is in the way?"),
        (("manage", "zsh", "--on-conflict", "adopt"), "Move what is in the way"),
    ],
)
def test_it_asks_before_files_are_moved_or_replaced(
    scratch_home: Path, root: Path, words: tuple[str, ...], question: str
) -> None:
    (scratch_home / ".zshrc").write_text("mine")
    before = snapshot(scratch_home, prune=STATE)
    for answer in ("n\n", "\n", "\x04"):
        refused = on_terminal(*words, cwd=root, typed=answer)
        assert question in refused.out
        assert "~/" in refused.out  # the plan that is agreed to
        assert refused.code == 130
        assert difference(before, snapshot(scratch_home, prune=STATE)) == []
    agreed = on_terminal(*words, cwd=root, typed="y\n")
    assert agreed.code == 0
    assert (scratch_home / ".zshrc").is_symlink()


def test_ctrl_c_at_the_question_changes_nothing(scratch_home: Path, root: Path) -> None:
    (scratch_home / ".inputrc").touch()
    before = snapshot(scratch_home, prune=STATE)
    done = on_terminal("adopt", "~/.inputrc", cwd=root, typed="\x03", controlling=True)
    assert done.code == 130
    assert "cancelled; nothing was changed" in done.out
    assert difference(before, snapshot(scratch_home, prune=STATE)) == []


DROPPED = """
import os, signal, sys

class Dropped:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)

class Finder:
    def find_spec(name, *_):
        if name == "select":
            Dropped()

sys.modules.pop("select", None)  # what imitates macOS has imported it
sys.meta_path.insert(0, Finder)
from dotstream.__main__ import main
sys.exit(main())
"""


def test_ctrl_c_is_heeded_where_python_drops_what_is_raised(
    scratch_home: Path, root: Path
) -> None:
    """As it may come at the end of an import, just after the question is shown."""
    (scratch_home / ".inputrc").touch()
    done = on_terminal("adopt", "~/.inputrc", cwd=root, command=(sys.executable, "-c", DROPPED))
    assert (done.code, "Exception ignored" in done.out) == (130, False)


def test_a_fault_of_the_configuration_is_told_with_a_short_path(root: Path) -> None:
    (root / "dotstream.toml").write_text('\nfoldin = "safe"\n')
    done = on_terminal("config", "--check", cwd=root)
    assert done.code == 2
    assert done.out.startswith("~/dotfiles/dotstream.toml:2:1: unknown key 'foldin'")


def test_yes_is_not_asked_again(scratch_home: Path, root: Path) -> None:
    (scratch_home / ".inputrc").touch()
    done = on_terminal("adopt", "~/.inputrc", "-p", "zsh", "--yes", cwd=root)
    assert (done.code, "[y/N]" in done.out) == (0, False)
    assert os.readlink(scratch_home / ".inputrc") == "dotfiles/zsh/dot-inputrc"


IMPATIENT = """
import sys
from dotstream.cli.report import progress
progress.PATIENCE = 0.0
from dotstream.__main__ import main
sys.exit(main())
"""


def test_work_that_takes_a_while_shows_a_bar_and_takes_it_away(root: Path) -> None:
    for number in range(2_000):
        (root / f"zsh/rc{number}").touch()
    done = on_terminal("manage", "zsh", cwd=root, command=(sys.executable, "-c", IMPATIENT))
    assert done.code == 0
    shown = ESCAPES.sub("", done.out)
    assert "planning" in shown
    assert "applying" in shown
    assert "2002/2002" in shown
    assert done.out.endswith("\x1b[2Kmanage zsh: 2,002 linked\n")


def test_a_terminal_that_cannot_erase_shows_none(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    done = on_terminal("manage", "zsh", cwd=root, command=(sys.executable, "-c", IMPATIENT))
    assert done.out == "manage zsh: 2 linked\n"


def test_work_that_does_not_take_a_while_shows_none(root: Path) -> None:
    patient = IMPATIENT.replace("0.0", "1000.0")  # however busy the machine is
    done = on_terminal("manage", "zsh", cwd=root, command=(sys.executable, "-c", patient))
    assert done.out == "manage zsh: 2 linked\n"
