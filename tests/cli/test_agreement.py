"""What a repository asks for beyond links in the home counts once its user has agreed to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.cli.process import dotstream, events, household, on_terminal

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def repository(scratch_home: Path) -> Path:
    """A stranger's repository in the home, with a policy that replaces what is there."""
    root = household(scratch_home)
    (root / "dotstream.toml").write_text('on-conflict = "overwrite"\n')
    (scratch_home / ".vimrc").write_text("mine\n")
    return root


def mine(repository: Path) -> str:
    return (repository.parent / ".vimrc").read_text()


def test_a_policy_of_the_repository_does_not_count_in_a_pipe(repository: Path) -> None:
    done = dotstream("manage", "vim", cwd=repository)
    assert done.code == 4
    assert f'{repository}/dotstream.toml asks for on-conflict = "overwrite"' in done.err
    assert "'dotstream config --agree'" in done.err
    assert mine(repository) == "mine\n"


def test_looking_asks_for_nothing(repository: Path) -> None:
    for words in (("plan", "manage", "vim"), ("manage", "-n", "vim"), ("status",), ("list",)):
        assert dotstream(*words, cwd=repository).code == 0
    assert mine(repository) == "mine\n"


def test_yes_agrees_and_it_is_remembered(repository: Path) -> None:
    assert dotstream("manage", "--yes", "vim", cwd=repository).code == 0
    assert mine(repository) == "set nocompatible\n"
    assert dotstream("unmanage", "vim", cwd=repository).code == 0
    assert dotstream("manage", "vim", cwd=repository).code == 0


def test_what_changes_is_asked_about_again_and_nothing_else_is(repository: Path) -> None:
    assert dotstream("config", "--agree", cwd=repository).code == 0
    file = repository / "dotstream.toml"
    file.write_text('# a remark\non-conflict = "overwrite"\nignore = ["*.bak"]\n')
    assert dotstream("manage", "zsh", cwd=repository).code == 0
    file.write_text('on-conflict = "adopt"\n')
    done = dotstream("manage", "git", cwd=repository)
    assert (done.code, 'on-conflict = "adopt"' in done.err) == (4, True)


def test_agreeing_is_taken_back(repository: Path) -> None:
    dotstream("config", "--agree", cwd=repository)
    assert "agreed to any longer" in dotstream("config", "--revoke", cwd=repository).out
    assert "nothing was agreed to" in dotstream("config", "--revoke", cwd=repository).out
    assert dotstream("manage", "vim", cwd=repository).code == 4
    assert mine(repository) == "mine\n"


def test_another_repository_with_the_same_wish_is_another(repository: Path) -> None:
    dotstream("config", "--agree", cwd=repository)
    moved = repository.rename(repository.parent / "elsewhere")
    assert dotstream("manage", "vim", cwd=moved).code == 4


def test_config_shows_what_is_agreed_to(repository: Path) -> None:
    before = dotstream("config", cwd=repository).out
    assert "dotstream.toml:1, not agreed to" in before
    assert "dotstream config --agree" in before
    assert "dotstream.toml:1, agreed to" in dotstream("config", "--agree", cwd=repository).out
    told = events("config", cwd=repository)
    agreed = {
        tuple(event["key"]): event["agreed"] for event in told if event["type"] == "setting"
    }
    assert agreed["on-conflict",] is True
    assert agreed["target",] is None


def test_a_policy_of_ones_own_is_no_wish_of_the_repository(repository: Path) -> None:
    assert dotstream("manage", "--on-conflict", "skip", "vim", cwd=repository).code == 0
    assert mine(repository) == "mine\n"
    assert dotstream("manage", "--on-conflict", "backup", "vim", cwd=repository).code == 0


def test_policies_that_leave_files_alone_are_not_asked_about(repository: Path) -> None:
    for policy in ("fail", "skip"):
        (repository / "dotstream.toml").write_text(f'on-conflict = "{policy}"\n')
        assert dotstream("manage", "zsh", cwd=repository).code == 0


def test_a_target_outside_the_home_is_asked_about(repository: Path, tmp_path: Path) -> None:
    (repository / "dotstream.toml").write_text(f'[packages.vim]\ntarget = "{tmp_path}"\n')
    done = dotstream("manage", "vim", cwd=repository)
    assert (done.code, f'packages."vim".target = "{tmp_path}"' in done.err) == (4, True)
    assert list(tmp_path.iterdir()) == []
    assert dotstream("manage", "zsh", cwd=repository).code == 0, "which does not go there"
    assert dotstream("manage", "-t", str(tmp_path), "vim", cwd=repository).code == 0
    (repository / "dotstream.toml").write_text('target = "~/sub"\n')
    (repository.parent / "sub").mkdir()
    assert dotstream("manage", "git", cwd=repository).code == 0


def test_a_target_of_a_stowrc_is_asked_about_and_stows_default_is_not(tmp_path: Path) -> None:
    root = household(tmp_path)
    (root / "dotstream.toml").unlink()
    (root / ".stowrc").write_text("--no-folding\n")
    assert dotstream("manage", "vim", cwd=root).code == 0
    (tmp_path / "other").mkdir()
    (root / ".stowrc").write_text(f"--target={tmp_path}/other\n")
    assert dotstream("manage", "zsh", cwd=root).code == 4
    assert dotstream("stow", "zsh", cwd=root).code == 0


def test_a_person_is_asked_and_sees_what_comes_of_it(repository: Path) -> None:
    code, screen, _ = on_terminal("manage", "vim", cwd=repository, typed="n\n")
    assert code == 130
    assert 'on-conflict = "overwrite": what is in the way is replaced' in screen
    assert mine(repository) == "mine\n"
    done = on_terminal("manage", "vim", cwd=repository, typed="y\ny\n")
    assert done.code == 0
    assert mine(repository) == "set nocompatible\n"
