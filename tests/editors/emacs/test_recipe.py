"""The recipe for Emacs, as it stands in the documentation, in a real Emacs with Eglot."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.docs.test_editor_pages import recipe
from tests.lsp.conftest import World

from dotstream.model.words import POLICY_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable

    Work = Callable[[str], list[dict[str, Any]]]

_EMACS = ("emacs", "--batch", "-f", "package-initialize")
_SESSION = Path(__file__).with_name("session.el")


@pytest.fixture
def world(scratch_home: Path) -> World:
    """Return a package directory with the packages vim and zsh, in an empty home."""
    return World(scratch_home)


@pytest.fixture
def work(scratch_home: Path) -> Work:
    """Return what has Emacs do something, and returns what it told."""
    (scratch_home / ".emacs.d").mkdir()
    init = scratch_home / ".emacs.d/init.el"
    init.write_text(recipe("elisp"))
    path = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"

    def work(script: str) -> list[dict[str, Any]]:
        done = subprocess.run(
            [*_EMACS, "-l", init, "-l", _SESSION, "--eval", f"(progn {script})"],
            cwd=scratch_home,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return work


def test_mistakes_are_shown_and_corrected(world: World, work: Work) -> None:
    (world.root / "dotstream.toml").write_text('folding = "never"\n')
    assert work(
        """
        (session-open "dotfiles/dotstream.toml")
        (session-type "linc = \\"relative\\"\\n")
        (session-wait (lambda () (equal (length (session-problems)) 1)))
        (session-tell 'problems (vconcat (session-problems)))
        (goto-char (point-min))
        (search-forward "linc")
        (session-choose "Change to 'link'")
        (session-type "")
        (session-wait (lambda () (not (session-problems))))
        (session-tell 'text (buffer-string))
        """
    ) == [
        {"mode": "conf-toml-mode"},
        {"problems": ["dotstream [unknown-key]: unknown key 'linc' (did you mean 'link'?)"]},
        {"actions": ["Change to 'link'"]},
        {"text": 'folding = "never"\nlink = "relative"\n'},
    ]


def test_keys_are_completed_and_explained(world: World, work: Work) -> None:
    mode, completed, told = work(
        """
        (session-open "dotfiles/dotstream.toml")
        (goto-char (point-max))
        (insert "on-c")
        (completion-at-point)
        (session-tell 'line (buffer-substring (line-beginning-position) (point)))
        (delete-region (line-beginning-position) (point-max))
        (session-type "")
        (goto-char (1+ (point-min)))
        (let (said)
          (eglot-hover-eldoc-function (lambda (text &rest _) (setq said text)))
          (session-wait (lambda () said))
          (session-tell 'said (substring-no-properties said)))
        """
    )
    assert mode == {"mode": "conf-toml-mode"}
    assert completed == {"line": "on-conflict = "}
    assert "folding" in told["said"]
    assert world.root.is_dir()


def test_a_conflict_is_shown_and_settled(world: World, work: Work) -> None:
    (world.root / "zsh/dot-profile.sh").write_text("theirs\n")
    (world.target / ".profile.sh").write_text("mine\n")
    mode, problems, offered, *_ = work(
        """
        (session-open "dotfiles/zsh/dot-profile.sh")
        (session-wait #'session-problems)
        (session-tell 'problems (vconcat (session-problems)))
        (session-choose "Back up ~/.profile.sh: move what is there to the backup area, then link")
        (session-wait (lambda () (not (session-problems))))
        """
    )
    assert mode == {"mode": "sh-mode"}
    message = "package zsh wants a link here, but a file is in its place"
    assert problems == {"problems": [f"dotstream [conflict]: {message}"]}
    assert offered["actions"] == [
        *(
            f"{words.title} ~/.profile.sh: {words.meaning}"
            for policy, words in POLICY_WORDS.items()
            if policy != "fail"
        ),
        "Show the difference",
        "Never link ~/.profile.sh: add it to ignore",
    ]
    assert (world.target / ".profile.sh").resolve() == world.root / "zsh/dot-profile.sh"


def test_patterns_of_an_ignore_list_are_checked(world: World, work: Work) -> None:
    (world.root / "zsh/.stow-local-ignore").write_text("README\n[a-\n")
    mode, problems = work(
        """
        (session-open "dotfiles/zsh/.stow-local-ignore")
        (session-wait #'session-problems)
        (session-tell 'problems (vconcat (session-problems)))
        """
    )
    assert mode == {"mode": "conf-unix-mode"}
    (problem,) = problems["problems"]
    assert problem.startswith("dotstream [bad-pattern]: ")
